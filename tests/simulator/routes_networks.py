# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron's networks and subnets: whom they are shown to, and when they cannot be made or deleted."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from flask import Response

from . import context
from .addresses import drop_port
from .identifiers import new_uuid
from .network import Row, blueprint, cut, listed, not_found, over_quota, standard
from .order_networks import visible_networks
from .refusal import Refused
from .resources import Network, Subnet

if t.TYPE_CHECKING:
    from .resources import Port

Given = t.Mapping[str, t.Any]
_MODES = ("slaac", "dhcpv6-stateful", "dhcpv6-stateless")


@blueprint.get("/v2.0/networks")
def list_networks() -> Response:
    """The networks a project sees."""
    return listed("networks", map(_network, _networks()))


@blueprint.post("/v2.0/networks")
def create_network() -> Response:
    """A new network, without a subnet."""
    given, region, project_id = context.body().get("network") or {}, context.region(), context.project().id
    _check_external(given)
    _take_room("network", (each.project_id for each in region.networks.values()))
    network = Network(
        id=new_uuid(region.randomness),
        name=given.get("name", ""),
        project_id=project_id,
        created=region.now(),
        mtu=_mtu(given, 1450),
        description=given.get("description", ""),
    )
    region.networks[network.id] = network
    return context.answer(201, {"network": _network(network)})


@blueprint.get("/v2.0/networks/<network_id>")
def show_network(network_id: str) -> Response:
    """One network, by id only."""
    return context.answer(200, {"network": cut(_network(found_network(network_id)))})


@blueprint.put("/v2.0/networks/<network_id>")
def update_network(network_id: str) -> Response:
    """Rename, describe, resize what fits into a packet."""
    given, network = context.body().get("network") or {}, _own_network(network_id)
    _check_external(given)
    changes = {key: given[key] for key in ("name", "description") if key in given}
    changed = dataclasses.replace(network, mtu=_mtu(given, network.mtu), **changes)
    context.region().networks[network_id] = changed
    return context.answer(200, {"network": _network(changed)})


@blueprint.delete("/v2.0/networks/<network_id>")
def delete_network(network_id: str) -> Response:
    """Delete one that nobody is on, with its subnets."""
    region = context.region()
    _own_network(network_id)
    if any(port.network_id == network_id for port in region.ports.values()):
        text = f"Unable to complete operation on network {network_id}. There are one or more ports still in use on the "
        raise Refused(409, f"{text}network.", "NetworkInUse")
    for subnet in region.subnets_of(network_id):
        del region.subnets[subnet.id]
    del region.networks[network_id]
    return Response(status=204)


@blueprint.get("/v2.0/subnets")
def list_subnets() -> Response:
    """The subnets of those networks; an external network shows its own to nobody else."""
    return listed("subnets", map(_subnet, _subnets()))


@blueprint.post("/v2.0/subnets")
def create_subnet() -> Response:
    """A range of addresses for a network of one's own."""
    given, region, project_id = context.body().get("subnet") or {}, context.region(), context.project().id
    network = _own_network(str(given.get("network_id")))
    _take_room("subnet", (each.project_id for each in region.subnets.values()))
    span = _span(given)
    for other in region.subnets_of(network.id):
        if ipaddress.ip_network(other.cidr).version == span.version and ipaddress.ip_network(other.cidr).overlaps(span):
            text = f"Requested subnet with cidr: {span} for network: {network.id} overlaps with another subnet."
            raise Refused(400, f"Invalid input for operation: {text}", "InvalidInput")
    subnet = Subnet(
        id=new_uuid(region.randomness),
        name=given.get("name", ""),
        network_id=network.id,
        project_id=project_id,
        cidr=str(span),
        created=region.now(),
        description=given.get("description", ""),
        gateway=given.get("gateway_ip", str(span.network_address + (span.version == 4))),
        dhcp=given.get("enable_dhcp", True),
        dns=tuple(given.get("dns_nameservers", ())),
        ra_mode=given.get("ipv6_ra_mode"),
        address_mode=given.get("ipv6_address_mode"),
    )
    region.subnets[subnet.id] = subnet
    return context.answer(201, {"subnet": _subnet(subnet)})


@blueprint.get("/v2.0/subnets/<subnet_id>")
def show_subnet(subnet_id: str) -> Response:
    """One subnet."""
    return context.answer(200, {"subnet": cut(_subnet(found_subnet(subnet_id)))})


@blueprint.put("/v2.0/subnets/<subnet_id>")
def update_subnet(subnet_id: str) -> Response:
    """Rename, describe, other name servers."""
    given, subnet = context.body().get("subnet") or {}, found_subnet(subnet_id)
    _own_network(subnet.network_id)
    changes = {key: given[key] for key in ("name", "description") if key in given}
    if "dns_nameservers" in given:
        changes["dns"] = tuple(given["dns_nameservers"])
    changed = dataclasses.replace(subnet, **changes)
    context.region().subnets[subnet_id] = changed
    return context.answer(200, {"subnet": _subnet(changed)})


