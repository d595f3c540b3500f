# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet is brought to its count, and a second run finds nothing to do."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import mark_from
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Spec
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import warnings

from .cloud import EPOCH, SMALL, Place, Upset
from .world import SPEC, World, kinds, marked, order_of, writes

BIG = Flavor(id="2", name="m1.big", vcpus=8, ram=8192)


def three(**facts: t.Any) -> World:
    return World([Place(label, **facts) for label in ("a:1", "b:1", "c:1")])


def names(count: int) -> list[str]:
    return [f"crawl-{slot:03d}" for slot in range(1, count + 1)]


def test_fills_every_slot_once_and_says_exact() -> None:
    world = three()
    result = world.launch(30)
    assert (result.exact, result.failed, result.changed) == (True, False, True)
    assert world.names() == names(30)
    assert {each.location: each.running for each in result.tallies} == {"a:1": 10, "b:1": 10, "c:1": 10}


def test_a_rerun_reads_each_location_once_and_writes_nothing() -> None:
    world = three()
    world.launch(30)
    again = world.start(order_of(30))
    result = world.finish(again)
    assert (result.exact, result.changed, len(result.servers)) == (True, False, 30)
    assert kinds(again.commands) == {m.Survey: 3}


@pytest.mark.parametrize(("before", "after"), [(5, 9), (9, 5), (9, 0), (1, 30)])
def test_goes_from_one_count_to_another(before: int, after: int) -> None:
    world = three()
    world.launch(before)
    result = world.launch(after)
    assert (result.exact, result.changed) == (True, True)
    assert world.names() == names(after)


def test_takes_the_highest_slots_away() -> None:
    world = three()
    world.launch(9)
    run = world.start(order_of(5))
    result = world.finish(run)
    assert kinds(run.commands)[m.Delete] == 4
    assert [each.name for each in result.removed] == names(9)[5:]


def test_destroying_servers_costs_no_read_of_each() -> None:
    world = three()
    world.launch(30)
    run = world.start(order_of(0, absent=True))
    result = world.finish(run)
    assert (result.exact, result.failed, world.names()) == (True, False, [])
    asked = kinds(run.commands)
    assert (asked[m.Delete], asked[m.Show]) == (30, 0)


def test_making_absent_what_does_not_exist_changes_nothing() -> None:
    result = three().destroy()
    assert (result.exact, result.changed, result.failed) == (True, False, False)


def test_ends_before_the_first_post_where_there_is_no_room_for_enough() -> None:
    world = three(quota=2)
    result = world.launch(7)
    assert (result.failed, result.changed) == (True, False)
    assert result.objection is not None
    assert writes(world.commands) == []
    assert [each.room for each in result.refusals] == [2, 2, 2]


def test_is_content_with_min_count() -> None:
    result = three(quota=2).launch(7, min_count=6)
    assert (result.failed, result.exact, len(result.servers)) == (False, False, 6)
    assert [(each.slot, each.why) for each in result.missing] == [(7, "no room")]


def test_counts_room_that_it_makes_itself() -> None:
    world = World([Place("a:1", quota=5)])
    world.launch(5)
    for server in world.alive()[:2]:
        world.place("a:1").machines.pop(server.id)
    for slot in (6, 7):
        world.add("a:1", marked(slot, f"old-{slot}"))
    result = world.launch(5)
    assert (result.exact, world.names()) == (True, names(5))


def test_does_not_wait_where_it_is_told_so() -> None:
    world = three(build=100.0)
    result = world.launch(6, wait=False)
    assert (result.failed, result.exact, result.changed) == (False, False, True)
    assert [each.why for each in result.missing] == ["pending"] * 6
    assert world.now < 1010


def test_not_waiting_never_says_exact_of_what_it_did_not_confirm() -> None:
    world = World([Place("a:1")])
    world.launch(6)
    doomed = next(server.id for server in world.alive() if server.name == "crawl-006")
    run = world.start(order_of(5, wait=False))
    world.later(world.now + 0.12, lambda: world.place("a:1").machines.pop(doomed))
    result = world.finish(run)
    assert (result.exact, result.leftovers, result.failed) == (False, (), False)
    assert world.launch(5, wait=False).exact


def test_waits_for_addresses_for_a_while() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "bare", addresses=()))
    start = world.now
    result = world.launch(1)
    assert result.exact
    assert 30 <= world.now - start < 60


def test_writes_the_mark_the_expiry_the_owner_and_the_users_own_metadata() -> None:
    world = World([Place("a:1", offset=100.0)])
    spec = Spec(image="cirros", flavors=("m1.small",), metadata=(("role", "web"),), description="for Ada")
    run = world.start(order_of(1, spec=spec, lifetime=3600))
    world.finish(run)
    post = next(each for each in run.commands if isinstance(each, m.Create))
    written = dict(post.metadata)
    mark = mark_from(written["multi_stack"])
    assert mark is not None
    assert (mark.fleet, mark.slot, mark.token, mark.replaced_at) == ("crawl", 1, post.token, 0)
    assert (mark.run_at, mark.until, mark.spec) == (EPOCH + 1000, EPOCH + 1000 + 901, spec.digest)
    assert written["role"] == "web"
    assert written["multi_stack_owner"] == "demo"
    assert abs(int(written["multi_stack_expires"]) - (EPOCH + 1000 + 100 + 3600)) <= 1
    assert post.description == f"{mark} for Ada"


