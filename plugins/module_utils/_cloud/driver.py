# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The loop that runs an engine: its commands go out, what became of them goes in, until it says what became of all."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core import messages as m
from .crew import Crew

if t.TYPE_CHECKING:
    from .._core.order import Patience
    from .clock import Clock
    from .port import Port

_POLL = 0.2


class Engine(t.Protocol):
    """Decides. `begin` once, then `step` with events, until a `Finish` is among its commands."""

    def begin(self, now: float) -> t.Sequence[m.Command]: ...

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]: ...


def _nothing(_line: str) -> None:
    """Nobody listens."""


def _go_on() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run takes place in.

    ``tell`` hears the lines that the engine reports; ``stop`` is asked, five times a second, for a reason to stop.
    """

    port: Port
    clock: Clock
    patience: Patience
    tell: t.Callable[[str], None] = _nothing
    stop: t.Callable[[], str] = _go_on


def drive(engine: Engine, around: Surroundings) -> m.Finish:
    """Run an engine to its end, in this thread. Returns at once after it: threads that still wait are left behind."""
    crew = Crew(around.port, around.clock)
    try:
        return _Loop(around, crew).run(engine)
    finally:
        crew.dismiss()


class _Loop:
    """One run, and what its engine waits for."""

    def __init__(self, around: Surroundings, crew: Crew) -> None:
        self._around = around
        self._clock = around.clock
        self._crew = crew
        self._alarm = float("inf")
        self._stopped = False

    def run(self, engine: Engine) -> m.Finish:
        commands = engine.begin(self._clock.now())
        while True:
            for command in commands:
                if isinstance(command, m.Finish):
                    return command
                self._carry_out(command)
            events = self._events()
            commands = engine.step(self._clock.now(), events) if events else ()

    def _carry_out(self, command: m.Command) -> None:
        match command:
            case m.ToLocation():
                patience = self._around.patience
                allowed = patience.survey if isinstance(command, m.Survey | m.List) else patience.api
                self._crew.take(command, self._clock.now() + allowed)
            case m.WakeAt():
                self._alarm = command.at
            case m.Report():
                self._around.tell(command.line)

    def _events(self) -> list[m.Event]:
        """All that has happened; after a moment also nothing, so that a reason to stop is never long unseen."""
        until = min(self._alarm, self._crew.next_deadline())
        return self._crew.ends(min(_POLL, until - self._clock.now())) + self._own()

    def _own(self) -> list[m.Event]:
        events: list[m.Event] = []
        now = self._clock.now()
        if self._alarm <= now:
            self._alarm = float("inf")
            events.append(m.Woke(now=now))
        why = "" if self._stopped else self._around.stop()
        if why:
            self._stopped = True
            events.append(m.Stop(now=now, why=why))
        return events