@blueprint.delete("/v2.0/subnets/<subnet_id>")
def delete_subnet(subnet_id: str) -> Response:
    """Delete one whose addresses nobody has."""
    region, subnet = context.region(), found_subnet(subnet_id)
    _own_network(subnet.network_id)
    if any(port.subnet_id == subnet_id for port in region.ports.values()):
        text = f"Unable to complete operation on subnet {subnet_id}: One or more ports have an IP allocation from this "
        raise Refused(409, f"{text}subnet.", "SubnetInUse")
    del region.subnets[subnet_id]
    return Response(status=204)


def found_network(network_id: str) -> Network:
    found = next((each for each in _networks() if each.id == network_id), None)
    if found is None:
        raise not_found("NetworkNotFound", "Network", network_id)
    return found


def found_subnet(subnet_id: str) -> Subnet:
    found = next((each for each in _subnets() if each.id == subnet_id), None)
    if found is None:
        raise not_found("SubnetNotFound", "Subnet", subnet_id)
    return found


def drop_ports(ports: t.Iterable[Port]) -> None:
    for port in list(ports):
        drop_port(context.region(), port)


def _own_network(network_id: str) -> Network:
    network = found_network(network_id)
    if network.project_id != context.project().id:
        raise Refused(403, "(rule:update_network) is disallowed by policy", "PolicyNotAuthorized")
    return network


def _networks() -> list[Network]:
    return visible_networks(context.region(), context.project().id)


def _subnets() -> list[Subnet]:
    project_id = context.project().id
    seen = {each.id for each in _networks() if each.shared or each.project_id == project_id}
    return [each for each in context.region().subnets.values() if each.network_id in seen]


def _take_room(resource: str, owners: t.Iterable[str]) -> None:
    project_id = context.project().id
    if 0 <= context.region().quota(project_id)[resource] <= sum(1 for owner in owners if owner == project_id):
        raise over_quota(resource)


def _check_external(given: Given) -> None:
    if (given.get("router:external") or given.get("shared")) and not context.user().admin:
        raise Refused(403, "(rule:create_network:router:external) is disallowed by policy", "PolicyNotAuthorized")


def _mtu(given: Given, usual: int) -> int:
    mtu = given.get("mtu") or usual
    if not 68 <= mtu <= 9000:
        text = f"Invalid input for operation: Requested MTU is too big, maximum is 9000: {mtu}."
        raise Refused(400, text, "InvalidInput")
    return int(mtu)


def _span(given: Given) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    said = str(given.get("cidr"))
    try:
        span = ipaddress.ip_network(said)
    except ValueError:
        text = f"Invalid input for cidr. Reason: '{said}' is not a valid IP subnet."
        raise Refused(400, text, "HTTPBadRequest") from None
    if given.get("ip_version") != span.version:
        text = f"Invalid input for operation: cidr '{said}' does not match the ip_version '{given.get('ip_version')}'."
        raise Refused(400, text, "InvalidInput")
    modes = {given.get(key) for key in ("ipv6_ra_mode", "ipv6_address_mode")} - {None}
    if modes and (span.version == 4 or not modes <= set(_MODES) or len(modes) > 1):
        raise Refused(
            400, "Invalid input for operation: ipv6_ra_mode and ipv6_address_mode do not fit.", "InvalidInput"
        )
    return span


def _network(network: Network) -> Row:
    """A network names all its subnets, also those that are not shown (neutron's _make_network_dict)."""
    return {
        "id": network.id,
        "name": network.name,
        "project_id": network.project_id,
        "tenant_id": network.project_id,
        "status": "ACTIVE",
        "admin_state_up": True,
        "shared": network.shared,
        "router:external": network.external,
        "subnets": [each.id for each in context.region().subnets_of(network.id)],
        "mtu": network.mtu,
        "port_security_enabled": True,
        "availability_zones": [],
        "availability_zone_hints": [],
        "description": network.description,
        **standard(network.created),
        "tags": [],
    }


def _subnet(subnet: Subnet) -> Row:
    return {
        "id": subnet.id,
        "name": subnet.name,
        "network_id": subnet.network_id,
        "project_id": subnet.project_id,
        "tenant_id": subnet.project_id,
        "cidr": subnet.cidr,
        "ip_version": ipaddress.ip_network(subnet.cidr).version,
        "gateway_ip": subnet.gateway,
        "enable_dhcp": subnet.dhcp,
        "allocation_pools": _pools(subnet),
        "dns_nameservers": list(subnet.dns),
        "host_routes": [],
        "ipv6_ra_mode": subnet.ra_mode,
        "ipv6_address_mode": subnet.address_mode,
        "description": subnet.description,
        **standard(subnet.created, 0),
        "tags": [],
    }


def _pools(subnet: Subnet) -> list[Row]:
    """All addresses but the gateway (neutron/ipam/utils.py, generate_pools)."""
    span = ipaddress.ip_network(subnet.cidr)
    first, last = span.network_address, span.broadcast_address
    if span.num_addresses > 2:
        first, last = first + 1, (last - 1 if span.version == 4 else last)
    if not subnet.gateway:
        return [{"start": str(first), "end": str(last)}]
    gateway = ipaddress.ip_address(subnet.gateway)
    parts = [(first, gateway - 1), (gateway + 1, last)] if int(first) <= int(gateway) <= int(last) else [(first, last)]
    return [{"start": str(low), "end": str(high)} for low, high in parts if int(low) <= int(high)]
