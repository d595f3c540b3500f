# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which slots want another server although one stands there: it was made otherwise, or does not run.

The new server is marked as a deliberate replacement, so that it ranks before the old one, which goes as a twin as soon
as the new one is ACTIVE: nothing is lost where the new one cannot be had.
"""

from __future__ import annotations

import typing as t

from .holds import held
from .model import Phase
from .order import OnDrift
from .rows import Lookup, ServerRow
from .tables import Filling

if t.TYPE_CHECKING:
    from .desk import Desk

IDLE = frozenset({"SHUTOFF", "PAUSED", "SUSPENDED", "SHELVED", "SHELVED_OFFLOADED"})


def drifted(desk: Desk, row: ServerRow) -> bool:
    """Whether a server was made from another order; one that lost its mark says nothing of it."""
    mark = row.belonging.mark
    return mark is not None and mark.spec != desk.run.order.spec.digest


def idle(row: ServerRow) -> bool:
    """Whether a server does not run, and nobody is at work on it."""
    return row.server is not None and row.server.status in IDLE and row.server.task is None


def unwanted(desk: Desk, row: ServerRow) -> bool:
    """Whether the order wants another server in this one's place."""
    order = desk.run.order
    return (order.on_drift is OnDrift.REPLACE and drifted(desk, row)) or (order.repair and idle(row))


def renewable(desk: Desk, among: t.AbstractSet[int] | None = None) -> set[int]:
    """The slots, of all or ``among`` these, that are to get another server, and for which none is under way yet."""
    order = desk.run.order
    if order.on_drift is not OnDrift.REPLACE and not order.repair:
        return set()
    return {slot for slot in (desk.tables.slots[Filling.FILLED] if among is None else among) if renews(desk, slot)}


def renews(desk: Desk, slot: int) -> bool:
    """Whether this slot holds a server that is to be replaced, and no successor is under way."""
    if slot > desk.run.order.count or desk.tables.filling(slot) is not Filling.FILLED:
        return False
    under_way = any(desk.tables.hoped_for(each) for each in desk.tables.attempts_in(slot))
    return not under_way and any(unwanted(desk, row) for row in desk.tables.candidates(slot)[:1])


def makes_way(desk: Desk, row: ServerRow) -> bool:
    """Whether a server that does not run goes first: another one serves, or nowhere is room for both."""
    if not desk.run.order.repair or not idle(row):
        return False
    standing = desk.tables.candidates(row.slot)
    if any(each is not row and not idle(each) for each in standing):
        return successor(desk, row) is not None
    location = desk.tables.locations[row.location]
    usable = location.placeable is not None and location.lookup is Lookup.KNOWN
    can_follow = usable and any(held(desk.tables, offer, desk.planned_at) is None for offer in location.offers)
    return can_follow and row.slot in desk.placement.unplaced and renews(desk, row.slot)


def successor(desk: Desk, row: ServerRow) -> ServerRow | None:
    """The best other server of the slot that is ACTIVE with nothing under way, if there is one."""
    others = (each for each in desk.tables.candidates(row.slot) if each is not row)
    return next((each for each in others if each.phase is Phase.READY), None)
