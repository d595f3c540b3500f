# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Server groups as fences: once a group is deleted, no POST that carries it can create a server any more.

Nova adds a server to its group before it accepts it, and fails where the group is gone (nova/compute/api.py,
_provision_instances). So a POST whose answer was lost is settled by deleting its group and one survey after that.
"""

from __future__ import annotations

import typing as t

from . import messages as m
from .identity import token_from
from .rows import AttemptRow, Fence, Guard, LocationRow, State

if t.TYPE_CHECKING:
    from .desk import Desk
    from .tables import Tables

# Nova's default quota of members of a group.
MEMBERS = 10
_MOST_FAILURES = 2
_SERVER_ERROR = 500
_NUMBERS = 1 << 32  # the names of fences use token numbers that no attempt reaches


def fence_for(desk: Desk, row: LocationRow) -> Fence | None:
    """An open fence with a place left at this location; asks for one where there is none and none is coming."""
    for fence in row.fences:
        if fence.state is Guard.OPEN and fence.posts < MEMBERS:
            return fence
    if all(fence.state is not Guard.OPENING for fence in row.fences):
        number = _NUMBERS + sum(len(each.fences) for each in desk.tables.locations.values())
        name = f"{desk.run.order.fleet}-{token_from(desk.run.entropy, number)}"
        row.fences.append(Fence(name=name))
        desk.ask(m.OpenFence(location=row.label, name=name))
    return None


def guarded(desk: Desk, row: LocationRow) -> bool:
    """Whether a POST may go out here: with an open fence, or without one where none is wanted or to be had."""
    return not desk.run.order.fence or unfenced(row) or fence_for(desk, row) is not None


def unfenced(row: LocationRow) -> bool:
    """Whether a location refused fences so often that POSTs go without."""
    none = (Guard.LEFT, Guard.REFUSED)
    return sum(not fence.group for fence in row.fences if fence.state in none) > _MOST_FAILURES


def settle_fences(desk: Desk, *, every: bool) -> bool:
    """Shut the fences of lost POSTs, those that are used up, and with ``every`` all; whether any end is waited for."""
    attempts: dict[str, list[AttemptRow]] = {}
    for attempt in desk.tables.attempts.values():
        if attempt.fence is not None:
            attempts.setdefault(attempt.fence.name, []).append(attempt)
    for row in desk.tables.locations.values():
        for fence in row.fences:
            if desk.stopped and fence.failures:
                fence.state = Guard.LEFT
            if fence.state is Guard.OPEN and (every or _due(fence, attempts.get(fence.name, []))):
                fence.state = Guard.SHUTTING
                desk.ask(m.ShutFence(location=row.label, group=fence.group))
    every_fence = (fence for row in desk.tables.locations.values() for fence in row.fences)
    return any(fence.state in (Guard.OPENING, Guard.SHUTTING) for fence in every_fence)


def _due(fence: Fence, attempts: t.Sequence[AttemptRow]) -> bool:
    """A lost POST wants its fence shut at once; a full one is of no use once all its POSTs have ended."""
    lost = any(each.state in (State.AMBIGUOUS, State.COVERED) for each in attempts)
    return lost or (fence.posts >= MEMBERS and all(each.state is not State.POSTING for each in attempts))


def shut_out(row: LocationRow, attempt: AttemptRow) -> bool:
    """Whether nothing can come of a lost POST: its fence is shut, and a survey begun after that did not show it."""
    fence = attempt.fence
    return fence is not None and fence.state is Guard.SHUT and row.surveyed_at >= fence.shut_at


def fence_open(tables: Tables, event: m.FenceOpen) -> None:
    for fence in tables.locations[event.location].fences:
        if fence.state is Guard.OPENING:
            fence.state, fence.group = Guard.OPEN, event.group


def fence_shut(tables: Tables, event: m.FenceShut) -> None:
    for fence in _of(tables, event):
        fence.state, fence.shut_at = Guard.SHUT, event.now


def fence_refused(tables: Tables, event: m.FenceRefused) -> None:
    """One whose opening has no answer is left, since it may exist; one that could not be shut is tried again."""
    refused = event.fault.status is not None and event.fault.status < _SERVER_ERROR
    for fence in tables.locations[event.location].fences:
        if fence.state is Guard.OPENING:
            fence.state = Guard.REFUSED if refused else Guard.LEFT
    for fence in _of(tables, event):
        fence.failures += 1
        fence.state = Guard.OPEN if fence.failures <= _MOST_FAILURES else Guard.LEFT


def _of(tables: Tables, event: m.FenceShut | m.FenceRefused) -> list[Fence]:
    fences = tables.locations[event.location].fences
    return [fence for fence in fences if fence.state is Guard.SHUTTING and fence.group == event.group]
