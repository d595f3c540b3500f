# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.driver import Surroundings, drive
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.test_ends import COMMANDS

PATIENCE = Patience(api=0.5, survey=0.3)
ENDLESS = Patience(api=60, survey=60)
RESULT: t.Any = "the result"


class ScriptedPort:
    """Answers as a function says; what it is asked for is written down."""

    requests: t.Mapping[str, int] = {}

    def __init__(self, answer: t.Callable[[m.ToLocation], None] = lambda command: None) -> None:
        self.answer = answer
        self.seen: list[m.ToLocation] = []
        self.deadlines: list[float] = []
        self.at_once = 0
        self.most = 0
        self._lock = threading.Lock()

    def perform(self, command: m.ToLocation, deadline: float) -> m.Event:
        with self._lock:
            self.seen.append(command)
            self.deadlines.append(deadline - time.monotonic())
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            self.answer(command)
        finally:
            with self._lock:
                self.at_once -= 1
        return m.Listed(now=time.monotonic(), location=command.location, started_at=0.0, servers=())


class Script:
    """An engine that asks for all at once, takes down what it hears, and ends once it has heard enough."""

    def __init__(self, *commands: m.Command, enough: t.Callable[[list[m.Event]], bool] | None = None) -> None:
        self.commands = commands
        self.heard: list[m.Event] = []
        self.batches: list[int] = []
        wanted = sum(isinstance(each, m.ToLocation) for each in commands)
        self.enough = enough or (lambda heard: len(heard) >= wanted)

    def begin(self, now: float) -> t.Sequence[m.Command]:
        return self.commands

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        assert events
        assert all(event.now <= now for event in events)
        self.heard += events
        self.batches.append(len(events))
        return (m.Finish(result=RESULT),) if self.enough(self.heard) else ()


def run(script: Script, port: ScriptedPort, **more: t.Any) -> float:
    """Drive it to its end; how long that took."""
    begun = time.monotonic()
    around = Surroundings(port=port, clock=SystemClock(), patience=more.pop("patience", PATIENCE), **more)
    assert drive(script, around).result is RESULT
    return time.monotonic() - begun


def lists(*locations: str) -> list[m.List]:
    return [m.List(location=location) for location in locations]


def hang(seconds: float = 5.0, at: str = "hung") -> t.Callable[[m.ToLocation], None]:
    def answer(command: m.ToLocation) -> None:
        if command.location.startswith(at):
            time.sleep(seconds)

    return answer


def test_every_command_is_answered_once() -> None:
    script, port = Script(*lists(*"abcdefgh" * 50)), ScriptedPort()
    run(script, port, patience=ENDLESS)
    assert len(script.heard) == len(port.seen) == 400
    assert all(isinstance(event, m.Listed) for event in script.heard)


def test_what_has_come_together_is_handed_over_together() -> None:
    script = Script(*lists(*"abcdefgh" * 50))
    run(script, ScriptedPort(), patience=ENDLESS)
    assert max(script.batches) > 1


def test_an_engine_with_nothing_to_ask_ends_at_once() -> None:
    assert run(Script(m.Finish(result=RESULT)), ScriptedPort()) < 0.1


def test_commands_that_hang_are_ended_at_their_deadlines() -> None:
    hung = {f"hung-{type(each).__name__}": each for each in COMMANDS}
    script = Script(*(replace(each, location=label) for label, each in hung.items()))
    begun = time.monotonic()
    run(script, ScriptedPort(hang()))
    ends = {event.location: event for event in script.heard if isinstance(event, m.At)}
    assert set(ends) == set(hung)
    for label, command in hung.items():
        assert isinstance(ends[label], m.ENDS[type(command)])
        assert getattr(ends[label], "fault", None) is None or ends[label].fault.kind is Kind.TIMED_OUT
        patience = PATIENCE.survey if isinstance(command, m.Survey | m.List) else PATIENCE.api
        assert patience <= ends[label].now - begun < patience + 1.5


def test_a_port_has_a_little_less_time_than_its_command() -> None:
    port = ScriptedPort()
    run(Script(m.Survey(location="a"), m.LookUp(location="b")), port, patience=Patience(survey=100, api=200))
    survey, look_up = sorted(port.deadlines)
    assert 98 < survey < 100
    assert 198 < look_up < 200


def test_a_late_answer_is_not_heard() -> None:
    script = Script(*lists("slow"), m.WakeAt(at=time.monotonic() + 1.0))
    script.enough = lambda heard: any(isinstance(event, m.Woke) for event in heard)
    run(script, ScriptedPort(hang(0.7, "slow")))
    assert [type(event) for event in script.heard] == [m.ListFailed, m.Woke]


def test_an_alarm_rings_when_it_is_due_and_not_only_when_something_comes() -> None:
    begun = time.monotonic()
    script = Script(*lists("slow"), m.WakeAt(at=begun + 0.1))
    script.enough = lambda heard: len(heard) == 2
    run(script, ScriptedPort(hang(1.0, "slow")), patience=Patience())
    first, second = script.heard
    assert isinstance(first, m.Woke)
    assert 0.1 <= first.now - begun < 0.9
    assert isinstance(second, m.Listed)


def test_a_location_that_has_not_answered_holds_one_thread() -> None:
    port = ScriptedPort(hang())
    run(Script(*lists(*["hung"] * 10)), port)
    assert len(port.seen) == 1


def test_a_reason_to_stop_is_heard_once_and_soon() -> None:
    begun = time.monotonic()
    script = Script(*lists("slow"))
    script.enough = lambda heard: any(isinstance(event, m.Listed) for event in heard)
    port, calm = ScriptedPort(hang(1.5, "slow")), Patience()
    run(script, port, patience=calm, stop=lambda: "enough" if time.monotonic() > begun + 0.05 else "")
    (stop,) = [event for event in script.heard if isinstance(event, m.Stop)]
    assert stop.why == "enough"
    assert stop.now - begun < 1.2


def test_a_port_that_breaks_its_word_and_raises_ends_its_command() -> None:
    def raises(command: m.ToLocation) -> None:
        raise SystemExit(command.location)

    script = Script(*COMMANDS)
    run(script, ScriptedPort(raises))
    assert len(script.heard) == len(COMMANDS)
    assert {event.fault.kind for event in script.heard if getattr(event, "fault", None)} == {Kind.BROKEN_ANSWER}


def test_the_end_waits_for_no_thread_and_leaves_none_that_has_nothing_to_wait_for() -> None:
    before = set(threading.enumerate())
    script = Script(*lists("hung", "well"))
    script.enough = lambda heard: True
    assert run(script, ScriptedPort(hang(2.0))) < 1.5
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert len(left) <= 2
    assert all(thread.daemon for thread in left)
    for thread in left:
        thread.join(5.0)
        assert not thread.is_alive()
