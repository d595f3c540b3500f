# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers go only for a reason that a fresh read shows, and what does not go is told."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience

from .cloud import EPOCH, Machine, Place, Upset
from .world import World, kinds, marked, order_of, writes


def upsetting(kind: type[m.Command], *upsets: Fault | Upset | None) -> t.Any:
    """A script that upsets the commands of one kind, one after the other; the last upset stays."""
    left = list(upsets)

    def script(command: m.Command) -> Fault | Upset | None:
        if not isinstance(command, kind):
            return None
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def one(script: t.Any = None, **facts: t.Any) -> World:
    world = World([Place("a:1", **({"script": script} if script else {}), **facts)])
    world.add("a:1", marked(1, "one"))
    return world


CONFLICT = Fault(kind=Kind.CONFLICT, message="in use", status=409)
BROKEN = Fault(kind=Kind.SERVER_ERROR, message="cell down", status=500)


def test_unlocks_a_locked_server_that_must_go() -> None:
    world = one()
    world.place("a:1").machines["one"] = Machine(server=marked(1, "one", locked=True))
    result = world.destroy()
    assert (result.exact, result.failed) == (True, False)
    assert [type(each) for each in writes(world.commands)] == [m.Delete, m.Unlock, m.Delete]


def test_reports_a_server_that_cannot_be_unlocked() -> None:
    forbidden = Fault(kind=Kind.FORBIDDEN, message="policy", status=403)
    world = one(upsetting(m.Unlock, forbidden))
    world.place("a:1").machines["one"] = Machine(server=marked(1, "one", locked=True))
    result = world.destroy()
    assert (result.exact, result.failed, result.changed) == (False, True, False)
    assert [(each.id, each.location) for each in result.leftovers] == [("one", "a:1")]
    assert len(writes(world.commands)) <= 4


def test_a_server_that_goes_while_it_is_unlocked_is_gone() -> None:
    world = one()
    world.place("a:1").machines["one"] = Machine(server=marked(1, "one", locked=True))
    run = world.start(order_of(0, absent=True))
    world.later(world.now + 0.22, world.place("a:1").machines.clear)
    assert world.finish(run).exact


def test_tries_a_refused_delete_three_times_with_pauses() -> None:
    world = one(upsetting(m.Delete, CONFLICT))
    run = world.start(order_of(0, absent=True))
    result = world.finish(run)
    tries = [at for at, command in run.sent if isinstance(command, m.Delete)]
    assert len(tries) == 3
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(tries))
    assert (result.failed, result.changed, [each.id for each in result.leftovers]) == (True, False, ["one"])


def test_a_delete_that_is_refused_once_is_done_the_next_time() -> None:
    assert one(upsetting(m.Delete, CONFLICT, None)).destroy().exact


@pytest.mark.parametrize("upset", [Upset.LANDED, Upset.LOST])
def test_a_delete_without_an_answer_is_looked_at_again(upset: Upset) -> None:
    world = one(upsetting(m.Delete, upset, None))
    result = world.destroy()
    assert (result.exact, result.changed, world.names()) == (True, True, [])


def test_a_delete_that_never_answers_is_given_up() -> None:
    world = one(upsetting(m.Delete, BROKEN))
    result = world.destroy()
    assert (result.failed, result.exact) == (True, False)
    assert kinds(world.commands)[m.Delete] <= 3
    assert [each.id for each in result.leftovers] == ["one"]


def test_an_ignored_delete_is_waited_for_as_long_as_a_boot_and_told() -> None:
    world = one(upsetting(m.Delete, Upset.IGNORED))
    result = world.destroy()
    assert (result.failed, result.changed, [each.id for each in result.leftovers]) == (True, True, ["one"])
    assert world.now < 1000 + 320
    assert kinds(world.commands)[m.Delete] == 1


def test_a_server_that_others_delete_for_ever_is_not_waited_for_to_the_end() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "dying"), gone_at=1e9)
    result = world.launch(1)
    assert [each.id for each in result.leftovers] == ["dying"]
    assert (len(result.servers), world.now < 1000 + 320) == (1, True)


def test_a_soft_deleted_server_that_a_list_still_lacks_is_gone() -> None:
    world = one(soft_deletes=True)
    assert world.destroy().exact


def test_forces_the_deletion_of_what_a_read_shows_as_soft_deleted() -> None:
    world = one(upsetting(m.Delete, Upset.LANDED, None), soft_deletes=True)
    result = world.destroy()
    world.settle()
    assert (result.exact, world.place("a:1").machines["one"].seen(world.now)) == (True, None)
    assert [each.force for each in world.commands if isinstance(each, m.Delete)] == [False, True]


def test_a_soft_deleted_server_that_cannot_be_forced_is_told_and_its_slot_is_free() -> None:
    def script(command: m.Command) -> Fault | Upset | None:
        return (CONFLICT if command.force else Upset.LANDED) if isinstance(command, m.Delete) else None

    world = World([Place("a:1", soft_deletes=True, script=script)])
    world.add("a:1", marked(1, "one"), fault=BootFault(code=500, message="boom"))
    result = world.launch(1)
    assert (len(result.servers), result.changed, world.now < 1100) == (1, True, True)
    assert [each.id for each in result.leftovers] == ["one"]


def test_servers_in_error_are_deleted_whoever_made_them() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "broken", until=EPOCH + 9999), fault=BootFault(code=500, message="boom"))
    result = world.launch(1)
    assert result.exact
    assert "broken" not in {server.id for server in world.alive()}


def test_a_build_of_another_run_is_stuck_after_that_run_has_ended() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "slow", until=EPOCH + 1030, created=EPOCH + 990.0), active_at=1e9)
    run = world.start(order_of(1))
    result = world.finish(run)
    assert result.exact
    deleted = next(at for at, command in run.sent if isinstance(command, m.Delete))
    assert 1030 < deleted < 1040


