# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's own caps on top of the quota: by order, by location, by headroom."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import failure
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection
from ansible_collections.openmultistack.cloud.tests.chaos.evidence import Evidence
from ansible_collections.openmultistack.cloud.tests.chaos.invariants.bounded_flight import (
    bounded_flight,
    refused_for_room,
)

from .cloud import SMALL, Place
from .world import SPEC, World, marked, order_of


def split(result: t.Any) -> dict[str, int]:
    return {each.location: each.running for each in result.tallies}


def test_no_location_gets_more_than_max_per_location() -> None:
    world = World([Place("a:1"), Place("b:1"), Place("c:1", quota=1)])
    assert split(world.launch(9, max_per_location=4)) == {"a:1": 4, "b:1": 4, "c:1": 1}


def test_max_per_location_counts_what_is_there() -> None:
    world = World([Place("a:1"), Place("b:1")])
    for slot in (1, 2, 3):
        world.add("a:1", marked(slot, f"s{slot}"))
    result = world.launch(8, min_count=6, max_per_location=3)
    assert split(result) == {"a:1": 3, "b:1": 3}
    assert [(each.location, each.bound.resource) for each in result.refusals if each.bound] == [
        ("a:1", "max_per_location"),
        ("b:1", "max_per_location"),
    ]


def test_headroom_of_order_and_location_stays_free() -> None:
    world = World([Place("a:1", quota=10, hints=Hints(headroom=3)), Place("b:1", quota=10)])
    assert split(world.launch(30, min_count=0, headroom=2)) == {"a:1": 5, "b:1": 8}


def test_headroom_is_named_where_it_is_what_binds() -> None:
    big = Flavor(id="2", name="m1.big", vcpus=4, ram=512)
    world = World([Place("a:1", quota=20, cores=40, flavors=(big,))])
    result = world.launch(9, min_count=0, headroom=15)
    assert [(each.bound.resource, each.room) for each in result.refusals if each.bound] == [("instances", 0)]


def test_max_servers_of_a_location_counts_all_fleets() -> None:
    world = World([Place("a:1", hints=Hints(max_servers=3)), Place("b:1", quota=2)])
    world.add("a:1", marked(1, "other", fleet="shop"))
    result = world.launch(9, min_count=0)
    assert split(result) == {"a:1": 2, "b:1": 2}


def test_an_owner_gets_no_more_than_the_location_allows() -> None:
    hints = Hints(max_servers_per_owner=3)
    world = World([Place("a:1", hints=hints), Place("b:1", quota=2)])
    world.add("a:1", marked(1, "mine", fleet="shop", owner="ada"))
    world.add("a:1", marked(2, "yours", fleet="shop", owner="bob"))
    result = world.launch(9, min_count=0, owner="ada")
    assert split(result) == {"a:1": 2, "b:1": 2}
    assert "max_servers_per_owner" in {each.bound.resource for each in result.refusals if each.bound}


def test_ports_bound_a_location_where_the_order_names_networks() -> None:
    world = World([Place("a:1", ports=7)])
    two = replace(SPEC, networks=("one", "two"))
    result = world.launch(5, min_count=0, spec=two)
    assert (split(result), [each.bound.resource for each in result.refusals if each.bound]) == ({"a:1": 3}, ["ports"])


def test_ports_that_a_refused_post_did_not_take_are_free_again() -> None:
    refused = iter([Fault(kind=Kind.CONFLICT, message="in use", status=409)])
    world = World([Place("a:1", ports=2)])
    world.place("a:1").script = lambda command: next(refused, None) if isinstance(command, m.Create) else None
    assert world.launch(2).exact


def test_nothing_is_placed_where_the_limits_cannot_be_read() -> None:
    world = World([Place("a:1", limitless=True)])
    result = world.launch(1)
    assert (result.objection, len(world.alive())) == (Objection.NO_ROOM, 0)
    assert "a:1: it did not tell its limits, so nothing is placed there" in failure(result)


def test_limits_that_can_be_read_later_are_used() -> None:
    world = World([Place("a:1", limitless=True), Place("b:1", quota=2, build=30.0)])
    world.later(1020.0, lambda: setattr(world.place("a:1"), "limitless", False))
    assert split(world.launch(3, min_count=1)) == {"a:1": 1, "b:1": 2}


@pytest.mark.parametrize("facts", [{"quota": 7}, {"cores": 14}, {"quota": None, "cores": 14}])
def test_a_lone_order_is_never_refused_for_room(facts: dict[str, t.Any]) -> None:
    two = Flavor(id="2", name="m1.two", vcpus=2, ram=512)
    world = World([Place("a:1", flavors=(two,), **facts)])
    run = world.start(order_of(9, min_count=0))
    assert len(world.finish(run).servers) == 7
    assert list(refused_for_room(run)) == []


def test_servers_of_others_take_room() -> None:
    world = World([Place("a:1", quota=5)])
    for slot in range(1, 4):
        world.add("a:1", marked(slot, f"s{slot}", fleet="shop"))
    assert len(world.launch(9, min_count=0).servers) == 2


def test_many_servers_over_many_locations_need_few_requests() -> None:
    world = World([Place(f"p{n:02d}:1", flavors=(SMALL,)) for n in range(20)])
    run = world.start(order_of(60))
    result = world.finish(run)
    assert (result.exact, {each.running for each in result.tallies}) == (True, {3})
    assert len(run.commands) <= 20 * (1 + 1 + 1) + 60 + 20 * 12
    assert list(bounded_flight(Evidence(run))) == []


def test_posts_go_out_at_each_locations_own_pace() -> None:
    world = World([Place("a:1", latency=1.0), Place("b:1", latency=0.1)])
    run = world.start(order_of(30))
    world.finish(run)
    first = min(at for at, command in run.sent if isinstance(command, m.Create))
    burst = [command.location for at, command in run.sent if isinstance(command, m.Create) and at == first]
    assert sorted(burst) == ["a:1"] * 4 + ["b:1"] * 4
