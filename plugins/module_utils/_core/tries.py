# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the answer to a POST changes in the tables: a server, a refusal that is remembered, or a doubt."""

from __future__ import annotations

import typing as t

from .faults import Kind
from .holds import hold
from .identity import Belonging, Whose
from .rows import AttemptRow, ServerRow, State

if t.TYPE_CHECKING:
    from . import messages as m
    from .tables import Tables

_PATIENCE = 5.0
_OVERLOADED = 503


def created(tables: Tables, event: m.Created) -> None:
    attempt = tables.attempts[event.token]
    location = tables.locations[event.location]
    location.pace.answered(event.now - attempt.posted_at)
    location.posted_at = location.stirred_at = event.now
    _close(tables, attempt, State.SEEN, event.now)
    attempt.id = event.id
    if event.id not in tables.servers:
        mine = Belonging(whose=Whose.OURS, fleet=tables.fleet, slot=attempt.slot)
        row = ServerRow(id=event.id, location=event.location, slot=attempt.slot, belonging=mine)
        row.evidence_at, row.token = event.now, attempt.token
        tables.add_server(row)


def refused(tables: Tables, event: m.Refused) -> None:
    attempt = tables.attempts[event.token]
    pace = tables.locations[event.location].pace
    if event.fault.kind is Kind.RATE_LIMIT:
        pace.complained(event.now + (event.fault.retry_after or _PATIENCE))
    else:
        pace.answered(event.now - attempt.posted_at)
    _fail(tables, attempt, State.REFUSED, event)


def not_sent(tables: Tables, event: m.NotSent) -> None:
    pace = tables.locations[event.location].pace
    if event.fault.kind is Kind.RATE_LIMIT:
        pace.complained(event.now + (event.fault.retry_after or _PATIENCE))
    else:
        pace.lost()
    _fail(tables, tables.attempts[event.token], State.NOT_SENT, event)


def ambiguous(tables: Tables, event: m.Ambiguous) -> None:
    attempt = tables.attempts[event.token]
    pace = tables.locations[event.location].pace
    if event.fault.status == _OVERLOADED:
        pace.complained(event.now + (event.fault.retry_after or _PATIENCE))
    else:
        pace.lost()
    if attempt.state is State.POSTING:
        _fail(tables, attempt, State.AMBIGUOUS, event)


def _fail(tables: Tables, attempt: AttemptRow, state: State, event: m.Refused | m.NotSent | m.Ambiguous) -> None:
    _close(tables, attempt, state, event.now)
    attempt.fault = event.fault
    if state is not State.AMBIGUOUS:
        location = tables.locations[event.location]
        location.ledger.drop(attempt.token)
        location.ports_taken -= 1
    hold(tables, attempt.offer, event.fault, event.now)


def _close(tables: Tables, attempt: AttemptRow, state: State, now: float) -> None:
    attempt.state, attempt.ended_at = state, now
    tables.touched.add(attempt.slot)
