# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Orders that wait for room do not block each other: the younger gives back what it made while an elder is short.

Two orders of 15 where 20 fit would else hold ten each until both time out. It is best effort, no queue: an order is
seen by its servers, which say how many their fleet is to have, and one that has none yet is not seen at all.
"""

from __future__ import annotations

import typing as t

from .identity import COUNT_KEY, Whose, belonging
from .model import Phase
from .result import What
from .rows import Waiting
from .wanted import wanted

if t.TYPE_CHECKING:
    from .desk import Desk
    from .model import Server

_STANDING = frozenset({Phase.PENDING, Phase.READY, Phase.OCCUPIED})


def waiting_orders(fleet: str, servers: t.Iterable[Server]) -> dict[str, Waiting]:
    """The other fleets here whose orders wait for room, and the slots that they have filled here."""
    found: dict[str, Waiting] = {}
    for server in servers:
        asked = dict(server.metadata).get(COUNT_KEY, "")
        theirs = belonging(server) if asked.isascii() and asked.isdigit() else None
        if theirs is None or theirs.whose is not Whose.OURS or theirs.mark is None or theirs.fleet == fleet:
            continue
        slots = {theirs.slot} if server.phase in _STANDING else set[int]()
        seen = Waiting(run_at=theirs.mark.run_at, until=theirs.mark.until, count=int(asked), slots=slots)
        _add(found, theirs.fleet, seen)
    return found


def _add(orders: dict[str, Waiting], fleet: str, seen: Waiting) -> None:
    """Take in what one more place shows of an order."""
    order = orders.setdefault(fleet, Waiting(run_at=seen.run_at, until=seen.until, count=seen.count))
    order.run_at, order.until = min(order.run_at, seen.run_at), max(order.until, seen.until)
    order.slots |= seen.slots


def gives_way(desk: Desk, now: float) -> bool:
    """Whether this order lets an elder go first: both wait for room, and neither has what it needs."""
    short = desk.run.order.wait_for_room and not desk.undoing and bool(wanted(desk)) and desk.short_of_room
    elder = next(iter(sorted(_elders(desk, now))), "") if short else ""
    if elder and elder != desk.elder:
        desk.tell(now, What.GAVE_WAY, why=f"fleet {elder} was first")
        desk.unsettled |= {each.slot for each in desk.tables.attempts.values()}
        desk.queues.clear()
    if not elder and desk.elder:
        desk.replan = True
    desk.elder = elder
    return bool(elder)


def _elders(desk: Desk, now: float) -> t.Iterator[str]:
    """The fleets whose orders began before this one, are at work still, and lack servers."""
    orders: dict[str, Waiting] = {}
    for row in desk.tables.locations.values():
        for fleet, seen in row.waiting.items():
            _add(orders, fleet, seen)
    me = (desk.run.run_at, desk.run.order.fleet)
    for fleet, order in orders.items():
        at_work = order.until > desk.tables.epoch + now
        if at_work and (order.run_at, fleet) < me and len(order.slots) < order.count:
            yield fleet
