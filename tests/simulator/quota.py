# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's quota of instances, cores and RAM: how it counts, and how it refuses."""

from __future__ import annotations

import dataclasses
import typing as t

from .refusal import Refused

if t.TYPE_CHECKING:
    from .region import Region
    from .resources import Flavor

_RESOURCES = ("cores", "instances", "ram")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a project has: each row in a reachable cell, ERROR included, build requests not."""

    instances: int = 0
    cores: int = 0
    ram: int = 0

    def of(self, resource: str) -> int:
        """The amount of one resource."""
        return int(getattr(self, resource))


def usage(region: Region, project_id: str) -> Usage:
    """What Nova counts for a project at this moment."""
    instances = cores = ram = 0
    down = region.settings.down_cells
    for server in region.servers.values():
        mine = server.row and server.project_id == project_id and server.cell not in down
        if mine and server.vm_state != "soft-delete":
            instances, cores, ram = instances + 1, cores + server.flavor.vcpus, ram + server.flavor.ram
    return Usage(instances=instances, cores=cores, ram=ram)


def allowed_count(region: Region, project_id: str, flavor: Flavor, counts: tuple[int, int]) -> int:
    """How many of min..max servers the quota lets through now, or Nova's refusal."""
    least, most = counts
    limits, used = region.quota(project_id), usage(region, project_id)
    while True:
        wanted = _amounts(flavor, most)
        over = _overs(limits, used, wanted)
        if not over:
            return most
        room = _room(limits, used, flavor, most)
        if room <= 0 or not least <= room < most:
            label = str(least) if least == most else f"{least}-{most}"
            raise Refused(403, _text(over, {**wanted, "instances": label}, used, limits))
        most = room


def recheck(region: Region, project_id: str, flavor: Flavor, count: int) -> str | None:
    """The fault text if the project is over its quota now, after this batch has got its rows.

    Nova names the limit itself as used here, not what is used.
    """
    limits, used = region.quota(project_id), usage(region, project_id)
    over = _overs(limits, used, dict.fromkeys(_RESOURCES, 0))
    full = Usage(**{each: limits[each] for each in _RESOURCES})
    return _text(over, _amounts(flavor, count), full, limits) if over else None


def _amounts(flavor: Flavor, count: int) -> dict[str, int]:
    return {"instances": count, "cores": count * flavor.vcpus, "ram": count * flavor.ram}


def _overs(limits: t.Mapping[str, int], used: Usage, wanted: t.Mapping[str, int]) -> list[str]:
    return [each for each in _RESOURCES if 0 <= limits[each] < used.of(each) + wanted[each]]


def _room(limits: t.Mapping[str, int], used: Usage, flavor: Flavor, most: int) -> int:
    room = most
    for resource, each in _amounts(flavor, 1).items():
        if limits[resource] >= 0 and each:
            room = min(room, (limits[resource] - used.of(resource)) // each)
    return room


def _text(over: t.Sequence[str], wanted: t.Mapping[str, int | str], used: Usage, limits: t.Mapping[str, int]) -> str:
    names = ", ".join(over)
    requested = ", ".join(str(wanted[each]) for each in over)
    had = ", ".join(str(used.of(each)) for each in over)
    allowed = ", ".join(str(limits[each]) for each in over)
    return f"Quota exceeded for {names}: Requested {requested}, but already used {had} of {allowed} {names}"
