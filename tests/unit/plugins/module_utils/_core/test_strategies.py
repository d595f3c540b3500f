# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole orders by each strategy and by a user's own plan, also where places fail."""

from __future__ import annotations

import typing as t
from collections import Counter

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import Wish, Wishes

from .cloud import SMALL, Place
from .world import World, marked

LARGE = Flavor(id="9", name="m1.large", vcpus=4, ram=4096)


def split(result: t.Any) -> dict[str, int]:
    return dict(Counter(each.location for each in result.servers))


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("even", {"a:1": 4, "b:1": 4, "c:1": 4}),
        ("balanced", {"a:1": 6, "b:1": 3, "c:1": 3}),
        ("weighted", {"a:1": 3, "b:1": 9}),
        ("pack", {"b:1": 2, "c:1": 10}),
        ("single", {"a:1": 12}),
        ("cheapest", {"a:1": 2, "b:1": 10}),
    ],
)
def test_each_strategy_goes_its_own_way(strategy: str, expected: dict[str, int]) -> None:
    world = World(
        [
            Place("a:1", quota=20, hints=Hints(cost=3.0)),
            Place("b:1", quota=10, hints=Hints(weight=3.0, cost=1.0, priority=1)),
            Place("c:1", quota=10, hints=Hints(weight=0.0, cost=9.0, priority=2)),
        ]
    )
    result = world.launch(12, strategy=strategy)
    assert (result.exact, split(result)) == (True, expected)


def test_single_goes_elsewhere_as_a_whole_or_not_at_all() -> None:
    no_host = Fault(kind=Kind.QUOTA, status=403, message="quota")
    world = World([Place("a:1", hints=Hints(priority=1)), Place("b:1")])
    world.place("a:1").script = lambda command: no_host if isinstance(command, m.Create) else None
    assert split(world.launch(4, strategy="single")) == {"b:1": 4}
    world.place("b:1").quota = 5
    assert split(world.launch(6, strategy="single", min_count=0)) == {"b:1": 4}


def test_single_takes_the_flavor_that_fits_all() -> None:
    world = World([Place("a:1", cores=10, flavors=(LARGE, SMALL))])
    result = world.launch(5, strategy="single")
    assert {each.server.vcpus for each in result.servers} == {1}


def test_a_plan_is_the_first_try_of_each_slot() -> None:
    down = Fault(kind=Kind.NO_HOST, status=400, message="no host")
    world = World([Place("a:1"), Place("b:1", zones=("az1", "az2")), Place("c:1")])
    world.place("c:1").script = lambda command: down if isinstance(command, m.Create) else None
    wishes = Wishes(by_slot={1: Wish(location="b:1", zone="az2"), 2: Wish(location="c:1"), 3: Wish(location="x:1")})
    result = world.launch(4, wishes=wishes)
    assert result.exact
    posts = [each for each in world.commands if isinstance(each, m.Create)]
    first = {each.slot: (each.location, each.offer.zone) for each in reversed(posts)}
    assert first[1] == ("b:1", "az2")
    assert first[2][0] == "c:1"
    assert {each.slot: each.location for each in result.servers}[2] in ("a:1", "b:1")


def test_a_strict_plan_goes_there_or_nowhere() -> None:
    world = World([Place("a:1"), Place("b:1", quota=1)])
    wishes = Wishes(by_slot={1: Wish(location="b:1"), 2: Wish(location="b:1"), 3: Wish(location="a:1")}, strict=True)
    result = world.launch(4, min_count=3, wishes=wishes)
    assert split(result) == {"b:1": 1, "a:1": 2}
    assert [each.slot for each in result.missing] == [2]


def test_two_that_both_build_are_neither_kept_nor_lost() -> None:
    world = World([Place("a:1", build=500.0)])
    for name in ("one", "two"):
        world.add("a:1", marked(1, name, created=1_800_000_990.0, until=1_900_000_000), active_at=1e6)
    result = world.launch(1, min_count=0, patience=Patience(timeout=30.0))
    assert (result.exact, result.servers) == (False, ())
