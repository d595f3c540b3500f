# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One run without its effects: what became of commands goes into the engine, what it commands goes to the hands.

A driver turns the loop. `drive` does so in real time, with threads; a simulation does it on a virtual clock, with any
number of runs in one world.
"""

from __future__ import annotations

import typing as t

from .._core import messages as m
from .crew import Crew, End, Hands

if t.TYPE_CHECKING:
    from .._core.order import Patience


class Engine(t.Protocol):
    """Decides. `begin` once, then `step` with events, until a `Finish` is among its commands."""

    def begin(self, now: float) -> t.Sequence[m.Command]: ...

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]: ...


class Loop:
    """`begin` once, then `turn` whenever something came, and at `rests_until`, until one of them returns a `Finish`."""

    def __init__(self, engine: Engine, hands: Hands, patience: Patience) -> None:
        self._engine = engine
        self._crew = Crew(hands)
        self._patience = patience
        self._alarm = float("inf")
        self._stopped = False

    def begin(self, now: float) -> m.Finish | None:
        return self._obey(self._engine.begin(now), now)

    def turn(self, now: float, ended: t.Sequence[End] = (), stop: str = "") -> m.Finish | None:
        """Hand on what the hands brought, what is due, and a reason to stop, the first time that there is one."""
        events = self._crew.ends(now, ended) + self._own(now, stop)
        return self._obey(self._engine.step(now, events) if events else (), now)

    def rests_until(self, now: float) -> float:
        """When to turn at the latest; until then only an end or a reason to stop brings anything new."""
        return min(self._alarm, self._crew.rests_until(now))

    def _obey(self, commands: t.Sequence[m.Command], now: float) -> m.Finish | None:
        for command in commands:
            match command:
                case m.Finish():
                    return command
                case m.ToLocation():
                    swift = isinstance(command, m.Survey | m.List)
                    self._crew.take(command, now + (self._patience.survey if swift else self._patience.api))
                case m.WakeAt():
                    self._alarm = command.at
        self._crew.start(now)
        return None

    def _own(self, now: float, stop: str) -> list[m.Event]:
        events: list[m.Event] = []
        if self._alarm <= now:
            self._alarm = float("inf")
            events.append(m.Woke(now=now))
        if stop and not self._stopped:
            self._stopped = True
            events += [m.Stop(now=now, why=stop), *self._crew.recall(now)]
        return events
