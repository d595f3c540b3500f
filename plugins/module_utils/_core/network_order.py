# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Orders of networks: what the user asks for, in his names and in those of a location."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, replace

from .._errors import OrderError
from .cidrs import Pools, pools_of
from .cloud_id import is_id
from .signs import description_given

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 255
_MTUS = (576, 9216)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOrder:
    """One network. ``mapped`` says that the location's hints name one that is there, which is used as it is."""

    name: str
    pools: Pools
    here: str = ""
    mapped: bool = False
    description: str | None = None
    mtu: int | None = None
    dns: tuple[str, ...] | None = None
    router: bool = True
    external: str = ""
    absent: bool = False

    def at(self, names: Mapping[str, str]) -> NetworkOrder:
        """The order in the names that a location has."""
        external = names.get(self.external, self.external)
        return replace(self, here=names.get(self.name, self.name), mapped=self.name in names, external=external)


def network_order(params: Mapping[str, t.Any]) -> NetworkOrder:
    """The order that a user's options make."""
    name, mtu = params["name"], params.get("mtu")
    if not name.strip() or len(name) > _LONGEST or is_id(name):
        raise OrderError(
            f'name: "{name[:40]}" cannot be the name of a network; it has 1 to {_LONGEST} letters, and is no id'
        )
    if mtu is not None and not _MTUS[0] <= mtu <= _MTUS[1]:
        raise OrderError(f"mtu: it is {mtu}, where {_MTUS[0]} to {_MTUS[1]} are possible")
    return NetworkOrder(
        name=name,
        here=name,
        pools=pools_of(params["pools"], params["prefix_length"]),
        description=description_given(params.get("description")),
        mtu=mtu,
        dns=None if params.get("dns_servers") is None else tuple(map(_address, params["dns_servers"])),
        router=params["router"],
        external=params.get("external_network") or "",
        absent=params["state"] == "absent",
    )


def _address(said: str) -> str:
    try:
        return str(ipaddress.ip_address(said.strip()))
    except ValueError as exc:
        raise OrderError(f'dns_servers: "{said}" is no address') from exc
