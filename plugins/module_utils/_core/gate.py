# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The start of a run: every location is asked, and nothing is decided before all have answered or had their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .adopt import adoptable
from .faults import PASSING, Kind
from .heritage import heirlooms
from .identity import owner_of, owner_value
from .order import OnDrift
from .renewal import drifted, renewable
from .result import Objection, What
from .rows import Knowledge, LocationRow
from .tables import Filling

if TYPE_CHECKING:
    from .desk import Desk

_FIRST_RETRY = 1.0
_LATE_RETRY = 15.0
_MOST_HICCUPS = 2
_WHILE_NOBODY_ANSWERS = 2.2


def gate(desk: Desk, now: float) -> bool:
    """Whether the run may decide; asks what has to be asked until then, and unreachable locations again later on."""
    for row in desk.tables.locations.values():
        if _due(desk, row, now):
            desk.survey(row)
    if desk.tables.begun:
        return True
    silence = not any(row.known for row in desk.tables.locations.values())
    until = desk.run.started + desk.run.order.patience.survey * (_WHILE_NOBODY_ANSWERS if silence else 1)
    if now < until and any(_awaited(desk, row) for row in desk.tables.locations.values()):
        desk.wake_at(until)
        return False
    desk.unsettled = desk.tables.begin()
    for row in desk.tables.locations.values():
        if row.knowledge in (Knowledge.UNREACHABLE, Knowledge.UNASKED):
            desk.tell(now, What.UNREACHABLE, location=row.label, fault=row.fault)
    desk.heirlooms = heirlooms(desk)
    desk.objection = objection(desk)
    return True


def objection(desk: Desk) -> Objection | None:
    """Why nothing at all should be done, if so."""
    rows = [row for row in desk.tables.locations.values() if row.knowledge is not Knowledge.MERGED]
    order = desk.run.order
    if not any(row.knowledge in (Knowledge.KNOWN, Knowledge.PARTIAL) for row in rows):
        return Objection.NO_ANSWER
    if order.fail_on_unreachable and not order.absent and any(not row.known for row in rows):
        return Objection.UNREACHABLE
    if foreign_owners(desk):
        return Objection.OWNER
    if order.on_drift is OnDrift.FAIL and drifted_slots(desk):
        return Objection.DRIFT
    if order.max_removals is not None and removals(desk) > order.max_removals:
        return Objection.REMOVALS
    return None


def removals(desk: Desk) -> int:
    """How many servers that stand the order would take away."""
    order = desk.run.order
    rows = (row for row in desk.tables.servers.values() if row.candidate and order.concerns(row.slot))
    beyond = [row.slot for row in rows if row.slot > order.count]
    beyond += [slot for slot in adoptable(desk).values() if slot > order.count]
    return len(beyond) + len(renewable(desk))


def foreign_owners(desk: Desk) -> list[str]:
    """Whose the fleet is, if the order says another owner."""
    mine = desk.run.order.owner
    if mine is None:
        return []
    rows = (row.server for row in desk.tables.servers.values() if row.ours and not row.gone and row.server)
    owners = {owner_of(server) for server in rows}
    return sorted(owners - {owner_value(mine), ""})


def drifted_slots(desk: Desk) -> list[int]:
    """The slots whose server was made from another order."""
    if desk.run.order.absent:
        return []
    slots = desk.tables.slots[Filling.FILLED] | desk.tables.slots[Filling.TWIN] | desk.tables.slots[Filling.PENDING]
    winners = ((slot, row) for slot in slots for row in desk.tables.candidates(slot)[:1])
    return sorted(slot for slot, row in winners if slot <= desk.run.order.count and drifted(desk, row))


def _awaited(desk: Desk, row: LocationRow) -> bool:
    return row.surveying or row.knowledge is Knowledge.UNASKED or _worth_a_retry(desk, row)


def _worth_a_retry(desk: Desk, row: LocationRow) -> bool:
    """A location that failed once and at once may only have hiccupped.

    One that kept silent has had its time, unless nobody else answers: then there is nothing better to do.
    """
    slow = row.fault is not None and row.fault.kind is Kind.TIMED_OUT
    return hiccupped(row) and not (slow and any(each.known for each in desk.tables.locations.values()))


def hiccupped(row: LocationRow) -> bool:
    """Whether a location failed only a few times so far, for a reason that may pass; each silence costs a patience."""
    if row.knowledge is not Knowledge.UNREACHABLE or row.fault is None:
        return False
    return row.fault.kind in PASSING and row.failures <= (1 if row.fault.kind is Kind.TIMED_OUT else _MOST_HICCUPS)


def _due(desk: Desk, row: LocationRow, now: float) -> bool:
    """Whether a location is to be surveyed now: at first, once more after a hiccup, and while a run waits anyway."""
    if row.surveying:
        return False
    if row.known:
        return _lacks_limits(desk, row, now)
    if row.knowledge not in (Knowledge.UNASKED, Knowledge.UNREACHABLE):
        return False
    if row.fault is None:
        return True
    if row.fault.kind not in PASSING or not (desk.was_open if desk.tables.begun else _worth_a_retry(desk, row)):
        return False
    at = row.failed_at + (_LATE_RETRY if desk.tables.begun else _FIRST_RETRY)
    if now < at:
        desk.wake_at(at)
    return now >= at


def _lacks_limits(desk: Desk, row: LocationRow, now: float) -> bool:
    """Whether to ask again a location that told its servers, but not its limits: nothing can be placed there so far."""
    lacks = row.limits is None and desk.run.order.places_servers and desk.tables.begun and desk.was_open
    at = row.surveyed_at + _LATE_RETRY
    if lacks and now < at:
        desk.wake_at(at)
    return lacks and now >= at
