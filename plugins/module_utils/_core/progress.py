# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""How far a run is, as a value read off its desk: counts for each location, and what went wrong so far."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .model import Phase
from .reach import answers
from .renewal import unwanted
from .result import What
from .rows import Knowledge, Lookup, State
from .tables import Filling

if t.TYPE_CHECKING:
    from .desk import Desk
    from .faults import Fault, Kind
    from .result import Decision
    from .rows import LocationRow, ServerRow

# What a run decided that is worth a line of its own while it goes on; the rest shows in the counts.
_TURNS = (What.STOPPED, What.ROLLED_BACK, What.GAVE_WAY)
# How a try may have come to nothing; one without an answer is the same to the user once it is covered elsewhere.
_CAME_TO_NOTHING = {
    State.REFUSED: State.REFUSED,
    State.NOT_SENT: State.NOT_SENT,
    State.AMBIGUOUS: State.AMBIGUOUS,
    State.COVERED: State.AMBIGUOUS,
    State.DEAD: State.DEAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The counts of one location.

    ``placed`` are slots that are to be made there; ``starting`` are servers that run and do not answer yet at the port
    that the order names; ``going`` are to be deleted or replaced, and are not yet; ``failed`` are tries, not servers.
    """

    location: str
    placed: int = 0
    building: int = 0
    starting: int = 0
    ready: int = 0
    going: int = 0
    deleting: int = 0
    deleted: int = 0
    failed: int = 0

    @property
    def under_way(self) -> int:
        return self.placed + self.building + self.starting + self.going + self.deleting


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """So many tries at one location came to nothing, in one way and for one kind of reason; ``fault`` is the first."""

    location: str
    state: State
    fault: Fault
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is. ``asked`` are locations that have not answered yet, ``silent`` those that do not answer.

    ``unfit`` are locations that cannot take the order as it is written.
    """

    fleet: str
    wanted: int
    absent: bool = False
    asked: tuple[str, ...] = ()
    silent: tuple[tuple[str, Fault | None], ...] = ()
    unfit: tuple[tuple[str, Fault | None], ...] = ()
    shares: tuple[Share, ...] = ()
    unplaced: int = 0
    setbacks: tuple[Setback, ...] = ()
    turns: tuple[Decision, ...] = ()

    @property
    def ready(self) -> int:
        return sum(each.ready for each in self.shares)

    @property
    def under_way(self) -> int:
        return sum(each.under_way for each in self.shares)


@dataclass(slots=True)
class _Counts:
    """What is counted for each location, by its label."""

    placed: Counter[str] = field(default_factory=Counter)
    building: Counter[str] = field(default_factory=Counter)
    starting: Counter[str] = field(default_factory=Counter)
    ready: Counter[str] = field(default_factory=Counter)
    going: Counter[str] = field(default_factory=Counter)
    deleting: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def share(self, label: str) -> Share:
        return Share(
            location=label,
            placed=self.placed[label],
            building=self.building[label],
            starting=self.starting[label],
            ready=self.ready[label],
            going=self.going[label],
            deleting=self.deleting[label],
            deleted=self.deleted[label],
            failed=self.failed[label],
        )


def progress_of(desk: Desk) -> Progress:
    """How far the run of this desk is; it costs some microseconds for each slot."""
    order, rows = desk.run.order, desk.tables.locations.values()
    setbacks = _setbacks(desk)
    counts = _counts(desk)
    for each in setbacks:
        counts.failed[each.location] += each.times
    return Progress(
        fleet=order.fleet,
        wanted=order.count,
        absent=order.absent,
        asked=tuple(row.label for row in rows if row.knowledge is Knowledge.UNASKED),
        silent=tuple((row.label, row.fault) for row in rows if row.knowledge is Knowledge.UNREACHABLE),
        unfit=tuple((row.label, row.lookup_fault) for row in rows if _unfit(row)),
        shares=tuple(counts.share(row.label) for row in rows if row.knowledge is not Knowledge.MERGED),
        unplaced=len(desk.placement.unplaced) if desk.short_of_room else 0,
        setbacks=setbacks,
        turns=tuple(each for each in desk.story if each.what in _TURNS),
    )


def _unfit(row: LocationRow) -> bool:
    return row.lookup is Lookup.FAILED and row.location.chosen


def _counts(desk: Desk) -> _Counts:
    counts = _Counts()
    for slot in desk.tables.slots[Filling.FILLED] | desk.tables.slots[Filling.TWIN]:
        _count_standing(desk, slot, counts)
    for slot in desk.tables.slots[Filling.PENDING]:
        _count_pending(desk, slot, counts)
    for label, queue in desk.queues.items():
        counts.placed[label] += len(queue)
    for row in desk.tables.servers.values():
        _count_going(desk, row, counts)
    return counts


def _count_standing(desk: Desk, slot: int, counts: _Counts) -> None:
    """A slot within the count that has a server past its build."""
    built = (row for row in desk.tables.candidates(slot) if row.server and row.phase is not Phase.PENDING)
    row = next(built, None)
    if row is not None and slot <= desk.run.order.count:
        up = counts.ready if answers(desk, row) else counts.starting
        (counts.going if unwanted(desk, row) else up)[row.location] += 1


def _count_pending(desk: Desk, slot: int, counts: _Counts) -> None:
    """A slot that has a server in BUILD, or else a POST from which one may come."""
    building = desk.tables.candidates(slot)
    if building:
        counts.building[building[0].location] += 1
        return
    hoped_for = (each for each in desk.tables.attempts_in(slot) if desk.tables.hoped_for(each))
    counts.placed.update(each.location for each in [next(hoped_for, None)] if each is not None)


def _count_going(desk: Desk, row: ServerRow, counts: _Counts) -> None:
    """A server that is to leave, leaves, or has left; what failed to come up is told as failed, not as deleted."""
    if not (row.ours and desk.run.order.concerns(row.slot)):
        return
    if row.leaving:
        counts.deleting[row.location] += 1
    elif row.gone:
        attempt = desk.tables.attempts.get(row.token)
        counts.deleted[row.location] += row.written and (attempt is None or attempt.state is not State.DEAD)
    elif row.candidate and row.slot > desk.run.order.count:
        counts.going[row.location] += 1


def _setbacks(desk: Desk) -> tuple[Setback, ...]:
    """The tries of this run that came to nothing, by location and by what went wrong, in the order of the first."""
    found: dict[tuple[str, State, Kind], list[Fault]] = {}
    for each in desk.tables.attempts.values():
        state = _CAME_TO_NOTHING.get(each.state)
        if each.fault is not None and state is not None:
            found.setdefault((each.location, state, each.fault.kind), []).append(each.fault)
    return tuple(
        Setback(location=label, state=state, fault=faults[0], times=len(faults))
        for (label, state, _kind), faults in found.items()
    )
