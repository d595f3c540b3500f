# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where servers go: never beyond the room, the same in any order of input, level or packed."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.fill import planned
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Hints, Offer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import (
    STRATEGIES,
    Place,
    Placement,
    Wish,
    Wishes,
    place_slots,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.room import Room
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.wanted import wanted

from .cloud import Place as Location
from .world import World, marked, order_of

pytestmark = pytest.mark.no_cover  # tracing would take most of the time, and whole orders reach every branch
TINY = Flavor(id="1", name="tiny", vcpus=1, ram=256)
LARGE = Flavor(id="2", name="large", vcpus=4, ram=1024)
ZONES = (None, "az1", "az2")


def place(label: str, room: int, *, have: int = 0, priority: int = 0, **facts: t.Any) -> Place:
    flavors = facts.pop("flavors", (TINY,))
    zones = facts.pop("zones", (None,))
    offers = tuple(Offer(location=label, flavor=flavor, zone=zone) for flavor in flavors for zone in zones)
    hints = Hints(priority=priority, weight=facts.pop("weight", 1.0), cost=facts.pop("cost", 0.0))
    return Place(label=label, room=Room(servers=room, **facts), offers=offers, have=have, hints=hints)


places = st.lists(
    st.builds(
        place,
        label=st.integers(0, 999).map("l{}:1".format),
        room=st.integers(0, 9),
        have=st.integers(0, 6),
        priority=st.integers(0, 2),
        weight=st.sampled_from([0.0, 1.0, 3.0]),
        cost=st.sampled_from([0.0, 1.0, 2.5]),
        cores=st.integers(0, 20),
        ram=st.integers(0, 6000),
        flavors=st.sampled_from([(TINY,), (LARGE, TINY), (TINY, LARGE), ()]),
        zones=st.sampled_from([(None,), ("az1", "az2")]),
    ),
    max_size=6,
    unique_by=lambda each: each.label,
)
strategies = st.sampled_from(sorted(STRATEGIES))
counts = st.integers(0, 25)


def by_location(placement: Placement) -> Counter[str]:
    return Counter(offer.location for _slot, offer in placement.assigned)


@given(places, counts, strategies)
def test_never_goes_beyond_the_room(found: list[Place], count: int, strategy: str) -> None:
    placement = place_slots(range(1, count + 1), found, strategy, "crawl")
    for each in found:
        taken = [offer for _slot, offer in placement.assigned if offer.location == each.label]
        assert len(taken) <= each.room.servers
        assert sum(offer.flavor.vcpus for offer in taken) <= each.room.cores
        assert sum(offer.flavor.ram for offer in taken) <= each.room.ram
        assert set(taken) <= set(each.offers)


@given(places, counts, strategies)
def test_each_slot_is_placed_once_or_named_and_none_waits_while_there_is_room(
    found: list[Place], count: int, strategy: str
) -> None:
    placement = place_slots(range(1, count + 1), found, strategy, "crawl")
    assert sorted([*(slot for slot, _offer in placement.assigned), *placement.unplaced]) == list(range(1, count + 1))
    if placement.unplaced and strategy != "single":
        tiny = {each.label: [offer for offer in each.offers if offer.flavor is TINY] for each in found}
        left = [each for each in found if tiny[each.label] and len(each.offers) == len(tiny[each.label])]
        assert all(by_location(placement)[each.label] == each.room.of(TINY) for each in left)


@given(places, counts, strategies, st.randoms(use_true_random=False))
def test_is_the_same_in_any_order_of_input(found: list[Place], count: int, strategy: str, chance: t.Any) -> None:
    slots = list(range(1, count + 1))
    plan = place_slots(slots, found, strategy, "crawl")
    chance.shuffle(slots)
    chance.shuffle(found)
    assert place_slots(slots, found, strategy, "crawl") == plan


@given(places, counts)
def test_even_differs_by_at_most_one_where_room_allows(found: list[Place], count: int) -> None:
    placement = place_slots(range(1, count + 1), found, "even", "crawl")
    got = by_location(placement)
    highest = max((each.have + got[each.label] for each in found if got[each.label]), default=0)
    for each in found:
        full = not any(offer.flavor is TINY for offer in each.offers) or each.room.of(TINY) <= got[each.label]
        big = any(offer.flavor is LARGE for offer in each.offers)
        assert full or big or each.have + got[each.label] >= highest - 1


@given(places, counts)
def test_pack_opens_a_place_only_when_all_of_higher_priority_are_full(found: list[Place], count: int) -> None:
    plain = [each for each in found if {offer.flavor for offer in each.offers} == {TINY}]
    got = by_location(place_slots(range(1, count + 1), plain, "pack", "crawl"))
    opened = [each for each in plain if got[each.label]]
    for each in opened:
        before = [other for other in plain if other.hints.priority > each.hints.priority]
        assert all(got[other.label] == other.room.of(TINY) for other in before)
    assert sum(got[each.label] < each.room.of(TINY) for each in opened) <= 1


@given(places, counts)
def test_cheapest_leaves_no_room_at_a_lower_cost(found: list[Place], count: int) -> None:
    plain = [each for each in found if {offer.flavor for offer in each.offers} == {TINY}]
    got = by_location(place_slots(range(1, count + 1), plain, "cheapest", "crawl"))
    dearest = max((each.hints.cost for each in plain if got[each.label]), default=0.0)
    assert all(got[each.label] == each.room.of(TINY) for each in plain if each.hints.cost < dearest)


@given(places, counts)
def test_single_uses_one_location_or_none(found: list[Place], count: int) -> None:
    got = by_location(place_slots(range(1, count + 1), found, "single", "crawl"))
    begun = {each.label for each in found if each.have}
    assert list(got.values()) in ([], [count])
    assert not begun or set(got) <= begun
    if not got and count and not begun:
        assert not any(each.room.of(offer.flavor) >= count for each in found for offer in each.offers)


def test_single_stays_where_the_fleet_is_and_keeps_to_the_flavor_that_fits_all() -> None:
    found = [place("a:1", 9, priority=5), place("b:1", 9, have=2, cores=10, flavors=(LARGE, TINY))]
    placement = place_slots(range(3, 9), found, "single", "crawl")
    assert {(offer.location, offer.flavor.name) for _slot, offer in placement.assigned} == {("b:1", "tiny")}
    assert place_slots(range(1, 12), found, "single", "crawl").unplaced == tuple(range(1, 12))


def test_single_prefers_priority_where_the_fleet_is_nowhere() -> None:
    found = [place("a:1", 9), place("b:1", 9, priority=5), place("c:1", 2, priority=9)]
    assert by_location(place_slots(range(1, 4), found, "single", "crawl")) == {"b:1": 3}


def test_weighted_gives_each_location_its_share_and_one_without_weight_the_rest() -> None:
    found = [place("a:1", 20, weight=3.0), place("b:1", 20), place("c:1", 20, weight=0.0)]
    assert by_location(place_slots(range(1, 9), found, "weighted", "crawl")) == {"a:1": 6, "b:1": 2}
    assert by_location(place_slots(range(1, 46), found, "weighted", "crawl"))["c:1"] == 5


def test_balanced_fills_every_location_to_the_same_part() -> None:
    found = [place("a:1", 30), place("b:1", 10), place("c:1", 15, have=5)]
    assert by_location(place_slots(range(1, 26), found, "balanced", "crawl")) == {"a:1": 15, "b:1": 5, "c:1": 5}


def test_a_plan_of_the_users_own_comes_first_as_far_as_there_is_room() -> None:
    found = [place("a:1", 1), place("b:1", 9, zones=("az1", "az2"), flavors=(LARGE, TINY))]
    plan = {
        1: Wish(location="a:1"),
        2: Wish(location="a:1"),
        3: Wish(location="b:1", flavor="tiny", zone="az2"),
        4: Wish(location="nowhere:1"),
    }
    where = {
        slot: (offer.location, offer.flavor.name, offer.zone)
        for slot, offer in place_slots(range(1, 5), found, "even", "crawl", Wishes(by_slot=plan)).assigned
    }
    assert where[1] == ("a:1", "tiny", None)
    assert where[2][0] == "b:1"
    assert where[3] == ("b:1", "tiny", "az2")
    assert where[4][0] == "b:1"
    strict = place_slots(range(1, 6), found, "even", "crawl", Wishes(by_slot=plan, strict=True))
    assert strict.unplaced == (2, 4)
    assert [slot for slot, _offer in strict.assigned] == [1, 3, 5]


def test_between_equals_the_fleets_name_decides() -> None:
    found = [place(f"l{n}:1", 9) for n in range(8)]
    firsts = {place_slots([1], found, "even", f"fleet-{n}").assigned[0][1].location for n in range(30)}
    assert len(firsts) > 4


def test_levels_the_zones_of_a_location() -> None:
    found = place("a:1", 9, zones=("az2", "az1"))
    uneven = Place(label="a:1", room=found.room, offers=found.offers, zones_used=(("az1", 2),))
    zones = [offer.zone for _slot, offer in place_slots(range(1, 6), [uneven], "even", "crawl").assigned]
    assert zones == ["az2", "az2", "az1", "az2", "az1"]


def test_takes_flavors_in_the_users_order() -> None:
    found = place("a:1", 9, cores=10, flavors=(LARGE, TINY))
    placement = place_slots(range(1, 6), [found], "even", "crawl")
    assert [offer.flavor.name for _slot, offer in placement.assigned] == ["large", "large", "tiny", "tiny"]
    assert placement.unplaced == (5,)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_a_thousand_slots_over_two_hundred_locations_take_about_one_step_each(strategy: str) -> None:
    steps: list[int] = []

    @dataclass(frozen=True)
    class Counting(Room):
        def takes(self, flavor: Flavor) -> bool:
            steps.append(1)
            return super().takes(flavor)

    found = [place(f"l{n}:1", 6) for n in range(200)]
    counting = [Place(label=each.label, room=Counting(servers=6), offers=each.offers) for each in found]
    placement = place_slots(range(1, 1001), counting, strategy, "crawl")
    assert len(placement.assigned) == (0 if strategy == "single" else 1000)
    assert len(steps) <= 1200


class Counted(tuple[tuple[str, str], ...]):
    """The metadata of a server; counts how often anybody reads it."""

    reads = 0

    def __iter__(self) -> t.Iterator[tuple[str, str]]:
        Counted.reads += 1
        return super().__iter__()


def test_a_plan_of_the_rest_reads_no_server_that_is_there() -> None:
    hints = Hints(max_servers_per_owner=1000)
    world = World([Location(label=f"l{n}:1", quota=50, hints=hints) for n in range(20)])
    for slot in range(1, 201):
        server = marked(slot, f"s{slot}", owner="ops")
        world.add(f"l{slot % 20}:1", replace(server, metadata=Counted(server.metadata)))
    running = world.start(order_of(400), check=True)
    assert len(world.finish(running).planned) == 200
    Counted.reads = 0
    desk = running.engine._desk
    assert len(planned(desk, wanted(desk), world.now).assigned) == 200
    assert Counted.reads == 0
