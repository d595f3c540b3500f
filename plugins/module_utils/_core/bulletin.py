# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What is told while a run goes on: one line for how far it is, and a line for each thing that went wrong since."""

from __future__ import annotations

import typing as t

from .advice import fault_text
from .listing import first_of
from .progress import Progress, Setback, Share
from .result import What
from .rows import State

if t.TYPE_CHECKING:
    from .faults import Fault

_LOCATIONS = 8
_SETBACKS = {
    State.REFUSED: "refused",
    State.NOT_SENT: "could not be asked for",
    State.AMBIGUOUS: "asked for without an answer",
    State.DEAD: "did not come up",
}
_TURNS = {
    What.STOPPED: "stopping",
    What.ROLLED_BACK: "taking back what this run made",
    What.GAVE_WAY: "making way",
}


def first_line(fleet: str) -> str:
    """What holds a run up before it begins, where anything does."""
    return f"fleet {fleet}: waiting for its turn, since another order of it is at work on this controller"


def state_line(now: Progress, summary: str = "") -> str:
    """How far a run is, or what it has come to, by location."""
    return " | ".join([summary or f"fleet {now.fleet}: {_head(now)}", *_parts(now)])


def news(before: Progress, now: Progress) -> list[str]:
    """What went wrong, or was decided, between two looks at a run; each sort of it is told once for a location."""
    known = {_key(each) for each in before.setbacks}
    silent, unfit = dict(before.silent), dict(before.unfit)
    answers = {each.location for each in now.shares} - dict(now.silent).keys()
    lines = [
        f"{label} cannot be used: {_text(why)}{_way_on(now, label)}" for label, why in now.silent if label not in silent
    ]
    lines += [f"{label} can be used again" for label in silent if label in answers]
    lines += [f"{label} takes no servers: {_text(why)}" for label, why in now.unfit if label not in unfit]
    lines += [_setback(each, now) for each in now.setbacks if _key(each) not in known]
    told = now.turns[len(before.turns) :]
    lines += [f"{_TURNS[each.what]}: {each.why}" for each in told]
    return [f"fleet {now.fleet}: {line}" for line in lines]


def _head(now: Progress) -> str:
    if now.asked and not now.under_way:
        return f"no answer yet from {first_of(now.asked, _LOCATIONS)}"
    if now.absent:
        gone = sum(each.deleted for each in now.shares)
        return f"{gone} of {gone + now.under_way} deleted"
    return f"{now.ready} of {now.wanted} ready"


def _parts(now: Progress) -> list[str]:
    """A part for each location that has something to tell; of many those with most to do, and the others as a sum."""
    busy = [each for each in now.shares if _counts(each)]
    first = sorted(busy, key=lambda each: (each.under_way, each.ready), reverse=True)[:_LOCATIONS]
    parts = [f"{each.location} {_counts(each)}" for each in busy if each in first]
    others = [each for each in busy if each not in first]
    if others:
        parts.append(f"{len(others)} more locations {_counts(_sum(others))}")
    if now.unplaced:
        parts.append(f"no room for {now.unplaced}")
    return parts


def _counts(share: Share) -> str:
    numbers = (
        (share.ready, "ready"),
        (share.starting, "starting"),
        (share.building, "building"),
        (share.placed, "placed"),
        (share.going, "to go"),
        (share.deleting, "deleting"),
        (share.deleted, "deleted"),
        (share.failed, "failed"),
    )
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def _sum(shares: t.Sequence[Share]) -> Share:
    return Share(
        location="",
        ready=sum(each.ready for each in shares),
        starting=sum(each.starting for each in shares),
        building=sum(each.building for each in shares),
        placed=sum(each.placed for each in shares),
        going=sum(each.going for each in shares),
        deleting=sum(each.deleting for each in shares),
        deleted=sum(each.deleted for each in shares),
        failed=sum(each.failed for each in shares),
    )


def _setback(each: Setback, now: Progress) -> str:
    servers = f"{each.times} server" + ("" if each.times == 1 else "s")
    return f"{each.location}: {servers} {_SETBACKS[each.state]}: {_text(each.fault)}{_way_on(now, each.location)}"


def _key(each: Setback) -> tuple[object, ...]:
    return each.location, each.state, each.fault.kind


def _way_on(now: Progress, label: str) -> str:
    """What follows a failure at one location, where servers are to be made and another one answers."""
    others = {each.location for each in now.shares} - {label} - dict(now.silent).keys()
    return "; trying elsewhere" if others and not now.absent else ""


def _text(fault: Fault | None) -> str:
    return fault_text(fault).rstrip(".")
