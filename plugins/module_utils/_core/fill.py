# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Filling empty slots: look the names up, plan within the room that is left, and POST at each location's own pace."""

from __future__ import annotations

import typing as t
from collections import Counter, deque

from . import messages as m
from .adopt import adoptable
from .fence import fence_for, guarded, unfenced
from .heritage import expires, owner
from .holds import held
from .identity import (
    COUNT_KEY,
    EXPIRES_KEY,
    IMAGE_KEY,
    MARK_KEY,
    OWNER_KEY,
    Mark,
    description_with,
    server_name,
    token_from,
)
from .names import looked_up, may_learn
from .patience import may_yet, waits_for_room
from .place import Place, Placement, place_slots
from .renewal import makes_way, renewable, renews
from .result import Objection, What
from .rows import LONG_AGO, AttemptRow, LocationRow, Lookup
from .tables import Filling
from .vacancy import presence, vacancy
from .wanted import wanted
from .watch import leaving

if t.TYPE_CHECKING:
    from .desk import Desk
    from .model import Offer

_PLAN_EVERY = 0.1


def fill(desk: Desk, now: float) -> None:
    """Bring servers to the slots that have none, as far as time, room and attempts allow."""
    if not (desk.tables.slots[Filling.EMPTY] or renewable(desk)) or now >= desk.run.last_post:
        desk.queues.clear()
        return
    if not looked_up(desk, now):
        desk.open = True
        if desk.planned_at == LONG_AGO:
            return
    desk.open |= may_learn(desk)
    if desk.replan or now >= desk.replan_at or (desk.placement.unplaced and desk.tables.roomier):
        _plan(desk, now)
    _post(desk, now)
    if desk.replan or any(desk.queues.values()) or (desk.placement.unplaced and may_yet(desk, now)):
        desk.open = True


def planned(desk: Desk, slots: t.Sequence[int], now: float) -> Placement:
    """Where these slots would go now."""
    here = presence(desk.tables)
    places = [place for row in desk.tables.locations.values() if (place := _place(desk, row, here[row.label], now))]
    order = desk.run.order
    return place_slots(slots, places, order.strategy, order.fleet, order.wishes)


def enough(desk: Desk, placement: Placement) -> bool:
    """Whether the plan, with what stands already, reaches the least that the order accepts."""
    slots = desk.tables.slots
    standing = slots[Filling.FILLED] | slots[Filling.PENDING] | slots[Filling.TWIN]
    standing |= set(adoptable(desk).values())
    here = {slot for slot in standing if slot <= desk.run.order.count} - renewable(desk)
    return len(here.union(slot for slot, _offer in placement.assigned)) >= desk.run.order.min_count


def _plan(desk: Desk, now: float) -> None:
    """Make the plan anew for all open slots, at most every tenth of a second: faults come in bursts."""
    if now < desk.planned_at + _PLAN_EVERY:
        desk.wake_at(desk.planned_at + _PLAN_EVERY)
        return
    slots = wanted(desk)
    desk.planned_at, desk.replan, desk.replan_at = now, False, float("inf")
    desk.tables.roomier = False
    desk.placement = planned(desk, slots, now)
    desk.short_of_room = bool(desk.placement.unplaced)
    _make_way(desk, now)
    going = any(leaving(desk, row, now) for row in desk.tables.servers.values())
    hopeless = not (desk.posts or going or desk.unsettled or waits_for_room(desk) or may_learn(desk))
    if hopeless and not enough(desk, desk.placement):
        desk.objection = Objection.NO_ROOM
        return
    desk.queues = {}
    for slot, offer in desk.placement.assigned:
        desk.queues.setdefault(offer.location, deque()).append((slot, offer))
    for label, queue in desk.queues.items():
        desk.tell(now, What.PLACED, location=label, why=f"{len(queue)} of {len(slots)}")
    if desk.placement.unplaced:
        desk.tell(now, What.UNPLACED, why=f"{len(desk.placement.unplaced)} of {len(slots)}")


def _make_way(desk: Desk, now: float) -> None:
    """Have those looked at that are to go before their replacements come."""
    standing = (row for slot in desk.placement.unplaced for row in desk.tables.candidates(slot)[:1])
    slots = {row.slot for row in standing if makes_way(desk, row)}
    if slots:
        desk.unsettled |= slots
        desk.open = True
        desk.wake_at(now)


def _place(desk: Desk, row: LocationRow, zones: Counter[str | None], now: float) -> Place | None:
    """One location as the planner sees it, or None where it takes nothing now."""
    limits = row.placeable
    if limits is None or row.lookup is not Lookup.KNOWN:
        return None
    offers = tuple(offer for offer in row.offers if held(desk.tables, offer, now) is None)
    have = sum(zones.values())
    return Place(
        label=row.label,
        room=vacancy(desk, row, limits, have).room,
        offers=offers,
        have=have,
        zones_used=tuple(zones.items()),
        hints=row.location.hints,
    )


def _post(desk: Desk, now: float) -> None:
    """Send what the paces allow, location by location in turn, so that none waits for another."""
    for label, queue in desk.queues.items():
        row = desk.tables.locations[label]
        barred = {offer for offer in row.offers if held(desk.tables, offer, now)} if queue and row.holds else ()
        if barred and any(offer in barred for _slot, offer in queue):
            queue.clear()
            desk.replan = True
            desk.wake_at(desk.planned_at + _PLAN_EVERY)
        while queue and _may_post(desk, row, queue[0][1], now):
            slot, offer = queue.popleft()
            if desk.tables.filling(slot) is Filling.EMPTY or renews(desk, slot):
                _create(desk, row, slot, offer, now)


def _may_post(desk: Desk, row: LocationRow, offer: Offer, now: float) -> bool:
    return row.pace.ready(now) and row.pace.allows(_room_for(desk, row, offer), now) and guarded(desk, row)


def _room_for(desk: Desk, row: LocationRow, offer: Offer) -> int:
    """How many POSTs of this offer may be under way; the plan has seen to the user's own caps."""
    limits = row.placeable
    return 0 if limits is None else vacancy(desk, row, limits).room.of(offer.flavor) + row.pace.in_flight


def _create(desk: Desk, row: LocationRow, slot: int, offer: Offer, now: float) -> None:
    order = desk.run.order
    token = token_from(desk.run.entropy, desk.posts)
    desk.posts += 1
    mark = Mark(
        fleet=order.fleet,
        slot=slot,
        token=token,
        run_at=desk.run.run_at,
        until=int(desk.run.run_at + order.patience.timeout) + 1,
        replaced_at=desk.run.run_at if renews(desk, slot) else 0,
        spec=order.spec.digest,
    )
    written = {
        MARK_KEY: str(mark),
        EXPIRES_KEY: expires(desk, row),
        OWNER_KEY: owner(desk, row),
        IMAGE_KEY: order.spec.image_told,
        **({COUNT_KEY: str(order.count)} if order.wait_for_room else {}),
    }
    row.pace.sent()
    fence = fence_for(desk, row) if order.fence and not unfenced(row) else None
    if fence is not None:
        fence.posts += 1
    desk.tables.add_attempt(AttemptRow(token=token, slot=slot, offer=offer, posted_at=now, fence=fence))
    desk.replan |= desk.tables.settle()
    desk.ask(
        m.Create(
            location=row.label,
            slot=slot,
            token=token,
            name=server_name(order.fleet, slot),
            offer=offer,
            metadata=tuple({**dict(order.spec.metadata), **written}.items()),
            description=description_with(mark, order.spec.description),
            group=fence.group if fence else None,
        )
    )
