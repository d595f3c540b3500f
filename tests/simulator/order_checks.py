# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""POST /servers: everything Nova looks up before it asks the quota, in its order."""

from __future__ import annotations

import dataclasses
import typing as t

from .order_devices import Devices, devices_of
from .order_networks import nics_of, ports_left
from .order_schema import Body, server_of
from .refusal import Refused, unexpected

if t.TYPE_CHECKING:
    from .region import Region
    from .resources import Flavor, Image, ServerGroup
    from .server import Nic

_CONNECT_FAILURE = "keystoneauth1.exceptions.connection.ConnectFailure"
_GLANCE_FAILURE = "nova.exception.GlanceConnectionFailed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who orders, and at which microversion."""

    project_id: str
    user_id: str
    minor: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An order that has passed every check but the quota of servers."""

    server: Body
    flavor: Flavor
    image_id: str | None
    nics: tuple[Nic, ...]
    groups: tuple[str, ...]
    devices: Devices
    counts: tuple[int, int]
    group: ServerGroup | None


def checked(region: Region, customer: Customer, body: t.Any) -> Checked:
    """The order, if everything it names is there."""
    server = server_of(body, customer.minor)
    least = int(server.get("min_count", 1))
    most = int(server.get("max_count", least))
    if least > most:
        raise Refused(400, "min_count must be <= max_count")
    bootable = server.get("block_device_mapping_v2") or server.get("block_device_mapping")
    if not server.get("imageRef") and not bootable:
        raise Refused(400, "Invalid imageRef provided.")
    flavor = region.flavors.get(str(server["flavorRef"]))
    if flavor is None:
        raise Refused(400, f"Flavor {server['flavorRef']} could not be found.")
    _check_multiple(server, most)
    _check_zone(region, server)
    image = _image(region, server.get("imageRef") or None)
    groups = _security_groups(region, customer, server)
    nics = nics_of(region, customer.project_id, server.get("networks", "auto"))
    most = _shrunk_to_ports(region, customer, nics, (least, most))
    _check_key(region, customer, server)
    devices = devices_of(region, server, most)
    _check_metadata_items(region, customer, server)
    _check_size(flavor, image, devices)
    return Checked(
        server=server,
        flavor=flavor,
        image_id=None if devices.boots else (image.id if image else None),
        nics=nics,
        groups=groups,
        devices=devices,
        counts=(least, most),
        group=_group(region, body),
    )


def _check_multiple(server: Body, most: int) -> None:
    if most == 1:
        return
    networks = server.get("networks")
    for nic in networks if isinstance(networks, list) else ():
        if nic.get("port"):
            text = "Unable to launch multiple instances with a single configured port ID. Please launch your instance"
            raise Refused(400, f"{text} one by one with different ports.")
        if nic.get("fixed_ip"):
            text = "max_count cannot be greater than 1 if an fixed_ip is specified."
            raise Refused(400, f"Invalid fixed IP and max count request: {text}")
    if server.get("hostname"):
        text = "Unable to allocate a single hostname to multiple instances"
        raise Refused(400, text)


def _check_zone(region: Region, server: Body) -> None:
    zone = server.get("availability_zone")
    if zone is not None and zone not in region.settings.zones:
        raise Refused(400, "The requested availability zone is not available")


def _image(region: Region, image_id: str | None) -> Image | None:
    if image_id is None:
        return None
    if region.behaviours.is_dead("image", region.cloud, region.name):
        raise unexpected(_GLANCE_FAILURE)
    image = region.images.get(image_id)
    if image is None:
        raise Refused(400, "Can not find requested image")
    if image.status != "active":
        raise Refused(400, f"Image {image_id} is not active.")
    return image


def _security_groups(region: Region, customer: Customer, server: Body) -> tuple[str, ...]:
    if region.behaviours.is_dead("network", region.cloud, region.name):
        raise unexpected(_CONNECT_FAILURE)
    wanted = [group["name"] for group in server.get("security_groups", []) if group.get("name")]
    mine = [each for each in region.security_groups.values() if each.project_id == customer.project_id]
    for name in wanted:
        if any(group.id == name for group in mine):
            continue
        same = [group for group in mine if group.name == name]
        if not same:
            raise Refused(400, f"Unable to find security_group with name or id '{name}'")
        if len(same) > 1:
            text = f"Multiple security_group matches found for name '{name}', use an ID to be more specific."
            raise Refused(409, text)
    return tuple(dict.fromkeys(wanted)) or ("default",)


def _shrunk_to_ports(region: Region, customer: Customer, nics: tuple[Nic, ...], counts: tuple[int, int]) -> int:
    least, most = counts
    fresh = sum(1 for nic in nics if not nic.port_id)
    room = ports_left(region, customer.project_id)
    if not fresh or room is None:
        return most
    if room // fresh < least:
        raise Refused(403, "Maximum number of ports exceeded")
    return min(most, room // fresh)


def _check_key(region: Region, customer: Customer, server: Body) -> None:
    key = server.get("key_name")
    if key is not None and (customer.user_id, key) not in region.keypairs:
        raise Refused(400, "Invalid key_name provided.")


def _check_metadata_items(region: Region, customer: Customer, server: Body) -> None:
    limit = region.quota(customer.project_id)["metadata_items"]
    if 0 <= limit < len(server.get("metadata", {})):
        raise Refused(403, f"Maximum number of metadata items exceeds {limit}")


def _check_size(flavor: Flavor, image: Image | None, devices: Devices) -> None:
    if image is None or devices.boots:
        return
    if flavor.disk == 0:
        raise Refused(403, "Only volume-backed servers are allowed for flavors with zero disk.")
    if image.min_ram > flavor.ram:
        raise Refused(400, "Flavor's memory is too small for requested image.")
    if image.min_disk > flavor.disk:
        least, size = image.min_disk << 30, flavor.disk << 30
        text = "Flavor's disk is smaller than the minimum size specified in image metadata."
        raise Refused(400, f"{text} Flavor disk is {size} bytes, minimum size is {least} bytes.")
    if (image.size or 0) > flavor.disk << 30:
        text = f"Flavor disk is {flavor.disk << 30} bytes, image is {image.size} bytes."
        raise Refused(400, f"Flavor's disk is too small for requested image. {text}")


def _group(region: Region, body: Body) -> ServerGroup | None:
    hints = body.get("os:scheduler_hints") or body.get("OS-SCH-HNT:scheduler_hints") or {}
    wanted = hints.get("group")
    group_id = wanted[0] if isinstance(wanted, list) and wanted else wanted
    if not group_id:
        return None
    if group_id not in region.groups:
        raise Refused(400, f"Instance group {group_id} could not be found.")
    return region.groups[group_id]
