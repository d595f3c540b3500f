# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The confirm survey: `exact` rests on a read of every location that began after the run last waited for anything."""

from __future__ import annotations

import typing as t

from .gate import hiccupped
from .model import Phase
from .rows import LONG_AGO, Knowledge, LocationRow, ServerRow

if t.TYPE_CHECKING:
    from .desk import Desk

_MOST_FAILURES = 2
_RETRY = 1.0
_CLOCK_STEP = 1.0
# For how long after the last server of another run a fleet that is to be absent is looked at again, in seconds.
_SWEEP = 30.0


def confirm(desk: Desk, now: float) -> bool:
    """Whether every location has confirmed, or cannot; asks those that have not, also one that failed at the start."""
    since = confirmed_since(desk)
    rows = desk.tables.locations.values()
    stale = [row for row in rows if not confirmed(row, since) or hiccupped(row)]
    waiting = [row for row in stale if not _given_up(row)]
    if not waiting or now >= desk.run.deadline:
        return True
    for row in waiting:
        retry = row.failed_at + _RETRY if row.failures else now
        desk.survey_when_due(row, max(since, retry), now)
    return False


def confirmed(row: LocationRow, since: float) -> bool:
    """Whether its last complete survey is recent enough; merged and silent locations have nothing to confirm."""
    asked = row.knowledge in (Knowledge.KNOWN, Knowledge.PARTIAL)
    return not asked or (row.known and row.surveyed_at >= since)


def confirmed_since(desk: Desk) -> float:
    """When the run last waited, or, if later, when the slowest clock passed the newest `created` of all that stay.

    Only then can no other run still make a server that ranks before one of them (created in whole seconds).
    """
    rows = (row for row in desk.tables.servers.values() if row.candidate and row.phase is not Phase.UNKNOWN)
    newest = max((row.server.created for row in rows if row.server), default=0.0)
    slowest = min((row.offset for row in desk.tables.locations.values() if row.known), default=0.0)
    others = rivals(desk) if desk.run.order.absent else []
    swept = max((row.fresh_at + _SWEEP for row in others), default=desk.quiet_since)
    return max(desk.quiet_since, swept, newest + _CLOCK_STEP - slowest - desk.tables.epoch)


def rivals(desk: Desk) -> list[ServerRow]:
    """Servers that another run made while this one looked, or was making just before; it may still be at work."""
    rows = (row for row in desk.tables.servers.values() if row.fresh_at > LONG_AGO and not row.token)
    return [row for row in rows if row.belonging.mark is not None and row.belonging.mark.until > desk.run.run_at]


def _given_up(row: LocationRow) -> bool:
    """A location that fails again and again, or shows only a part, confirms nothing in this run."""
    return row.failures > _MOST_FAILURES or row.partials > _MOST_FAILURES
