# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a run is, at any moment of it, and what is told of that."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.bulletin import first_line, news, state_line
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, OnShortfall, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.progress import Progress, Setback, Share
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import State

from .cloud import Place, Upset
from .world import World, marked, order_of

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order

    from .running import Running

DOWN = Fault(kind=Kind.UNREACHABLE, message="connection refused")
QUOTA = Fault(kind=Kind.QUOTA, message="Quota exceeded for instances.", request_id="req-1")
NO_HOST = BootFault(code=500, message="No valid host was found.")
NONE = Progress(fleet="crawl", wanted=0)


def until(world: World, run: Running, seconds: float) -> str:
    """How far a run is after so many seconds."""
    while world._queue and world._queue[0][0] <= run.started + seconds:
        world.happen()
    world.now = run.started + seconds
    return state_line(run.engine.progress())


def told(world: World, order: Order) -> list[str]:
    """All that is new in the course of a run, looked at after whatever happens."""
    run, before, lines = world.start(order), NONE, []
    while not run.over:
        world.happen()
        now = run.engine.progress()
        lines += news(before, now)
        before = now
    return lines


def test_a_launch_is_asked_for_then_builds_then_is_ready() -> None:
    world = World([Place("a:1", build=4.0), Place("b:1", build=8.0)])
    run = world.start(order_of(4))
    assert until(world, run, 0.0) == "fleet crawl: no answer yet from a:1, b:1"
    assert until(world, run, 1.0) == "fleet crawl: 0 of 4 ready | a:1 2 building | b:1 2 building"
    assert until(world, run, 7.0) == "fleet crawl: 2 of 4 ready | a:1 2 ready | b:1 2 building"
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 4 of 4 ready | a:1 2 ready | b:1 2 ready"


def test_what_is_to_be_made_is_placed_until_its_answer_is_there() -> None:
    world = World([Place("a:1", latency=1.0)])
    run = world.start(order_of(9))
    assert until(world, run, 2.5) == "fleet crawl: 0 of 9 ready | a:1 9 placed"


def test_a_lost_answer_may_still_bring_a_server() -> None:
    world = World([Place("a:1", latency=1.0, script=losing_creates)])
    run = world.start(order_of(1))
    line = until(world, run, 2.0 + Patience().api + 0.5)
    assert line == "fleet crawl: 0 of 1 ready | a:1 1 placed, 1 failed"


def losing_creates(command: m.ToLocation) -> Upset | None:
    return Upset.HANG if isinstance(command, m.Create) else None


def test_a_lost_answer_whose_server_came_is_no_setback() -> None:
    world = World([Place("a:1", script=lambda command: Upset.LANDED if isinstance(command, m.Create) else None)])
    run = world.start(order_of(1))
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 1 of 1 ready | a:1 1 ready"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.NOT_SENT, "3 servers could not be asked for"),
        (State.AMBIGUOUS, "3 servers asked for without an answer"),
    ],
)
def test_what_was_not_refused_is_not_called_so(state: State, said: str) -> None:
    now = replace(NONE, setbacks=(Setback(location="a:1", fault=DOWN, state=state, times=3),))
    assert news(NONE, now) == [f"fleet crawl: a:1: {said}: connection refused"]


def test_what_waits_for_an_answer_at_its_port_is_starting() -> None:
    world = World([Place("a:1", boots=30.0)])
    run = world.start(order_of(2, patience=Patience(ready_port=22)))
    assert until(world, run, 20.0) == "fleet crawl: 0 of 2 ready | a:1 2 starting"
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 2 of 2 ready | a:1 2 ready"


def test_fewer_are_deleted_from_above() -> None:
    world = World([Place("a:1")])
    world.launch(12)
    run = world.start(order_of(2))
    assert until(world, run, 0.15) == "fleet crawl: 2 of 2 ready | a:1 2 ready, 2 to go, 8 deleting"
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 2 of 2 ready | a:1 2 ready, 10 deleted"


def test_a_destroyed_fleet_counts_what_is_gone() -> None:
    world = World([Place("a:1"), Place("b:1")])
    world.launch(4)
    run = world.start(order_of(absent=True, slots=(1, 2, 3)))
    assert until(world, run, 1.0) == "fleet crawl: 0 of 3 deleted | a:1 1 deleting | b:1 2 deleting" or (
        state_line(run.engine.progress()) == "fleet crawl: 0 of 3 deleted | a:1 2 deleting | b:1 1 deleting"
    )
    world.finish(run)
    assert state_line(run.engine.progress()).startswith("fleet crawl: 3 of 3 deleted | ")


def test_what_is_replaced_is_to_go_until_the_new_one_runs() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "old", spec="another"))
    run = world.start(order_of(1, on_drift=OnDrift.REPLACE))
    assert until(world, run, 2.0) == "fleet crawl: 0 of 1 ready | a:1 1 to go"
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 1 of 1 ready | a:1 1 ready, 1 deleted"


