# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""A network, its subnets and its router as a location shows them, and what of these is ours."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .signs import is_ours

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .model import Quota
    from .network_order import NetworkOrder

_INTERFACES = ("network:router_interface", "network:ha_router_replicated_interface")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as a location shows it; ``mine`` where it is of the same project."""

    id: str
    name: str
    description: str = ""
    created: str = ""
    mtu: int = 0
    mine: bool = True

    @property
    def ours(self) -> bool:
        return self.mine and is_ours(self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A range of a network."""

    id: str
    network: str
    cidr: str
    version: int = 4
    dns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """A router, and the external network that it leads to."""

    id: str
    name: str
    description: str = ""
    created: str = ""
    external: str = ""

    @property
    def ours(self) -> bool:
        return is_ours(self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Who is on a network: a server, a router, Neutron itself, or somebody's plan."""

    id: str
    network: str
    subnets: tuple[str, ...] = ()
    device: str = ""
    owner: str = ""

    @property
    def interface(self) -> bool:
        return self.owner.startswith(_INTERFACES)

    @property
    def used(self) -> bool:
        return not self.owner.startswith("network:")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSight:
    """What a location shows of it.

    ``externals`` are the networks that lead out, ``cidrs`` the ranges that it is to have; these, quotas and users are
    read only where a plan depends on them.
    """

    networks: tuple[Network, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    routers: tuple[Router, ...] = ()
    ports: tuple[Port, ...] = ()
    externals: tuple[Network, ...] | None = None
    cidrs: tuple[str, ...] | None = None
    quotas: Mapping[str, Quota] | None = None
    users: Sequence[str] = ()


class Layout:
    """What of a sight is ours, the first of each by a rank that all runs agree on, and what is lacking."""

    def __init__(self, order: NetworkOrder, sight: NetworkSight) -> None:
        self.order, self.sight = order, sight
        busy = {port.network for port in sight.ports if port.used}
        ours = [each for each in sight.networks if each.ours]
        self.networks = sorted(ours, key=lambda each: (each.id not in busy, each.created, each.id))
        self.network = self.networks[0] if self.networks else None
        here = {port.device for port in self.interfaces if self.network and port.network == self.network.id}
        routers = [each for each in sight.routers if each.ours]
        self.routers = sorted(routers, key=lambda each: (each.id not in here, each.created, each.id))
        self.router = self.routers[0] if self.routers and order.router else None
        self.subnets = [each for each in sight.subnets if self.network and each.network == self.network.id]

    @property
    def interfaces(self) -> list[Port]:
        return [port for port in self.sight.ports if port.interface]

    def connected(self, subnet: Subnet) -> bool:
        """Whether our router is on it."""
        router = self.router.id if self.router else ""
        return any(port.device == router and subnet.id in port.subnets for port in self.interfaces)

    @property
    def needs_ranges(self) -> bool:
        """Whether a subnet is to be made, for which a range must be chosen."""
        return not (self.order.mapped or self.order.absent) and bool(self.lacking)

    @property
    def lacking(self) -> list[int]:
        have = {each.version for each in self.subnets}
        return [version for version in self.order.pools.versions if version not in have]

    @property
    def needs_way_out(self) -> bool:
        """Whether a router is to be led to an external network, which must be found."""
        if self.order.mapped or self.order.absent or not self.order.router:
            return False
        return self.router is None or not self.router.external or bool(self.order.external)
