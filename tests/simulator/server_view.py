# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server as Nova shows it, by microversion."""

from __future__ import annotations

import hashlib
import json
import typing as t

from .addresses import floating_of
from .clock import iso, iso_micro

if t.TYPE_CHECKING:
    from .region import Region
    from .server import Server

View = dict[str, t.Any]
_PROGRESS = frozenset({"ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"})


def basic_json(region: Region, server: Server) -> bytes:
    """A row of GET /servers as JSON, kept as long as the server does not change."""
    return _kept(region, server, 0, _basic)


def unknown_basic(region: Region, server: Server) -> View:
    """A row of GET /servers for a server whose cell is down."""
    return {"id": server.id, "status": "UNKNOWN", "links": links(region, server.id)}


def unknown_detail(region: Region, server: Server) -> View:
    """A row of GET /servers/detail for a server whose cell is down."""
    return {
        "id": server.id,
        "status": "UNKNOWN",
        "tenant_id": server.project_id,
        "created": iso(server.created),
        "links": links(region, server.id),
    }


def unknown_show(region: Region, server: Server, minor: int) -> View:
    """GET /servers/ID for a server whose cell is down."""
    return {
        **unknown_detail(region, server),
        "image": _image(region, server),
        "flavor": _flavor(region, server, minor),
        "OS-EXT-AZ:availability_zone": server.zone or "UNKNOWN",
        "OS-EXT-STS:power_state": 0,
        "user_id": server.user_id,
    }


def detail_json(region: Region, server: Server, minor: int) -> bytes:
    """A row of GET /servers/detail as JSON, kept as long as the server does not change."""
    return _kept(region, server, minor, detail)


def show(region: Region, server: Server, minor: int) -> View:
    """GET /servers/ID."""
    view = detail(region, server, minor)
    if minor >= 71:
        view["server_groups"] = [server.group_id] if server.group_id in region.groups else []
    return view


def detail(region: Region, server: Server, minor: int) -> View:
    """A row of GET /servers/detail."""
    status = server.status
    view: View = {
        "accessIPv4": "",
        "accessIPv6": "",
        "addresses": {} if server.vm_state == "building" else _addresses(region, server),
        "created": iso(server.created),
        "flavor": _flavor(region, server, minor),
        "hostId": hashlib.sha224(f"{server.project_id}{server.host}".encode()).hexdigest() if server.host else "",
        "id": server.id,
        "image": _image(region, server),
        "links": links(region, server.id),
        "metadata": dict(server.metadata),
        "name": server.name,
        "status": status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "updated": iso(server.updated or server.created),
        "OS-DCF:diskConfig": server.disk_config,
    }
    if server.fault and status in {"ERROR", "DELETED"}:
        view["fault"] = _fault(server)
    if status in _PROGRESS:
        view["progress"] = 0
    view |= _extensions(server)
    groups = _security_groups(region, server)
    if groups:
        view["security_groups"] = groups
    return view | _by_microversion(server, minor)


def links(region: Region, server_id: str) -> list[View]:
    """The links of a server."""
    base = f"{region.base_url}/compute"
    return [
        {"rel": "self", "href": f"{base}/v2.1/servers/{server_id}"},
        {"rel": "bookmark", "href": f"{base}/servers/{server_id}"},
    ]


def _kept(region: Region, server: Server, minor: int, view: t.Callable[[Region, Server, int], View]) -> bytes:
    kept = region.rendered.setdefault(server.id, {})
    entry = kept.get(minor)
    if entry and entry[0] is server:
        return entry[1]
    text = json.dumps(view(region, server, minor)).encode()
    kept[minor] = (server, text)
    return text


def _basic(region: Region, server: Server, _minor: int) -> View:
    return {"id": server.id, "name": server.name, "links": links(region, server.id)}


def _extensions(server: Server) -> View:
    return {
        "OS-EXT-AZ:availability_zone": server.host_zone or ("" if server.row else server.zone or ""),
        "config_drive": "True" if server.config_drive else "",
        "key_name": server.key_name,
        "OS-SRV-USG:launched_at": iso_micro(server.launched) if server.launched else None,
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:power_state": server.power_state,
    }


def _by_microversion(server: Server, minor: int) -> View:
    attached: list[View] = [{"id": volume_id, "delete_on_termination": gone} for volume_id, gone in server.volumes]
    since: tuple[tuple[int, str, t.Any], ...] = (
        (1, "os-extended-volumes:volumes_attached", attached if minor >= 3 else [{"id": x["id"]} for x in attached]),
        (9, "locked", server.locked),
        (19, "description", server.description),
        (26, "tags", list(server.tags)),
        (63, "trusted_image_certificates", None),
        (73, "locked_reason", server.locked_reason),
        (90, "OS-EXT-SRV-ATTR:hostname", server.hostname),
        (96, "pinned_availability_zone", server.zone),
        (100, "scheduler_hints", {"group": [server.group_id]} if server.group_id else {}),
    )
    return {key: value for minimum, key, value in since if minor >= minimum}


def _fault(server: Server) -> View:
    fault = server.fault
    assert fault is not None
    view: View = {"code": fault.code, "created": iso(fault.created), "message": fault.message}
    if fault.code != 500:
        view["details"] = fault.message
    return view


def _flavor(region: Region, server: Server, minor: int) -> View:
    flavor = server.flavor
    if minor < 47:
        href = f"{region.base_url}/compute/flavors/{flavor.id}"
        return {"id": flavor.id, "links": [{"rel": "bookmark", "href": href}]}
    return {
        "vcpus": flavor.vcpus,
        "ram": flavor.ram,
        "disk": flavor.disk,
        "ephemeral": flavor.ephemeral,
        "swap": flavor.swap,
        "original_name": flavor.name,
        "extra_specs": dict(flavor.extra_specs),
    }


def _image(region: Region, server: Server) -> View | str:
    if not server.image_id:
        return ""
    href = f"{region.base_url}/compute/images/{server.image_id}"
    return {"id": server.image_id, "links": [{"rel": "bookmark", "href": href}]}


def _addresses(region: Region, server: Server) -> dict[str, list[View]]:
    found: dict[str, list[View]] = {}
    for port_id in region.ports_of.get(server.id, ()):
        port = region.ports[port_id]
        entries = found.setdefault(region.networks[port.network_id].name, [])
        addresses = [("fixed", port.address)]
        floating = floating_of(region, port_id) if region.floating_ips else None
        if floating:
            addresses.append(("floating", floating.address))
        for kind, address in addresses:
            version = 6 if ":" in address else 4
            view = {"version": version, "addr": address, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": port.mac}
            entries.append(view)
    return found


def _security_groups(region: Region, server: Server) -> list[View]:
    return [
        {"name": region.security_groups[group].name}
        for port_id in region.ports_of.get(server.id, ())
        for group in region.ports[port_id].security_groups
        if group in region.security_groups
    ]
