# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that are there already: somebody else's, or those of an earlier run."""

from __future__ import annotations

import dataclasses
import typing as t

from .addresses import allocate_ports, set_port_status
from .clock import iso
from .identifiers import new_uuid
from .scheduling import hosts_of
from .server import RUNNING, VM_STATE_OF, Destiny, Fault, Nic, Server

if t.TYPE_CHECKING:
    from .region import Region
    from .resources import Flavor, Image
    from .world import Cloud


def add_server(region: Region, cloud: Cloud, raw: t.Mapping[str, t.Any]) -> Server:
    """Put a server into a region as if it had been built `age` seconds ago; the quota is not asked."""
    created = region.now() - float(raw.get("age", 3600.0))
    host, zone = region.randomness.choice(hosts_of(region))
    server = _with_state(_server(region, cloud, raw, created), raw, (host, raw.get("zone", zone)))
    region.servers[server.id] = server
    if server.host:
        allocate_ports(region, server)
        set_port_status(region, server, "ACTIVE")
    return server


def _server(region: Region, cloud: Cloud, raw: t.Mapping[str, t.Any], created: float) -> Server:
    user = cloud.users[raw.get("user", next(iter(cloud.users)))]
    networks = [each for each in region.networks.values() if not each.external][:1]
    return Server(
        id=raw.get("id") or new_uuid(region.randomness),
        name=raw["name"],
        project_id=cloud.project_named(raw.get("project", user.projects[0])).id,
        user_id=user.id,
        created=created,
        updated=created,
        flavor=next(each for each in region.flavors.values() if _meant(raw, "flavor", each)),
        image_id=next((each.id for each in region.images.values() if _meant(raw, "image", each)), None),
        destiny=Destiny(build_seconds=0.0),
        key_name=raw.get("key_name"),
        metadata=dict(raw.get("metadata", {})),
        tags=tuple(raw.get("tags", ())),
        description=raw.get("description"),
        hostname=raw["name"],
        locked=bool(raw.get("locked", False)),
        nics=tuple(Nic(network_id=each.id) for each in networks),
        security_groups=("default",),
        cell=int(raw.get("cell", 0)),
        row=True,
    )


def _meant(raw: t.Mapping[str, t.Any], kind: str, candidate: Flavor | Image) -> bool:
    return raw.get(kind) in (None, candidate.name, candidate.id)


def _with_state(server: Server, raw: t.Mapping[str, t.Any], place: tuple[str, str]) -> Server:
    vm_state = VM_STATE_OF[raw.get("status", "ACTIVE")]
    building, failed = vm_state == "building", vm_state == "error"
    fault = Fault(code=raw.get("code", 500), message=raw["fault"], created=server.created) if "fault" in raw else None
    host, zone = (None, "") if failed else place
    return dataclasses.replace(
        server,
        destiny=Destiny(build_seconds=0.0, outcome="stall" if building else "active"),
        vm_state=vm_state,
        task_state=raw.get("task_state", "spawning" if building else None),
        power_state=RUNNING if vm_state == "active" else 0,
        launched=None if building or failed else server.created,
        host=host,
        host_zone=zone,
        fault=fault,
    )


def witness(region: Region) -> list[dict[str, t.Any]]:
    """Every server of a region as it truly is, dead cells and other projects included."""
    return [
        {
            "cloud": region.cloud,
            "region": region.name,
            "id": server.id,
            "name": server.name,
            "status": server.status,
            "task_state": server.task_state,
            "project_id": server.project_id,
            "created": server.created,
            "created_iso": iso(server.created),
            "metadata": dict(server.metadata),
            "description": server.description,
            "tags": list(server.tags),
            "fault": server.fault.message if server.fault else None,
            "locked": server.locked,
            "cell_up": region.cell_is_up(server),
        }
        for server in region.servers.values()
    ]
