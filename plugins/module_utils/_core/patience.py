# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Whether slots that found no room may find some later in this run, and when to look again."""

from __future__ import annotations

import typing as t

from .faults import ROOM
from .rows import Lookup
from .watch import leaving

if t.TYPE_CHECKING:
    from .desk import Desk

# Seconds between two looks for room: a tenth of the time waited so far, within these bounds.
_SOONEST = 5.0
_LATEST = 30.0
_SHARE = 0.1


def may_yet(desk: Desk, now: float) -> bool:
    """Whether to wait: servers are leaving, a passing fault holds an offer, or the order waits for room."""
    if any(leaving(desk, row, now) for row in desk.tables.servers.values()):
        return True
    waits = waits_for_room(desk)
    rows = [row for row in desk.tables.locations.values() if row.placeable]
    holds = [each for row in rows for each in row.holds.values() if each.until > now]
    until = min((each.until for each in holds if waits or each.fault.kind not in ROOM), default=desk.run.last_post)
    if until < desk.run.last_post:
        desk.wake_at(until)
        desk.replan_at = until
    if waits:
        await_room(desk, now)
    return waits or until < desk.run.last_post


def waits_for_room(desk: Desk) -> bool:
    """Whether the order waits for room, and some location could take its servers."""
    rows = desk.tables.locations.values()
    return desk.run.order.wait_for_room and any(row.placeable and row.lookup is Lookup.KNOWN for row in rows)


def await_room(desk: Desk, now: float) -> None:
    """Read the limits again, ever more seldom, and not at the same moment as others who began with us."""
    if now >= desk.run.last_post:
        return
    desk.open = True
    waited = now - desk.run.started
    every = min(_LATEST, max(_SOONEST, _SHARE * waited)) * (1 + desk.run.entropy[0] / 1024)
    for row in [each for each in desk.tables.locations.values() if each.placeable]:
        desk.survey_when_due(row, row.surveyed_at + every, now)
