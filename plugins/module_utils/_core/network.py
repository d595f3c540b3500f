# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What makes a location have a network that leads out: the network, a subnet of each version of IP, and a router."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import replace

from .faults import Kind
from .network_sight import Layout, Network, NetworkSight
from .network_unmade import post, put, unmade, unmade_network, unmade_router
from .quota import check_room
from .readiness import ObjectionError, Plan, Step
from .signs import described

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .model import Quota
    from .network_order import NetworkOrder

_SIX = 6


def plan_network(order: NetworkOrder, sight: NetworkSight) -> Plan:
    """What makes a location as ordered; the order is in its names."""
    layout = Layout(order, sight)
    if order.mapped:
        return _as_it_is(order, sight)
    others = [each for each in sight.networks if not each.ours]
    if others:
        raise ObjectionError(
            Kind.INVALID,
            f'network "{order.here}" ({others[0].id}) was not made by this module',
            f"give another name, or have it used as it is by the hint network: {{{order.name}: {order.here}}}",
        )
    before = _row(layout) if layout.network else None
    if order.absent:
        return Plan(steps=tuple(unmade(layout)), before=before)
    steps = tuple(_made(layout))
    _check_quotas(steps, sight.quotas or {})
    return Plan(steps=steps, before=before, after=_row(layout, planned=True))


def _as_it_is(order: NetworkOrder, sight: NetworkSight) -> Plan:
    """One that the user has named is neither made nor changed nor deleted."""
    if order.absent:
        return Plan()
    if len(sight.networks) != 1:
        found = ", ".join(each.id for each in sight.networks)
        number = f"{len(sight.networks)} networks ({found})" if found else "no network"
        raise ObjectionError(
            Kind.AMBIGUOUS_NAME if found else Kind.NO_NETWORK,
            f'its hints say that network {order.name} is "{order.here}" here, and there is {number} of that name',
            "correct the hint, or take it away to have one made",
        )
    there = sight.networks[0]
    cidrs = sorted(each.cidr for each in sight.subnets if each.network == there.id)
    row = {"name": there.name, "id": there.id, "cidrs": cidrs, "router": ""}
    return Plan(before=row, after=row)


def _made(layout: Layout) -> Iterator[Step]:
    """What there is to make and to change; what is too many goes before what it could be in the way of."""
    order, network = layout.order, layout.network
    name = order.here
    if network is None:
        told = {"mtu": order.mtu} if order.mtu else {}
        body = {"name": name, "description": described(order.description or ""), **told}
        yield post(f"create network {name}", "network", body)
    else:
        yield from _changed_network(order, network)
    yield from _routed(layout)
    for twin in layout.networks[1:]:
        yield from unmade_network(layout, twin)
    for router in layout.routers[0 if layout.router is None else 1 :]:
        yield from unmade_router(layout, router)
    yield from _addressed(layout)


def _changed_network(order: NetworkOrder, network: Network) -> Iterator[Step]:
    path = f"/networks/{network.id}"
    if order.mtu and order.mtu != network.mtu:
        yield put(f"set the MTU of network {network.name} to {order.mtu}", path, {"network": {"mtu": order.mtu}})
    if order.description is not None and described(order.description) != network.description:
        body = {"network": {"description": described(order.description)}}
        yield put(f"describe network {network.name} anew", path, body)


def _routed(layout: Layout) -> Iterator[Step]:
    if not layout.needs_way_out:
        return
    out, router = _way_out(layout), layout.router
    gateway = {"external_gateway_info": {"network_id": out.id}}
    name = layout.order.here
    if router is None:
        body = {"name": name, "description": described(""), **gateway}
        yield post(f"create router {name} to {out.name}", "router", body)
    elif router.external != out.id:
        yield put(f"lead router {name} to {out.name}", f"/routers/{router.id}", {"router": gateway})


