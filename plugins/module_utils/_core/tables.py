# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a run knows: the rows, and how each slot stands that follows from them. Times are monotonic."""

from __future__ import annotations

import enum
import typing as t

from .model import Location, Phase
from .rows import AttemptRow, Deletion, Knowledge, LocationRow, ServerRow, State, Suspect

if t.TYPE_CHECKING:
    from .order import Order


class Filling(enum.Enum):
    """How one slot stands, derived from the servers and attempts in it; BEYOND the count nothing is expected."""

    EMPTY = "empty"
    PENDING = "pending"
    FILLED = "filled"
    TWIN = "twin"
    TAKEN = "taken"
    BEYOND = "beyond"


class Tables:
    """All rows, and the index by slot.

    ``touched`` are the slots that changed since `Tables.settle` was last called; ``roomier`` says that there may be
    more room than the last plan knew of; ``epoch`` makes a monotonic time epoch seconds by our own clock.
    """

    def __init__(self, order: Order, locations: t.Sequence[Location], epoch: float) -> None:
        self.fleet, self.count = order.fleet, order.count
        self.silence = order.patience.survey
        self.ports_each = max(1, len(order.spec.networks))
        self.epoch = epoch
        self.begun = False
        self.roomier = False
        self.locations = {each.label: LocationRow(location=each, index=n) for n, each in enumerate(locations)}
        self.attempts: dict[str, AttemptRow] = {}
        self.servers: dict[str, ServerRow] = {}
        self.suspicious: dict[str, Suspect] = {}
        self.touched: set[int] = set()
        self._servers_in: dict[int, list[ServerRow]] = {}
        self._attempts_in: dict[int, list[AttemptRow]] = {}
        self._fillings: dict[int, Filling] = {}
        self.slots: dict[Filling, set[int]] = {filling: set() for filling in Filling}

    def add_attempt(self, attempt: AttemptRow) -> None:
        self.attempts[attempt.token] = attempt
        self._attempts_in.setdefault(attempt.slot, []).append(attempt)
        location = self.locations[attempt.location]
        location.ledger.add(attempt.token, attempt.offer.flavor)
        location.ports_taken += 1
        self.touched.add(attempt.slot)

    def add_server(self, row: ServerRow) -> None:
        self.servers[row.id] = row
        self._servers_in.setdefault(row.slot, []).append(row)
        self.touched.add(row.slot)

    def servers_in(self, slot: int) -> t.Sequence[ServerRow]:
        return self._servers_in.get(slot, ())

    def attempts_in(self, slot: int) -> t.Sequence[AttemptRow]:
        return self._attempts_in.get(slot, ())

    def silent(self, label: str) -> bool:
        """Whether a location does not answer (any more)."""
        return self.locations[label].knowledge is Knowledge.UNREACHABLE

    def stands(self, row: ServerRow) -> bool:
        """Whether a server stands for its slot: what builds at a location that fell silent does not."""
        return row.candidate and not (row.phase is Phase.PENDING and self.silent(row.location))

    def candidates(self, slot: int) -> list[ServerRow]:
        """The servers that may stand for a slot, the winner first."""
        return sorted((row for row in self.servers_in(slot) if self.stands(row)), key=lambda row: row.rank)

    def filling(self, slot: int) -> Filling:
        return self._fillings.get(slot, Filling.BEYOND)

    def begin(self) -> set[int]:
        """Derive every slot for the first time, the empty ones as well; returns those with servers."""
        self.begun = True
        self.touched.update(range(1, self.count + 1))
        self.settle()
        return set(self._servers_in)

    def settle(self) -> bool:
        """Derive again how each touched slot stands; whether one of them has become empty."""
        emptied = False
        for slot in self.touched:
            new = self._derive(slot)
            old = self._fillings.get(slot)
            emptied |= new is Filling.EMPTY is not old
            if old is not None:
                self.slots[old].discard(slot)
            self._fillings[slot] = new
            self.slots[new].add(slot)
        self.touched.clear()
        return emptied

    def _derive(self, slot: int) -> Filling:
        standing = self.candidates(slot)
        if len(standing) > 1:
            return Filling.TWIN
        if standing:
            return Filling.PENDING if standing[0].phase is Phase.PENDING else Filling.FILLED
        if any(self.hoped_for(each) for each in self.attempts_in(slot)):
            return Filling.PENDING
        if slot > self.count:
            return Filling.BEYOND
        return Filling.TAKEN if any(taken(row) for row in self.servers_in(slot)) else Filling.EMPTY

    def hoped_for(self, attempt: AttemptRow) -> bool:
        """Whether a server may be about to come of it that nobody has seen yet."""
        doubtful = attempt.state is State.AMBIGUOUS and not self.silent(attempt.location)
        return doubtful or attempt.state is State.POSTING


def taken(row: ServerRow) -> bool:
    """Whether somebody else removed a server that was alive: another order that we do not fight."""
    going = row.gone or row.phase is Phase.DYING
    return row.ours and going and row.lived_at is not None and row.deletion is Deletion.NONE and not row.doom
