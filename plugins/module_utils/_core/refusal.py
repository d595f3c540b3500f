# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Why a location takes no more servers of an order: data with numbers; the sentence is made in `report`."""

from __future__ import annotations

import typing as t

from .faults import Fault, Kind
from .holds import held
from .result import Refusal, Why
from .rows import Knowledge, LocationRow, Lookup
from .vacancy import presence, vacancy
from .wanted import wanted

if t.TYPE_CHECKING:
    from .desk import Desk


_NO_LIMITS = Fault(kind=Kind.BROKEN_ANSWER, message="it did not tell its limits, so nothing is placed there")


def refusals(desk: Desk, now: float) -> tuple[Refusal, ...]:
    """The refusals of all locations where some slots stay empty or the plan did not fit; none where all is filled."""
    asked = len(desk.placement.assigned) + len(desk.placement.unplaced)
    if not desk.placement.unplaced and not wanted(desk):
        return ()
    found = (_refusal(desk, row, asked, now) for row in desk.tables.locations.values())
    return tuple(each for each in found if each is not None)


def _refusal(desk: Desk, row: LocationRow, asked: int, now: float) -> Refusal | None:
    if row.knowledge is Knowledge.MERGED:
        return None
    for refuses, why, fault in (
        (not row.known, Why.UNREACHABLE, row.fault),
        (not row.location.hints.available, Why.UNAVAILABLE, None),
        (not row.location.chosen, Why.NOT_CHOSEN, None),
        (row.limits is None, Why.UNREACHABLE, _NO_LIMITS),
        (row.lookup in (Lookup.ASKED, Lookup.FAILED), Why.NAMES, row.lookup_fault),
    ):
        if refuses:
            return Refusal(location=row.label, why=why, asked=asked, fault=fault)
    holds = [held(desk.tables, offer, now) for offer in row.offers]
    first = next((hold for hold in holds if hold is not None), None)
    if first is not None and all(holds):
        return Refusal(location=row.label, why=Why.HELD, asked=asked, fault=first.fault)
    return _full(desk, row, asked)


def _full(desk: Desk, row: LocationRow, asked: int) -> Refusal | None:
    """What is left there for the order's first flavor, and what bounds it."""
    limits = row.placeable
    if limits is None or not row.offers:
        return None
    flavor = row.offers[0].flavor
    found = vacancy(desk, row, limits, sum(presence(desk.tables)[row.label].values()))
    return Refusal(
        location=row.label, why=Why.FULL, room=found.room.of(flavor), asked=asked, bound=found.bound_of(flavor)
    )
