# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron: networks, subnets, ports, quotas."""

from __future__ import annotations

import dataclasses
import typing as t

from flask import Response, request

from . import context
from .addresses import drop_port, new_port
from .network import Row, blueprint, cut, listed, not_found, over_quota, standard
from .order_networks import ports_left
from .refusal import Refused
from .routes_networks import found_network

if t.TYPE_CHECKING:
    from .resources import Port


@blueprint.get("/v2.0/ports")
def list_ports() -> Response:
    """The project's ports."""
    return listed("ports", map(_port, _ports()))


@blueprint.get("/v2.0/ports/<port_id>")
def show_port(port_id: str) -> Response:
    """One port."""
    return context.answer(200, {"port": cut(_port(_found_port(port_id)))})


@blueprint.post("/v2.0/ports")
def create_ports() -> Response:
    """One port, or many in one call: all or none."""
    body = context.body()
    wanted = body.get("ports") or [body.get("port") or {}]
    room = ports_left(context.region(), context.project().id)
    if room is not None and room < len(wanted):
        raise over_quota("port")
    made = [_create_port(each) for each in wanted]
    shown = [_port(port) for port in made]
    return context.answer(201, {"ports": shown} if "ports" in body else {"port": shown[0]})


@blueprint.put("/v2.0/ports/<port_id>")
def update_port(port_id: str) -> Response:
    """Rename, describe, regroup."""
    port = _found_port(port_id)
    given = context.body().get("port") or {}
    changes = {key: given[key] for key in ("name", "description", "device_id", "device_owner") if key in given}
    if "security_groups" in given:
        changes["security_groups"] = tuple(given["security_groups"])
    changed = dataclasses.replace(port, **changes)
    context.region().ports[port_id] = changed
    context.region().touch(port.device_id)
    return context.answer(200, {"port": _port(changed)})


@blueprint.delete("/v2.0/ports/<port_id>")
def delete_port(port_id: str) -> Response:
    """Delete one; a server that has it loses it."""
    region, port = context.region(), _found_port(port_id)
    held = region.ports_of.get(port.device_id, ())
    if port_id in held:
        region.ports_of[port.device_id] = tuple(each for each in held if each != port_id)
    drop_port(region, port)
    region.touch(port.device_id)
    return Response(status=204)


@blueprint.get("/v2.0/quotas/<project_id>")
@blueprint.get("/v2.0/quotas/<project_id>/details")
@blueprint.get("/v2.0/quotas/<project_id>/details.json")
def show_quota(project_id: str) -> Response:
    """The quota of a project, with its use if asked for; of another project to admins only."""
    region = context.region()
    if project_id != context.project().id and not context.user().admin:
        reason = "Only admin is authorized to access quotas for another tenant"
        raise Refused(403, f"User does not have admin privileges: {reason}.", "AdminRequired")
    limits, used = region.quota(project_id), _used(project_id)
    shown: Row = {name: limits[name] for name in used}
    if "/details" in request.path:
        shown = {name: {"limit": limits[name], "used": used[name], "reserved": 0} for name in used}
    return context.answer(200, {"quota": shown})


@blueprint.put("/v2.0/quotas/<project_id>")
def update_quota(project_id: str) -> Response:
    """Other limits; for admins only."""
    if not context.user().admin:
        raise Refused(403, "(rule:update_quota) is disallowed by policy", "PolicyNotAuthorized")
    given, used = context.body().get("quota") or {}, _used(project_id)
    wanted = {name: int(given[name]) for name in used if name in given}
    for name, limit in wanted.items():
        if 0 <= limit < used[name] and not given.get("force"):
            text = f"Quota limit {limit} for {name} must be greater than or equal to already used {used[name]}"
            raise Refused(400, text, "HTTPBadRequest")
    context.region().quota(project_id).update(wanted)
    return context.answer(200, {"quota": wanted})


@blueprint.get("/v2.0/extensions")
def list_extensions() -> Response:
    """The extensions that clients look for."""
    names = (
        "router",
        "external-net",
        "port-security",
        "security-group",
        "quotas",
        "quota_details",
        "standard-attr-description",
        "standard-attr-revisions",
        "standard-attr-timestamp",
    )
    shown = [{"alias": name, "name": name, "description": "", "links": [], "updated": "2020-01-01"} for name in names]
    return context.answer(200, {"extensions": shown})


@blueprint.get("/v2.0/availability_zones")
@blueprint.get("/v2.0/address-scopes")
@blueprint.get("/v2.0/subnetpools")
def list_nothing() -> Response:
    """Nothing of that kind."""
    return listed(request.path.rsplit("/", 1)[-1].replace("-", "_"), [])


def _used(project_id: str) -> dict[str, int]:
    """How many of everything that has a quota a project has."""
    region = context.region()
    things: dict[str, t.Iterable[t.Any]] = {
        "network": region.networks.values(),
        "subnet": region.subnets.values(),
        "port": region.ports.values(),
        "router": region.routers.values(),
        "floatingip": region.floating_ips.values(),
        "security_group": region.security_groups.values(),
    }
    used = {name: sum(1 for each in there if each.project_id == project_id) for name, there in things.items()}
    groups = (each for each in region.security_groups.values() if each.project_id == project_id)
    return used | {"security_group_rule": sum(len(each.rules) for each in groups)}


def _ports() -> list[Port]:
    return [port for port in context.region().ports.values() if port.project_id == context.project().id]


def _found_port(port_id: str) -> Port:
    port = context.region().ports.get(port_id)
    if port is None or port.project_id != context.project().id:
        raise not_found("PortNotFound", "Port", port_id)
    return port


def _create_port(wanted: t.Mapping[str, t.Any]) -> Port:
    region = context.region()
    network = found_network(str(wanted.get("network_id")))
    own = [each.id for each in region.security_groups.values() if each.project_id == context.project().id]
    port = new_port(
        region,
        network,
        context.project().id,
        wanted=next((each["ip_address"] for each in wanted.get("fixed_ips", ()) if "ip_address" in each), ""),
        name=wanted.get("name", ""),
        description=wanted.get("description", ""),
        security_groups=tuple(wanted.get("security_groups", own[:1])),
        preset=True,
    )
    if port is None:
        text = f"No more IP addresses available on network {network.id}."
        raise Refused(409, text, "IpAddressGenerationFailure")
    return port


def _port(port: Port) -> Row:
    return {
        "id": port.id,
        "name": port.name,
        "network_id": port.network_id,
        "project_id": port.project_id,
        "tenant_id": port.project_id,
        "status": port.status,
        "admin_state_up": True,
        "mac_address": port.mac,
        "fixed_ips": [{"subnet_id": port.subnet_id, "ip_address": port.address}],
        "device_id": port.device_id,
        "device_owner": port.device_owner,
        "security_groups": list(port.security_groups),
        "description": port.description,
        "allowed_address_pairs": [],
        "binding:vnic_type": "normal",
        "port_security_enabled": True,
        **standard(port.created),
        "tags": [],
    }
