# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What each event changes in the tables. Nothing is decided here.

A newer read replaces an older one. Absence counts only in a complete survey that began after the last evidence was
received; a filtered list that lacks a server only makes us ask for it.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from . import messages as m
from .adopt import looked_at, mark_refused, marked
from .courtesy import waiting_orders
from .faults import Fault, Kind
from .fence import fence_open, fence_refused, fence_shut
from .identity import MARK_KEY, owner_of
from .model import Phase
from .reach import console_read, probed
from .rows import Deletion, Knowledge, LocationRow, Lookup, ServerRow
from .sight import end, note_absent, see
from .tries import ambiguous, created, not_sent, refused

if t.TYPE_CHECKING:
    from .tables import Tables

_MOST_DELETES = 3
_ASK_AGAIN = 2.0
_MOST_SELDOM = 10.0
_FOR_SLOW_ONES = 3


def learn(tables: Tables, event: m.Event) -> None:
    """Write one event into the tables; events that only wake the engine change nothing."""
    if isinstance(event, m.At) and not isinstance(event, UNANSWERED):
        tables.locations[event.location].answered_at = event.now
    teach = LESSONS.get(type(event))
    if teach is not None:
        teach(tables, event)


def _surveyed(tables: Tables, event: m.Surveyed) -> None:
    row = tables.locations[event.location]
    row.surveying, row.polled_at = False, event.now
    row.identity = event.identity
    if event.started_at <= row.surveyed_at or _merge(tables, row):
        return
    row.knowledge = Knowledge.PARTIAL if event.partial or event.unknown_ids else Knowledge.KNOWN
    row.failures, row.fault, row.user = 0, None, event.user
    if event.date is not None:
        # A Date says whole seconds, rounded down, and is read late: the greatest difference is nearest to the truth.
        found = event.date - (tables.epoch + event.now)
        row.offset = found if row.surveyed_at < 0 else max(row.offset, found)
    for server in event.servers:
        see(tables, event, server)
    _count(tables, row, event)
    row.partials = 0 if row.known else row.partials + 1
    row.looked_at = event.started_at
    if row.known:
        row.surveyed_at = event.started_at
        note_absent(tables, event, proves=True)


def _count(tables: Tables, row: LocationRow, event: m.Surveyed) -> None:
    """New limits begin a new account of what this run adds; without limits the old account goes on."""
    if event.limits is not None:
        tables.roomier = True
        row.limits, row.usage = event.limits, event.usage
        row.waiting = waiting_orders(tables.fleet, event.servers)
        row.owners = Counter(owner_of(server) for server in event.servers if MARK_KEY in dict(server.metadata))
        ids = {token: attempt.id for token, attempt in tables.attempts.items()}
        row.ledger.recount({server.id for server in event.servers}, ids)


def _merge(tables: Tables, row: LocationRow) -> bool:
    """Whether this entry is another name of a location that is known already.

    The first in clouds.yaml stays; once the run has begun, the one that it works with.
    """
    same = (
        each for each in tables.locations.values() if each is not row and each.identity == row.identity and each.known
    )
    twin = next(same, None)
    if twin is None:
        return False
    if tables.begun or twin.index < row.index:
        row.knowledge, row.merged_into = Knowledge.MERGED, twin.label
        return True
    twin.knowledge, twin.merged_into = Knowledge.MERGED, row.label
    for server in tables.servers.values():
        server.location = row.label if server.location == twin.label else server.location
    return False


def _survey_failed(tables: Tables, event: m.SurveyFailed) -> None:
    row = tables.locations[event.location]
    row.surveying, row.polled_at = False, event.now
    _unanswered(tables, row, event)


def _unanswered(tables: Tables, row: LocationRow, event: m.SurveyFailed | m.ListFailed | m.ShowFailed) -> None:
    """A read failed. A location that failed again, and answered nothing for a while, has fallen silent.

    One that refuses to talk gets a survey's patience, one that may only be slow three times that.
    """
    row.failures += 1
    row.failed_at = event.now
    row.fault = event.fault
    patience = tables.silence * (_FOR_SLOW_ONES if event.fault.kind is Kind.TIMED_OUT else 1)
    answering = row.knowledge in (Knowledge.KNOWN, Knowledge.PARTIAL)
    fell_silent = answering and row.failures > 1 and event.now - row.answered_at >= patience
    if fell_silent or row.knowledge is Knowledge.UNASKED:
        row.knowledge = Knowledge.UNREACHABLE
        tables.touched.update(each.slot for each in tables.servers.values() if each.location == row.label)
        tables.touched.update(each.slot for each in tables.attempts.values() if each.location == row.label)


def _listed(tables: Tables, event: m.Listed) -> None:
    row = tables.locations[event.location]
    row.listing, row.polled_at = False, event.now
    row.failures = 0
    row.list_took = event.now - event.started_at
    for server in event.servers:
        see(tables, event, server)
    note_absent(tables, event, proves=False)


def _list_failed(tables: Tables, event: m.ListFailed) -> None:
    row = tables.locations[event.location]
    row.listing, row.polled_at = False, event.now
    _unanswered(tables, row, event)


def _shown(tables: Tables, event: m.Shown) -> None:
    tables.locations[event.location].showing.discard(event.id)
    row = tables.servers.get(event.id)
    if row is not None:
        row.showing = False
        row.shown_at, row.shown = event.started_at, event.server.phase
        _lacked(row, event.now)
    see(tables, event, event.server)
    looked_at(tables, event)
    stays = row is not None and row.deletion is Deletion.UNKNOWN and row.phase is not Phase.DYING
    if row is not None and (stays or (row.phase is Phase.RELEASED and row.deletion is Deletion.ACCEPTED)):
        _try_again(row)