def _way_out(layout: Layout) -> Network:
    """The external network that is meant: the one of that name, or the only one."""
    wanted, there = layout.order.external, layout.sight.externals or ()
    fitting = [each for each in there if not wanted or wanted in (each.name, each.id)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(each.name or each.id for each in there))
    if not there:
        raise ObjectionError(
            Kind.NO_NETWORK, "it has no external network that a router could lead to", "router: false does without one"
        )
    if wanted:
        number = "several external networks" if fitting else "no external network"
        text = f'it has {number} "{wanted}" ({names})'
        raise ObjectionError(Kind.NO_NETWORK, text, "name the right one by external_network, or in the hints (network)")
    raise ObjectionError(
        Kind.AMBIGUOUS_NAME, f"it has several external networks ({names})", "say by external_network which one is meant"
    )


def _addressed(layout: Layout) -> Iterator[Step]:
    """Subnets, and then the router's place in each."""
    order, network, router = layout.order, layout.network, layout.router
    ranges = list(_new_ranges(layout))
    for cidr in ranges:
        body = _subnet_body(order, cidr, network.id if network else "")
        told = f"create subnet {cidr} of network {order.here}"
        yield replace(post(told, "subnet", body), later=network is None)
    for subnet in layout.subnets:
        if order.dns is not None and subnet.dns != _of_version(order.dns, subnet.version):
            body = {"subnet": {"dns_nameservers": list(_of_version(order.dns, subnet.version))}}
            yield put(f"set the DNS servers of subnet {subnet.cidr}", f"/subnets/{subnet.id}", body)
    if not order.router:
        return
    for subnet in layout.subnets:
        if not layout.connected(subnet):
            path = f"/routers/{router.id}/add_router_interface" if router else ""
            told = f"connect subnet {subnet.cidr} to router {order.here}"
            yield put(told, path, {"subnet_id": subnet.id}, later=router is None)
    for cidr in ranges:
        yield put(f"connect subnet {cidr} to router {order.here}", "", {}, later=True)


def _new_ranges(layout: Layout) -> Iterator[str]:
    for version in layout.lacking:
        found = [each for each in layout.sight.cidrs or () if each and ipaddress.ip_network(each).version == version]
        if not found:
            pools = ", ".join(str(each) for each in layout.order.pools.spans if each.version == version)
            raise ObjectionError(
                Kind.NO_ADDRESS,
                f"pools: every range of {pools} overlaps one that is used already, here or elsewhere",
                "give a larger pool, or a longer prefix_length",
            )
        yield found[0]


def _subnet_body(order: NetworkOrder, cidr: str, network: str) -> dict[str, t.Any]:
    version = ipaddress.ip_network(cidr).version
    mode = "slaac" if order.router else "dhcpv6-stateful"
    six = {"ipv6_ra_mode": mode, "ipv6_address_mode": mode} if version == _SIX else {}
    dns = {"dns_nameservers": list(_of_version(order.dns, version))} if order.dns is not None else {}
    name = f"{order.here}-ipv6" if version == _SIX else order.here
    told = {"name": name, "description": described(""), "network_id": network, "cidr": cidr, "ip_version": version}
    return {**told, **dns, **six}


def _of_version(dns: tuple[str, ...], version: int) -> tuple[str, ...]:
    return tuple(each for each in dns if ipaddress.ip_address(each).version == version)


def _check_quotas(steps: Sequence[Step], quotas: Mapping[str, Quota]) -> None:
    for resource in ("network", "subnet", "router"):
        made = sum((step.facts or {}).get("path") == f"/{resource}s" for step in steps)
        check_room(quotas, resource, made)
    check_room(quotas, "port", sum(step.told.startswith("connect ") for step in steps))


def _row(layout: Layout, *, planned: bool = False) -> dict[str, t.Any]:
    """In short; ``planned`` with what is yet to come."""
    cidrs = [each.cidr for each in layout.subnets] + (list(_new_ranges(layout)) if planned else [])
    router = layout.order.router if planned else bool(layout.routers)
    return {
        "name": layout.order.here,
        "id": layout.network.id if layout.network else "",
        "cidrs": sorted(cidrs),
        "router": layout.order.here if router else "",
    }
