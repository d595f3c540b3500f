# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locations that are dead, hang, die in the middle, return late, show a part, or are named twice."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints

from .cloud import Place, Upset
from .world import World, kinds, marked, order_of, writes

REFUSED = Fault(kind=Kind.UNREACHABLE, message="connection refused")
DENIED = Fault(kind=Kind.UNAUTHORIZED, message="wrong password", status=401)


def dead(fault: Fault | Upset = REFUSED) -> t.Any:
    return lambda command: fault


def between(world_of: t.Callable[[], World], begin: float, end: float, fault: Fault | Upset = REFUSED) -> t.Any:
    return lambda command: fault if begin <= world_of().now < end else None


@pytest.mark.parametrize("upset", [REFUSED, Upset.HANG])
def test_a_location_that_fails_once_is_asked_again_before_the_run_ends(upset: Fault | Upset) -> None:
    world = World([Place("a:1"), Place("b:1")])
    world.add("b:1", marked(1, "one"))
    left = iter([upset, REFUSED if upset is REFUSED else None])
    world.place("b:1").script = lambda command: next(left, None) if isinstance(command, m.Survey) else None
    result = world.launch(2)
    assert (result.exact, result.unknown, len(world.alive())) == (True, (), 2)


def test_the_only_location_is_asked_twice_before_nothing_is_done() -> None:
    world = World([Place("a:1")])
    left = iter([Upset.HANG])
    world.place("a:1").script = lambda command: next(left, None)
    assert world.launch(2).exact


@pytest.mark.parametrize(("fault", "latest"), [(REFUSED, 1012), (DENIED, 1011), (Upset.HANG, 1031)])
def test_a_location_that_is_dead_from_the_start_is_covered_and_told(fault: Fault | Upset, latest: float) -> None:
    world = World([Place("a:1"), Place("b:1", script=dead(fault))])
    result = world.launch(6)
    assert (result.exact, result.failed, len(result.servers)) == (False, False, 6)
    assert [label for label, _fault in result.unknown] == ["b:1"]
    assert world.now < latest
    assert "unreachable" in {each.what.value for each in result.decisions}


def test_a_hiccup_at_the_first_survey_is_asked_once_more() -> None:
    world = World([Place("a:1"), Place("b:1")])
    world.place("b:1").script = between(lambda: world, 0, 1000.5)
    result = world.launch(6)
    assert result.exact
    assert {each.location: each.running for each in result.tallies} == {"a:1": 3, "b:1": 3}


def test_nothing_is_done_where_nothing_answers() -> None:
    world = World([Place("a:1", script=dead())])
    result = world.launch(1)
    assert (result.failed, result.objection is not None, writes(world.commands)) == (True, True, [])


def test_fail_on_unreachable_does_nothing_where_one_is_silent() -> None:
    world = World([Place("a:1"), Place("b:1", script=dead())])
    result = world.launch(1, fail_on_unreachable=True)
    assert (result.failed, writes(world.commands)) == (True, [])
    assert [each.why for each in result.missing] == ["not tried"]


def test_absent_deletes_what_it_reaches_and_then_fails() -> None:
    world = World([Place("a:1"), Place("b:1", script=dead())])
    world.add("a:1", marked(1, "one"))
    result = world.destroy(fail_on_unreachable=True)
    assert (result.failed, result.exact, world.names()) == (True, False, [])


def test_a_location_that_dies_while_it_builds_is_covered_elsewhere() -> None:
    world = World([Place("a:1"), Place("b:1", build=30.0)])
    world.place("b:1").script = between(lambda: world, 1002, 1e9)
    result = world.launch(6)
    assert (len(result.servers), result.exact, result.failed) == (6, False, False)
    assert [label for label, _fault in result.unknown] == ["b:1"]
    assert world.now < 1100


def test_a_location_that_hangs_while_it_builds_is_covered_elsewhere() -> None:
    world = World([Place("a:1"), Place("b:1", build=30.0)])
    world.place("b:1").script = between(lambda: world, 1002, 1e9, Upset.HANG)
    result = world.launch(6)
    assert (len(result.servers), result.exact) == (6, False)
    assert world.now < 1150


def test_one_failed_list_is_no_death() -> None:
    world = World([Place("a:1", build=40.0)])
    world.place("a:1").script = between(lambda: world, 1020, 1021.5)
    assert world.launch(3).exact


def test_a_confirm_that_fails_once_is_asked_again() -> None:
    world = World([Place("a:1", build=60.0), Place("b:1")])
    world.add("b:1", marked(1, "one"))
    failed: list[float] = []

    def script(command: m.Command) -> Fault | None:
        if isinstance(command, m.Survey) and world.now > 1050 and not failed:
            failed.append(world.now)
            return REFUSED
        return None

    world.place("b:1").script = script
    result = world.launch(2)
    assert (len(failed), result.exact) == (1, True)


def test_a_confirm_that_fails_for_good_is_not_exact_and_soon_over() -> None:
    world = World([Place("a:1", build=60.0), Place("b:1")])
    world.add("b:1", marked(1, "one"))
    world.place("b:1").script = between(lambda: world, 1030, 1e9)
    result = world.launch(2)
    assert (result.exact, result.failed) == (False, False)
    assert [label for label, _fault in result.unknown] == ["b:1"]
    asked = [at for at, command in world.runs[0].sent if command.location == "b:1" and at > 1030]
    assert len(asked) <= 3
    assert world.now < 1090


