# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clouds that the contract is tried on: in memory, simulated over HTTP, and real ones."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.port import OpenStackPort
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Spec

from .fake import FakePort, ManualClock, Place

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import Clock
    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.port import Port
    from ansible_collections.openmultistack.cloud.tests.contract.faults import Faults
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

FLEET = "contract"
# What the fake calls some of the quotas.
_FAKE_QUOTAS = {"server_groups": "fences", "server_group_members": "fence_members", "port": "ports"}


@dataclass(frozen=True, kw_only=True)
class Hands:
    """What others do beside any port: lock a server, change the quota, revoke a token, break the cloud."""

    lock: t.Callable[[str], None]
    quota: t.Callable[..., None]
    revoke: t.Callable[[str], None] | None = None
    faults: Faults | None = None


@dataclass
class World:
    """One location of some clouds, and how to get at it."""

    label: str
    clock: Clock
    port_for: t.Callable[[Order], Port]
    spec: Spec
    hands: Hands
    fake: Place | None = None
    simulator: Simulator | None = None
    patience: float = 10.0

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
        return event

    def creates(self, name: str = f"{FLEET}-001", **other: t.Any) -> t.Any:
        offer = other.pop("offer", None) or self.does(m.LookUp).offers[0]
        mark = f"1;{FLEET};1;TOKEN;1;2;0;spec"
        facts = {"slot": 1, "token": "TOKEN", "offer": offer, "metadata": (("multi_stack", mark),), "description": mark}
        return self.does(m.Create, name=name, **{**facts, **other})

    @property
    def token(self) -> str:
        """The token that the next request would carry; it has been sent nowhere yet."""
        wire = t.cast("OpenStackPort", self._port).wire(self.world.label)
        return wire.ready(self.world.clock.now() + self.world.patience).headers()["X-Auth-Token"]

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

    def quota(**limits: int) -> None:
        for name, limit in limits.items():
            setattr(place, _FAKE_QUOTAS.get(name, name), limit)

    port = partial(_fake_port, place, clock)
    return World("alpha", clock, port, spec, Hands(lock=lock, quota=quota), fake=place)


def over_http(stage: Stage, folder: pathlib.Path, simulator: Simulator | None = None) -> World:
    """The same location through our own way to clouds."""
    path = folder / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {stage.cloud: dict(stage.user.entry)}}), encoding="utf-8")
    accounts, clock = load_accounts(str(path)), SystemClock()
    spec = Spec(
        image=stage.names["image"],
        flavors=(stage.names["flavor"],),
        networks=(stage.names["network"],),
        zones=(stage.names["zone"],),
    )

    def lock(server_id: str) -> None:
        assert stage.act(server_id, {"lock": None}).status == 202

    hands = Hands(lock=lock, quota=stage.quota, revoke=partial(_revoke, stage), faults=stage.faults)
    made = World(accounts.all[0].label, clock, lambda order: OpenStackPort(accounts, order, clock), spec, hands)
    return replace(made, simulator=simulator, patience=10.0 if simulator else 60.0)


def _fake_port(place: Place, clock: ManualClock, order: Order) -> Port:
    return FakePort({"alpha": place}, order, clock)


def _revoke(stage: Stage, token: str) -> None:
    """Have a token mean nothing any more."""
    answer = stage.user.ask("DELETE", "/auth/tokens", service="identity", headers={"X-Subject-Token": token})
    assert answer.status == 204, answer.raw
