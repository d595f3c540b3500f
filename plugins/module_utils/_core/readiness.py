# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Things that are to be the same at every location: what a plan for one of them is, and what became of it.

It is the house of keys, images, security groups and networks. Each kind brings three things: how one location is read,
a plan made of that (pure), and how one step of it is carried out.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .advice import advice, advised, fault_text
from .faults import Fault

if t.TYPE_CHECKING:
    from .faults import Kind

Row = t.Mapping[str, t.Any]


class ObjectionError(Exception):
    """Why nothing can be planned at a location, and what to do about it."""

    def __init__(self, kind: Kind, message: str, remedy: str) -> None:
        super().__init__(message)
        self.fault = Fault(kind=kind, message=message, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write: ``what`` is a verb that the kind knows ("create"), ``told`` a sentence's half ("create key ops").

    A ``later`` one needs what an earlier one makes: it is told now, and planned again and carried out after a new read.
    """

    what: str
    told: str
    id: str = ""
    facts: Row | None = None
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done at one location, and what is there before and after that; None where there is nothing.

    ``awaits`` says what is not ready yet, though nothing is to be done for it: others, or the cloud, are at it.
    """

    steps: tuple[Step, ...] = ()
    before: Row | None = None
    after: Row | None = None
    awaits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What became of one location. ``done`` are the steps that were carried out, or would be; ``fault`` why not all."""

    location: str
    before: Row | None = None
    after: Row | None = None
    done: tuple[Step, ...] = ()
    fault: Fault | None = None
    doubtful: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything was written, or may have been."""
        return bool(self.done) or self.doubtful

    @property
    def state(self) -> str:
        if self.fault is not None:
            return "failed"
        return "changed" if self.done else "unchanged"


def readiness_answer(what: str, found: t.Sequence[Ready], *, check: bool) -> dict[str, t.Any]:
    """What a module tells; ``what`` names the thing, such as "key ops"."""
    return {
        "changed": any(each.changed for each in found),
        "msg": _summary(what, found, check=check),
        "by_location": {each.location: _row(each) for each in found},
        "diff": {
            "before": "".join(_line(each.location, each.before) for each in found),
            "after": "".join(_line(each.location, each.after) for each in found),
        },
    }


def readiness_failure(what: str, found: t.Sequence[Ready]) -> str:
    """Why a run failed: a line for each location that is not as wanted; empty where all are."""
    failed = [each for each in found if each.fault is not None]
    if not failed:
        return ""
    head = f"{what}: {len(found) - len(failed)} of {len(found)} locations are as wanted; run this again for the others"
    return "\n".join([head, *(f"{each.location}: {advised(each.fault)}" for each in failed)])


def _summary(what: str, found: t.Sequence[Ready], *, check: bool) -> str:
    changed = sum(each.state == "changed" for each in found)
    as_wanted = sum(each.fault is None for each in found)
    if check:
        return f"{what}: {changed} of {len(found)} locations would be changed"
    return f"{what}: {as_wanted} of {len(found)} locations are as wanted, {changed} of them changed just now"


def _row(ready: Ready) -> dict[str, t.Any]:
    return {
        "state": ready.state,
        "done": [each.told for each in ready.done],
        "reason": "" if ready.fault is None else fault_text(ready.fault),
        "advice": "" if ready.fault is None else advice(ready.fault),
        **(ready.after or {}),
    }


def _line(location: str, row: Row | None) -> str:
    """One location in a diff, a fact a line."""
    return "" if row is None else "".join(f"{line}\n" for line in _lines(location, row))


def _lines(what: str, value: object) -> t.Iterator[str]:
    """A fact, or each of those in it; an id is none, as nobody knows it before a thing is made."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "id":
                yield from _lines(f"{what} {name}", each)
    elif isinstance(value, list):
        for each in value:
            yield from _lines(what, each)
    else:
        yield f"{what}: {value}"
