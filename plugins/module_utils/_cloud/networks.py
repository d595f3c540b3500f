# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Networks, subnets and routers in Neutron."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from .._core.cidrs import allotted
from .._core.cloud_id import is_id
from .._core.faults import Kind
from .._core.network import plan_network
from .._core.network_sight import Layout, Network, NetworkSight, Port, Router, Subnet
from .._core.readiness import ObjectionError
from .failure import CallError
from .neutron import in_project, listed, project, quotas, send, told_users
from .parallel import together
from .servers import fields, number, rows, text

if t.TYPE_CHECKING:
    from .._core.faults import Fault
    from .._core.network_order import NetworkOrder
    from .._core.readiness import Plan, Step
    from .everywhere import Site

Row = t.Mapping[str, t.Any]
# Neutron says 400 where another run was faster.
_RIVAL = ("overlaps with another subnet", "already has a port on subnet")


@dataclass(slots=True)
class Ranges:
    """Which range each location has or would get. All of them are asked, once, when the first needs a new one.

    They have so many ``seconds`` from then on.
    """

    order: NetworkOrder
    sites: t.Sequence[Site]
    seconds: float
    silent: dict[str, Fault] = field(default_factory=dict)
    _found: dict[str, list[str]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, label: str) -> tuple[str, ...]:
        with self._lock:
            if self._found is None:
                self._found = self._ask()
            return tuple(self._found.get(label, ()))

    def _ask(self) -> dict[str, list[str]]:
        clock = self.sites[0].clock
        until = clock.now() + self.seconds
        asks = [partial(self._ask_one, replace(site, deadline=until)) for site in self.sites]
        ends = together(asks, clock, until)
        taken: dict[str, t.Sequence[str] | None] = {}
        own: dict[str, list[str]] = {}
        for site, end in zip(self.sites, ends, strict=True):
            label = site.account.label
            if isinstance(end, CallError):
                self.silent[label], taken[label] = end.fault, None
            else:
                taken[label], own[label] = end
        return allotted(self.order.name, self.order.pools, taken, own)

    def _ask_one(self, site: Site) -> tuple[list[str], list[str]]:
        """Every range that is seen there, and those of our network of that name, the first at the end."""
        order = self.order.at(site.account.names.network)
        sight = _networks_named(site, order.here)
        subnets = [_subnet(row) for row in listed(site, "/subnets", "subnets")]
        networks = [] if order.mapped else Layout(order, NetworkSight(networks=sight)).networks
        own = [each.cidr for network in reversed(networks) for each in subnets if each.network == network.id]
        return [each.cidr for each in subnets], own


@dataclass(frozen=True, slots=True)
class Networks:
    """Brings a network with its subnets and its router to locations."""

    order: NetworkOrder
    ranges: Ranges

    def plan(self, site: Site) -> Plan:
        order = self.order.at(site.account.names.network)
        sight = self._sight(site, order)
        layout = Layout(order, sight)
        if layout.needs_ranges:
            sight = replace(sight, cidrs=self.ranges.of(site.account.label))
        if layout.needs_way_out:
            sight = replace(sight, externals=_externals(site))
        if order.absent and any(port.used for port in sight.ports):
            sight = replace(sight, users=_users(site, layout))
        plan = plan_network(order, sight)
        if not any(step.what == "POST" for step in plan.steps):
            return plan
        try:
            return plan_network(order, replace(sight, quotas=quotas(site.wire, site.deadline)))
        except ObjectionError:
            # Another run may have made, between the reads, what there is no room for any more.
            if self._sight(site, order).networks == sight.networks:
                raise
            return plan

    def act(self, site: Site, step: Step) -> None:
        facts = dict(step.facts or {})
        try:
            send(site, step.what, facts["path"], facts["body"])
        except CallError as failed:
            fault = failed.fault
            gone = fault.status == HTTPStatus.NOT_FOUND and facts["path"].endswith("/remove_router_interface")
            if fault.status == HTTPStatus.BAD_REQUEST and any(each in fault.message for each in _RIVAL):
                raise CallError(failed.fate, replace(fault, kind=Kind.CONFLICT)) from failed
            if not gone:
                raise

    def _sight(self, site: Site, order: NetworkOrder) -> NetworkSight:
        mine = project(site)
        networks = _networks_named(site, order.here)
        on = urlencode([("network_id", each.id) for each in networks])
        subnets = [_subnet(row) for row in listed(site, f"/subnets?{on}", "subnets")] if networks else []
        if order.mapped:
            return NetworkSight(networks=networks, subnets=tuple(subnets))
        named = listed(site, f"/routers?{urlencode({'name': order.here})}", "routers")
        routers = tuple(_router(row) for row in named if in_project(row, mine) and row.get("name") == order.here)
        ports = {row["id"]: row for row in listed(site, f"/ports?{on}", "ports")} if networks else {}
        ours = [each.id for each in routers if each.ours]
        if ours:
            held = urlencode([("device_id", each) for each in ours])
            ports |= {row["id"]: row for row in listed(site, f"/ports?{held}", "ports")}
        here = {each.id for each in networks}
        found = [_port(row) for row in ports.values()]
        return NetworkSight(
            networks=networks,
            subnets=tuple(each for each in subnets if each.network in here),
            routers=routers,
            ports=tuple(each for each in found if each.network in here or each.device in ours),
        )


def _networks_named(site: Site, name: str) -> tuple[Network, ...]:
    """The networks of that name, or the one of that id."""
    key = "id" if is_id(name) else "name"
    found = listed(site, f"/networks?{urlencode({key: name})}", "networks")
    return tuple(_network(row, project(site)) for row in found if row.get(key) == name)


def _externals(site: Site) -> tuple[Network, ...]:
    found = listed(site, f"/networks?{urlencode({'router:external': 'true'})}", "networks")
    return tuple(_network(row, project(site)) for row in found if row.get("router:external") is True)


def _users(site: Site, layout: Layout) -> tuple[str, ...]:
    ours = {each.id for each in layout.networks}
    on = urlencode([("network_id", each) for each in sorted(ours)])
    used = [row for row in listed(site, f"/ports?{on}", "ports") if row.get("network_id") in ours and _port(row).used]
    return tuple(told_users(site, used))


def _network(row: Row, mine: str) -> Network:
    return Network(
        id=text(row.get("id")),
        name=text(row.get("name")),
        description=text(row.get("description")),
        created=text(row.get("created_at")),
        mtu=number(row.get("mtu")),
        mine=in_project(row, mine),
    )


def _subnet(row: Row) -> Subnet:
    return Subnet(
        id=text(row.get("id")),
        network=text(row.get("network_id")),
        cidr=text(row.get("cidr")),
        version=number(row.get("ip_version")),
        dns=tuple(text(each) for each in rows(row.get("dns_nameservers"))),
    )


def _router(row: Row) -> Router:
    return Router(
        id=text(row.get("id")),
        name=text(row.get("name")),
        description=text(row.get("description")),
        created=text(row.get("created_at")),
        external=text(fields(row.get("external_gateway_info")).get("network_id")),
    )


def _port(row: Row) -> Port:
    return Port(
        id=text(row.get("id")),
        network=text(row.get("network_id")),
        subnets=tuple(text(fields(each).get("subnet_id")) for each in rows(row.get("fixed_ips"))),
        device=text(row.get("device_id")),
        owner=text(row.get("device_owner")),
    )
