# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clouds that the contract is tried on: in memory, simulated over HTTP, and real ones."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.compute import act
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.port import OpenStackPort
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.session import Sessions
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.transport import Meter
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.wire import Wire
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Spec

from .fake import FakePort, ManualClock, Place

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import Accounts
    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import Clock
    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.port import Port
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

REAL_CLOUDS = "OPENMULTISTACK_CONTRACT_CLOUDS"
FLEET = "contract"


@dataclass
class World:
    """One location of some clouds, and how to get at it."""

    label: str
    clock: Clock
    port_for: t.Callable[[Order], Port]
    spec: Spec
    lock: t.Callable[[str], None]
    fake: Place | None = None
    simulator: Simulator | None = None
    patience: float = 10.0
    clean_up: list[tuple[Port, str]] = field(default_factory=list)

    def port(self, fleet: str = FLEET, **other: t.Any) -> Visitor:
        spec = {name: getattr(self.spec, name) for name in ("image", "flavors", "networks", "zones")}
        return Visitor(self, self.port_for(Order(fleet=fleet, count=1, spec=Spec(**{**spec, **other}))))


class Visitor:
    """A port, and short ways to use it. Every end is one that the vocabulary names for the command."""

    def __init__(self, world: World, port: Port) -> None:
        self.world = world
        self._port = port

    @property
    def requests(self) -> int:
        return self._port.requests.get(self.world.label, 0)

    def does(self, command: type[m.ToLocation], patience: float | None = None, **facts: t.Any) -> t.Any:
        clock = self.world.clock
        begun = clock.now()
        sent = command(location=self.world.label, **facts)
        event = self._port.perform(sent, begun + (patience or self.world.patience))
        assert isinstance(event, m.ENDS[command]), event
        assert isinstance(event, m.At)
        assert event.location == self.world.label
        assert begun <= event.now <= clock.now()
        assert begun <= getattr(event, "started_at", begun) <= event.now
        if isinstance(event, m.Created):
            self.world.clean_up.append((self._port, event.id))
        return event

    def creates(self, name: str = f"{FLEET}-001", **other: t.Any) -> t.Any:
        offer = self.does(m.LookUp).offers[0]
        mark = f"1;{FLEET};1;TOKEN;1;2;0;spec"
        facts = {"slot": 1, "token": "TOKEN", "offer": offer, "metadata": (("multi_stack", mark),), "description": mark}
        return self.does(m.Create, name=name, **{**facts, **other})

    def until(self, holds: t.Callable[[], t.Any], patience: float = 60.0) -> t.Any:
        """What at last holds."""
        end = self.world.clock.now() + patience
        while not (found := holds()):
            assert self.world.clock.now() < end, "waited in vain"
            self.world.clock.sleep(0.05)
        return found

    def ready(self, server_id: str) -> t.Any:
        def shown() -> t.Any:
            event = self.does(m.Show, id=server_id)
            return isinstance(event, m.Shown) and event.server.status != "BUILD" and event

        return self.until(shown)

    def gone(self, server_id: str) -> t.Any:
        def gone() -> t.Any:
            event = self.does(m.Show, id=server_id)
            return isinstance(event, m.Gone) and event

        return self.until(gone)


def in_memory() -> World:
    place, clock = Place(), ManualClock()
    spec = Spec(image="cirros", flavors=("m1.tiny",), networks=("private",), zones=("nova",))

    def lock(server_id: str) -> None:
        made = place.servers[server_id]
        made.server = replace(made.server, locked=True)

    return World("alpha", clock, lambda order: FakePort({"alpha": place}, order, clock), spec, lock, fake=place)


def simulated(simulator: Simulator, folder: pathlib.Path) -> World:
    simulator.clouds_yaml(folder / "clouds.yaml")
    accounts = load_accounts(str(folder / "clouds.yaml"))
    spec = Spec(image="cirros", flavors=("m1.tiny",), networks=("private",), zones=("nova",))
    return _over_http(accounts, spec, simulator=simulator)


def real() -> World:
    """The first location of a real clouds.yaml; what it has is told by more variables."""
    accounts = load_accounts(os.environ[REAL_CLOUDS])

    def named(what: str, usual: str) -> str:
        return os.environ.get(f"OPENMULTISTACK_CONTRACT_{what}", usual)

    spec = Spec(
        image=named("IMAGE", "cirros"),
        flavors=(named("FLAVOR", "m1.tiny"),),
        networks=(named("NETWORK", "private"),),
        zones=(named("ZONE", "az1"),),
    )
    return _over_http(accounts, spec, patience=30.0)


def _over_http(accounts: Accounts, spec: Spec, **more: t.Any) -> World:
    """The first location of a clouds.yaml. No command locks a server: that is asked of it beside any port."""
    account, clock = accounts.all[0], SystemClock()

    def lock(server_id: str) -> None:
        wire = Wire(account, Sessions(accounts, clock, Meter()), clock)
        act(wire, server_id, {"lock": None}, clock.now() + 30)

    return World(account.label, clock, lambda order: OpenStackPort(accounts, order, clock), spec, lock, **more)
