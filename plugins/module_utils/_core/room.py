# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""How many more servers a location takes: limits less what is used, and what bounds it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

if t.TYPE_CHECKING:
    from .model import Flavor, Limits, Quota, Usage

UNLIMITED = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One thing that bounds a location: ``used`` of ``limit`` is taken; no limit is None."""

    resource: str
    limit: int | None
    used: int

    @property
    def left(self) -> int:
        return UNLIMITED if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left at a location: servers by the tightest of several bounds, cores, and RAM in MiB."""

    servers: int
    cores: int = UNLIMITED
    ram: int = UNLIMITED

    def takes(self, flavor: Flavor) -> bool:
        return self.servers > 0 and self.cores >= flavor.vcpus and self.ram >= flavor.ram

    def less(self, flavor: Flavor) -> Room:
        return replace(self, servers=self.servers - 1, cores=self.cores - flavor.vcpus, ram=self.ram - flavor.ram)

    def of(self, flavor: Flavor) -> int:
        """How many servers of one flavor fit."""
        by_cores = self.cores // flavor.vcpus if flavor.vcpus else UNLIMITED
        by_ram = self.ram // flavor.ram if flavor.ram else UNLIMITED
        return max(0, min(self.servers, by_cores, by_ram))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What this run added to a location since its limits were read, less what it saw go."""

    instances: int = 0
    cores: int = 0
    ram: int = 0


def bounds_of(limits: Limits, usage: Usage, change: Change) -> tuple[Bound, Bound, Bound]:
    """The quota bounds; used is the greater of what the cloud counts and what was listed."""
    return (
        _bound("instances", limits.instances, usage.instances, change.instances),
        _bound("cores", limits.cores, usage.cores, change.cores),
        _bound("ram", limits.ram, usage.ram, change.ram),
    )


def room_of(quotas: tuple[Bound, Bound, Bound], caps: tuple[Bound, ...], headroom: int) -> Room:
    """The room that quotas and the user's own caps leave; ``headroom`` instances of the quota stay free."""
    instances, cores, ram = quotas
    servers = min([instances.left - headroom, *(cap.left for cap in caps)])
    return Room(servers=max(0, servers), cores=cores.left, ram=ram.left)


def tightest(quotas: tuple[Bound, Bound, Bound], caps: tuple[Bound, ...], flavor: Flavor) -> Bound:
    """Which bound it is that lets the fewest servers of this flavor in."""
    instances, cores, ram = quotas
    fits = [
        (instances.left, instances),
        (cores.left // max(1, flavor.vcpus), cores),
        (ram.left // max(1, flavor.ram), ram),
    ]
    return min(fits + [(cap.left, cap) for cap in caps], key=lambda fit: fit[0])[1]


def _bound(resource: str, quota: Quota, listed: int, change: int) -> Bound:
    return Bound(resource=resource, limit=quota.limit, used=max(0, max(quota.used, listed) + change))
