# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Where the next servers go: offers in, assignments out; the same input and seed give the same plan in any order.

A strategy is one entry of `STRATEGIES`: a way to fill (level the locations, or pack one after the other), and a key.
"""

from __future__ import annotations

import enum
import hashlib
import heapq
import typing as t
from dataclasses import dataclass

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
class Placement:
    """Which slot goes where, and which slots found no room."""

    assigned: tuple[tuple[int, Offer], ...] = ()
    unplaced: tuple[int, ...] = ()


class Fill(enum.Enum):
    """LEVEL raises the lowest location first; PACK fills one location before it opens the next."""

    LEVEL = "level"
    PACK = "pack"


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to fill, and what makes one place come before another: the smallest key is next."""

    fill: Fill
    key: t.Callable[[Shelf], float]


STRATEGIES: dict[str, Strategy] = {
    "even": Strategy(Fill.LEVEL, lambda shelf: shelf.have),
    "pack": Strategy(Fill.PACK, lambda shelf: -shelf.place.hints.priority),
}


def place_slots(slots: t.Sequence[int], places: t.Iterable[Place], strategy: str, seed: str) -> Placement:
    """Assign each slot, lowest first, to an offer that has room; O(slots · log(places))."""
    policy = STRATEGIES[strategy]
    shelves = {place.label: Shelf(place) for place in places}
    queue = [(policy.key(shelf), _tie(seed, label), label) for label, shelf in shelves.items()]
    heapq.heapify(queue)
    assigned: list[tuple[int, Offer]] = []
    waiting = sorted(slots)
    while queue and len(assigned) < len(waiting):
        _key, tie, label = queue[0]
        shelf = shelves[label]
        offer = shelf.take()
        if offer is None:
            heapq.heappop(queue)
            continue
        assigned.append((waiting[len(assigned)], offer))
        if policy.fill is Fill.LEVEL:
            heapq.heapreplace(queue, (policy.key(shelf), tie, label))
    return Placement(assigned=tuple(assigned), unplaced=tuple(waiting[len(assigned) :]))


class Shelf:
    """What is left of one place while a plan is being made."""

    def __init__(self, place: Place) -> None:
        self.place: Place = place
        self.have: int = place.have
        self._room = place.room
        self._zones = dict(place.zones_used)
        self._offers: dict[Flavor, list[Offer]] = {}
        for offer in place.offers:
            self._offers.setdefault(offer.flavor, []).append(offer)

    def take(self) -> Offer | None:
        """The next offer here: the first flavor that still fits, in its emptiest zone."""
        for flavor, offers in self._offers.items():
            if self._room.takes(flavor):
                offer = min(offers, key=lambda each: (self._zones.get(each.zone, 0), each.zone or ""))
                self._zones[offer.zone] = self._zones.get(offer.zone, 0) + 1
                self._room = self._room.less(flavor)
                self.have += 1
                return offer
        return None


def _tie(seed: str, label: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{label}".encode()).digest()
