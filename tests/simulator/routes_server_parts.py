# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: what hangs on a server: metadata, volumes, ports."""

from __future__ import annotations

import typing as t

from flask import Response

from . import context
from .compute import blueprint
from .order_schema import check_metadata, invalid
from .refusal import Refused
from .routes_servers import found, reachable, refuse_locked, refuse_states

if t.TYPE_CHECKING:
    from .server import Server

_WRITABLE = frozenset({"active", "paused", "suspended", "stopped"})


@blueprint.get("/v2.1/servers/<server_id>/metadata")
def show_metadata(server_id: str) -> Response:
    """All items."""
    return context.answer(200, {"metadata": dict(found(server_id).metadata)})


@blueprint.post("/v2.1/servers/<server_id>/metadata")
def merge_metadata(server_id: str) -> Response:
    """Add and overwrite items."""
    given = context.body().get("metadata")
    server = _writable(server_id)
    return _write(server, {**server.metadata, **_checked(given)})


@blueprint.put("/v2.1/servers/<server_id>/metadata")
def replace_metadata(server_id: str) -> Response:
    """All items anew."""
    given = context.body().get("metadata")
    return _write(_writable(server_id), _checked(given))


@blueprint.put("/v2.1/servers/<server_id>/metadata/<key>")
def write_item(server_id: str, key: str) -> Response:
    """One item."""
    given = _checked(context.body().get("meta"))
    server = _writable(server_id)
    if key not in given:
        raise Refused(400, "Request body and URI mismatch")
    _write(server, {**server.metadata, **given})
    return context.answer(200, {"meta": given})


@blueprint.get("/v2.1/servers/<server_id>/metadata/<key>")
def show_item(server_id: str, key: str) -> Response:
    """One item."""
    metadata = found(server_id).metadata
    if key not in metadata:
        raise Refused(404, "Metadata item was not found")
    return context.answer(200, {"meta": {key: metadata[key]}})


@blueprint.delete("/v2.1/servers/<server_id>/metadata/<key>")
def delete_item(server_id: str, key: str) -> Response:
    """One item less."""
    server = _writable(server_id)
    if key not in server.metadata:
        raise Refused(404, "Metadata item was not found")
    _write(server, {name: value for name, value in server.metadata.items() if name != key})
    return Response(status=204)


@blueprint.get("/v2.1/servers/<server_id>/os-volume_attachments")
def show_volumes(server_id: str) -> Response:
    """The attached volumes."""
    server = found(server_id)
    attached = [
        {"id": volume_id, "volumeId": volume_id, "serverId": server.id, "device": f"/dev/vd{chr(97 + number)}"}
        for number, (volume_id, _terminate) in enumerate(server.volumes)
    ]
    return context.answer(200, {"volumeAttachments": attached})


@blueprint.get("/v2.1/servers/<server_id>/os-interface")
def show_interfaces(server_id: str) -> Response:
    """The attached ports."""
    region = context.region()
    ports = [region.ports[port_id] for port_id in region.ports_of.get(found(server_id).id, ())]
    attached = [
        {
            "port_id": port.id,
            "net_id": port.network_id,
            "mac_addr": port.mac,
            "port_state": port.status,
            "fixed_ips": [{"subnet_id": port.subnet_id, "ip_address": port.address}],
        }
        for port in ports
    ]
    return context.answer(200, {"interfaceAttachments": attached})


def _checked(given: object) -> dict[str, str]:
    check_metadata(given)
    if not isinstance(given, dict):
        raise invalid("metadata", given, f"{given!r} is not of type 'object'")
    return given


def _writable(server_id: str) -> Server:
    server = reachable(server_id)
    refuse_locked(server)
    refuse_states(server, "update metadata", _WRITABLE)
    return server


def _write(server: Server, metadata: dict[str, str]) -> Response:
    region = context.region()
    limit = region.quota(server.project_id)["metadata_items"]
    if 0 <= limit < len(metadata):
        raise Refused(403, f"Maximum number of metadata items exceeds {limit}")
    region.change(server.id, region.clock(), metadata=metadata)
    return context.answer(200, {"metadata": metadata})