def test_servers_that_look_like_ours_are_not_counted() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(7, "theirs", description="", name="crawl-007"))
    world.add("a:1", marked(8, "odd", description="", name="another"))
    run = world.start(order_of(1))
    world.finish(run)
    assert "1 of 1 ready | a:1 1 ready" in state_line(run.engine.progress())


def test_one_location_under_two_names_is_told_once() -> None:
    world = World([Place("a:1", endpoint="same"), Place("b:1", endpoint="same")])
    run = world.start(order_of(1))
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 1 of 1 ready | a:1 1 ready"


def test_what_finds_no_room_is_told() -> None:
    world = World([Place("a:1", quota=3)])
    run = world.start(order_of(5, min_count=1))
    assert until(world, run, 2.0) == "fleet crawl: 0 of 5 ready | a:1 3 building | no room for 2"


def test_builds_that_fail_are_told_once_and_not_as_deleted() -> None:
    world = World([Place("a:1", fate=lambda command: NO_HOST), Place("b:1")])
    run = world.start(order_of(4))
    world.finish(run)
    assert state_line(run.engine.progress()) == "fleet crawl: 4 of 4 ready | a:1 2 failed | b:1 4 ready"
    lines = told(World([Place("a:1", fate=lambda command: NO_HOST), Place("b:1")]), order_of(4))
    assert lines == ["fleet crawl: a:1: 2 servers did not come up: No valid host was found; trying elsewhere"]


def test_refusals_are_told_as_they_come() -> None:
    refuses = Place("a:1", script=lambda command: QUOTA if isinstance(command, m.Create) else None)
    lines = told(World([refuses, Place("b:1")]), order_of(2))
    assert lines == ["fleet crawl: a:1: 1 server refused: Quota exceeded for instances. (req-1); trying elsewhere"]


def test_a_location_that_falls_silent_and_comes_back_is_told() -> None:
    world = World([Place("a:1"), Place("b:1", build=100.0)])
    world.place("a:1").script = lambda command: DOWN if world.now < 1060 else None
    lines = told(world, order_of(1))
    assert lines == [
        "fleet crawl: a:1 cannot be used: connection refused; trying elsewhere",
        "fleet crawl: a:1 can be used again",
    ]


def test_names_that_a_location_does_not_know_are_told() -> None:
    odd = Fault(kind=Kind.NO_IMAGE, message='no image "cirros"; it has debian-13')
    cannot = Place("a:1", script=lambda command: odd if isinstance(command, m.LookUp) else None)
    others = Place("b:1", chosen=False, script=lambda command: odd if isinstance(command, m.LookUp) else None)
    lines = told(World([cannot, others, Place("c:1")]), order_of(1))
    assert lines == ['fleet crawl: a:1 takes no servers: no image "cirros"; it has debian-13']


def test_a_rollback_is_told() -> None:
    left = iter(range(2))
    some = Place("a:1", fate=lambda _command: None if next(left, None) is not None else BootFault(code=1, message="x"))
    lines = told(World([some]), order_of(4, on_shortfall=OnShortfall.ROLLBACK))
    assert lines[0] == "fleet crawl: a:1: 2 servers did not come up: x"
    assert lines[1] == "fleet crawl: taking back what this run made: 2 of at least 4"


def test_a_stop_is_told() -> None:
    world = World([Place("a:1")])
    run = world.start(order_of(2))
    until(world, run, 1.0)
    before = run.engine.progress()
    run.stop("received SIGTERM")
    assert news(before, run.engine.progress()) == ["fleet crawl: stopping: received SIGTERM"]


def test_what_is_lost_of_a_destroyed_fleet_goes_nowhere_else() -> None:
    before = Progress(fleet="crawl", wanted=0, absent=True, shares=(Share(location="a:1"), Share(location="b:1")))
    now = replace(before, silent=(("a:1", None),))
    assert news(before, now) == ["fleet crawl: a:1 cannot be used: it did not answer"]


@pytest.mark.parametrize("ready", [0, 10])
def test_of_many_locations_the_busiest_are_named(ready: int) -> None:
    shares = [Share(location=f"l{number}:1", ready=ready, building=number) for number in range(1, 13)]
    line = state_line(Progress(fleet="crawl", wanted=200, shares=tuple(shares)))
    assert [part.split()[0] for part in line.split(" | ")[1:]] == [f"l{number}:1" for number in range(5, 13)] + ["4"]
    assert line.endswith("4 more locations " + (f"{4 * ready} ready, " if ready else "") + "10 building")


def test_of_many_locations_that_have_not_answered_some_are_named() -> None:
    line = state_line(Progress(fleet="crawl", wanted=1, asked=tuple(f"l{number}:1" for number in range(50))))
    assert line.endswith("l6:1, l7:1 and 42 more")


def test_who_waits_for_a_turn_is_told_so() -> None:
    assert first_line("crawl").startswith("fleet crawl: waiting for its turn")


def test_what_a_run_has_come_to_is_its_own_sentence() -> None:
    some = Progress(fleet="crawl", wanted=1, shares=(Share(location="a:1", ready=1),))
    assert state_line(some, "fleet crawl: all is well") == "fleet crawl: all is well | a:1 1 ready"
