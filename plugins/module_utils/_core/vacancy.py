# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The room at one location as this run knows it: quotas, the user's own caps, and what bounds it most."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace

from .heritage import owner
from .room import Bound, Room, bounds_of, room_of, tightest
from .rows import LocationRow, ServerRow, State

if t.TYPE_CHECKING:
    from .desk import Desk
    from .model import Flavor, Limits
    from .tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """The bounds of a location, and the room that they leave."""

    quotas: tuple[Bound, Bound, Bound]
    caps: tuple[Bound, ...]
    headroom: int

    @property
    def room(self) -> Room:
        return room_of(self.quotas, self.caps, self.headroom)

    def bound_of(self, flavor: Flavor) -> Bound:
        """What lets the fewest servers of this flavor in; headroom counts as used."""
        instances, cores, ram = self.quotas
        kept = replace(instances, used=instances.used + self.headroom)
        bound = tightest((kept, cores, ram), self.caps, flavor)
        return instances if bound is kept else bound


def vacancy(desk: Desk, row: LocationRow, limits: Limits, have: int = 0) -> Vacancy:
    """The room at a location where the fleet has ``have`` servers already."""
    order, hints = desk.run.order, row.location.hints
    change = row.ledger.change
    caps = (
        Bound(resource="max_servers", limit=hints.max_servers, used=row.usage.marked + change.instances),
        Bound(resource="max_per_location", limit=order.max_per_location, used=have),
        Bound(
            resource="max_servers_per_owner",
            limit=hints.max_servers_per_owner,
            used=row.owners[owner(desk, row)] + change.instances,
        ),
        Bound(resource="ports", limit=row.ports, used=max(0, row.ports_taken)),
    )
    quotas = bounds_of(limits, row.usage, change)
    return Vacancy(
        quotas=quotas,
        caps=tuple(cap for cap in caps if cap.limit is not None),
        headroom=order.headroom + hints.headroom,
    )


def presence(tables: Tables) -> dict[str, Counter[str | None]]:
    """How many servers of the fleet each location has or is about to have, by zone."""
    found: dict[str, Counter[str | None]] = {label: Counter() for label in tables.locations}
    for row in tables.servers.values():
        if tables.stands(row):
            attempt = tables.attempts.get(row.token)
            zone = attempt.offer.zone if attempt else _zone_of(row)
            found[row.location][zone] += 1
    for attempt in tables.attempts.values():
        if attempt.state in (State.POSTING, State.AMBIGUOUS):
            found[attempt.location][attempt.offer.zone] += 1
    return found


def _zone_of(row: ServerRow) -> str | None:
    return row.server.zone if row.server else None
