# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that waits for room goes on as room frees, and asks for it with moderation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection, What

from .cloud import Place
from .world import World, kinds, marked, order_of

if TYPE_CHECKING:
    from .running import Running


def full(quota: int = 3) -> World:
    world = World([Place("a:1", quota=quota)])
    for slot in range(1, quota + 1):
        world.add("a:1", marked(slot, f"other-{slot}", fleet="shop"))
    return world


def test_fills_what_others_leave() -> None:
    world = full()
    run = world.start(order_of(3, wait_for_room=True))
    for number, at in enumerate((1050.0, 1200.0, 1600.0), 1):
        world.later(at, lambda number=number: world.place("a:1").machines.pop(f"other-{number}"))
    assert world.finish(run).exact
    assert 1600 < world.now < 1660
    assert kinds(run.commands)[m.Survey] < 60


def test_uses_a_quota_that_was_raised() -> None:
    world = full()
    run = world.start(order_of(2, wait_for_room=True))
    world.later(1100.0, lambda: setattr(world.place("a:1"), "quota", 9))
    assert world.finish(run).exact


def test_waits_no_longer_than_its_timeout_and_makes_what_it_can() -> None:
    world = full(quota=1)
    world.places.append(Place("b:1", quota=2, ids=world.place("a:1").ids))
    result = world.launch(4, wait_for_room=True, patience=Patience(timeout=120.0))
    assert (result.failed, len(result.servers), len(result.missing)) == (True, 2, 2)
    assert 1090 < world.now <= 1120
    assert [each.bound.used for each in result.refusals if each.bound] == [1, 2]


def test_tries_a_place_again_that_had_no_host() -> None:
    world = World([Place("a:1")])
    none = Fault(kind=Kind.NO_HOST, message="No valid host was found.", status=400)
    world.place("a:1").script = lambda command: none if isinstance(command, m.Create) and world.now < 1100 else None
    assert world.launch(1, wait_for_room=True).exact


def test_does_not_wait_where_no_location_knows_the_names() -> None:
    world = full()
    unknown = Fault(kind=Kind.NO_IMAGE, message="no image")
    world.place("a:1").script = lambda command: unknown if isinstance(command, m.LookUp) else None
    assert world.launch(1, wait_for_room=True).objection is Objection.NO_ROOM
    assert world.now < 1020


def test_does_not_wait_unless_it_is_told_to() -> None:
    assert full().launch(1).objection is Objection.NO_ROOM


def test_of_two_that_wait_the_younger_gives_back_and_both_come_to_their_end() -> None:
    """Fifteen and fifteen where twenty fit: without courtesy each would hold ten until both time out."""
    world = World([Place("a:1", quota=20)])
    patience = Patience(timeout=600.0)
    elder = world.start(order_of(15, fleet="elder", wait_for_room=True, patience=patience))
    younger: list[Running] = []
    later = order_of(15, fleet="younger", wait_for_room=True, patience=patience)
    world.later(world.now + 1.3, lambda: younger.append(world.start(later)))
    assert world.finish(elder).exact
    for machine in list(world.place("a:1").machines.values()):
        if machine.server.name.startswith("elder"):
            machine.gone_at = world.now + 60.0
    result = world.finish(younger[0])
    assert result.exact
    assert any(each.what is What.GAVE_WAY and "elder" in each.why for each in result.decisions)


def test_one_that_gives_way_ends_in_time_and_with_nothing_left() -> None:
    world = World([Place("a:1", quota=8)])
    elder = world.start(order_of(15, fleet="elder", wait_for_room=True, patience=Patience(timeout=600.0)))
    younger = order_of(5, fleet="younger", wait_for_room=True, patience=Patience(timeout=100.0))
    runs: list[Running] = []
    world.later(world.now + 0.9, lambda: runs.append(world.start(younger)))
    while not runs:
        world.happen()
    result = world.finish(runs[0])
    assert (result.failed, result.servers, runs[0].ended <= runs[0].started + 100.0) == (True, (), True)
    assert world.finish(elder).failed


def test_nobody_gives_way_to_an_order_that_has_ended() -> None:
    world = World([Place("a:1", quota=4)])
    world.launch(6, fleet="gone", min_count=0, wait_for_room=True, patience=Patience(timeout=20.0))
    world.settle()
    world.now += 100.0
    run = world.start(order_of(6, min_count=0, wait_for_room=True, patience=Patience(timeout=60.0)))
    result = world.finish(run)
    assert not any(each.what is What.GAVE_WAY for each in result.decisions)


def test_an_order_that_waits_says_so_in_its_servers() -> None:
    world = World([Place("a:1")])
    world.launch(2, wait_for_room=True)
    assert {dict(server.metadata)["multi_stack_count"] for server in world.alive()} == {"2"}
    world.launch(3)
    assert sum("multi_stack_count" in dict(server.metadata) for server in world.alive()) == 2
