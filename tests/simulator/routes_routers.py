# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron's routers: a way out through an external network, and an interface in each subnet that takes it."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from flask import Response

from . import context
from .addresses import new_port
from .identifiers import new_uuid
from .network import Row, blueprint, cut, listed, not_found, over_quota, standard
from .order_networks import ports_left
from .refusal import Refused
from .resources import Router
from .routes_networks import drop_ports, found_network, found_subnet

if t.TYPE_CHECKING:
    from .resources import Port, Subnet

INTERFACE = "network:router_interface"


@blueprint.get("/v2.0/routers")
def list_routers() -> Response:
    """The project's routers."""
    return listed("routers", map(_shown, _mine()))


@blueprint.post("/v2.0/routers")
def create_router() -> Response:
    """A new router, with a way out at once if asked for."""
    given, region, project_id = context.body().get("router") or {}, context.region(), context.project().id
    if 0 <= region.quota(project_id)["router"] <= len(_mine()):
        raise over_quota("router")
    router = Router(
        id=new_uuid(region.randomness),
        name=given.get("name", ""),
        project_id=project_id,
        created=region.now(),
        description=given.get("description", ""),
        external_id=_external(given),
    )
    region.routers[router.id] = router
    return context.answer(201, {"router": _shown(router)})


@blueprint.get("/v2.0/routers/<router_id>")
def show_router(router_id: str) -> Response:
    """One router."""
    return context.answer(200, {"router": cut(_shown(_found(router_id)))})


@blueprint.put("/v2.0/routers/<router_id>")
def update_router(router_id: str) -> Response:
    """Rename, describe, lead elsewhere."""
    given, router = context.body().get("router") or {}, _found(router_id)
    changes = {key: given[key] for key in ("name", "description") if key in given}
    if "external_gateway_info" in given:
        changes["external_id"] = _external(given)
    changed = dataclasses.replace(router, **changes)
    context.region().routers[router_id] = changed
    return context.answer(200, {"router": _shown(changed)})


@blueprint.delete("/v2.0/routers/<router_id>")
def delete_router(router_id: str) -> Response:
    """Delete one without interfaces."""
    ports = _interfaces(_found(router_id))
    if ports:
        text = f"Router {router_id} has ports still attached: {', '.join(port.id for port in ports)}"
        raise Refused(409, text, "RouterInUse")
    del context.region().routers[router_id]
    return Response(status=204)


@blueprint.put("/v2.0/routers/<router_id>/add_router_interface")
def add_interface(router_id: str) -> Response:
    """An interface in a subnet, with the address that the subnet has for its gateway."""
    router, subnet = _found(router_id), found_subnet(str(context.body().get("subnet_id")))
    region = context.region()
    _check_interface(router, subnet)
    if ports_left(region, router.project_id) == 0:
        raise over_quota("port")
    network = region.networks[subnet.network_id]
    if subnet.gateway in region.taken.get(network.id, ()):
        text = f"IP address {subnet.gateway} already allocated in subnet {subnet.id}"
        raise Refused(409, text, "IpAddressAlreadyAllocated")
    told = {"subnet_id": subnet.id, "wanted": subnet.gateway, "device_id": router.id, "device_owner": INTERFACE}
    port = new_port(region, network, router.project_id, status="ACTIVE", **told)
    return context.answer(200, _interface(router, subnet, port))


@blueprint.put("/v2.0/routers/<router_id>/remove_router_interface")
def remove_interface(router_id: str) -> Response:
    """The interface in that subnet is no more, unless a floating IP needs it."""
    router, subnet_id = _found(router_id), str(context.body().get("subnet_id"))
    region, ports = context.region(), [each for each in _interfaces(router) if each.subnet_id == subnet_id]
    if not ports:
        text = f"Router {router_id} has no interface on subnet {subnet_id}"
        raise Refused(404, text, "RouterInterfaceNotFoundForSubnet")
    users = {each.port_id for each in region.floating_ips.values()}
    if any(port.id in users and port.subnet_id == subnet_id for port in region.ports.values()):
        text = f"Router interface for subnet {subnet_id} on router {router_id} cannot be deleted, as it is required by "
        raise Refused(409, f"{text}one or more floating IPs.", "RouterInterfaceInUseByFloatingIP")
    subnet = found_subnet(subnet_id)
    drop_ports(ports)
    return context.answer(200, _interface(router, subnet, ports[0]))


def _check_interface(router: Router, subnet: Subnet) -> None:
    if subnet.gateway is None:
        text = f"Bad router request: Subnet for router interface must have a gateway IP {subnet.id}."
        raise Refused(400, text, "BadRequest")
    span = ipaddress.ip_network(subnet.cidr)
    for port in _interfaces(router):
        if port.subnet_id == subnet.id:
            text = f"Bad router request: Router already has a port on subnet {subnet.id}."
            raise Refused(400, text, "BadRequest")
        other = context.region().subnets[port.subnet_id]
        there = ipaddress.ip_network(other.cidr)
        if there.version == span.version and there.overlaps(span):
            text = f"Cidr {span} of subnet {subnet.id} overlaps with cidr {there} of subnet {other.id}"
            raise Refused(400, f"Bad router request: {text}.", "BadRequest")


def _external(given: t.Mapping[str, t.Any]) -> str | None:
    network_id = (given.get("external_gateway_info") or {}).get("network_id")
    if network_id is None:
        return None
    if not found_network(network_id).external:
        text = f"Bad router request: Network {network_id} is not an external network."
        raise Refused(400, text, "BadRequest")
    return str(network_id)


def _interfaces(router: Router) -> list[Port]:
    return [each for each in context.region().ports.values() if each.device_id == router.id]


def _mine() -> list[Router]:
    project_id = context.project().id
    return [each for each in context.region().routers.values() if each.project_id == project_id]


def _found(router_id: str) -> Router:
    found = next((each for each in _mine() if each.id == router_id), None)
    if found is None:
        raise not_found("RouterNotFound", "Router", router_id)
    return found


def _interface(router: Router, subnet: Subnet, port: Port | None) -> Row:
    return {
        "id": router.id,
        "tenant_id": router.project_id,
        "port_id": port.id if port else None,
        "network_id": subnet.network_id,
        "subnet_id": subnet.id,
        "subnet_ids": [subnet.id],
    }


def _shown(router: Router) -> Row:
    gateway: Row = {"network_id": router.external_id, "enable_snat": True, "external_fixed_ips": []}
    return {
        "id": router.id,
        "name": router.name,
        "project_id": router.project_id,
        "tenant_id": router.project_id,
        "status": "ACTIVE",
        "admin_state_up": True,
        "external_gateway_info": gateway if router.external_id else None,
        "routes": [],
        "description": router.description,
        **standard(router.created),
        "tags": [],
    }
