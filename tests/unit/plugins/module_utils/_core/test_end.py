# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run ends: at a stop, at its deadline, by an objection; and check mode ends before it begins to write."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection

from .cloud import EPOCH, Place, Upset
from .world import World, kinds, marked, order_of, writes


@pytest.mark.parametrize("at", [1000.05, 1000.15, 1000.25, 1000.5, 1003.0])
def test_a_stop_ends_soon_and_posts_nothing_more(at: float) -> None:
    world = World([Place("a:1", build=60.0), Place("b:1", build=60.0)])
    run = world.start(order_of(30))
    world.later(at, run.stop)
    result = world.finish(run)
    assert (result.failed, result.stopped, result.exact) == (True, "SIGTERM", False)
    assert world.now < at + 1
    assert all(sent <= at for sent, command in run.sent if isinstance(command, m.Create))
    assert len(result.missing) == 30


def test_a_stop_waits_for_the_posts_under_way() -> None:
    world = World([Place("a:1", latency=8.0)])
    run = world.start(order_of(2))
    world.later(1017, run.stop)
    result = world.finish(run)
    assert {each.id for each in result.missing} == {server.id for server in world.alive()}
    assert (world.now, result.changed) == (1024.0, True)


def test_a_second_stop_changes_nothing() -> None:
    world = World([Place("a:1", latency=8.0)])
    run = world.start(order_of(2))
    world.later(1017, run.stop)
    world.later(1018, lambda: run.stop("again"))
    assert world.finish(run).stopped == "SIGTERM"


def test_a_post_without_an_answer_at_the_stop_is_unresolved() -> None:
    world = World([Place("a:1", script=lambda command: Upset.HANG if isinstance(command, m.Create) else None)])
    run = world.start(order_of(1))
    world.later(1001, run.stop)
    result = world.finish(run)
    assert [each.slot for each in result.unresolved] == [1]
    assert (result.changed, world.now) == (True, 1060.0)


@pytest.mark.parametrize("timeout", [20.0, 60.0])
def test_a_run_ends_at_its_deadline_whatever_hangs(timeout: float) -> None:
    world = World([Place("a:1", script=lambda command: Upset.HANG if isinstance(command, m.Create) else None)])
    result = world.launch(3, patience=Patience(timeout=timeout))
    assert world.now <= 1000 + timeout
    assert [each.why for each in result.missing] in (["posting"] * 3, ["ambiguous"] * 3, ["covered"] * 3)
    assert len(result.unresolved) == 3


def test_a_run_whose_surveys_outlast_its_timeout_tries_nothing() -> None:
    world = World([Place("a:1", script=lambda command: Upset.HANG)])
    result = world.launch(1, patience=Patience(timeout=5.0))
    assert (result.failed, world.now, [each.why for each in result.missing]) == (True, 1005.0, ["not tried"])


def test_what_still_builds_at_the_end_is_missing_but_not_deleted() -> None:
    world = World([Place("a:1", build=1e6)])
    result = world.launch(2, patience=Patience(timeout=100.0))
    assert [(each.why, each.id) for each in result.missing] == [("pending", "id-0001"), ("pending", "id-0002")]
    assert len(world.names()) == 2


def test_no_post_is_sent_near_the_end() -> None:
    broken = BootFault(code=500, message="No valid host was found.")
    world = World([Place(f"p{n}:1", build=8.0, fate=lambda command: broken) for n in range(12)])
    run = world.start(order_of(1, patience=Patience(timeout=60.0)))
    world.finish(run)
    posts = [at for at, command in run.sent if isinstance(command, m.Create)]
    assert len(posts) > 2
    assert max(posts) <= 1051


def test_another_owners_fleet_is_left_alone() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", owner="ada"))
    result = world.launch(2, owner="bob")
    assert (result.failed, result.objection, result.owners) == (True, Objection.OWNER, ("ada",))
    assert writes(world.commands) == []


@pytest.mark.parametrize("owner", [None, "ada"])
def test_ones_own_fleet_is_ones_own(owner: str | None) -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", owner="ada"))
    assert world.launch(2, owner=owner).exact


def test_drift_fails_where_it_is_told_to() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", spec="00000000"))
    result = world.launch(2, on_drift=OnDrift.FAIL)
    assert (result.failed, result.objection, writes(world.commands)) == (True, Objection.DRIFT, [])
    assert world.destroy(on_drift=OnDrift.FAIL).exact


CHECKS: tuple[dict[str, t.Any], ...] = ({"count": 5}, {"count": 1}, {"count": 3}, {"absent": True})


@pytest.mark.parametrize("order", CHECKS)
def test_check_mode_writes_nothing_and_tells_what_a_run_then_does(order: dict[str, t.Any]) -> None:
    world = World([Place("a:1", quota=4), Place("b:1")])
    world.launch(3)
    world.add("b:1", marked(1, "twin"))
    check = world.start(order_of(**order), check=True)
    told = world.finish(check)
    assert writes(check.commands) == []
    run = world.start(order_of(**order))
    done = world.finish(run)
    assert kinds(run.commands)[m.Create] == len(told.planned)
    assert {each.id for each in told.removed} == {each.id for each in done.removed}
    assert (told.failed, told.changed, told.exact) == (False, True, False)


def test_check_mode_counts_on_what_is_building() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", until=EPOCH + 9999, created=EPOCH + 999.0), active_at=1100.0)
    result = world.run(order_of(1), check=True)
    assert (result.failed, result.changed) == (False, False)


def test_check_mode_counts_on_the_room_that_its_removals_make() -> None:
    world = World([Place("a:1", quota=2)])
    world.add("a:1", marked(1, "broken", status="ERROR"))
    world.add("a:1", marked(7, "seven"))
    result = world.run(order_of(2), check=True)
    assert (result.failed, len(result.planned), len(result.removed)) == (False, 2, 2)
    assert world.launch(2).exact


def test_check_mode_says_where_there_is_no_room() -> None:
    result = World([Place("a:1", quota=2)]).run(order_of(3), check=True)
    assert (result.failed, result.objection, result.planned) == (True, Objection.NO_ROOM, ())
    assert [each.why for each in result.missing] == ["no room"]


def test_check_mode_of_an_objection_plans_nothing() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", owner="ada"))
    world.add("a:1", marked(2, "two", owner="ada"))
    result = world.run(order_of(1, owner="bob"), check=True)
    assert (result.failed, result.removed, result.planned) == (True, (), ())


def test_a_delete_that_is_under_way_at_the_deadline_counts_as_written() -> None:
    world = World([Place("a:1", script=lambda command: Upset.HANG if isinstance(command, m.Delete) else None)])
    world.add("a:1", marked(1, "one"))
    result = world.destroy(patience=Patience(timeout=20.0))
    assert (result.changed, result.failed, world.now <= 1020) == (True, True, True)


def test_a_failed_location_in_the_confirm_is_unknown() -> None:
    down = Fault(kind=Kind.SERVER_ERROR, message="down", status=503)
    world = World([Place("a:1")])
    a = world.place("a:1")
    a.script = lambda command: down if isinstance(command, m.Survey) and world.now > 1000.15 else None
    result = world.launch(1)
    assert (result.exact, result.failed) == (False, False)
    assert result.unknown == (("a:1", down),)
