# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small world on a virtual clock that answers the engine's commands, so that whole orders run in milliseconds."""

from __future__ import annotations

import functools
import heapq
import itertools
import typing as t
from collections import Counter
from dataclasses import dataclass, field, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.coordinator import Coordinator
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.desk import Run
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import (
    EXPIRES_KEY,
    MARK_KEY,
    NEVER,
    OWNER_KEY,
    Mark,
    server_name,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Address, Server
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Patience, Spec

from .cloud import EPOCH, FLEET, Machine, Place, Upset, accepted, failing

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Result

SPEC = Spec(image="cirros", flavors=("m1.small",), networks=("private",))
_PATIENCE = Patience()
_MOST_EVENTS = 100_000
WRITES = (m.Create, m.Delete, m.Unlock, m.Mark, m.OpenFence, m.ShutFence)


@dataclass
class World:
    """Locations and one virtual clock, shared by all runs; what a run sent lands even when the run is dead."""

    places: list[Place]
    now: float = 1000.0
    runs: list[Running] = field(default_factory=list)
    _queue: list[tuple[float, int, t.Callable[[], None]]] = field(default_factory=list)
    _numbers: t.Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        ids = itertools.count(1)
        for place in self.places:
            place.ids = ids

    def place(self, label: str) -> Place:
        return next(each for each in self.places if each.label == label)

    def alive(self) -> list[Server]:
        return [server for place in self.places for server in place.alive(self.now)]

    def names(self) -> list[str]:
        return sorted(server.name for server in self.alive())

    def add(self, label: str, server: Server, **facts: t.Any) -> Server:
        """Put a server there that no run of this world made."""
        self.place(label).machines[server.id] = Machine(server=server, **facts)
        return server

    def launch(self, count: int = 0, **facts: t.Any) -> Result:
        return self.run(order_of(count, **facts))

    def destroy(self, **facts: t.Any) -> Result:
        return self.run(order_of(absent=True, **facts))

    def run(self, order: Order, *, check: bool = False) -> Result:
        return self.finish(self.start(order, check=check))

    def start(self, order: Order, *, check: bool = False, dies_after: int | None = None) -> Running:
        entropy = bytes([len(self.runs) % 256]) * 8
        run = Run(order=order, started=self.now, run_at=int(EPOCH + self.now), entropy=entropy, check=check)
        engine = Coordinator(run, [each.location for each in self.places])
        running = Running(world=self, engine=engine, order=order, started=self.now, dies_after=dies_after)
        self.runs.append(running)
        running.carry_out(engine.begin(self.now))
        return running

    def finish(self, *runs: Running) -> Result:
        """Let time pass until these runs are over; the result of the first."""
        for _event in range(_MOST_EVENTS):
            if all(each.over for each in runs):
                return t.cast("Result", runs[0].result)
            self.happen()
        raise AssertionError("these runs never end")

    def settle(self) -> None:
        """Let everything that is under way in the clouds come to its end."""
        while self._queue:
            self.happen()
        for place in self.places:
            times = [at for each in place.machines.values() for at in (each.active_at, each.gone_at) if at < 1e9]
            self.now = max([self.now, *times])

    def happen(self) -> None:
        at, _number, act = heapq.heappop(self._queue)
        self.now = max(self.now, at)
        act()

    def later(self, at: float, act: t.Callable[[], object]) -> None:
        heapq.heappush(self._queue, (at, next(self._numbers), t.cast("t.Callable[[], None]", act)))

    @property
    def commands(self) -> list[m.Command]:
        """Everything that any run asked for, in order within each run."""
        return [command for each in self.runs for command in each.commands]


@dataclass
class Running:
    """One run in the world: its commands out, their answers back at their time. ``sent`` and ``heard`` are its log."""

    world: World
    engine: Coordinator
    order: Order
    started: float
    dies_after: int | None = None
    result: Result | None = None
    sent: list[tuple[float, m.ToLocation]] = field(default_factory=list)
    heard: list[tuple[float, m.Event]] = field(default_factory=list)
    killed: bool = False
    ended: float = 0.0
    world_at_end: tuple[Server, ...] = ()
    _alarm: int = 0

    @property
    def over(self) -> bool:
        return self.killed or self.result is not None

    @property
    def commands(self) -> list[m.ToLocation]:
        return [command for _at, command in self.sent]

    def kill(self) -> None:
        self.killed = True

    def stop(self, why: str = "SIGTERM") -> None:
        self.hear(m.Stop(now=self.world.now, why=why))

    def hear(self, event: m.Event) -> None:
        if not self.over:
            self.heard.append((self.world.now, event))
            self.carry_out(self.engine.step(self.world.now, (event,)))

    def carry_out(self, commands: t.Sequence[m.Command]) -> None:
        for command in commands:
            if isinstance(command, m.Finish):
                self.result = t.cast("Result", command.result)
                self.ended = self.world.now
                self.world_at_end = tuple(self.world.alive())
            elif isinstance(command, m.WakeAt):
                self._alarm += 1
                self.world.later(command.at, functools.partial(self._ring, self._alarm))
            else:
                self._send(t.cast("m.ToLocation", command))
                if len(self.sent) == self.dies_after:
                    self.kill()
                    return

    def _ring(self, number: int) -> None:
        if number == self._alarm:
            self.hear(m.Woke(now=self.world.now))

    def _send(self, command: m.ToLocation) -> None:
        """The cloud acts half-way, the answer arrives at the end; a lost one is missed at the command's deadline."""
        self.sent.append((self.world.now, command))
        place, sent = self.world.place(command.location), self.world.now
        upset = place.script(command)
        soon = (None, Upset.LANDED, Upset.DRIP, Upset.UNDONE)
        patience = self.order.patience
        allowed = patience.survey if isinstance(command, m.Survey | m.List) else patience.api
        late = upset in (Upset.HANG, Upset.DRIP) or place.latency > allowed
        answers: list[m.Event] = []

        def act() -> None:
            event = place.answer(command, sent, self.world.now, self.order.fleet)
            answers.append(event)
            if upset is Upset.UNDONE and isinstance(event, m.Created):
                place.machines[event.id].vanishes_at = self.world.now + place.undone

        def arrive() -> None:
            if isinstance(upset, Fault):
                self.hear(failing(command, upset, self.world.now))
            elif upset is Upset.IGNORED:
                self.hear(accepted(command, self.world.now))
            elif upset is None and not late:
                self.hear(replace(answers[0], now=self.world.now))
            else:
                self.hear(failing(command, Fault(kind=Kind.TIMED_OUT, message="no answer"), self.world.now))

        if upset in soon or upset is Upset.LATE:
            self.world.later(sent + (place.latency / 2 if upset in soon else place.late), act)
        self.world.later(sent + (allowed if late else place.latency), arrive)


def order_of(count: int = 0, **facts: t.Any) -> Order:
    """An order for the fleet crawl; it needs all of its servers unless told otherwise."""
    return Order(**{"fleet": FLEET, "count": count, "min_count": count, "spec": SPEC, "patience": _PATIENCE, **facts})


def marked(slot: int, id: str, fleet: str = FLEET, **facts: t.Any) -> Server:
    """A server of a fleet, as a run that ended long ago would have made it."""
    times = {"run_at": EPOCH, "until": EPOCH + 900, "replaced_at": 0}
    times |= {name: facts.pop(name) for name in tuple(times) if name in facts}
    mark = Mark(fleet=fleet, slot=slot, token=id.ljust(16, "A"), spec=facts.pop("spec", SPEC.digest), **times)
    stamps = {EXPIRES_KEY: str(facts.pop("expires", NEVER)), OWNER_KEY: facts.pop("owner", "demo")}
    usual: dict[str, t.Any] = {
        "name": server_name(fleet, slot),
        "status": "ACTIVE",
        "created": EPOCH + 10.0,
        "metadata": tuple({MARK_KEY: str(mark), **stamps}.items()),
        "description": str(mark),
        "addresses": (Address(address="10.0.0.9", network="private"),),
        "vcpus": 1,
        "ram": 512,
        "zone": "nova",
    }
    return Server(id=id, **{**usual, **facts})


def kinds(commands: t.Iterable[m.Command]) -> Counter[type[m.Command]]:
    """How many commands of each kind."""
    return Counter(type(each) for each in commands)


def writes(commands: t.Iterable[m.Command]) -> list[m.Command]:
    return [each for each in commands if isinstance(each, WRITES)]
