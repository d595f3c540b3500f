# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Where the next servers go: offers in, assignments out; the same input and seed give the same plan in any order.

A strategy is one entry of `STRATEGIES`: a way to fill (level the locations, pack one after the other, or use a single
one), and a key.
"""

from __future__ import annotations

import enum
import hashlib
import heapq
import typing as t
from dataclasses import dataclass, field

from .model import Flavor, Hints, Offer

if t.TYPE_CHECKING:
    from .room import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One location as the planner sees it; ``have`` is how many servers of the fleet it holds or is to hold already.

    ``zones_used`` counts the fleet's servers there by zone; ``offers`` are in the user's order of preference.
    """

    label: str
    room: Room
    offers: tuple[Offer, ...]
    have: int = 0
    zones_used: tuple[tuple[str | None, int], ...] = ()
    hints: Hints = Hints()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where one slot is to be tried first; an empty flavor or zone leaves that open."""

    location: str
    flavor: str = ""
    zone: str = ""

    def matches(self, offer: Offer) -> bool:
        return self.flavor in ("", offer.flavor.name, offer.flavor.id) and self.zone in ("", offer.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The user's own plan, by slot; ``strict`` says that its slots go there or nowhere."""

    by_slot: t.Mapping[int, Wish] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which slot goes where, and which slots found no room."""

    assigned: tuple[tuple[int, Offer], ...] = ()
    unplaced: tuple[int, ...] = ()


class Fill(enum.Enum):
    """LEVEL raises the lowest location first; PACK fills one location before it opens the next.

    WHOLE fills one location, or none where no location takes all that is wanted.
    """

    LEVEL = "level"
    PACK = "pack"
    WHOLE = "whole"


Key = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to fill, and what makes one place come before another: the smallest key is next."""

    fill: Fill
    key: t.Callable[[Shelf], Key]


# Levelling by (servers + 1) / share gives each location its proportional part (Jefferson's method).
STRATEGIES: dict[str, Strategy] = {
    "even": Strategy(Fill.LEVEL, lambda shelf: (shelf.have,)),
    "balanced": Strategy(Fill.LEVEL, lambda shelf: (_part(shelf.have, shelf.capacity),)),
    "weighted": Strategy(Fill.LEVEL, lambda shelf: (_part(shelf.have, shelf.hints.weight),)),
    "pack": Strategy(Fill.PACK, lambda shelf: (-shelf.hints.priority,)),
    "single": Strategy(Fill.WHOLE, lambda shelf: (-shelf.have, -shelf.hints.priority)),
    "cheapest": Strategy(Fill.LEVEL, lambda shelf: (shelf.hints.cost, shelf.have)),
}


def place_slots(
    slots: t.Sequence[int], places: t.Iterable[Place], strategy: str, seed: str, wishes: Wishes | None = None
) -> Placement:
    """Assign each slot, lowest first, to an offer that has room; O(slots · log(places))."""
    shelves = {place.label: Shelf(place) for place in places}
    wishes = wishes or Wishes()
    assigned = _as_wished(sorted(slots), shelves, wishes.by_slot)
    settled = {slot for slot, _offer in assigned} | (wishes.by_slot.keys() if wishes.strict else set())
    waiting = [slot for slot in sorted(slots) if slot not in settled]
    offers = _filled(STRATEGIES[strategy], shelves, seed, len(waiting))
    assigned = sorted([*assigned, *zip(waiting, offers, strict=False)], key=lambda each: each[0])
    placed = {slot for slot, _offer in assigned}
    return Placement(assigned=tuple(assigned), unplaced=tuple(slot for slot in sorted(slots) if slot not in placed))


def _as_wished(
    slots: t.Sequence[int], shelves: t.Mapping[str, Shelf], wishes: t.Mapping[int, Wish]
) -> list[tuple[int, Offer]]:
    """What of the user's own plan has room."""
    found = []
    for slot in slots:
        wish = wishes.get(slot)
        shelf = shelves.get(wish.location) if wish else None
        offer = shelf.take(wish.matches) if wish and shelf else None
        if offer is not None:
            found.append((slot, offer))
    return found


def _filled(policy: Strategy, shelves: t.Mapping[str, Shelf], seed: str, wanted: int) -> list[Offer]:
    """The offers that as many servers as are wanted take, as far as there is room."""
    queue = [(policy.key(shelf), _tie(seed, label), label) for label, shelf in shelves.items()]
    if policy.fill is Fill.WHOLE:
        queue = _whole(queue, shelves, wanted)
    heapq.heapify(queue)
    taken: list[Offer] = []
    while queue and len(taken) < wanted:
        _key, tie, label = queue[0]
        shelf = shelves[label]
        offer = shelf.take()
        if offer is None:
            heapq.heappop(queue)
            continue
        taken.append(offer)
        if policy.fill is Fill.LEVEL:
            heapq.heapreplace(queue, (policy.key(shelf), tie, label))
    return taken


def _whole(
    queue: t.Sequence[tuple[Key, bytes, str]], shelves: t.Mapping[str, Shelf], wanted: int
) -> list[tuple[Key, bytes, str]]:
    """The one location that takes them all, in one flavor: where the fleet is already, once it is anywhere."""
    begun = any(shelf.have for shelf in shelves.values())
    for row in sorted(queue)[: 1 if begun else None]:
        if shelves[row[2]].keep_to_a_flavor_for(wanted):
            return [row]
    return []


def _part(have: int, share: float) -> float:
    """How full a location would be with one more; without a share it comes last."""
    return (have + 1) / share if share > 0 else float("inf")


def _any(_offer: Offer) -> bool:
    return True


class Shelf:
    """What is left of one place while a plan is being made."""

    def __init__(self, place: Place) -> None:
        self.hints: Hints = place.hints
        self.have: int = place.have
        self._room = place.room
        self._zones = dict(place.zones_used)
        self._offers: dict[Flavor, list[Offer]] = {}
        for offer in place.offers:
            self._offers.setdefault(offer.flavor, []).append(offer)
        self.capacity: int = self.have + max(map(self._room.of, self._offers), default=0)

    def take(self, fits: t.Callable[[Offer], bool] = _any) -> Offer | None:
        """The next offer here: the first flavor that still fits, in its emptiest zone."""
        for flavor, all_of_it in self._offers.items():
            offers = [offer for offer in all_of_it if fits(offer)]
            if offers and self._room.takes(flavor):
                offer = min(offers, key=lambda each: (self._zones.get(each.zone, 0), each.zone or ""))
                self._zones[offer.zone] = self._zones.get(offer.zone, 0) + 1
                self._room = self._room.less(flavor)
                self.have += 1
                return offer
        return None

    def keep_to_a_flavor_for(self, wanted: int) -> bool:
        """Offer only the first flavor of which as many as are wanted fit, if there is one."""
        for flavor, offers in self._offers.items():
            if self._room.of(flavor) >= wanted:
                self._offers = {flavor: offers}
                return True
        return False


def _tie(seed: str, label: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{label}".encode()).digest()
