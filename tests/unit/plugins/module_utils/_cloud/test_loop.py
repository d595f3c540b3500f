# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.crew import Bounds, Crew, End, Task
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.loop import Loop
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.test_ends import COMMANDS

USUAL = Bounds()
PATIENCE = Patience(api=60, survey=10)
FINISH = m.Finish(result="the result")
POST = replace(next(each for each in COMMANDS if isinstance(each, m.Create)), location="a")


class VirtualHands:
    """Hold what they are given, until a test says what became of it."""

    def __init__(self) -> None:
        self.given: list[Task] = []

    def give(self, task: Task) -> None:
        self.given.append(task)

    @property
    def places(self) -> str:
        return " ".join(task.command.location for task in self.given)

    def end(self, number: int, now: float = 0.0) -> End:
        return End(self.given[number], listed(self.given[number].command.location, now), now)


class Script:
    """An engine that says what it is to say, batch by batch, and takes down what it hears."""

    def __init__(self, *batches: t.Sequence[m.Command]) -> None:
        self.batches = list(batches)
        self.heard: list[tuple[float, t.Sequence[m.Event]]] = []

    def begin(self, now: float) -> t.Sequence[m.Command]:
        return self.batches.pop(0)

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        self.heard.append((now, events))
        return self.batches.pop(0) if self.batches else ()


def listed(location: str, now: float = 0.0) -> m.Listed:
    return m.Listed(now=now, location=location, started_at=now, servers=())


def crew_with(hands: VirtualHands, places: str, bounds: Bounds = USUAL) -> Crew:
    """A crew that has been told to list at these locations, each within ten seconds."""
    crew = Crew(hands, bounds)
    for place in places.split():
        crew.take(m.List(location=place), 10.0)
    crew.start(0.0)
    return crew


def test_a_location_is_asked_one_thing_until_it_has_answered_and_eight_from_then_on() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, "a " * 20)
    assert len(hands.given) == 1
    crew.ends(1.0, [hands.end(0)])
    crew.start(1.0)
    assert len(hands.given) == 1 + USUAL.at_one_location
    crew.ends(2.0, [hands.end(1), hands.end(2)])
    crew.start(2.0)
    assert len(hands.given) == 1 + USUAL.at_one_location + 2


def test_locations_take_turns() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, "a a a b b b c c c", Bounds(busy=3, hands=3, slow=100))
    for number in range(6):
        crew.ends(1.0, [hands.end(number)])
        crew.start(1.0)
    assert hands.places == "a b c a b c a b c"


def test_more_goes_on_at_once_while_ends_are_heard_as_they_are_brought() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, " ".join(f"p{number}" for number in range(30)), Bounds(busy=3))
    crew.ends(1.0, [hands.end(0, 1.0), hands.end(1, 1.0), hands.end(2, 0.99)])
    crew.start(1.0)
    assert len(hands.given) == 3 + 6
    crew.ends(1.1, [hands.end(3, 1.05)])  # not at once, but soon enough
    crew.start(1.1)
    assert len(hands.given) == 3 + 6 + 1


def test_a_processor_that_hears_late_is_given_half_as_much_but_never_less_than_at_first() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, " ".join(f"p{number}" for number in range(30)), Bounds(busy=4, slow=100))
    crew.ends(1.0, [hands.end(number, 1.0) for number in range(4)])
    crew.start(1.0)
    assert len(hands.given) == 4 + 8
    crew.ends(2.0, [hands.end(number, 1.5) for number in range(4, 12)])
    crew.start(2.0)
    assert len(hands.given) == 4 + 8 + 4
    crew.ends(3.0, [hands.end(12, 2.5)])
    crew.start(3.0)
    assert len(hands.given) == 4 + 8 + 4 + 1


def test_hung_locations_leave_their_places_to_others_and_the_loop_is_turned_for_it() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, "hung-1 hung-2 well", Bounds(busy=2, slow=1.0))
    assert hands.places == "hung-1 hung-2"
    assert crew.rests_until(0.0) == 1.0
    crew.start(0.9)
    assert len(hands.given) == 2
    crew.start(1.0)
    assert hands.places == "hung-1 hung-2 well"
    assert crew.rests_until(1.0) == 10.0


def test_abandoned_hands_count_until_they_bring_something() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, "a b c", Bounds(hands=2))
    assert hands.places == "a b"
    crew.take(m.List(location="d"), 30.0)
    assert len(crew.ends(10.0, [])) == 3
    crew.start(10.0)
    assert hands.places == "a b"
    assert crew.ends(20.0, [hands.end(0)]) == []
    crew.start(20.0)
    assert hands.places == "a b d"


