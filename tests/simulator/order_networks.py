# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which networks and ports an order gets."""

from __future__ import annotations

import typing as t

from .refusal import Refused
from .server import Nic

if t.TYPE_CHECKING:
    from .region import Region
    from .resources import Network


def nics_of(region: Region, project_id: str, networks: t.Any) -> tuple[Nic, ...]:
    """The interfaces that the order's `networks` mean, or Nova's refusal."""
    if networks == "none":
        return ()
    if networks == "auto" or not networks:
        return _automatic(region, project_id, networks == "auto")
    return tuple(_named(region, project_id, nic) for nic in networks)


def ports_left(region: Region, project_id: str) -> int | None:
    """How many ports the project may still make; None is as many as it likes."""
    limit = region.quota(project_id)["port"]
    if limit < 0:
        return None
    return limit - sum(1 for port in region.ports.values() if port.project_id == project_id)


def visible_networks(region: Region, project_id: str) -> list[Network]:
    """The networks that a project sees: its own, shared and external ones."""
    networks = region.networks.values()
    return [each for each in networks if each.shared or each.external or each.project_id == project_id]


def _automatic(region: Region, project_id: str, asked: bool) -> tuple[Nic, ...]:
    usable = [each for each in visible_networks(region, project_id) if not each.external]
    if len(usable) > 1:
        raise Refused(409, "Multiple possible networks found, use a Network ID to be more specific.")
    if usable:
        return (Nic(network_id=usable[0].id),)
    if asked:
        raise Refused(400, f"Unable to automatically allocate a network for project {project_id}")
    return ()


def _named(region: Region, project_id: str, nic: t.Mapping[str, t.Any]) -> Nic:
    port_id = nic.get("port")
    if port_id:
        port = region.ports.get(port_id)
        if port is None:
            raise Refused(400, f"Port id {port_id} could not be found.")
        if port.device_id:
            raise Refused(409, f"Port {port_id} is still in use.")
        return Nic(network_id=port.network_id, port_id=port_id)
    network_id = nic.get("uuid")
    if network_id not in {each.id for each in visible_networks(region, project_id)}:
        raise Refused(400, f"Network {network_id} could not be found.")
    if not region.subnets_of(str(network_id)):
        raise Refused(400, f"Network {network_id} requires a subnet in order to boot instances on.")
    wanted = nic.get("fixed_ip") or ""
    if wanted and wanted in region.taken.get(network_id or "", ()):
        raise Refused(400, f"Fixed IP address {wanted} is already in use.")
    return Nic(network_id=network_id or "", fixed_ip=wanted)
