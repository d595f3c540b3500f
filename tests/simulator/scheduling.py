# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host a server goes to."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .region import Region
    from .server import Server

NO_VALID_HOST = "No valid host was found. There are not enough hosts available."
# What Nova says where placement knows no host that is large enough, before any filter is asked.
_NONE_LARGE_ENOUGH = "No valid host was found. "
_HOST_DISK = 20_000
Host = tuple[str, str]


def hosts_of(region: Region) -> list[Host]:
    """The compute hosts of a region, each with its zone."""
    zones = region.settings.zones
    count = max(region.settings.hosts, len(zones))
    return [(f"{region.cloud}-cpu{number + 1}", zones[number % len(zones)]) for number in range(count)]


def place_batch(region: Region, servers: t.Sequence[Server]) -> dict[str, Host] | None:
    """A host for each server of a batch, or None: it is all or nothing."""
    capacity = region.settings.capacity
    if _too_large(servers):
        return None
    if capacity is not None:
        hosted = sum(1 for server in region.servers.values() if server.host)
        if hosted + len(servers) > capacity:
            return None
    chosen: dict[str, Host] = {}
    for server in servers:
        candidates = _candidates(region, server, chosen)
        if not candidates:
            return None
        chosen[server.id] = region.randomness.choice(candidates)
    return chosen


def why_none(servers: t.Sequence[Server]) -> str:
    """What Nova says of a batch that no host took."""
    return _NONE_LARGE_ENOUGH if _too_large(servers) else NO_VALID_HOST


def _too_large(servers: t.Sequence[Server]) -> bool:
    return any(server.flavor.disk > _HOST_DISK for server in servers)


def _candidates(region: Region, server: Server, chosen: t.Mapping[str, Host]) -> list[Host]:
    hosts = [host for host in hosts_of(region) if server.zone in (None, host[1])]
    group = region.groups.get(server.group_id or "")
    if group is None or group.policy not in {"affinity", "anti-affinity"}:
        return hosts
    used = {chosen[member][0] for member in group.members if member in chosen}
    used |= {other.host for other in map(region.servers.get, group.members) if other and other.host}
    if group.policy == "anti-affinity":
        return [host for host in hosts if host[0] not in used]
    return [host for host in hosts if not used or host[0] in used]
