# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One region of one cloud: its servers, networks, images, and the events that are still to come."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import typing as t
from collections import deque

from .server import Server, new_state

if t.TYPE_CHECKING:
    import random

    from .behaviours import Behaviours
    from .clock import Clock
    from .config import RegionSettings
    from .resources import (
        Flavor,
        FloatingIp,
        Image,
        Keypair,
        Network,
        Port,
        Router,
        SecurityGroup,
        ServerGroup,
        Subnet,
        Volume,
    )

Event = t.Callable[["Region", float], None]


@dataclasses.dataclass(kw_only=True)
class Region:
    """Everything a region holds; changed only through events and requests, read after `advance`."""

    cloud: str
    name: str
    settings: RegionSettings
    clock: Clock
    behaviours: Behaviours
    randomness: random.Random
    base_url: str = ""
    servers: dict[str, Server] = dataclasses.field(default_factory=dict)
    deleted: deque[tuple[float, Server]] = dataclasses.field(default_factory=lambda: deque(maxlen=10_000))
    flavors: dict[str, Flavor] = dataclasses.field(default_factory=dict)
    images: dict[str, Image] = dataclasses.field(default_factory=dict)
    networks: dict[str, Network] = dataclasses.field(default_factory=dict)
    subnets: dict[str, Subnet] = dataclasses.field(default_factory=dict)
    routers: dict[str, Router] = dataclasses.field(default_factory=dict)
    ports: dict[str, Port] = dataclasses.field(default_factory=dict)
    ports_of: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    taken: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    cursors: dict[str, int] = dataclasses.field(default_factory=dict)
    floating_ips: dict[str, FloatingIp] = dataclasses.field(default_factory=dict)
    security_groups: dict[str, SecurityGroup] = dataclasses.field(default_factory=dict)
    keypairs: dict[tuple[str, str], Keypair] = dataclasses.field(default_factory=dict)
    groups: dict[str, ServerGroup] = dataclasses.field(default_factory=dict)
    volumes: dict[str, Volume] = dataclasses.field(default_factory=dict)
    quotas: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    rendered: dict[str, dict[int, tuple[Server, bytes]]] = dataclasses.field(default_factory=dict)
    numbers: t.Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(1))
    _events: list[tuple[float, int, Event]] = dataclasses.field(default_factory=list)

    @property
    def location(self) -> str:
        """The region as users write it: cloud:region."""
        return f"{self.cloud}:{self.name}"

    def now(self) -> float:
        """The region's own time, skew included."""
        return self.clock() + self.settings.clock_skew

    def at(self, moment: float, event: Event) -> None:
        """Let an event happen at that moment (of the true clock)."""
        heapq.heappush(self._events, (moment, next(self.numbers), event))

    def advance(self) -> None:
        """Let everything happen that is due by now, in the order of its time."""
        now = self.clock()
        while self._events and self._events[0][0] <= now:
            moment, _number, event = heapq.heappop(self._events)
            event(self, moment)

    def change(self, server_id: str, moment: float, **changes: t.Any) -> Server:
        """Write a change of a server, at a moment of the true clock."""
        server = new_state(self.servers[server_id], moment + self.settings.clock_skew, **changes)
        self.servers[server_id] = server
        return server

    def place(self, server_id: str, **changes: t.Any) -> None:
        """Write a new row of a server; Nova gives it no `updated_at` yet."""
        self.servers[server_id] = dataclasses.replace(self.servers[server_id], **changes)

    def touch(self, server_id: str) -> None:
        """Something that a server's view shows has changed elsewhere; its row has not."""
        server = self.servers.get(server_id)
        if server:
            self.servers[server_id] = dataclasses.replace(server, touched=server.touched + 1)

    def quota(self, project_id: str) -> dict[str, int]:
        """The limits of a project here; the dict may be changed."""
        return self.quotas.setdefault(project_id, dict(self.settings.quota))

    def subnets_of(self, network_id: str) -> list[Subnet]:
        """The subnets of a network, those of IPv4 first."""
        found = [each for each in self.subnets.values() if each.network_id == network_id]
        return sorted(found, key=lambda each: ":" in each.cidr)

    def cell_is_up(self, server: Server) -> bool:
        """Whether the database that holds this server answers."""
        return not server.row or server.cell not in self.settings.down_cells
