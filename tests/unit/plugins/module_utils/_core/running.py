# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run on the virtual clock: the engine and the driver's own loop, with hands that carry tasks to the world."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.crew import End, Task
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.loop import Loop
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind

from .cloud import NEVER, Place, Upset, accepted, failing

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.coordinator import Coordinator
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Result

    from .world import World

_SILENCE = Fault(kind=Kind.TIMED_OUT, message="no answer")
_DONE_SOON = (None, Upset.LANDED, Upset.DRIP, Upset.UNDONE)
_DROPS = 30.0  # seconds after which a drip-fed answer is whole, long after its command was ended


@dataclass
class Running:
    """One run in the world. ``sent`` and ``heard`` are its log: what its hands began, and what its engine was told.

    ``posts`` are those that the engine asked for, whether or not a hand was free for them.
    """

    world: World
    engine: Coordinator
    order: Order
    started: float
    dies_after: int | None = None
    result: Result | None = None
    sent: list[tuple[float, m.ToLocation]] = field(default_factory=list)
    heard: list[tuple[float, m.Event]] = field(default_factory=list)
    posts: list[tuple[float, m.Create]] = field(default_factory=list)
    killed: bool = False
    ended: float = 0.0
    world_at_end: tuple[Server, ...] = ()
    _turns: int = 0

    def __post_init__(self) -> None:
        self._loop = Loop(_Ear(self.engine, self.heard, self.posts), _Hands(self), self.order.patience)

    @property
    def over(self) -> bool:
        return self.killed or self.result is not None

    @property
    def commands(self) -> list[m.ToLocation]:
        return [command for _at, command in self.sent]

    def begin(self) -> None:
        self._rest(self._loop.begin(self.world.now))

    def kill(self) -> None:
        self.killed = True

    def stop(self, why: str = "SIGTERM") -> None:
        self._turn(stop=why)

    def hear(self, event: m.Event) -> None:
        """Tell the engine of something that is no command's end."""
        if not self.over:
            self.heard.append((self.world.now, event))
            self._rest(self._loop._obey(self.engine.step(self.world.now, (event,)), self.world.now))

    def _turn(self, *ended: End, stop: str = "") -> None:
        if not self.over:
            self._rest(self._loop.turn(self.world.now, ended, stop))

    def _rest(self, finish: m.Finish | None) -> None:
        """Until something is brought, or the loop wants to turn by itself; after its end never."""
        self._turns += 1
        if self.killed:
            return
        if finish is not None:
            self.result = t.cast("Result", finish.result)
            self.ended = self.world.now
            self.world_at_end = tuple(self.world.alive())
            return
        until = self._loop.rests_until(self.world.now)
        if until < float("inf"):
            self.world.later(max(until, self.world.now), functools.partial(self._ring, self._turns))

    def _ring(self, turns: int) -> None:
        if turns == self._turns:
            self._turn()

    def carry(self, task: Task) -> None:
        """The cloud acts half-way, the answer arrives at the end; whoever waits for one gives up a little early."""
        self.sent.append((self.world.now, task.command))
        self.killed = self.killed or len(self.sent) == self.dies_after
        place, sent = self.world.place(task.command.location), self.world.now
        errand = _Errand(self, task, place, sent, place.script(task.command))
        if errand.upset in _DONE_SOON or errand.upset is Upset.LATE:
            self.world.later(sent + (place.late if errand.upset is Upset.LATE else place.latency / 2), errand.act)
        self.world.later(errand.arrives_at, errand.arrive)


@dataclass(slots=True)
class _Errand:
    """One request on its way through the world."""

    run: Running
    task: Task
    place: Place
    sent: float
    upset: Fault | Upset | None
    answer: m.Event | None = None
    arrives_at: float = 0.0
    slow: bool = False

    def __post_init__(self) -> None:
        at = self.sent + self.place.latency
        self.slow = self.upset is Upset.HANG or at > self.task.answer_by
        self.arrives_at = max(self.sent, self.task.answer_by) if self.slow else at
        if self.upset is Upset.DRIP:
            self.arrives_at = self.task.deadline + _DROPS

    def act(self) -> None:
        now = self.run.world.now
        self.answer = self.place.answer(self.task.command, self.sent, now, self.run.order.fleet)
        if self.upset is Upset.UNDONE and isinstance(self.answer, m.Created):
            made = self.place.machines[self.answer.id]
            made.vanishes_at, made.active_at = now + self.place.undone, NEVER  # it never left the API

    def arrive(self) -> None:
        now = self.run.world.now
        self.run._turn(End(self.task, self._outcome(now), now))

    def _outcome(self, now: float) -> m.Event:
        if isinstance(self.upset, Fault):
            return failing(self.task.command, self.upset, now)
        if self.upset is Upset.IGNORED:
            return accepted(self.task.command, now)
        if self.upset in (None, Upset.DRIP) and self.answer is not None and not self.slow:
            return replace(self.answer, now=now)
        return failing(self.task.command, _SILENCE, now)


@dataclass(slots=True)
class _Ear:
    """The engine, with logs of what it is told and of the POSTs that it asks for."""

    engine: Coordinator
    heard: list[tuple[float, m.Event]]
    posts: list[tuple[float, m.Create]]

    def begin(self, now: float) -> t.Sequence[m.Command]:
        return self._logged(now, self.engine.begin(now))

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        self.heard.extend((now, event) for event in events)
        return self._logged(now, self.engine.step(now, events))

    def _logged(self, now: float, commands: t.Sequence[m.Command]) -> t.Sequence[m.Command]:
        self.posts.extend((now, command) for command in commands if isinstance(command, m.Create))
        return commands


@dataclass(slots=True)
class _Hands:
    """Give each task to the world, as long as the run lives."""

    run: Running

    def give(self, task: Task) -> None:
        if not self.run.killed:
            self.run.carry(task)