@pytest.mark.parametrize(("given", "expected"), [({}, "never"), ({"lifetime": 60}, "never")])
def test_servers_inherit_from_a_fleet_that_never_expires(given: dict[str, int], expected: str) -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "old", owner="ada"))
    run = world.start(order_of(2, **given))
    world.finish(run)
    post = next(each for each in run.commands if isinstance(each, m.Create))
    assert dict(post.metadata)["multi_stack_expires"] == expected
    assert dict(post.metadata)["multi_stack_owner"] == "ada"


def test_servers_inherit_the_fleets_latest_expiry() -> None:
    world = World([Place("a:1"), Place("b:1")])
    world.add("a:1", marked(1, "one", expires=EPOCH + 5000))
    world.add("b:1", marked(2, "two", expires=EPOCH + 7000))
    run = world.start(order_of(3, lifetime=60, owner="demo"))
    world.finish(run)
    post = next(each for each in run.commands if isinstance(each, m.Create))
    assert dict(post.metadata)["multi_stack_expires"] == str(EPOCH + 7000)


@pytest.mark.parametrize(("lifetime", "expected"), [(None, "never"), (61, str(EPOCH + 1060))])
def test_a_fleet_that_has_expired_hands_its_expiry_to_nobody(lifetime: int | None, expected: str) -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", expires=EPOCH + 999))
    run = world.start(order_of(2, lifetime=lifetime))
    world.finish(run)
    post = next(each for each in run.commands if isinstance(each, m.Create))
    assert dict(post.metadata)["multi_stack_expires"] == expected


@pytest.mark.parametrize(("lifetime", "lives"), [(None, 500), (900, 500), (60, 60)])
def test_a_location_may_shorten_lifetimes_and_the_result_says_so(lifetime: int | None, lives: int) -> None:
    world = World([Place("a:1", hints=Hints(max_lifetime=500))])
    run = world.start(order_of(1, lifetime=lifetime))
    result = world.finish(run)
    post = next(each for each in run.commands if isinstance(each, m.Create))
    assert abs(int(dict(post.metadata)["multi_stack_expires"]) - (EPOCH + 1000 + lives)) <= 1
    told = "a:1: its hint max_lifetime ends new servers earlier than the order asked; see their expires"
    assert (told in warnings(result)) == (lives == 500)


def test_spreads_over_zones_within_a_location() -> None:
    world = World([Place("a:1", zones=("az1", "az2"))])
    world.launch(6)
    assert sorted(server.zone for server in world.alive()) == ["az1"] * 3 + ["az2"] * 3


def test_takes_the_next_flavor_where_the_first_does_not_fit() -> None:
    world = World([Place("a:1", cores=17, flavors=(BIG, SMALL))])
    spec = Spec(image="cirros", flavors=("m1.big", "m1.small"))
    assert world.launch(3, spec=spec).exact
    assert sorted(server.flavor for server in world.alive()) == ["m1.big", "m1.big", "m1.small"]


def test_packs_by_priority_where_it_is_told_so() -> None:
    world = World([Place("a:1", quota=4), Place("b:1", quota=4, hints=Hints(priority=1))])
    result = world.launch(5, strategy="pack")
    assert {each.location: each.running for each in result.tallies} == {"a:1": 1, "b:1": 4}


def test_keeps_servers_that_are_paused_or_stopped_but_is_not_exact() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "off", status="SHUTOFF"))
    result = world.launch(1)
    assert (result.failed, result.changed, result.exact) == (False, False, False)
    assert [each.server.status for each in result.servers] == ["SHUTOFF"]


@pytest.mark.parametrize("task", ["image_uploading", "rebooting", "migrating"])
def test_never_deletes_an_active_server_that_is_busy(task: str) -> None:
    world = World([Place("a:1")])
    busy = world.add("a:1", marked(1, "busy", task=task))
    world.launch(1)
    assert [each.id for each in world.alive()] == [busy.id]
    assert writes(world.commands) == []


def test_a_server_that_a_late_location_may_hold_is_no_reason_to_wait() -> None:
    world = World([Place("a:1"), Place("b:1", script=lambda command: Upset.HANG)])
    result = world.launch(4)
    assert [label for label, _fault in result.unknown] == ["b:1"]
    assert (result.exact, len(result.servers)) == (False, 4)


def test_names_drift_but_keeps_it() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "old", spec="00000000"))
    result = world.run(order_of(1, spec=SPEC))
    assert (result.failed, result.changed, [each.drifted for each in result.servers]) == (False, False, [True])


def test_a_renamed_server_keeps_its_slot_though_no_list_shows_it() -> None:
    world = World([Place("a:1", build=20.0)])
    world.add("a:1", marked(1, "one", name="database"))
    result = world.launch(2)
    assert (result.exact, sorted(world.names())) == (True, ["crawl-002", "database"])
    assert kinds(world.commands)[m.Show] <= kinds(world.commands)[m.List]
