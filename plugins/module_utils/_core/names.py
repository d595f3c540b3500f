# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Having the names of the order looked up at each location that may take servers."""

from __future__ import annotations

import typing as t

from . import messages as m
from .faults import PASSING, Kind
from .rows import LocationRow, Lookup

if t.TYPE_CHECKING:
    from .desk import Desk

_MOST_LOOKUPS = 3


def looked_up(desk: Desk, now: float) -> bool:
    """Whether every location that may take servers knows the order's names, or has had its time; asks each.

    A location that failed for a passing reason is asked again. Where nobody knows the names yet, all are waited for.
    """
    rows = [row for row in desk.tables.locations.values() if row.placeable]
    waiting = False
    for row in rows:
        if row.lookup is Lookup.UNASKED or (_worth_another(row) and now >= row.look_again_at):
            row.lookup, row.asked_at = Lookup.ASKED, now
            row.lookups += 1
            desk.ask(m.LookUp(location=row.label))
        nobody = all(each.lookup is not Lookup.KNOWN for each in rows)
        if row.lookup is Lookup.ASKED:
            waiting |= nobody or _awaited(desk, row, now)
        elif _worth_another(row):
            desk.wake_at(row.look_again_at)
            waiting |= nobody
    return not waiting


def may_learn(desk: Desk) -> bool:
    """Whether a location may yet come to know the names that it could not look up so far."""
    rows = (row for row in desk.tables.locations.values() if row.placeable)
    return any(_worth_another(row) or (row.lookups > 1 and row.lookup is Lookup.ASKED) for row in rows)


def _awaited(desk: Desk, row: LocationRow, now: float) -> bool:
    until = row.asked_at + desk.run.order.patience.survey
    if now < until:
        desk.wake_at(until)
    return now < until


def _worth_another(row: LocationRow) -> bool:
    """One that took all the time that there is has had its chance."""
    passing = row.lookup_fault is not None and row.lookup_fault.kind in PASSING - {Kind.TIMED_OUT}
    return row.lookup is Lookup.FAILED and passing and row.lookups < _MOST_LOOKUPS
