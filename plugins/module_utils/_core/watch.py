# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Waiting: which locations are polled, how and when; one request tells of everything that is pending there."""

from __future__ import annotations

from dataclasses import dataclass

from . import messages as m
from .desk import LATE_BOUND, Desk
from .fence import shut_out
from .model import Phase
from .reach import answer_awaited
from .rows import AttemptRow, Deletion, Guard, LocationRow, ServerRow, State

_WATCH_EVERY = 0.2
_LOOK_AGAIN = 5.0
_SWEEP_EVERY = 15.0
_ADDRESS_PATIENCE = 30.0
# Seconds since something last changed at a location, and the seconds between two polls of it then.
_TICKS = ((10.0, 1.0), (60.0, 2.0))
_SELDOM = 5.0
_WHILE_POSTING = 5.0
_SHARE = 3.0


@dataclass(slots=True)
class Pending:
    """What is waited for at one location; ``look_at`` is when doubtful POSTs want the next survey."""

    building: bool = False
    dying: bool = False
    look_at: float | None = None


def watch(desk: Desk, now: float) -> None:
    """Ask where something is pending; what is still pending near the end of the timeout is left to the account."""
    if now >= desk.run.last_wait:
        return
    if now < desk.watched_at + _WATCH_EVERY and desk.waiting:
        desk.open = True
        desk.wake_at(desk.watched_at + _WATCH_EVERY)
        return
    desk.watched_at = now
    found = pending(desk, now)
    desk.waiting = bool(found)
    for label, each in found.items():
        desk.open = True
        _poll(desk, desk.tables.locations[label], each, now)


def pending(desk: Desk, now: float) -> dict[str, Pending]:
    """What is waited for, by location; asks for single servers that a list lacked."""
    found: dict[str, Pending] = {}
    for row in desk.tables.servers.values():
        _look(desk, found, row, now)
    for attempt in desk.tables.attempts.values():
        if attempt.state is State.POSTING:
            found.setdefault(attempt.location, Pending())
        elif attempt.state in (State.AMBIGUOUS, State.COVERED):
            _doubt(desk, found, attempt, now)
    return found


def _look(desk: Desk, found: dict[str, Pending], row: ServerRow, now: float) -> None:
    """What one server is still to become."""
    if _questionable(row) and not desk.tables.silent(row.location):
        found.setdefault(row.location, Pending())
        desk.show(row, now)
    elif leaving(desk, row, now):
        found.setdefault(row.location, Pending()).dying = True
    elif not desk.tables.stands(row) or row.slot > desk.run.order.count:
        return
    elif _coming(row, now):
        found.setdefault(row.location, Pending()).building = True
    elif answer_awaited(desk, row, now):
        found.setdefault(row.location, Pending())


def _questionable(row: ServerRow) -> bool:
    """Whether a list lacked it that should have held it; soft-deleted ones that stay are in no list."""
    stays = row.phase is Phase.RELEASED and not row.leaving
    return row.missed and not row.gone and not stays and row.deletion is not Deletion.SENT


def leaving(desk: Desk, row: ServerRow, now: float) -> bool:
    """Whether its end is worth waiting for; a deletion that a cloud ignores is given up, and reported."""
    if not row.leaving:
        return False
    return row.deletion is Deletion.SENT or now - row.dying_at < desk.run.order.patience.boot


def _coming(row: ServerRow, now: float) -> bool:
    if row.phase is Phase.PENDING:
        return True
    bare = row.server is not None and not row.server.addresses and row.phase is Phase.READY
    return bare and row.lived_at is not None and now - row.lived_at < _ADDRESS_PATIENCE


def _doubt(desk: Desk, found: dict[str, Pending], attempt: AttemptRow, now: float) -> None:
    """A POST without an answer: look now and after 5 s, then cover it, and sweep until it can hardly land any more."""
    row = desk.tables.locations[attempt.location]
    silent = desk.tables.silent(attempt.location)
    if shut_out(row, attempt):
        attempt.state = State.DEAD
        desk.tables.touched.add(attempt.slot)
        return
    if attempt.state is State.AMBIGUOUS and (silent or row.surveyed_at >= attempt.ended_at + _LOOK_AGAIN):
        attempt.state = State.COVERED
        desk.tables.touched.add(attempt.slot)
    if silent or settled(desk, attempt) or now >= attempt.posted_at + 2 * LATE_BOUND:
        return
    each = found.setdefault(attempt.location, Pending())
    seen = max(row.looked_at, row.failed_at)
    if seen < attempt.ended_at:
        at = attempt.ended_at
    else:
        at = attempt.ended_at + _LOOK_AGAIN if seen < attempt.ended_at + _LOOK_AGAIN else seen + _SWEEP_EVERY
    if attempt.fence is not None and attempt.fence.state is Guard.SHUT:
        at = attempt.fence.shut_at
    at = max(at, row.failed_at + 1.0)
    each.look_at = at if each.look_at is None else min(each.look_at, at)


def settled(desk: Desk, attempt: AttemptRow) -> bool:
    """A covered POST is held for dead once a survey begun after the late bound did not show it."""
    late = attempt.posted_at + LATE_BOUND
    return attempt.state is State.COVERED and desk.tables.locations[attempt.location].surveyed_at >= late


def _poll(desk: Desk, row: LocationRow, each: Pending, now: float) -> None:
    if row.surveying or row.listing:
        return
    tick = max(row.polled_at, row.posted_at) + _interval(desk, row, now)
    if each.look_at is not None:
        desk.survey_when_due(row, each.look_at, now)
    if each.dying:
        desk.survey_when_due(row, tick, now)
    elif each.building and not row.surveying:
        if now < tick:
            desk.wake_at(tick)
        else:
            row.listing = True
            desk.ask(m.List(location=row.label))


def _interval(desk: Desk, row: LocationRow, now: float) -> float:
    """Often while things change, seldom while they do not, and never more than a quarter of the cloud's time."""
    since = now - row.stirred_at
    usual = next((every for limit, every in _TICKS if since < limit), _SELDOM)
    posting = row.pace.in_flight or desk.queues.get(row.label)
    return max(usual, _SHARE * row.list_took, _WHILE_POSTING if posting else 0.0)