def test_a_build_of_another_run_is_stuck_after_the_boot_timeout_too() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "slow", until=EPOCH + 9000, created=EPOCH + 990.0), active_at=1e9)
    run = world.start(order_of(1, patience=Patience(boot=50.0)))
    result = world.finish(run)
    assert result.exact
    deleted = next(at for at, command in run.sent if isinstance(command, m.Delete))
    assert 1040 < deleted < 1050


def test_a_build_of_its_own_is_stuck_after_the_boot_timeout() -> None:
    world = World([Place("a:1", build=1e9), Place("b:1", quota=1)])
    result = world.launch(2, min_count=1)
    assert world.now < 1000 + 900
    assert len(result.servers) == 1
    assert kinds(world.commands)[m.Delete] >= 1


def test_a_suspicious_server_is_told_and_left_alone() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(7, "renamed", metadata=(), description=""))
    world.add("a:1", marked(3, "other", fleet="crawl-2"))
    result = world.destroy()
    assert [each.id for each in result.suspicious] == ["renamed"]
    assert (world.names(), writes(world.commands)) == (["crawl-007", "crawl-2-003"], [])


def test_a_server_that_loses_its_marks_while_we_look_becomes_suspicious() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one"))
    world.add("a:1", marked(2, "two"), active_at=1010.0)
    run = world.start(order_of(2))
    bare = marked(1, "one", metadata=(), description="")
    world.later(1002, lambda: world.add("a:1", bare))
    result = world.finish(run)
    assert "one" in {each.id for each in result.suspicious}
    assert "one" in {server.id for server in world.alive()}


def test_an_older_order_leaves_the_servers_of_a_later_one() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one"))
    world.add("a:1", marked(2, "two", run_at=EPOCH + 5000))
    result = world.launch(1)
    assert (result.exact, [each.id for each in result.leftovers]) == (False, ["two"])
    assert writes(world.commands) == []


def test_eight_deletes_at_a_time_at_one_location() -> None:
    world = World([Place("a:1", quota=40)])
    for slot in range(1, 31):
        world.add("a:1", marked(slot, f"s-{slot:02d}"))
    run = world.start(order_of(0, absent=True))
    assert len([each for each in run.commands if isinstance(each, m.Delete)]) == 0
    world.finish(run)
    first = [at for at, command in run.sent if isinstance(command, m.Delete)]
    assert len([at for at in first if at == first[0]]) == 8


def test_reads_the_project_again_before_it_deletes_by_an_old_row() -> None:
    world = World([Place("a:1", latency=6.0)])
    for slot in range(1, 21):
        world.add("a:1", marked(slot, f"s-{slot:02d}"))
    run = world.start(order_of(0, absent=True))
    assert world.finish(run).exact
    surveys = [at for at, command in run.sent if isinstance(command, m.Survey)]
    for at, command in run.sent:
        if isinstance(command, m.Delete):
            assert any(at - began <= 10.0 for began in surveys if began < at)


def test_an_own_delete_that_lands_late_is_told_with_its_reason_and_is_nobody_elses() -> None:
    world = World([Place("a:1", build=1e9, late=2.5, script=upsetting(m.Delete, Upset.LATE, None))])
    result = world.launch(1, patience=Patience(boot=20.0, timeout=200.0))
    assert {each.why for each in result.removed} == {"it does not finish building"}
    assert kinds(world.commands)[m.Create] > 1


def test_a_plan_does_not_wait_for_the_room_of_what_goes_where_there_is_other_room() -> None:
    def world() -> World:
        found = World([Place("a:1", quota=1, hints=Hints(priority=1)), Place("b:1")])
        found.add("a:1", marked(8, "surplus"))
        return found

    told = world().run(order_of(1, strategy="pack"), check=True)
    made = world().launch(1, strategy="pack")
    assert [offer.location for _slot, offer in told.planned] == [each.location for each in made.servers] == ["b:1"]


def test_a_plan_counts_the_room_of_what_goes_where_there_is_no_other() -> None:
    world = World([Place("a:1", quota=1)])
    world.add("a:1", marked(8, "surplus"))
    told = world.run(order_of(1), check=True)
    assert ([offer.location for _slot, offer in told.planned], told.objection) == (["a:1"], None)
    assert world.launch(1).exact


def test_what_a_survey_lacks_is_asked_for_by_its_id_also_where_nothing_is_waited_for() -> None:
    world = World([Place("a:1"), Place("b:1", latency=6.0)])
    world.add("a:1", marked(1, "one"))
    world.add("a:1", marked(8, "eight"))
    world.add("b:1", marked(9, "nine"))
    world.later(1003.0, lambda: setattr(world.place("a:1").machines["eight"], "vanishes_at", 1003.0))
    script = upsetting(m.Delete, Fault(kind=Kind.RATE_LIMIT, message="slowly", status=429, retry_after=30.0), None)
    world.place("a:1").script = script
    result = world.launch(1, wait=False)
    assert ([each.server.id for each in result.servers], kinds(world.commands)[m.Survey] < 9) == (["one"], True)


def test_a_server_that_stayed_as_it_was_after_its_deletion_is_not_gone_because_a_list_lacks_it() -> None:
    world = one(upsetting(m.Delete, Upset.IGNORED))
    world.later(1005.0, lambda: setattr(world.place("a:1"), "unknown", frozenset({"one"})))
    world.place("a:1").blind = True
    result = world.destroy(patience=Patience(timeout=60.0))
    assert (result.exact, [each.id for each in result.leftovers]) == (False, ["one"])
