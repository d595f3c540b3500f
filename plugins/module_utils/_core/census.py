# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Reading every location once: what the inventory and the overviews are made of."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from . import messages as m
from .faults import Fault, Kind

if t.TYPE_CHECKING:
    from .memory import Memory
    from .model import Identity

_STOPPED = Fault(kind=Kind.TIMED_OUT, message="it had not answered when the survey was stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A location that did not answer, why, and how many seconds ago it did."""

    location: str
    age: int
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What was seen, in the order of clouds.yaml, what was not, and which entries are other names of a location.

    What was seen of ``stale`` locations was seen earlier; what is known of ``outdated`` ones is too old to be shown,
    so that they are unreachable, too.
    """

    seen: tuple[m.Surveyed, ...]
    unreachable: tuple[tuple[str, Fault], ...]
    merged: tuple[tuple[str, str], ...]
    stale: tuple[Stale, ...] = ()
    outdated: tuple[Stale, ...] = ()


class Surveyor:
    """An engine that surveys every location once; `begin`, then `step` until a `Finish` with a `Census` comes out."""

    def __init__(self, labels: t.Sequence[str], *, limits: bool = False) -> None:
        self._labels = labels
        self._limits = limits
        self._answers: dict[str, m.Surveyed | m.SurveyFailed] = {}

    def begin(self, now: float) -> t.Sequence[m.Command]:
        asked = [m.Survey(location=label, limits=self._limits) for label in self._labels]
        return asked or self.step(now, ())

    def step(self, _now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        """Take the answers in; after the last one, or at a stop, it is over."""
        stopped = False
        for event in events:
            stopped = stopped or isinstance(event, m.Stop)
            if isinstance(event, m.Surveyed | m.SurveyFailed):
                self._answers[event.location] = event
        if len(self._answers) < len(self._labels) and not stopped:
            return ()
        return (m.Finish(result=self._census()),)

    def _census(self) -> Census:
        answers, unreachable = [], []
        for label in self._labels:
            answer = self._answers.get(label)
            if isinstance(answer, m.Surveyed):
                answers.append(answer)
            else:
                unreachable.append((label, answer.fault if answer else _STOPPED))
        return replace(census_of(answers), unreachable=tuple(unreachable))


def census_of(answers: t.Iterable[m.Surveyed]) -> Census:
    """What answers show; of several that are of one location, the first counts."""
    seen: dict[Identity, m.Surveyed] = {}
    merged = []
    for answer in answers:
        if answer.identity in seen:
            merged.append((answer.location, seen[answer.identity].location))
        seen.setdefault(answer.identity, answer)
    return Census(seen=tuple(seen.values()), unreachable=(), merged=tuple(merged))


def with_memories(census: Census, memories: t.Mapping[str, Memory], now: float, stale_for: float) -> Census:
    """The census with what is remembered of the silent locations, as far as that is not older than ``stale_for``.

    ``now`` is epoch seconds of this machine. What is seen counts before what is remembered of the same location under
    another name.
    """
    stale: list[Stale] = []
    outdated: list[Stale] = []
    unreachable = []
    for label, fault in census.unreachable:
        memory = memories.get(label)
        known = None if memory is None else Stale(location=label, age=max(1, int(now - memory.seen_at)), fault=fault)
        if known is not None:
            (stale if known.age <= stale_for else outdated).append(known)
        if known is None or known.age > stale_for:
            unreachable.append((label, fault))
    whole = census_of((*census.seen, *(memories[each.location].survey for each in stale)))
    others = {one for one, _other in whole.merged}
    return Census(
        seen=whole.seen,
        unreachable=tuple(unreachable),
        merged=census.merged + whole.merged,
        stale=tuple(each for each in stale if each.location not in others),
        outdated=tuple(outdated),
    )


def merged_line(one: str, other: str) -> str:
    """What clouds.yaml names twice."""
    return f"{one}: it is {other} by another name, and counts once; remove one of the two from clouds.yaml"