def test_a_location_that_returns_while_the_run_waits_is_taken_in() -> None:
    world = World([Place("a:1", quota=2, build=40.0), Place("b:1")])
    world.add("b:1", marked(3, "three"))
    world.place("b:1").script = between(lambda: world, 0, 1010)
    result = world.launch(5, min_count=2)
    assert (result.exact, world.names()) == (True, [f"crawl-00{slot}" for slot in range(1, 6)])
    assert "three" in {each.server.id for each in result.servers}


def test_what_a_returned_location_holds_already_stays_and_its_twin_goes() -> None:
    world = World([Place("a:1", build=20.0), Place("b:1")])
    world.add("b:1", marked(1, "one"))
    world.place("b:1").script = between(lambda: world, 0, 1005, Upset.HANG)
    result = world.launch(2)
    assert (result.exact, world.names()) == (True, ["crawl-001", "crawl-002"])
    assert "one" in {each.server.id for each in result.servers}


def test_what_built_at_a_location_that_returns_is_trimmed_by_rank() -> None:
    world = World([Place("a:1"), Place("b:1", build=10.0)])
    world.place("b:1").script = between(lambda: world, 1002, 1030)
    world.place("a:1").build = 60.0
    result = world.launch(2)
    assert (result.exact, world.names()) == (True, ["crawl-001", "crawl-002"])


@pytest.mark.parametrize("labels", [("a:1", "b:1"), ("b:1", "a:1")])
def test_two_names_of_one_project_are_one_location(labels: tuple[str, str]) -> None:
    first, second = labels
    places = [Place(label, endpoint="same", latency=0.1 if label == "a:1" else 0.2) for label in labels]
    places[1].machines = places[0].machines
    world = World(places)
    world.launch(2)
    result = world.launch(3)
    assert (result.exact, result.merged) == (True, ((second, first),))
    assert world.names() == sorted(["crawl-001", "crawl-002", "crawl-003"] * 2)
    assert {each.location for each in result.servers} == {first}
    assert result.refusals == ()


def test_a_second_name_that_returns_late_leaves_the_deletes_where_they_are() -> None:
    first, second = Place("a:1", endpoint="same"), Place("b:1", endpoint="same", delete=3.0)
    first.machines = second.machines
    world = World([first, second])
    for slot in range(1, 41):
        world.add("b:1", marked(slot, f"s{slot:02d}"))
    first.script = between(lambda: world, 0, 1005)
    second.latency = 2.0
    result = world.destroy()
    assert (result.exact, result.failed, result.merged) == (True, False, (("a:1", "b:1"),))


def test_a_down_cell_makes_a_location_unknown_for_empty_slots() -> None:
    world = World([Place("a:1"), Place("b:1", unknown=frozenset({"hidden"}))])
    result = world.launch(4)
    assert (result.exact, len(result.servers)) == (False, 4)
    assert [label for label, _fault in result.unknown] == ["b:1"]
    assert kinds(world.commands)[m.Survey] < 12


def test_servers_of_a_cell_that_goes_down_are_not_held_for_gone() -> None:
    world = World([Place("a:1")])
    world.launch(2)
    world.place("a:1").unknown = frozenset(server.id for server in world.alive()[:1])
    result = world.launch(2, min_count=0)
    assert (result.exact, kinds(world.commands)[m.Create], result.failed) == (False, 2, False)
    assert result.failed is False


def test_a_cell_that_comes_back_is_exact_again() -> None:
    world = World([Place("a:1", build=30.0), Place("b:1")])
    world.add("b:1", marked(1, "one"))
    b = world.place("b:1")
    b.unknown = frozenset({"one"})
    run = world.start(order_of(2))
    world.later(1005, lambda: setattr(b, "unknown", frozenset()))
    result = world.finish(run)
    assert (result.exact, world.names()) == (True, ["crawl-001", "crawl-002"])


@pytest.mark.parametrize("refused", [{"chosen": False}, {"hints": "unavailable"}])
def test_places_that_are_left_out_get_no_server_but_keep_theirs(refused: dict[str, t.Any]) -> None:
    facts = {"hints": Hints(available=False)} if "hints" in refused else refused
    world = World([Place("a:1", quota=1), Place("b:1", **facts)])
    world.add("b:1", marked(1, "one"))
    world.add("b:1", marked(9, "nine"))
    result = world.launch(3, min_count=2)
    assert (len(result.servers), "nine" in {each.id for each in world.alive()}) == (2, False)
    assert [each.why.value for each in result.refusals] == [
        "full",
        "unavailable" if "hints" in refused else "not chosen",
    ]


def test_what_built_where_nothing_answers_any_more_is_left_and_missing() -> None:
    world = World([Place("a:1", build=60.0)])
    world.place("a:1").script = between(lambda: world, 1002, 1e9)
    result = world.launch(1)
    assert [(each.id, each.why) for each in result.leftovers] == [("id-0001", "its location fell silent")]
    assert [(each.id, each.why, each.location) for each in result.missing] == [("id-0001", "seen", "a:1")]
