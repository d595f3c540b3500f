# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that were made otherwise, or that do not run, are replaced on demand, and never lost for it."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import belonging, mark_from
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import failure, warnings
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verdict import Reason

from .cloud import EPOCH, Place, Upset
from .world import World, kinds, marked, order_of, writes

OLD = "00000000"


def with_old(quota: int = 20, status: str = "ACTIVE", spec: str = OLD) -> World:
    world = World([Place("a:1", quota=quota)])
    world.add("a:1", marked(1, "old", spec=spec, status=status))
    return world


def test_a_drifted_server_goes_once_its_replacement_is_active() -> None:
    world = with_old()
    run = world.start(order_of(2, on_drift=OnDrift.REPLACE))
    result = world.finish(run)
    assert (result.exact, result.failed, [each.drifted for each in result.servers]) == (True, False, [False, False])
    assert "old" not in {server.id for server in world.alive()}
    deleted = next(at for at, command in run.sent if isinstance(command, m.Delete))
    assert deleted > run.started + world.place("a:1").build
    marks = [mark_from(each.server.description) for each in result.servers]
    assert [mark.replaced_at > 0 for mark in marks if mark] == [True, False]
    again = world.start(order_of(2, on_drift=OnDrift.REPLACE))
    assert world.finish(again).exact
    assert writes(again.commands) == []


def test_two_runs_that_replace_at_once_end_with_one_server_in_each_slot() -> None:
    world = with_old()
    order = order_of(2, on_drift=OnDrift.REPLACE)
    runs = [world.start(order), world.start(order)]
    world.finish(*runs)
    world.settle()
    assert world.launch(2, on_drift=OnDrift.REPLACE).exact
    assert sorted(belonging(server).slot for server in world.alive()) == [1, 2]


def test_a_replacement_that_fails_leaves_the_old_server_and_says_so() -> None:
    world = with_old()
    world.place("a:1").fate = lambda command: BootFault(code=500, message="boom")
    result = world.launch(1, on_drift=OnDrift.REPLACE)
    assert (result.exact, result.failed, [each.server.id for each in result.servers]) == (False, True, ["old"])
    assert "crawl-001: a:1: it was to be replaced (made from another order), and could not be" in failure(result)
    assert not any("on_drift: keep" in line for line in warnings(result))
    assert [server.id for server in world.alive()] == ["old"]


def test_a_replacement_without_room_changes_nothing() -> None:
    world = with_old(quota=1)
    result = world.launch(1, on_drift=OnDrift.REPLACE)
    assert (result.failed, result.objection, writes(world.commands)) == (True, Objection.NO_ROOM, [])


def test_a_replacement_that_still_builds_at_the_end_hides_no_server() -> None:
    world = with_old()
    world.place("a:1").build = 100.0
    result = world.launch(1, on_drift=OnDrift.REPLACE, patience=Patience(timeout=40.0))
    assert [each.server.id for each in result.servers] == ["old"]
    assert [each.why for each in result.leftovers] == ["it is still building"]


def test_a_second_try_waits_for_the_first_to_be_found() -> None:
    world = with_old()
    upsets = iter([Upset.LANDED])
    world.place("a:1").script = lambda command: next(upsets, None) if isinstance(command, m.Create) else None
    result = world.launch(1, on_drift=OnDrift.REPLACE)
    assert (result.exact, kinds(world.commands)[m.Create]) == (True, 1)


def test_a_stopped_server_keeps_its_slot_unless_it_is_to_be_repaired() -> None:
    world = with_old(status="SHUTOFF", spec=order_of(1).spec.digest)
    kept = world.launch(1)
    assert (kept.exact, kept.failed, writes(world.commands)) == (False, False, [])
    result = world.launch(1, repair=True)
    assert (result.exact, "old" in {server.id for server in world.alive()}) == (True, False)


def test_a_stopped_server_goes_first_where_there_is_no_room_for_both() -> None:
    world = with_old(quota=1, status="SHUTOFF", spec=order_of(1).spec.digest)
    told = world.run(order_of(1, repair=True), check=True)
    assert (len(told.planned), [each.id for each in told.removed]) == (1, ["old"])
    result = world.launch(1, repair=True)
    assert (result.exact, [each.why for each in result.removed]) == (True, [Reason.IDLE.value])


@pytest.mark.parametrize("status", ["available", "names"])
def test_a_stopped_server_stays_where_nothing_could_follow_it(status: str) -> None:
    world = with_old(quota=1, status="SHUTOFF", spec=order_of(1).spec.digest)
    if status == "available":
        world.place("a:1").chosen = False
    else:
        world.place("a:1").flavors = ()
    world.launch(1, min_count=0, repair=True)
    assert [server.id for server in world.alive()] == ["old"]


def test_of_two_in_a_slot_the_one_that_serves_stays_in_a_repair() -> None:
    world = with_old(status="SHUTOFF", spec=order_of(1).spec.digest)
    world.add("a:1", marked(1, "younger", created=marked(1, "x").created + 5))
    assert not world.launch(1).exact
    run = world.start(order_of(1, repair=True))
    assert world.finish(run).exact
    assert [server.id for server in world.alive()] == ["younger"]
    assert kinds(run.commands)[m.Create] == 0


def test_check_mode_of_a_replacement_names_both() -> None:
    told = with_old().run(order_of(1, on_drift=OnDrift.REPLACE), check=True)
    assert ([slot for slot, _offer in told.planned], [each.id for each in told.removed]) == ([1], ["old"])
    assert (told.changed, told.failed) == (True, False)


def test_max_removals_refuses_a_slip() -> None:
    world = World([Place("a:1")])
    world.launch(5)
    before = len(writes(world.commands))
    result = world.launch(2, max_removals=2)
    assert (result.objection, len(writes(world.commands))) == (Objection.REMOVALS, before)
    assert "3 of its servers would be taken away where max_removals allows 2" in failure(result)
    assert world.launch(2, max_removals=3).exact
    assert world.destroy(max_removals=1).objection is Objection.REMOVALS


def test_max_removals_counts_replacements() -> None:
    assert with_old().launch(1, on_drift=OnDrift.REPLACE, max_removals=0).objection is Objection.REMOVALS


def test_absent_takes_away_just_the_slots_that_it_names() -> None:
    world = World([Place("a:1"), Place("b:1")])
    world.launch(4)
    world.add("a:1", marked(2, "broken", status="ERROR"))
    result = world.destroy(slots=frozenset({2, 4}))
    assert (result.exact, result.failed, len(result.removed)) == (True, False, 3)
    assert world.names() == ["crawl-001", "crawl-003"]
    assert world.launch(4).exact


def test_where_a_replacement_of_another_run_builds_for_ever_another_one_is_made() -> None:
    world = with_old()
    stuck = marked(1, "stuck", replaced_at=EPOCH + 900, until=EPOCH + 1015, created=EPOCH + 990.0)
    world.add("a:1", stuck, active_at=1e9)
    result = world.launch(2, on_drift=OnDrift.REPLACE)
    assert (result.exact, [each.drifted for each in result.servers]) == (True, [False, False])
    assert not {"old", "stuck"} & {server.id for server in world.alive()}
