# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Removing what must go: first the proof, then the DELETE, then it is waited for until it is gone."""

from __future__ import annotations

import typing as t

from . import messages as m
from .faults import Fault, Kind
from .model import Phase
from .result import What
from .rows import Deletion, ServerRow, State
from .sight import bury
from .tables import Filling
from .verdict import Proof, Reason, Verdict, proof_until, proven, verdict

if t.TYPE_CHECKING:
    from .desk import Desk

_SURVEY_EVERY = 1.0


def remove(desk: Desk, now: float, slots: t.Collection[int]) -> None:
    """Look at the servers of these slots, and of those that were not settled before; the highest slots go first."""
    looked_at = set(slots) | desk.unsettled | desk.tables.slots[Filling.TWIN]
    desk.unsettled = set()
    for slot in sorted(looked_at, reverse=True):
        for row in desk.tables.servers_in(slot):
            found = verdict(desk, row, now)
            if found is not None:
                desk.unsettled.add(slot)
                _doom(desk, row, found, now)
    if desk.unsettled:
        desk.open = True


def doomed(desk: Desk, now: float) -> list[tuple[ServerRow, Reason]]:
    """What would be deleted now, in the order of slots: the answer of check mode."""
    found = ((row, verdict(desk, row, now)) for row in sorted(desk.tables.servers.values(), key=lambda row: row.slot))
    return [(row, each.reason) for row, each in found if each is not None]


def _doom(desk: Desk, row: ServerRow, found: Verdict, now: float) -> None:
    location = desk.tables.locations[row.location]
    if now < row.delete_after:
        desk.wake_at(row.delete_after)
        return
    missing = proven(desk, row, found, now)
    if missing:
        _ask_for(desk, missing, found.proof, now)
    elif location.takes_more:
        _delete(desk, row, found, now)


def _ask_for(desk: Desk, missing: t.Sequence[ServerRow], proof: Proof, now: float) -> None:
    """Read what a DELETE has to rest on; several reads of single servers all at once, or not yet."""
    if proof is Proof.ROW:
        for each in missing:
            if each.missed:
                desk.show(each, now)
            else:
                location = desk.tables.locations[each.location]
                desk.survey_when_due(location, location.polled_at + _SURVEY_EVERY, now)
    elif all(each.showing or desk.tables.locations[each.location].takes_more for each in missing):
        for each in missing:
            desk.show(each, now)


def _delete(desk: Desk, row: ServerRow, found: Verdict, now: float) -> None:
    """Take the lock off first where that is what kept it."""
    desk.tables.locations[row.location].deleting += 1
    row.deletion = Deletion.SENT
    row.doom = found.reason.value
    desk.tables.touched.add(row.slot)
    if row.delete_fault is not None and row.delete_fault.kind is Kind.LOCKED:
        desk.ask(m.Unlock(location=row.location, id=row.id))
        return
    if found.reason is Reason.STUCK:
        bury(desk.tables, row, Fault(kind=Kind.STUCK, message=found.reason.value), now)
    if found.reason in (Reason.UNDONE, Reason.YIELDED):
        desk.tables.attempts[row.token].state = State.UNDONE
    row.deletes += 1
    until = proof_until(desk, row, found)
    desk.ask(m.Delete(location=row.location, id=row.id, force=row.phase is Phase.RELEASED, by=until))
    desk.tell(now, What.DELETED, location=row.location, slot=row.slot, id=row.id, why=found.reason.value)
