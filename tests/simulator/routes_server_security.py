# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: the security groups of a server, which are those of its ports (nova/network/security_group_api.py)."""

from __future__ import annotations

import dataclasses
import typing as t

from flask import Response

from . import context
from .compute import blueprint
from .order_schema import invalid
from .refusal import Refused
from .routes_servers import found

if t.TYPE_CHECKING:
    from .resources import Port, SecurityGroup
    from .server import Server

Details = t.Mapping[str, t.Any]


@blueprint.get("/v2.1/servers/<server_id>/os-security-groups")
def show_security_groups(server_id: str) -> Response:
    """The security groups."""
    region = context.region()
    ids = {group for port in _ports(found(server_id)) for group in port.security_groups}
    groups = [
        {"id": each.id, "name": each.name, "description": each.description, "tenant_id": each.project_id, "rules": []}
        for each in sorted(region.security_groups.values(), key=lambda group: group.name)
        if each.id in ids
    ]
    return context.answer(200, {"security_groups": groups})


def add_group(server: Server, details: Details) -> Response:
    """One group more for every port."""
    group = _group(details)
    for port in _needed_ports(server):
        _regroup(port, (*(each for each in port.security_groups if each != group.id), group.id))
    return Response(status=202)


def remove_group(server: Server, details: Details) -> Response:
    """One group less for each port that has it."""
    group = _group(details)
    having = [port for port in _needed_ports(server) if group.id in port.security_groups]
    if not having:
        text = f"Security group {details['name']} not associated with the instance {server.id}"
        raise Refused(404, text)
    for port in having:
        _regroup(port, tuple(each for each in port.security_groups if each != group.id))
    return Response(status=202)


def _regroup(port: Port, groups: tuple[str, ...]) -> None:
    region = context.region()
    region.ports[port.id] = dataclasses.replace(port, security_groups=groups)
    region.touch(port.device_id)


def _ports(server: Server) -> list[Port]:
    region = context.region()
    return [region.ports[port_id] for port_id in region.ports_of.get(server.id, ())]


def _needed_ports(server: Server) -> list[Port]:
    ports = _ports(server)
    if not ports:
        raise Refused(404, f"instance_id {server.id} could not be found as device id on any ports")
    return ports


def _group(details: Details) -> SecurityGroup:
    """The project's group of that id, or the only one of that name."""
    name = details.get("name")
    if not isinstance(name, str) or not name:
        raise invalid("name", name, "'name' is a required property" if name is None else f"{name!r} is too short")
    project_id = context.project().id
    mine = [each for each in context.region().security_groups.values() if each.project_id == project_id]
    fitting = [each for each in mine if each.id == name] or [each for each in mine if each.name == name]
    if not fitting:
        raise Refused(404, f"Security group {name} is not found for project {project_id}")
    if len(fitting) > 1:
        text = f"Multiple security_group matches found for name '{name}', use an ID to be more specific."
        raise Refused(409, text)
    return fitting[0]
