# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small world on a virtual clock that answers the engine's commands, so that whole orders run in milliseconds."""

from __future__ import annotations

import heapq
import itertools
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.coordinator import Coordinator
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.desk import Run
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

from .cloud import EPOCH, FLEET, Machine, Place
from .running import Running

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
        running.begin()
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
