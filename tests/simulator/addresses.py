# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixed addresses and the ports that hold them."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import typing as t

from .identifiers import new_uuid
from .order_networks import ports_left
from .resources import FloatingIp, Network, Port

if t.TYPE_CHECKING:
    from .region import Region
    from .server import Nic, Server

_FIRST = 10
_ABORTED = "Build of instance {} aborted: Failed to allocate the network(s){}, not rescheduling."
_TRIED = "Exceeded maximum number of retries. Exceeded max scheduling attempts 3 for instance"


@functools.lru_cache(maxsize=1024)
def _span(cidr: str) -> tuple[int, int]:
    network = ipaddress.ip_network(cidr)
    first = int(network.network_address)
    return first + min(_FIRST, max(1, network.num_addresses // 8)), int(network.broadcast_address) - 1


def take_address(region: Region, network: Network, wanted: str = "") -> str | None:
    """A free address of the network's first subnet, or the wanted one; None if there is none."""
    taken = region.taken.setdefault(network.id, set())
    subnets = region.subnets_of(network.id)
    if not subnets:
        return None
    if wanted:
        if wanted in taken:
            return None
        taken.add(wanted)
        return wanted
    first, last = _span(subnets[0].cidr)
    size = last - first + 1
    cursor = region.cursors.get(network.id, 0)
    for place in range(cursor, cursor + size):
        address = str(ipaddress.ip_address(first + place % size))
        if address not in taken and address != subnets[0].gateway:
            region.cursors[network.id] = place + 1
            taken.add(address)
            return address
    return None


def new_port(region: Region, network: Network, project_id: str, **fields: t.Any) -> Port | None:
    """A port on the network, with an address; None if no address is left."""
    address = take_address(region, network, fields.pop("wanted", ""))
    if address is None:
        return None
    bits = region.randomness.getrandbits(24)
    port = Port(
        id=new_uuid(region.randomness),
        network_id=network.id,
        subnet_id=fields.pop("subnet_id", region.subnets_of(network.id)[0].id),
        project_id=project_id,
        address=address,
        mac=f"fa:16:3e:{bits >> 16:02x}:{bits >> 8 & 255:02x}:{bits & 255:02x}",
        created=region.now(),
        **fields,
    )
    region.ports[port.id] = port
    return port


def drop_port(region: Region, port: Port) -> None:
    """Delete a port; a floating IP on it is left without one."""
    region.ports.pop(port.id, None)
    region.taken.get(port.network_id, set()).discard(port.address)
    for floating in list(region.floating_ips.values()):
        if floating.port_id == port.id:
            region.floating_ips[floating.id] = dataclasses.replace(floating, port_id=None, fixed_address=None)


def allocate_ports(region: Region, server: Server) -> str | None:
    """Give a server its ports; answers why it does not get them."""
    groups = group_ids(region, server)
    ids: list[str] = []
    for nic in server.nics:
        network = region.networks[nic.network_id]
        if network.external and not network.shared and not nic.port_id:
            return _ABORTED.format(server.id, "")
        if not nic.port_id and ports_left(region, server.project_id) == 0:
            return f"{_TRIED} {server.id}. Last exception: Maximum number of ports exceeded"
        port = _preset(region, server, nic) if nic.port_id else _fresh(region, server, nic, groups)
        if port is None:
            reason = f" with error No fixed IP addresses available for network: {nic.network_id}"
            return _ABORTED.format(server.id, reason)
        ids.append(port.id)
        region.ports_of[server.id] = tuple(ids)
    return None


def group_ids(region: Region, server: Server) -> tuple[str, ...]:
    """The ids of the security groups that a server was ordered with."""
    wanted = server.security_groups
    return tuple(
        group.id
        for group in region.security_groups.values()
        if group.project_id == server.project_id and (group.name in wanted or group.id in wanted)
    )


def set_port_status(region: Region, server: Server, status: str) -> None:
    """Bring a server's ports up or down."""
    for port_id in region.ports_of.get(server.id, ()):
        region.ports[port_id] = dataclasses.replace(region.ports[port_id], status=status)


def release_ports(region: Region, server: Server) -> None:
    """Take the ports from a server: those Nova made are deleted, the user's own are only unbound."""
    for port_id in region.ports_of.pop(server.id, ()):
        port = region.ports[port_id]
        if port.preset:
            unbound = dataclasses.replace(port, device_id="", device_owner="", status="DOWN")
            region.ports[port_id] = unbound
            _detach_floating(region, port_id)
        else:
            drop_port(region, port)


def floating_of(region: Region, port_id: str) -> FloatingIp | None:
    """The floating IP on a port."""
    return next((each for each in region.floating_ips.values() if each.port_id == port_id), None)


def _detach_floating(region: Region, port_id: str) -> None:
    floating = floating_of(region, port_id)
    if floating:
        region.floating_ips[floating.id] = dataclasses.replace(floating, port_id=None, fixed_address=None)


def _preset(region: Region, server: Server, nic: Nic) -> Port | None:
    port = region.ports.get(nic.port_id)
    if port is None:
        return None
    owner = f"compute:{server.host_zone}"
    bound = dataclasses.replace(port, device_id=server.id, device_owner=owner, preset=True)
    region.ports[port.id] = bound
    return bound


def _fresh(region: Region, server: Server, nic: Nic, groups: tuple[str, ...]) -> Port | None:
    return new_port(
        region,
        region.networks[nic.network_id],
        server.project_id,
        wanted=nic.fixed_ip,
        device_id=server.id,
        device_owner=f"compute:{server.host_zone}",
        security_groups=groups,
    )
