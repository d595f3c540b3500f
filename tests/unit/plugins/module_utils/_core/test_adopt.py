# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that lack the proof are taken into the fleet only on demand, and only where that settles whose they are."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import answer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import Whose, belonging
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection

from .cloud import EPOCH, Place, Upset
from .world import World, kinds, marked, order_of, writes

BARE: dict[str, t.Any] = {"metadata": (), "description": ""}


def with_bare(slot: int = 2, **facts: t.Any) -> World:
    world = World([Place("a:1")])
    world.add("a:1", marked(slot, "bare", **{**BARE, **facts}))
    return world


def test_a_server_that_lost_its_marks_stands_for_its_slot_again() -> None:
    world = with_bare()
    run = world.start(order_of(3, adopt=True))
    result = world.finish(run)
    assert (result.exact, result.changed, [each.id for each in result.adopted]) == (True, True, ["bare"])
    assert (kinds(run.commands)[m.Create], result.suspicious) == (2, ())
    adopted = next(server for server in world.alive() if server.id == "bare")
    assert belonging(adopted).whose is Whose.OURS
    assert [each.drifted for each in result.servers] == [False, True, False]
    again = world.start(order_of(3, adopt=True))
    assert world.finish(again).exact
    assert writes(again.commands) == []
    assert answer(result)["adopted"][0]["id"] == "bare"


def test_a_renamed_server_is_adopted_by_its_description_alone_where_the_metadata_is_gone() -> None:
    whole = marked(1, "one", name="web-1")
    world = World([Place("a:1")])
    world.add("a:1", replace(whole, metadata=()))
    assert world.launch(1, adopt=True).exact


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "BUILD"},
        {"task": "image_snapshot"},
        {"locked": True},
        {"name": "web-1", "metadata": marked(2, "bare").metadata},
    ],
)
def test_what_cannot_be_marked_now_is_left_alone(facts: dict[str, t.Any]) -> None:
    world = with_bare(**facts)
    result = world.launch(1, adopt=True)
    assert (result.exact, [each.id for each in result.suspicious]) == (True, ["bare"])
    assert kinds(world.commands)[m.Mark] == 0


def test_one_beyond_the_count_goes_but_not_against_max_removals() -> None:
    world = with_bare(slot=7)
    assert world.launch(1, adopt=True, max_removals=0).objection is Objection.REMOVALS
    assert world.launch(1, adopt=True).exact
    assert "bare" not in {server.id for server in world.alive()}


def test_absent_adopts_in_order_to_delete_and_only_its_slots() -> None:
    world = with_bare()
    world.add("a:1", marked(3, "other", **BARE))
    assert world.destroy(adopt=True, slots=frozenset({2})).exact
    assert world.names() == ["crawl-003"]


def test_check_mode_says_what_it_would_adopt_and_marks_nothing() -> None:
    world = with_bare()
    result = world.run(order_of(3, adopt=True), check=True)
    assert (result.changed, [each.id for each in result.adopted], len(result.planned)) == (True, ["bare"], 2)
    assert (writes(world.commands), result.suspicious) == ([], ())


@pytest.mark.parametrize("kind", [m.Mark, m.Show])
@pytest.mark.parametrize("upset", [Upset.HANG, Fault(kind=Kind.CONFLICT, status=409, message="in use")])
def test_an_adoption_that_fails_leaves_it_as_it_is_and_the_order_goes_on(
    kind: type[m.Command], upset: Fault | Upset
) -> None:
    world = with_bare()
    world.place("a:1").script = lambda command: upset if isinstance(command, kind) and command.id == "bare" else None
    result = world.launch(2, min_count=0, adopt=True)
    assert len(result.servers) == 2
    assert result.failed is False


def test_an_adoption_that_could_not_be_looked_at_is_found_before_the_run_ends() -> None:
    """The simulation found it: the mark was written, the look failed, and an absent fleet was told to be gone."""
    world = with_bare()
    refused = iter([Fault(kind=Kind.UNREACHABLE, message="refused")])
    world.place("a:1").script = lambda command: next(refused, None) if isinstance(command, m.Show) else None
    result = world.destroy(adopt=True)
    assert (result.exact, world.alive()) == (True, [])


def test_one_that_vanishes_while_it_is_adopted_is_gone() -> None:
    world = with_bare()
    run = world.start(order_of(2, adopt=True))
    world.later(world.now + 0.12, world.place("a:1").machines.clear)
    assert world.finish(run).exact
    assert run.result is not None
    assert run.result.suspicious == ()