def _lacked(row: ServerRow, now: float) -> None:
    """A server that is there, but in no list, is asked for ever more seldom: it may be soft-deleted for long."""
    if row.missed:
        row.lacked += 1
        row.show_after = now + min(_MOST_SELDOM, _ASK_AGAIN * row.lacked)


def _gone(tables: Tables, event: m.Gone) -> None:
    tables.locations[event.location].showing.discard(event.id)
    tables.suspicious.pop(event.id, None)
    row = tables.servers.get(event.id)
    if row is not None:
        row.written |= row.deletion is Deletion.SENT
        _answered_delete(tables, row, Deletion.ACCEPTED)
        end(tables, row, event.started_at, event.now)


def _show_failed(tables: Tables, event: m.ShowFailed) -> None:
    tables.locations[event.location].showing.discard(event.id)
    row = tables.servers.get(event.id)
    if row is not None:
        row.showing, row.unreadable = False, True
        row.show_after = event.now + _ASK_AGAIN
    looked_at(tables, event)
    _unanswered(tables, tables.locations[event.location], event)


def _delete_accepted(tables: Tables, event: m.DeleteAccepted) -> None:
    row = tables.servers[event.id]
    _answered_delete(tables, row, Deletion.ACCEPTED)
    row.dying_at, row.written = event.now, True
    tables.locations[event.location].stirred_at = event.now


def _delete_unknown(tables: Tables, event: m.DeleteUnknown) -> None:
    row = tables.servers[event.id]
    _answered_delete(tables, row, Deletion.UNKNOWN)
    row.dying_at, row.written = event.now, True
    row.delete_fault, row.missed = event.fault, True
    _pause(row, event)


def _delete_refused(tables: Tables, event: m.DeleteRefused) -> None:
    row = tables.servers[event.id]
    if event.fault.kind is Kind.TIMED_OUT:
        row.deletes -= 1  # it was never sent: it waited too long for its turn
    _refuse_delete(tables, row, event.fault)
    if event.fault.kind is not Kind.LOCKED:
        _pause(row, event)


def _unlocked(tables: Tables, event: m.Unlocked) -> None:
    row = tables.servers[event.id]
    if event.fault is not None:
        row.deletes += 1
        _refuse_delete(tables, row, event.fault)
    else:
        _answered_delete(tables, row, Deletion.NONE)
        row.delete_fault = None


def _refuse_delete(tables: Tables, row: ServerRow, fault: Fault) -> None:
    row.delete_fault = fault
    if row.deletion is Deletion.SENT:
        _answered_delete(tables, row, Deletion.NONE)
        _try_again(row)


def _try_again(row: ServerRow) -> None:
    """A DELETE may be refused or come to nothing for a while; after the third time it is left, and reported."""
    row.deletion = Deletion.NONE if row.deletes < _MOST_DELETES else Deletion.REFUSED


def _pause(row: ServerRow, event: m.DeleteRefused | m.DeleteUnknown) -> None:
    row.delete_after = event.now + max(_ASK_AGAIN * max(1, row.deletes), event.fault.retry_after or 0.0)


def _answered_delete(tables: Tables, row: ServerRow, deletion: Deletion) -> None:
    """The DELETE under way has ended; a server that a read meanwhile showed to be gone has none."""
    if row.deletion is Deletion.SENT:
        row.deletion = deletion
        tables.locations[row.location].deleting -= 1
        tables.touched.add(row.slot)


def _looked_up(tables: Tables, event: m.LookedUp) -> None:
    row = tables.locations[event.location]
    row.lookup, row.offers = Lookup.KNOWN, event.offers
    row.ports_taken = 0
    row.ports = None if event.ports_left is None else event.ports_left // tables.ports_each
    tables.roomier = True


def _look_up_failed(tables: Tables, event: m.LookUpFailed) -> None:
    row = tables.locations[event.location]
    row.lookup, row.lookup_fault = Lookup.FAILED, event.fault
    row.look_again_at = event.now + max(_ASK_AGAIN * row.lookups, event.fault.retry_after or 0.0)
    tables.roomier = True


UNANSWERED = (m.SurveyFailed, m.ListFailed, m.LookUpFailed, m.ShowFailed, m.NotSent, m.Ambiguous, m.DeleteUnknown)

LESSONS: dict[type[m.Event], t.Callable[[Tables, t.Any], None]] = {
    m.Surveyed: _surveyed,
    m.SurveyFailed: _survey_failed,
    m.Listed: _listed,
    m.ListFailed: _list_failed,
    m.LookedUp: _looked_up,
    m.LookUpFailed: _look_up_failed,
    m.Shown: _shown,
    m.Gone: _gone,
    m.ShowFailed: _show_failed,
    m.Created: created,
    m.Refused: refused,
    m.NotSent: not_sent,
    m.Ambiguous: ambiguous,
    m.DeleteAccepted: _delete_accepted,
    m.DeleteRefused: _delete_refused,
    m.DeleteUnknown: _delete_unknown,
    m.Unlocked: _unlocked,
    m.FenceOpen: fence_open,
    m.FenceShut: fence_shut,
    m.FenceRefused: fence_refused,
    m.Marked: marked,
    m.MarkRefused: mark_refused,
    m.Probed: probed,
    m.ConsoleRead: console_read,
}
