# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that waits for room goes on as room frees, and asks for it with moderation."""

from __future__ import annotations

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection

from .cloud import Place
from .world import World, kinds, marked, order_of


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
