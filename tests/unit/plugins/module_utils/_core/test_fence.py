# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Behind a shut fence no lost POST can land: the slot is filled again at once, and nothing is left unresolved."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import warnings

from .cloud import Place, Upset
from .world import World, kinds, order_of

FORBIDDEN = Fault(kind=Kind.FORBIDDEN, message="policy", status=403)
NO = Fault(kind=Kind.SERVER_ERROR, message="busy", status=500)


def first(number: int, kind: type[m.Command], upset: Fault | Upset) -> t.Any:
    left = iter(range(number))
    return lambda command: upset if isinstance(command, kind) and next(left, None) is not None else None


def groups(world: World) -> set[str]:
    return {group for place in world.places for group in place.fences}


def test_every_post_carries_a_fence_of_at_most_ten_and_none_is_left() -> None:
    world = World([Place("a:1", quota=40)])
    run = world.start(order_of(25, fence=True))
    assert world.finish(run).exact
    posts = [command.group for command in run.commands if isinstance(command, m.Create)]
    assert None not in posts
    assert max(posts.count(group) for group in posts) == 10
    assert (kinds(run.commands)[m.OpenFence], kinds(run.commands)[m.ShutFence], groups(world)) == (3, 3, set())


@pytest.mark.parametrize("upset", [Upset.LOST, Upset.LATE])
def test_a_lost_post_is_settled_by_shutting_its_fence(upset: Upset) -> None:
    world = World([Place("a:1", script=first(1, m.Create, upset))])
    run = world.start(order_of(3, fence=True))
    result = world.finish(run)
    world.settle()
    assert (result.exact, result.unresolved, len(world.alive()), groups(world)) == (True, (), 3, set())
    assert run.ended < 1000 + 80


def test_without_a_fence_the_same_is_waited_for_much_longer() -> None:
    world = World([Place("a:1", script=first(1, m.Create, Upset.LOST))])
    assert world.launch(3).exact
    assert world.now > 1000 + 120


def test_a_post_that_landed_before_its_fence_was_shut_is_found() -> None:
    world = World([Place("a:1", script=first(1, m.Create, Upset.LANDED))])
    run = world.start(order_of(3, fence=True))
    assert world.finish(run).exact
    assert kinds(run.commands)[m.Create] == 3


def test_a_post_that_meets_a_shut_fence_is_tried_again_and_spends_nothing() -> None:
    world = World([Place("a:1", latency=2.0, script=first(1, m.Create, NO))])
    run = world.start(order_of(6, fence=True, patience=Patience(attempts=1)))
    result = world.finish(run)
    fenced_off = [event for _at, event in run.heard if isinstance(event, m.Refused)]
    assert {event.fault.kind for event in fenced_off} <= {Kind.FENCED_OFF}
    assert len(result.servers) >= 5


def test_a_location_that_refuses_groups_goes_without_and_the_result_says_so() -> None:
    world = World([Place("a:1", script=lambda command: FORBIDDEN if isinstance(command, m.OpenFence) else None)])
    result = world.launch(2, fence=True)
    assert (result.exact, result.unfenced, kinds(world.commands)[m.OpenFence]) == (True, ("a:1",), 3)
    assert warnings(result)[0].startswith(
        "a:1: it refused server groups, so servers were created there without a fence;"
    )


def test_a_group_that_was_refused_is_not_told_as_one_that_may_be_there() -> None:
    for status, left in ((403, 0), (500, 3)):
        no = Fault(kind=Kind.FORBIDDEN, message="no", status=status)
        world = World([Place("a:1", script=lambda command, no=no: no if isinstance(command, m.OpenFence) else None)])
        result = world.launch(1, fence=True)
        assert (result.exact, result.unfenced, len(result.fences)) == (True, ("a:1",), left)


def test_a_fence_that_cannot_be_shut_is_tried_again_then_told() -> None:
    world = World([Place("a:1", script=lambda command: NO if isinstance(command, m.ShutFence) else None)])
    result = world.launch(1, fence=True)
    assert (result.exact, kinds(world.commands)[m.ShutFence]) == (True, 3)
    (label, name) = result.fences[0]
    assert f"{label}: server group {name} may be left behind; delete what is there" in warnings(result)
    assert f"group-{name}" in groups(world)


def test_a_fence_is_shut_at_the_second_try() -> None:
    world = World([Place("a:1", script=first(1, m.ShutFence, NO))])
    assert world.launch(1, fence=True).fences == ()


def test_a_stop_shuts_the_fences() -> None:
    world = World([Place("a:1", latency=1.0)])
    run = world.start(order_of(5, fence=True))
    world.later(1004.5, run.stop)
    result = world.finish(run)
    assert (bool(result.stopped), result.fences, groups(world)) == (True, (), set())


def test_a_stop_tries_only_once_to_shut_a_fence() -> None:
    world = World([Place("a:1", latency=1.0, script=lambda c: NO if isinstance(c, m.ShutFence) else None)])
    run = world.start(order_of(5, fence=True))
    world.later(1004.5, run.stop)
    result = world.finish(run)
    assert (len(result.fences), kinds(run.commands)[m.ShutFence]) == (1, 1)


def test_an_order_that_does_not_wait_shuts_its_fences_as_well() -> None:
    world = World([Place("a:1")])
    result = world.launch(3, fence=True, wait=False)
    assert (result.failed, result.fences, groups(world)) == (False, (), set())


def test_a_stop_waits_for_a_fence_that_was_being_opened_no_longer_than_for_any_request() -> None:
    world = World([Place("a:1", latency=2.0, script=lambda c: Upset.HANG if isinstance(c, m.ShutFence) else None)])
    run = world.start(order_of(1, fence=True))
    world.later(1004.5, run.stop)
    result = world.finish(run)
    assert (bool(result.stopped), len(result.fences)) == (True, 1)
    assert run.ended <= 1004.5 + run.order.patience.api
