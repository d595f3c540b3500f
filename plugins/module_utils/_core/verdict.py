# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Why a server of ours must go, and what proof a DELETE of it needs: computed from the tables each time."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from .model import Phase
from .renewal import makes_way, successor
from .rows import LONG_AGO, Deletion, ServerRow

if t.TYPE_CHECKING:
    from .desk import Desk

FRESH = 10.0
NEVER = float("inf")


class Reason(enum.Enum):
    """Why a server must go."""

    ABSENT = "the fleet is to be absent"
    SURPLUS = "its slot is beyond the count"
    BROKEN = "it is in ERROR"
    STUCK = "it does not finish building"
    TWIN = "another server fills its slot"
    RELEASED = "it is only soft-deleted"
    IDLE = "it does not run, and is repaired"
    UNDONE = "the order cannot be met, and is rolled back"
    YIELDED = "an elder order waits for room as well"


class Proof(enum.Enum):
    """What must have been read in the last `FRESH` seconds: any row of it, a GET of it, or also a GET of its winner."""

    ROW = "row"
    SHOW = "show"
    WINNER = "winner"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reason to go, with the proof that it needs, which is to be read after ``since``."""

    reason: Reason
    proof: Proof
    since: float = LONG_AGO


def verdict(desk: Desk, row: ServerRow, now: float) -> Verdict | None:
    """Why this server must go now, or None while it may stay or is going already."""
    if row.server is None or not _removable(row) or not _reachable(desk, row):
        return None
    if row.phase is Phase.RELEASED:
        return Verdict(Reason.RELEASED, Proof.SHOW) if row.doom else None
    if row.phase is Phase.BROKEN and not desk.run.order.absent:
        return Verdict(Reason.BROKEN, Proof.SHOW)
    if row.slot > desk.run.order.count:
        return _beyond(desk, row)
    if row.token and (desk.undoing or desk.elder):
        return Verdict(Reason.UNDONE if desk.undoing else Reason.YIELDED, Proof.ROW)
    stuck_at = _stuck_at(desk, row)
    return Verdict(Reason.STUCK, Proof.SHOW, stuck_at) if now > stuck_at else _beside(desk, row)


def _removable(row: ServerRow) -> bool:
    return row.ours and not row.gone and not row.leaving and row.deletion is not Deletion.REFUSED


def _reachable(desk: Desk, row: ServerRow) -> bool:
    return desk.run.order.concerns(row.slot) and not desk.tables.silent(row.location)


def _beyond(desk: Desk, row: ServerRow) -> Verdict | None:
    """Every slot of a fleet that is to be absent is beyond its count."""
    if desk.run.order.absent:
        return Verdict(Reason.ABSENT, Proof.ROW)
    return None if _ordered_later(desk, row) else Verdict(Reason.SURPLUS, Proof.ROW)


def _ordered_later(desk: Desk, row: ServerRow) -> bool:
    """A later order made it: the latest order's number holds (politeness between contradicting orders)."""
    mark = row.belonging.mark
    return mark is not None and mark.run_at > desk.run.run_at


def _stuck_at(desk: Desk, row: ServerRow) -> float:
    """When a server builds for longer than the boot timeout, or, if another run made it, after that run has ended.

    A read from before that is no proof: it may have become ACTIVE in the last seconds that it had.
    One of this run is as old as the answer to its POST, any other is judged by its location's clock. Nova leaves a
    server in BUILD for ever where its maker or its host died.
    """
    if row.phase is not Phase.PENDING or row.server is None:
        return NEVER
    boot = desk.run.order.patience.boot
    attempt = desk.tables.attempts.get(row.token)
    if attempt is not None:
        return max(attempt.posted_at, attempt.ended_at) + boot
    mark = row.belonging.mark
    ends = min(row.server.created + boot, NEVER if mark is None else mark.until)
    return ends - desk.tables.epoch - desk.tables.locations[row.location].offset


def _beside(desk: Desk, row: ServerRow) -> Verdict | None:
    """Whether it goes because of another in its slot: one that serves, one that is to come, or the winner."""
    return Verdict(Reason.IDLE, Proof.WINNER) if makes_way(desk, row) else _twin(desk, row)


def _twin(desk: Desk, row: ServerRow) -> Verdict | None:
    """A loser of its slot goes only once the winner is ACTIVE with nothing under way; till then both stay."""
    standing = desk.tables.candidates(row.slot)
    if not standing or standing[0] is row or row not in standing or standing[0].phase is not Phase.READY:
        return None
    return Verdict(Reason.TWIN, Proof.WINNER)


def proof_until(desk: Desk, row: ServerRow, found: Verdict) -> float:
    """Until when the reads that prove it may be acted upon."""
    if found.proof is Proof.ROW:
        return row.seen_at + FRESH
    return min(each.shown_at for each in _needed(desk, row, found.proof)) + FRESH


def _needed(desk: Desk, row: ServerRow, proof: Proof) -> tuple[ServerRow, ...]:
    winner = successor(desk, row) if proof is Proof.WINNER else None
    return (row,) if winner is None else (row, winner)


def proven(desk: Desk, row: ServerRow, found: Verdict, now: float) -> tuple[ServerRow, ...]:
    """The servers that must be read by id before the DELETE may go out; none when it may.

    A GET counts only if it showed itself what the verdict rests on: lists are not read in the order of the truth.
    """
    if found.proof is Proof.ROW:
        return () if now - row.seen_at <= FRESH else (row,)
    needed = _needed(desk, row, found.proof)
    if all(_shows(each, found) and now - each.shown_at <= FRESH for each in needed):
        return ()
    # Also what will be old when the others come: where reads are slow, two that take turns are never fresh together.
    return tuple(each for each in needed if not _shows(each, found) or now - each.shown_at > FRESH / 2)


def _shows(row: ServerRow, found: Verdict) -> bool:
    return row.shown is row.phase and row.shown_at >= found.since