def test_one_whose_new_mark_does_not_hold_stays_suspicious() -> None:
    world = with_bare()
    world.place("a:1").forgets_marks = True
    result = world.launch(2, adopt=True)
    assert [each.id for each in result.suspicious] == ["bare"]
    assert (result.exact, kinds(world.commands)[m.Mark]) == (False, 1)


def test_a_run_whose_mark_may_yet_be_written_does_not_say_exact() -> None:
    """The simulation found it: the answer was lost, and the mark landed after the confirm survey."""
    world = with_bare(slot=7)
    world.place("a:1").script = lambda command: Upset.LATE if isinstance(command, m.Mark) else None
    assert not world.launch(1, adopt=True).exact


def test_a_known_server_whose_new_mark_does_not_hold_is_not_waited_for() -> None:
    world = World([Place("a:1", forgets_marks=True)])
    world.add("a:1", marked(1, "one"))
    world.add("a:1", marked(2, "two"), active_at=1010.0)
    run = world.start(order_of(2, adopt=True))
    world.later(1002, lambda: world.add("a:1", marked(1, "one", **BARE)))
    assert "one" in {each.id for each in world.finish(run).suspicious}
    assert world.now < 1100


def erased_fleet(**facts: t.Any) -> World:
    """Two servers that end, and one of them lost all metadata."""
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "whole", expires=str(EPOCH + 5000), owner="ann"))
    world.add("a:1", replace(marked(2, "erased"), metadata=(("role", "front"),), **facts))
    return world


def test_a_server_whose_metadata_was_erased_gets_its_mark_its_end_and_its_owner_back() -> None:
    world = erased_fleet()
    run = world.start(order_of(2, adopt=True))
    result = world.finish(run)
    assert (result.exact, result.changed, [each.id for each in result.adopted]) == (True, True, ["erased"])
    assert result.adopted[0].why == "its metadata was erased"
    assert (kinds(run.commands)[m.Mark], len(writes(run.commands))) == (1, 1)
    metadata = {server.id: dict(server.metadata) for server in world.alive()}
    assert metadata["erased"].pop("multi_stack") == marked(2, "erased").description
    assert metadata["erased"].pop("role") == "front"
    assert metadata["erased"] == {"multi_stack_expires": str(EPOCH + 5000), "multi_stack_owner": "ann"}
    again = world.start(order_of(2, adopt=True))
    assert (world.finish(again).changed, writes(again.commands)) == (False, [])


def test_erased_metadata_stays_so_where_nobody_asks_for_it_or_the_server_is_to_go() -> None:
    world = erased_fleet()
    for order in (order_of(2), order_of(1, adopt=True), order_of(absent=True, adopt=True)):
        world.run(order)
    assert kinds(world.commands)[m.Mark] == 0


@pytest.mark.parametrize("facts", [{"status": "BUILD"}, {"task": "image_snapshot"}, {"locked": True}])
def test_erased_metadata_that_cannot_be_written_now_is_left_for_another_run(facts: dict[str, t.Any]) -> None:
    world = erased_fleet(**facts)
    world.launch(2, min_count=0, adopt=True)
    assert kinds(world.commands)[m.Mark] == 0


def test_check_mode_says_whose_metadata_would_come_back() -> None:
    world = erased_fleet()
    result = world.run(order_of(2, adopt=True), check=True)
    assert (result.changed, [each.id for each in result.adopted], writes(world.commands)) == (True, ["erased"], [])


@pytest.mark.parametrize("kind", [m.Mark, m.Show])
@pytest.mark.parametrize("upset", [Upset.HANG, Fault(kind=Kind.CONFLICT, status=409, message="in use")])
def test_metadata_that_does_not_come_back_harms_nobody(kind: type[m.Command], upset: Fault | Upset) -> None:
    world = erased_fleet()
    world.place("a:1").script = lambda command: upset if isinstance(command, kind) and command.id == "erased" else None
    result = world.launch(2, adopt=True)
    assert (len(result.servers), result.exact, result.changed, result.adopted) == (2, True, True, ())


def test_metadata_that_is_erased_again_at_once_is_told_as_it_is() -> None:
    world = erased_fleet()
    world.place("a:1").forgets_marks = True
    result = world.launch(2, adopt=True)
    assert (result.exact, result.adopted, kinds(world.commands)[m.Mark]) == (True, (), 1)
