# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""How a network of ours is taken away, in the order in which Neutron lets it go; and what steps are made of."""

from __future__ import annotations

import typing as t

from .faults import Kind
from .listing import first_of
from .readiness import ObjectionError, Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .network_sight import Layout, Network, Router

_SHOWN = 5


def unmade(layout: Layout) -> Iterator[Step]:
    """All of ours, in the order in which Neutron lets it go."""
    for router in layout.routers:
        yield from unmade_router(layout, router)
    for network in layout.networks:
        yield from unmade_network(layout, network)


def unmade_router(layout: Layout, router: Router) -> Iterator[Step]:
    names = {each.id: each for each in layout.sight.subnets if each.network in {net.id for net in layout.networks}}
    for port in layout.interfaces:
        if port.device == router.id:
            for subnet in port.subnets:
                if subnet not in names:
                    raise ObjectionError(
                        Kind.CONFLICT,
                        f"router {router.name} ({router.id}) also leads to subnet {subnet} of another network",
                        "take that interface from it first",
                    )
                told = f"disconnect subnet {names[subnet].cidr} from router {router.name}"
                yield put(told, f"/routers/{router.id}/remove_router_interface", {"subnet_id": subnet})
    yield gone(f"delete router {router.name}", f"/routers/{router.id}")


def unmade_network(layout: Layout, network: Network) -> Iterator[Step]:
    ours = {each.id for each in layout.routers}
    users = list(layout.sight.users) if any(p.used and p.network == network.id for p in layout.sight.ports) else []
    users += sorted(
        {f"router {p.device}" for p in layout.interfaces if p.network == network.id and p.device not in ours}
    )
    if users:
        raise ObjectionError(
            Kind.CONFLICT,
            f"network {network.name} ({network.id}) is in use by {first_of(users, _SHOWN)}",
            "delete these first, or take them off it",
        )
    for subnet in layout.sight.subnets:
        if subnet.network == network.id:
            yield gone(f"delete subnet {subnet.cidr} of network {network.name}", f"/subnets/{subnet.id}")
    yield gone(f"delete network {network.name}", f"/networks/{network.id}")


def post(told: str, kind: str, body: Mapping[str, t.Any]) -> Step:
    return Step(what="POST", told=told, facts={"path": f"/{kind}s", "body": {kind: dict(body)}})


def put(told: str, path: str, body: Mapping[str, t.Any], *, later: bool = False) -> Step:
    return Step(what="PUT", told=told, facts={"path": path, "body": body}, later=later)


def gone(told: str, path: str) -> Step:
    return Step(what="DELETE", told=told, facts={"path": path, "body": None})
