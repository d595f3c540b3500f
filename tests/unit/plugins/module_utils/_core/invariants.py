# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true of every run and of the world after it (I1 to I6 of the engine's rules), as named predicates.

Each yields what is wrong, so that a test can say which rule broke, and how. They judge by the log of the wire and by
the world's own rank, never by the engine's tables.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import Whose, belonging, mark_from

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server

    from .world import Running, World

FLEET = "crawl"
FRESH = 10.0
MOST_IN_FLIGHT = 32
DYING = ("deleting", "soft-deleting")


def exactly(world: World, count: int) -> t.Iterator[str]:
    """I1: each slot 1..N has one live server, and there is none beyond."""
    alive = (server for server in world.alive() if server.task not in DYING)
    ours = [found for found in map(belonging, alive) if found.whose is Whose.OURS and found.fleet == FLEET]
    slots = Counter(found.slot for found in ours)
    if slots != Counter(range(1, count + 1)):
        yield f"I1: slots {sorted(slots.elements())} instead of 1..{count}"


def truly_exact(world: World, runs: t.Sequence[Running]) -> t.Iterator[str]:
    """I2: where every run of the same order said exact, exactly N exist, and all that was returned lives."""
    if all(run.result is not None and run.result.exact for run in runs):
        yield from (each.replace("I1", "I2") for each in exactly(world, runs[0].order.count))
        alive = {server.id for server in world.alive()}
        for run in runs:
            lost = {each.server.id for each in run.result.servers} - alive if run.result else set()
            yield from (f"I2: {each} was returned as exact and is gone" for each in sorted(lost))


def whole_account(run: Running) -> t.Iterator[str]:
    """I3: filled and missing make 1..N; whatever this run made and left alive is somewhere in its account."""
    result = run.result
    if result is None:
        return
    told = sorted([each.slot for each in result.servers] + [each.slot for each in result.missing])
    if told != list(range(1, run.order.count + 1)):
        yield f"I3: the account is about the slots {told}"
    yield from (f"I3: no reason for slot {each.slot}" for each in result.missing if not each.why)
    ids = {each.server.id for each in result.servers} | {each.id for each in result.leftovers}
    ids |= {each.id for each in result.missing}
    tokens = {each.token for each in result.unresolved}
    posted = {command.token for command in run.commands if isinstance(command, m.Create)}
    for server in run.world_at_end:
        mark = mark_from(server.description)
        if mark and mark.token in posted - tokens and server.id not in ids:
            yield f"I3: {server.id} in slot {mark.slot} ({server.status}, {server.task}) is in no part of the account"


def proven_deletes(run: Running) -> t.Iterator[str]:
    """I4: the newest read of what is deleted is at most 10 s old, and shows it ours and doomed."""
    for at, command in run.sent:
        if not isinstance(command, m.Delete):
            continue
        reads = [(began, sure, server) for began, sure, server in rows_of(run, command.id, at) if at - began <= FRESH]
        if not reads:
            yield f"I4: {command.id} deleted at {at} without a read of the last {FRESH} s"
            continue
        server = reads[-1][2]
        mark = mark_from(server.description)
        if mark is None or mark.fleet != run.order.fleet:
            yield f"I4: {command.id} is not ours"
        elif mark.slot <= run.order.count and not any(sure and doomed(run, each, at) for _began, sure, each in reads):
            yield f"I4: {command.id} deleted at {at}, shown as {server.status} ({server.task})"


def doomed(run: Running, server: Server, at: float) -> bool:
    """Whether a GET that showed this says that the server must go: by its status, or because another stands there."""
    return server.status in ("ERROR", "SOFT_DELETED", "BUILD") or any(True for _each in winners(run, server, at))


def proven_trims(run: Running) -> t.Iterator[str]:
    """I5: before a trim another server of the slot, of smaller rank, was shown ACTIVE with no task."""
    for at, command in run.sent:
        if not isinstance(command, m.Delete):
            continue
        server = [row for _began, _sure, row in rows_of(run, command.id, at)][-1]
        for_itself = server.status in ("ERROR", "SOFT_DELETED") or (server.status == "BUILD" and stuck(run, server, at))
        if (
            slot_of(server) <= run.order.count
            and not for_itself
            and not any(True for _each in winners(run, server, at))
        ):
            yield f"I5: {command.id} trimmed at {at} ({server.status}) without proof of its winner"


def stuck(run: Running, server: Server, at: float) -> bool:
    mark = mark_from(server.description)
    mine = mark is not None and any(isinstance(each, m.Create) and each.token == mark.token for each in run.commands)
    return mine or (mark is not None and mark.until < at + 1_800_000_000 + 60)


def winners(run: Running, loser: Server, at: float) -> t.Iterator[Server]:
    """The servers of the same slot that rank before this one and were shown ACTIVE to this run before then."""
    for heard_at, event in run.heard:
        if isinstance(event, m.Shown) and heard_at <= at and slot_of(event.server) == slot_of(loser):
            shown = event.server
            better = (shown.created, shown.id) < (loser.created, loser.id)
            if better and shown.status == "ACTIVE" and shown.task is None and at - event.started_at <= FRESH:
                yield shown


def bounded_flight(run: Running) -> t.Iterator[str]:
    """I6: never more POSTs under way than the cap; after a stop or in check mode none at all."""
    under_way: set[str] = set()
    ends = (m.Created, m.Refused, m.NotSent, m.Ambiguous)
    log = [(at, 0, event.token) for at, event in run.heard if isinstance(event, ends)]
    log += [(at, 1, command.token) for at, command in run.sent if isinstance(command, m.Create)]
    for at, begins, token in sorted(log):
        (under_way.add if begins else under_way.discard)(token)
        if len(under_way) > MOST_IN_FLIGHT:
            yield f"I6: {len(under_way)} POSTs under way at {at}"


def never_refused_for_room(run: Running) -> t.Iterator[str]:
    """I6: an order that is alone never posts beyond the quota."""
    for at, event in run.heard:
        if isinstance(event, m.Refused) and event.fault.kind.value == "quota":
            yield f"I6: refused for room at {at}"
        if isinstance(event, m.Shown) and event.server.fault and event.server.fault.code == 413:
            yield f"I6: in ERROR for room at {at}"


def ends_in_time(run: Running) -> t.Iterator[str]:
    """I8: a run ends by its deadline, and makes nothing after a stop."""
    if run.result is not None and run.ended > run.started + run.order.patience.timeout + 1e-6:
        yield f"I8: it ended {run.ended - run.started} s after it began"
    stops = [at for at, event in run.heard if isinstance(event, m.Stop)]
    late = [at for at, command in run.sent if isinstance(command, m.Create) and stops and at > stops[0]]
    yield from (f"I8: a POST at {at}, after the stop at {stops[0]}" for at in late)


def rows_of(run: Running, id: str, until: float) -> list[tuple[float, bool, Server]]:
    """What this run read of one server: when the read began, and whether it was a GET by id."""
    found = []
    for heard_at, event in run.heard:
        if heard_at > until:
            break
        if isinstance(event, m.Shown) and event.id == id:
            found.append((event.started_at, True, event.server))
        elif isinstance(event, m.Surveyed | m.Listed):
            found += [(event.started_at, False, server) for server in event.servers if server.id == id]
    return found


def slot_of(server: Server) -> int:
    mark = mark_from(server.description)
    return mark.slot if mark else 0
