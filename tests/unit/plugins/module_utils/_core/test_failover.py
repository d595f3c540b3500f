# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What does not come up at one place is made at another, and the account says why."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.learn import learn
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Location, Offer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import AttemptRow
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Tables

from .cloud import EPOCH, SMALL, Machine, Place, Upset
from .world import World, kinds, marked, order_of

NO_HOST = BootFault(code=500, message="No valid host was found. There are not enough hosts available.")
SPAWN = BootFault(code=500, message="Exceeded maximum number of retries. Last exception: libvirt")


def refusing(fault: Fault | Upset, kind: type[m.Command] = m.Create) -> t.Any:
    return lambda command: fault if isinstance(command, kind) else None


def test_an_error_build_is_deleted_and_its_slot_goes_elsewhere() -> None:
    world = World([Place("a:1", fate=lambda command: NO_HOST), Place("b:1")])
    result = world.launch(4)
    assert (result.exact, len(world.alive())) == (True, 4)
    assert {each.location: (each.running, each.refused) for each in result.tallies} == {"a:1": (0, 2), "b:1": (4, 0)}


def test_a_lone_broken_location_is_tried_three_times_for_each_slot() -> None:
    world = World([Place("a:1", fate=lambda command: SPAWN)])
    result = world.launch(2)
    assert (result.failed, world.names()) == (True, [])
    assert kinds(world.commands)[m.Create] == 6
    assert [each.fault.message for each in result.missing if each.fault] == [SPAWN.message] * 2


def test_the_quota_race_fills_the_rest_elsewhere() -> None:
    world = World([Place("a:1", quota=3, races=True), Place("b:1")])
    for number in range(2):
        world.place("a:1").machines[f"x{number}"] = world_machine(f"x{number}", since=1000.12)
    result = world.launch(6)
    assert (result.exact, len(world.names())) == (True, 8)


def world_machine(id: str, since: float) -> t.Any:
    """A stranger that is not there yet when the first survey looks."""

    class Late(Machine):
        def seen(self, now: float) -> t.Any:
            return replace(self.server, name=id, metadata=(), description="") if now >= since else None

    return Late(server=marked(1, id))


def test_a_fault_that_is_told_only_later_counts_as_what_it_is() -> None:
    """Nova writes the fault after the state: a list may show ERROR without it, and the GET before the DELETE tells."""
    a = Place("a:1", fate=lambda command: BootFault(code=None, message=""))
    world = World([a, Place("b:1")])

    def tell(command: m.Command) -> None:
        for machine in a.machines.values():
            machine.fault = NO_HOST if isinstance(command, m.Show) else machine.fault

    a.script = tell
    run = world.start(order_of(2))
    result = world.finish(run)
    assert result.exact
    failed = [each for each in result.tallies if each.refused]
    assert [each.why.kind for each in failed if each.why] == [Kind.NO_HOST]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.QUOTA, message="Quota exceeded", status=403),
        Fault(kind=Kind.INVALID, message="Invalid input", status=400),
        Fault(kind=Kind.UNREACHABLE, message="connection refused"),
        Fault(kind=Kind.RATE_LIMIT, message="slow down", status=429),
        Fault(kind=Kind.RATE_LIMIT, message="slow down", status=429, retry_after=7.0),
        Fault(kind=Kind.SERVER_ERROR, message="<class 'x'>", status=503),
        Fault(kind=Kind.NO_ZONE, message="zone", status=400),
        Fault(kind=Kind.NEEDS_VOLUME, message="volume", status=403),
    ],
)
def test_a_refused_post_is_made_elsewhere_and_nothing_is_left(fault: Fault) -> None:
    world = World([Place("a:1", script=refusing(fault)), Place("b:1")])
    result = world.launch(8)
    assert (len(result.servers), len(world.names())) == (8, 8)
    assert result.exact
    assert kinds(world.commands)[m.Create] <= 8 + 2 * 4


def test_a_location_that_refuses_is_not_asked_for_the_rest_of_its_share() -> None:
    fault = Fault(kind=Kind.INVALID, message="no", status=400)
    world = World([Place("a:1", quota=20, latency=0.02, script=refusing(fault)), Place("b:1", quota=40)])
    world.launch(40)
    refused = [each for each in world.commands if isinstance(each, m.Create) and each.location == "a:1"]
    assert len(refused) <= 4


def test_a_location_that_does_not_answer_posts_is_not_given_more_of_them() -> None:
    world = World([Place("a:1", script=refusing(Upset.HANG)), Place("b:1", quota=40)])
    result = world.launch(30)
    posts = [each for each in world.commands if isinstance(each, m.Create) and each.location == "a:1"]
    assert (len(result.servers), len(posts)) == (30, 4)
    assert world.now < 1000 + 260


def test_a_throttled_location_gets_its_posts_later() -> None:
    """A port that knows of a rate limit sends nothing: the rest of the time that the location asked for comes back."""
    world = World([Place("a:1")])
    busy = Fault(kind=Kind.RATE_LIMIT, message="the location asks for patience", retry_after=30.0)
    place = world.place("a:1")
    place.script = lambda command: busy if isinstance(command, m.Create) and world.now < 1030 else None
    run = world.start(order_of(8))
    assert world.finish(run).exact
    early = [at for at, command in run.sent if isinstance(command, m.Create) and at < 1030.0]
    assert len(early) == 4


