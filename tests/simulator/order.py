# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""POST /servers: what Nova makes of an order that it accepts."""

from __future__ import annotations

import dataclasses
import typing as t

from .identifiers import new_reservation, new_uuid
from .lifecycle import begin_build, destiny_of
from .order_checks import Checked, Customer, checked
from .order_devices import reserve
from .quota import allowed_count
from .refusal import Refused
from .server import Destiny, Server

if t.TYPE_CHECKING:
    from .region import Region
    from .resources import ServerGroup


def create_servers(region: Region, customer: Customer, body: t.Any) -> tuple[Server, ...]:
    """The servers that one POST makes, or Nova's refusal."""
    order = checked(region, customer, body)
    count = allowed_count(region, customer.project_id, order.flavor, order.counts)
    if order.group and 0 <= _group_limit(region, customer) < len(living_members(region, order.group)) + count:
        raise Refused(403, "Quota exceeded, too many servers in group")
    reserve(region, order.devices)
    base = _template(region, customer, order)
    names = _names(base.name, count)
    servers = tuple(_one(region, base, name, number) for number, name in enumerate(names))
    if order.group:
        members = order.group.members + tuple(server.id for server in servers)
        region.groups[order.group.id] = dataclasses.replace(order.group, members=members)
    begin_build(region, servers)
    return servers


def living_members(region: Region, group: ServerGroup) -> list[str]:
    """The members of a server group that still exist."""
    return [member for member in group.members if member in region.servers]


def _group_limit(region: Region, customer: Customer) -> int:
    return region.quota(customer.project_id)["server_group_members"]


def _template(region: Region, customer: Customer, order: Checked) -> Server:
    server = order.server
    name = server["name"].strip()
    return Server(
        id="",
        name=name,
        project_id=customer.project_id,
        user_id=customer.user_id,
        created=region.now(),
        flavor=order.flavor,
        destiny=Destiny(build_seconds=0.0),
        image_id=order.image_id,
        key_name=server.get("key_name"),
        metadata=dict(server.get("metadata", {})),
        tags=tuple(dict.fromkeys(server.get("tags", []))),
        description=server.get("description") if customer.minor >= 19 else name,
        hostname=server.get("hostname") or "",
        zone=server.get("availability_zone"),
        config_drive=str(server.get("config_drive", "")).lower() in {"true", "1"},
        reservation_id=new_reservation(region.randomness),
        nics=order.nics,
        security_groups=order.groups,
        group_id=order.group.id if order.group else None,
        volumes=order.devices.existing,
        new_volumes=order.devices.new,
        disk_config=server.get("OS-DCF:diskConfig", "MANUAL"),
    )


def _names(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}-{number + 1}" for number in range(count)]


def _one(region: Region, base: Server, name: str, number: int) -> Server:
    hostname = base.hostname or name.replace("_", "-").replace(".", "-").lower()[:63]
    cell = (len(region.servers) + number) % max(1, region.settings.cells)
    destiny = destiny_of(region, name)
    return dataclasses.replace(
        base, id=new_uuid(region.randomness), name=name, hostname=hostname, destiny=destiny, cell=cell
    )
