# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a request is about, in one word that behaviours can name: `server.create`, `token.create`, `image.list`."""

from __future__ import annotations

import dataclasses
import re

SERVICES = ("identity", "compute", "image", "network", "volume")
_NOUNS = {
    "servers": "server",
    "flavors": "flavor",
    "limits": "limits",
    "os-keypairs": "keypair",
    "os-server-groups": "group",
    "os-availability-zone": "zone",
    "images": "image",
    "networks": "network",
    "subnets": "subnet",
    "ports": "port",
    "security-groups": "security_group",
    "security-group-rules": "security_group_rule",
    "floatingips": "floating_ip",
    "routers": "router",
    "quotas": "quota",
    "os-quota-sets": "quota",
    "volumes": "volume",
}
_PROJECT = re.compile(r"^[0-9a-f]{32}$")
_ITEM_VERBS = {"GET": "show", "DELETE": "delete", "PUT": "update", "PATCH": "update", "POST": "update"}
_PART_VERBS = {"GET": "read", "DELETE": "write", "PUT": "write", "PATCH": "write", "POST": "write"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a request goes: cloud, region (none for keystone), service, and the path inside the service.

    Nova's paths may have the project in them, as those of older clouds do; it is left out of `parts`.
    """

    cloud: str
    region: str | None
    service: str
    parts: tuple[str, ...]
    project_id: str = ""

    @property
    def path(self) -> str:
        """The path inside the service, version included."""
        return "/" + "/".join(self.parts)


def address_of(path: str) -> Address | None:
    """The address in a path such as /alpha/RegionOne/compute/v2.1/servers."""
    parts = [part for part in path.split("/") if part]
    if len(parts) >= 2 and parts[1] == "identity":
        return Address(cloud=parts[0], region=None, service="identity", parts=tuple(parts[2:]))
    if len(parts) >= 5 and parts[2] == "compute" and _PROJECT.match(parts[4]):
        rest = (parts[3], *parts[5:])
        return Address(cloud=parts[0], region=parts[1], service="compute", parts=rest, project_id=parts[4])
    if len(parts) >= 3 and parts[2] in SERVICES:
        return Address(cloud=parts[0], region=parts[1], service=parts[2], parts=tuple(parts[3:]))
    return None


def event_of(address: Address, method: str) -> str:
    """The event of a request; `version` for discovery, the bare service where no better word is known."""
    parts = address.parts[2:] if address.service == "volume" else address.parts[1:]
    if not parts:
        return "version"
    if address.service == "identity":
        return "token.create" if parts == ("auth", "tokens") and method == "POST" else "identity"
    noun = _NOUNS.get(parts[0])
    if noun is None or noun == "limits":
        return noun or address.service
    return f"{noun}.{_verb(parts, method)}"


def _verb(parts: tuple[str, ...], method: str) -> str:
    if len(parts) == 1 or parts[1] == "detail":
        return "create" if method == "POST" else "list"
    if len(parts) == 2:
        return _ITEM_VERBS.get(method, "show")
    return parts[2] if parts[2] in {"action", "metadata", "tags"} else _PART_VERBS.get(method, "read")