def test_a_late_end_is_no_news_but_says_that_the_location_answers() -> None:
    hands = VirtualHands()
    crew = crew_with(hands, "a")
    crew.ends(10.0, [])
    crew.take(m.List(location="a"), 20.0)
    crew.take(m.List(location="a"), 20.0)
    assert crew.ends(11.0, [hands.end(0)]) == []
    crew.start(11.0)
    assert len(hands.given) == 3


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_command_whose_hand_never_comes_back_ends_at_its_deadline(command: m.ToLocation) -> None:
    hands, engine = VirtualHands(), Script([command])
    loop = Loop(engine, hands, PATIENCE)
    loop.begin(100.0)
    deadline = loop.rests_until(100.0)
    assert deadline == (110.0 if isinstance(command, m.Survey | m.List) else 160.0)
    loop.turn(deadline - 0.001)
    assert not engine.heard
    loop.turn(deadline)
    ((now, (end,)),) = engine.heard
    assert now == end.now == deadline
    assert isinstance(end, m.ENDS[type(command)])
    assert getattr(end, "fault", None) is None or t.cast("t.Any", end).fault.kind is Kind.TIMED_OUT


def test_a_post_that_hangs_is_ambiguous_and_one_that_waits_was_not_sent() -> None:
    hands, engine = VirtualHands(), Script([POST, replace(POST, token="second")])
    loop = Loop(engine, hands, PATIENCE)
    loop.begin(0.0)
    loop.turn(60.0)
    ((_now, events),) = engine.heard
    assert [(type(event), t.cast("t.Any", event).token) for event in events] == [
        (m.Ambiguous, POST.token),
        (m.NotSent, "second"),
    ]


def test_a_hand_has_a_little_less_time_than_its_command() -> None:
    hands = VirtualHands()
    Loop(Script([POST]), hands, PATIENCE).begin(0.0)
    assert 59 < hands.given[0].answer_by < hands.given[0].deadline == 60.0


def test_what_comes_together_is_handed_over_together() -> None:
    hands, engine = VirtualHands(), Script([m.List(location="a"), m.List(location="b"), m.WakeAt(at=2.0)])
    loop = Loop(engine, hands, PATIENCE)
    loop.begin(0.0)
    loop.turn(2.0, [hands.end(0, 1.5), hands.end(1, 1.9)], stop="enough")
    assert engine.heard == [
        (2.0, [listed("a", 1.5), listed("b", 1.9), m.Woke(now=2.0), m.Stop(now=2.0, why="enough")]),
    ]


def test_nothing_is_said_where_nothing_happened() -> None:
    engine = Script([m.List(location="a"), m.WakeAt(at=5.0)])
    loop = Loop(engine, VirtualHands(), PATIENCE)
    loop.begin(0.0)
    assert loop.turn(4.9) is None
    assert engine.heard == []


def test_only_the_newest_alarm_rings_and_once() -> None:
    engine = Script([m.WakeAt(at=1.0), m.WakeAt(at=5.0)])
    loop = Loop(engine, VirtualHands(), PATIENCE)
    loop.begin(0.0)
    assert loop.rests_until(0.0) == 5.0
    loop.turn(1.0)
    loop.turn(5.0)
    loop.turn(6.0)
    assert engine.heard == [(5.0, [m.Woke(now=5.0)])]
    assert loop.rests_until(6.0) == math.inf


def test_a_reason_to_stop_is_told_once() -> None:
    engine = Script([])
    loop = Loop(engine, VirtualHands(), PATIENCE)
    loop.begin(0.0)
    for now in (1.0, 2.0):
        loop.turn(now, stop=f"reason at {now}")
    assert engine.heard == [(1.0, [m.Stop(now=1.0, why="reason at 1.0")])]


def test_a_stop_takes_back_the_writes_that_wait_for_their_turn() -> None:
    """The simulation found it: what had been asked before a stop was begun after it."""
    hands = VirtualHands()
    delete, survey = m.Delete(location="a", id="one"), m.Survey(location="a")
    loop = Loop(engine := Script([m.List(location="a"), delete, survey]), hands, Patience())
    loop.begin(0.0)
    loop.turn(1.0, stop="enough")
    [(_at, events)] = engine.heard
    assert [type(event) for event in events] == [m.Stop, m.DeleteRefused]
    loop.turn(2.0, [hands.end(0, 2.0)])
    assert [type(task.command) for task in hands.given] == [m.List, m.Survey]


def test_the_end_comes_back_and_what_is_commanded_after_it_is_not_carried_out() -> None:
    hands = VirtualHands()
    assert Loop(Script([FINISH, POST]), hands, PATIENCE).begin(0.0) is FINISH
    loop = Loop(Script([m.WakeAt(at=1.0)], [FINISH, POST]), hands, PATIENCE)
    assert loop.begin(0.0) is None
    assert loop.turn(1.0) is FINISH
    assert hands.given == []


def test_runs_in_one_world_do_not_see_each_other() -> None:
    hands = VirtualHands()
    engines = [Script([m.List(location="a")]) for _run in range(3)]
    loops = [Loop(engine, hands, PATIENCE) for engine in engines]
    for loop in loops:
        loop.begin(0.0)
    assert hands.places == "a a a"
    loops[1].turn(1.0, [hands.end(1)])
    assert [len(engine.heard) for engine in engines] == [0, 1, 0]
