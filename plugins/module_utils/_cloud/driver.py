# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The loop that runs an engine: its commands go out, what became of them goes in, until it says what became of all."""

from __future__ import annotations

import typing as t

from .._core import messages as m
from .crew import Crew

if t.TYPE_CHECKING:
    from .._core.account import Result
    from .._core.order import Patience
    from .clock import Clock
    from .port import Port

_POLL = 0.2


class Engine(t.Protocol):
    """Decides. `begin` once, then `step` with events, until a `Finish` is among its commands."""

    def begin(self, now: float) -> t.Sequence[m.Command]: ...

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]: ...


class Driver:
    """Runs one engine once, in the calling thread."""

    def __init__(self, port: Port, clock: Clock, patience: Patience) -> None:
        self._crew = Crew(port, clock)
        self._clock = clock
        self._patience = patience
        self._alarm: float | None = None
        self._stopped = False
        self._tell: t.Callable[[str], None] = _nothing
        self._stop: t.Callable[[], str] = _go_on
        self._result: Result | None = None

    def listen(self, *, tell: t.Callable[[str], None] | None = None, stop: t.Callable[[], str] | None = None) -> None:
        """Who hears the lines that the engine reports, and who is asked (five times a second) for a reason to stop."""
        self._tell = tell or self._tell
        self._stop = stop or self._stop

    def run(self, engine: Engine) -> Result:
        """What became of the order. Returns at once after `Finish`: threads that still wait are left behind."""
        commands = engine.begin(self._clock.now())
        while True:
            for command in commands:
                self._carry_out(command)
            if self._result is not None:
                return self._result
            events = self._crew.ends(self._idle()) + self._own_events()
            commands = engine.step(self._clock.now(), events) if events else ()

    def _carry_out(self, command: m.Command) -> None:
        match command:
            case m.ToLocation():
                patience = self._patience.survey if isinstance(command, m.Survey) else self._patience.api
                self._crew.take(command, self._clock.now() + patience)
            case m.WakeAt():
                self._alarm = command.at
            case m.Report():
                self._tell(command.line)
            case m.Finish():
                self._result = command.result

    def _idle(self) -> float:
        """How long nothing of our own is to be done."""
        alarm = float("inf") if self._alarm is None else self._alarm
        return min(_POLL, min(alarm, self._crew.next_deadline()) - self._clock.now())

    def _own_events(self) -> list[m.Event]:
        events: list[m.Event] = []
        now = self._clock.now()
        if self._alarm is not None and self._alarm <= now:
            self._alarm = None
            events.append(m.Woke(now=now))
        why = "" if self._stopped else self._stop()
        if why:
            self._stopped = True
            events.append(m.Stop(now=now, why=why))
        return events


def drive(
    engine: Engine,
    port: Port,
    patience: Patience,
    clock: Clock,
    *,
    tell: t.Callable[[str], None] | None = None,
    stop: t.Callable[[], str] | None = None,
) -> Result:
    """Run an engine to its end."""
    driver = Driver(port, clock, patience)
    driver.listen(tell=tell, stop=stop)
    return driver.run(engine)


def _nothing(_line: str) -> None:
    """Nobody listens."""


def _go_on() -> str:
    return ""
