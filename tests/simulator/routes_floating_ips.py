# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron: floating IPs."""

from __future__ import annotations

import dataclasses
import typing as t

from flask import Response

from . import context
from .addresses import take_address
from .identifiers import new_uuid
from .network import Row, blueprint, cut, listed, not_found, over_quota, standard
from .refusal import Refused
from .resources import FloatingIp


@blueprint.get("/v2.0/floatingips")
def list_floating_ips() -> Response:
    """The project's floating IPs."""
    return listed("floatingips", map(_shown, _mine()))


@blueprint.post("/v2.0/floatingips")
def create_floating_ip() -> Response:
    """A new one, on a port at once if asked for."""
    given = context.body().get("floatingip") or {}
    region, project_id = context.region(), context.project().id
    network = region.networks.get(given.get("floating_network_id", ""))
    if network is None:
        raise not_found("NetworkNotFound", "Network", str(given.get("floating_network_id")))
    if not network.external:
        text = f"Bad floatingip request: Network {network.id} is not a valid external network."
        raise Refused(400, text, "BadRequest")
    if 0 <= region.quota(project_id)["floatingip"] <= len(_mine()):
        raise over_quota("floatingip")
    address = take_address(region, network, given.get("floating_ip_address") or "")
    if address is None:
        text = f"No more IP addresses available on network {network.id}."
        raise Refused(409, text, "IpAddressGenerationFailure")
    floating = FloatingIp(
        id=new_uuid(region.randomness),
        project_id=project_id,
        network_id=network.id,
        address=address,
        created=region.now(),
        description=given.get("description", ""),
    )
    region.floating_ips[floating.id] = floating
    return context.answer(201, {"floatingip": _shown(_associate(floating, given))})


@blueprint.get("/v2.0/floatingips/<floating_id>")
def show_floating_ip(floating_id: str) -> Response:
    """One floating IP."""
    return context.answer(200, {"floatingip": cut(_shown(_found(floating_id)))})


@blueprint.put("/v2.0/floatingips/<floating_id>")
def update_floating_ip(floating_id: str) -> Response:
    """Put it on another port, or on none."""
    floating = _found(floating_id)
    return context.answer(200, {"floatingip": _shown(_associate(floating, context.body().get("floatingip") or {}))})


@blueprint.delete("/v2.0/floatingips/<floating_id>")
def delete_floating_ip(floating_id: str) -> Response:
    """Give it back."""
    region, floating = context.region(), _found(floating_id)
    _associate(floating, {"port_id": None})
    del region.floating_ips[floating_id]
    region.taken.get(floating.network_id, set()).discard(floating.address)
    return Response(status=204)


def _associate(floating: FloatingIp, given: t.Mapping[str, t.Any]) -> FloatingIp:
    region = context.region()
    changed = dataclasses.replace(floating, description=given.get("description", floating.description))
    if "port_id" in given:
        changed = _on_port(changed, given["port_id"])
    region.floating_ips[floating.id] = changed
    for port_id in {floating.port_id, changed.port_id} - {None}:
        port = region.ports.get(port_id or "")
        if port:
            region.touch(port.device_id)
    return changed


def _on_port(floating: FloatingIp, port_id: str | None) -> FloatingIp:
    region = context.region()
    if port_id is None:
        return dataclasses.replace(floating, port_id=None, fixed_address=None)
    port = region.ports.get(port_id)
    if port is None or port.project_id != floating.project_id:
        region.floating_ips.pop(floating.id, None)
        raise not_found("PortNotFound", "Port", port_id)
    other = next((each for each in region.floating_ips.values() if each.port_id == port_id), None)
    if other and other.id != floating.id:
        text = f"Cannot associate floating IP {floating.address} with port {port_id}: it already has a floating IP."
        raise Refused(409, text, "FloatingIPPortAlreadyAssociated")
    return dataclasses.replace(floating, port_id=port_id, fixed_address=port.address)


def _mine() -> list[FloatingIp]:
    project_id = context.project().id
    return [each for each in context.region().floating_ips.values() if each.project_id == project_id]


def _found(floating_id: str) -> FloatingIp:
    floating = context.region().floating_ips.get(floating_id)
    if floating is None or floating.project_id != context.project().id:
        raise not_found("FloatingIPNotFound", "Floating IP", floating_id)
    return floating


def _shown(floating: FloatingIp) -> Row:
    return {
        "id": floating.id,
        "floating_ip_address": floating.address,
        "floating_network_id": floating.network_id,
        "fixed_ip_address": floating.fixed_address,
        "port_id": floating.port_id,
        "router_id": None,
        "status": "ACTIVE" if floating.port_id else "DOWN",
        "project_id": floating.project_id,
        "tenant_id": floating.project_id,
        "description": floating.description,
        **standard(floating.created, 0),
        "tags": [],
    }