def test_what_was_not_sent_for_a_rate_limit_halves_the_pace() -> None:
    some = Tables(order_of(1), [Location(label="a:1")], 0.0)
    offer = Offer(location="a:1", flavor=SMALL)
    some.add_attempt(AttemptRow(token="T", slot=1, offer=offer, posted_at=0.0))
    busy = Fault(kind=Kind.RATE_LIMIT, message="the location asks for patience", retry_after=30.0)
    learn(some, m.NotSent(now=1.0, location="a:1", token="T", fault=busy))
    assert some.locations["a:1"].pace.quiet_until == 31.0


def test_a_passing_fault_at_the_only_location_is_waited_out() -> None:
    faults: t.Iterator[Fault | None] = itertools.chain(
        [Fault(kind=Kind.UNREACHABLE, message="connection refused")], itertools.repeat(None)
    )
    world = World([Place("a:1", script=lambda command: next(faults) if isinstance(command, m.Create) else None)])
    assert world.launch(1).exact
    assert 1010 < world.now < 1040


def test_room_that_is_held_to_the_end_of_the_run_is_not_waited_for() -> None:
    fault = Fault(kind=Kind.UNREACHABLE, message="refused", retry_after=5000.0)
    world = World([Place("a:1", script=refusing(fault))])
    result = world.launch(1)
    assert (result.failed, world.now < 1010) == (True, True)
    assert [each.why.value for each in result.refusals] == ["held"]


def test_a_server_that_vanishes_after_its_post_was_rolled_back_and_is_made_again() -> None:
    world = World([Place("a:1")])
    run = world.start(order_of(1))
    world.later(1000.5, world.place("a:1").machines.clear)
    result = world.finish(run)
    assert (result.exact, world.names()) == (True, ["crawl-001"])


def test_a_server_that_somebody_deletes_meanwhile_is_not_made_again() -> None:
    world = World([Place("a:1", build=20.0)])
    run = world.start(order_of(2))
    world.later(1010, lambda: world.place("a:1").machines.pop(world.alive()[0].id))
    result = world.finish(run)
    assert (result.failed, [each.why for each in result.missing]) == (True, ["taken"])
    assert kinds(world.commands)[m.Create] == 2


def test_a_broken_server_that_somebody_else_deleted_is_made_again() -> None:
    world = World([Place("a:1", build=20.0)])
    run = world.start(order_of(2))

    def break_and_delete() -> None:
        machine = next(iter(world.place("a:1").machines.values()))
        machine.active_at, machine.fault, machine.gone_at = world.now, SPAWN, world.now + 3

    world.later(1010, break_and_delete)
    result = world.finish(run)
    assert (result.exact, world.names()) == (True, ["crawl-001", "crawl-002"])


def test_names_that_are_missing_at_a_location_are_its_refusal() -> None:
    fault = Fault(kind=Kind.NO_FLAVOR, message='no flavor "m1.small"; it has m1.tiny')
    world = World([Place("a:1", script=refusing(fault, m.LookUp)), Place("b:1", quota=1)])
    result = world.launch(2, min_count=1)
    assert [(each.location, each.why.value, each.fault) for each in result.refusals] == [
        ("a:1", "names", fault),
        ("b:1", "full", None),
    ]


def test_a_slow_look_up_is_used_when_it_comes() -> None:
    world = World([Place("a:1", quota=2, build=30.0), Place("b:1")])
    b = world.place("b:1")

    def script(command: m.Command) -> None:
        b.latency = 12.0 if isinstance(command, m.LookUp) else 0.1

    b.script = script
    result = world.launch(5, min_count=2)
    assert (result.exact, len(result.servers)) == (True, 5)


def test_room_that_its_own_removals_free_is_used() -> None:
    world = World([Place("a:1", quota=3)])
    for slot in (1, 3):
        world.add("a:1", marked(slot, f"s{slot}"))
    world.add("a:1", marked(9, "s9", created=EPOCH + 5.0))
    assert world.launch(3).exact


def test_a_slot_that_somebody_fills_while_it_waits_for_its_turn_is_not_posted() -> None:
    world = World([Place("a:1", latency=2.0)])
    run = world.start(order_of(8))
    rival = marked(8, "rival", created=EPOCH + 1004.0)
    world.later(1004.2, lambda: world.add("a:1", rival))
    listed = m.Listed(now=1005.0, location="a:1", started_at=1004.5, servers=(rival,))
    world.later(1005.0, lambda: run.hear(listed))
    assert world.finish(run).exact
    assert sorted(each.slot for each in run.commands if isinstance(each, m.Create)) == list(range(1, 8))


def test_a_place_where_builds_get_stuck_is_left_alone_for_a_while() -> None:
    world = World([Place("a:1", build=1e9), Place("b:1")])
    result = world.launch(4, patience=Patience(boot=20.0))
    assert result.exact
    assert {each.location: (each.running, each.refused) for each in result.tallies} == {"a:1": (0, 2), "b:1": (4, 0)}
    stuck = [each.why for each in result.tallies if each.why]
    assert [(each.kind, each.message) for each in stuck] == [(Kind.STUCK, "it does not finish building")]
