# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several runs at once, killed runs, and orders that contradict each other, in one world."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import warnings
from ansible_collections.openmultistack.cloud.tests.chaos.invariants.exactly import wrong_slots

from .cloud import EPOCH, Place, Upset
from .world import World, kinds, marked, order_of, writes

if TYPE_CHECKING:
    from .running import Running


def names(count: int) -> list[str]:
    return [f"crawl-{slot:03d}" for slot in range(1, count + 1)]


@pytest.mark.parametrize("apart", [0.0, 0.25, 20.0])
def test_two_runs_of_one_order_end_at_exactly_the_count(apart: float) -> None:
    world = World([Place("a:1", offset=-20.0), Place("b:1", offset=10.0), Place("c:1")])
    runs = [world.start(order_of(6))]
    world.later(world.now + apart, lambda: runs.append(world.start(order_of(6))))
    while len(runs) < 2:
        world.happen()
    world.finish(*runs)
    assert [run.result.exact for run in runs if run.result] == [True, True]
    assert world.names() == names(6)
    assert list(wrong_slots(world.alive(), "crawl", 6)) == []


@pytest.mark.parametrize("dies_after", range(1, 24, 4))
def test_a_run_killed_between_any_two_commands_is_made_exact_by_the_next(dies_after: int) -> None:
    world = World([Place("a:1", build=20.0), Place("b:1")])
    world.finish(world.start(order_of(6), dies_after=dies_after))
    result = world.launch(6)
    assert (result.exact, world.names()) == (True, names(6))


def test_a_fleet_that_is_being_made_stays_gone_once_it_is_destroyed() -> None:
    """The launch is still at it while the destruction looks first: what it makes later is looked for, and found."""
    world = World([Place("a:1", build=8.0), Place("b:1", build=8.0, latency=3.0)])
    launch = world.start(order_of(8))
    destroy: list[Running] = []
    world.later(world.now + 6.3, lambda: destroy.append(world.start(order_of(absent=True))))
    while not destroy:
        world.happen()
    result = world.finish(destroy[0], launch)
    world.settle()
    assert (result.exact, world.names()) == (True, [])


def test_an_absent_fleet_whose_maker_never_ends_is_told_whose_it_is() -> None:
    world = World([Place("a:1")])
    ids = itertools.count(1)

    def another() -> None:
        new = marked(1, f"new-{next(ids)}", until=EPOCH + 5000, created=EPOCH + world.now)
        world.add("a:1", new, active_at=world.now + 5.0)
        world.later(world.now + 20.0, another)

    another()
    result = world.destroy(patience=Patience(timeout=100.0))
    assert not result.exact
    assert "another order was making servers of it meanwhile; it ends at 2027-01-15T09:23:20Z" in str(warnings(result))


def test_a_fleet_that_was_finished_before_is_not_waited_for() -> None:
    world = World([Place("a:1")])
    world.launch(3)
    began = world.now
    assert world.destroy().exact
    assert world.now < began + 10


@pytest.mark.parametrize("dies_after", [3, 6, 9])
def test_a_killed_removal_is_finished_by_the_next(dies_after: int) -> None:
    world = World([Place("a:1"), Place("b:1")])
    world.launch(8)
    world.finish(world.start(order_of(0, absent=True), dies_after=dies_after))
    assert world.destroy().exact
    assert world.names() == []


def test_contradicting_orders_both_end_and_leave_nothing_unmarked() -> None:
    world = World([Place("a:1", quota=30)])
    more, fewer = world.start(order_of(9)), world.start(order_of(4))
    world.finish(more, fewer)
    assert all(run.result for run in (more, fewer))
    assert all(len(server.metadata) >= 4 for server in world.alive())
    assert kinds(more.commands)[m.Create] <= 12


def test_the_number_of_the_later_order_holds() -> None:
    world = World([Place("a:1")])
    world.launch(3)
    runs = [world.start(order_of(2))]
    world.later(world.now + 1.2, lambda: runs.append(world.start(order_of(5))))
    while len(runs) < 2:
        world.happen()
    world.finish(*runs)
    assert {"crawl-004", "crawl-005"} <= set(world.names())


def test_a_twin_goes_only_once_the_winner_is_active() -> None:
    world = World([Place("a:1", build=20.0)])
    world.add("a:1", marked(1, "first", created=EPOCH + 991.0, until=EPOCH + 9999), active_at=1020.0)
    world.add("a:1", marked(1, "second", created=EPOCH + 992.0))
    run = world.start(order_of(1))
    result = world.finish(run)
    assert (result.exact, [each.server.id for each in result.servers]) == (True, ["first"])
    assert next(at for at, command in run.sent if isinstance(command, m.Delete)) > 1020


def test_a_twin_stays_where_the_winner_breaks() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "first", created=EPOCH + 1.0, status="ERROR"))
    world.add("a:1", marked(1, "second", created=EPOCH + 2.0))
    result = world.launch(1)
    assert (result.exact, [each.server.id for each in result.servers]) == (True, ["second"])


def test_a_deliberate_replacement_ranks_before_what_it_replaces() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "old", created=EPOCH + 1.0))
    world.add("a:1", marked(1, "new", created=EPOCH + 2.0, replaced_at=EPOCH + 2))
    result = world.launch(1)
    assert [each.server.id for each in result.servers] == ["new"]


def test_three_in_one_slot_leave_the_first() -> None:
    world = World([Place("a:1"), Place("b:1")])
    for number, label in enumerate(("a:1", "b:1", "a:1")):
        world.add(label, marked(1, f"s{number}", created=EPOCH + number))
    assert world.launch(1).exact
    assert [server.id for server in world.alive()] == ["s0"]


def test_a_loser_is_not_deleted_while_its_winner_cannot_be_read() -> None:
    hang = Upset.HANG
    world = World([Place("a:1", script=lambda command: hang if isinstance(command, m.Show) else None), Place("b:1")])
    world.add("a:1", marked(1, "first", created=EPOCH + 1.0))
    world.add("b:1", marked(1, "second", created=EPOCH + 2.0))
    result = world.launch(1)
    assert (result.exact, writes(world.commands)) == (False, [])
    assert [each.id for each in result.leftovers] == ["second"]


def test_surplus_goes_while_gaps_are_filled() -> None:
    world = World([Place("a:1", build=50.0)])
    for slot in (2, 7, 8):
        world.add("a:1", marked(slot, f"s{slot}"))
    run = world.start(order_of(3))
    world.finish(run)
    last_delete = max(at for at, command in run.sent if isinstance(command, m.Delete))
    assert last_delete < 1010
    assert world.names() == names(3)


def test_exactness_waits_for_the_slowest_clock() -> None:
    """Else a rival could still make a server that ranks before one that was returned."""
    world = World([Place("a:1"), Place("b:1", offset=-15.0)])
    world.add("a:1", marked(1, "fresh", created=EPOCH + 999.0))
    result = world.launch(1)
    assert result.exact
    assert 1015 <= world.now < 1018
    assert result.as_of is not None
    assert result.as_of >= EPOCH + 1015
