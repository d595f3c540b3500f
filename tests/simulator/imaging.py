# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Glance does with the data of an image while it comes, and what a project may have of it."""

from __future__ import annotations

import dataclasses
import typing as t

from .refusal import Refused

if t.TYPE_CHECKING:
    from .events import Address
    from .region import Region
    from .resources import Image
    from .world import World

_MIB = 1024 * 1024


def begin_saving(world: World, address: Address) -> None:
    """An upload has begun: the image is `saving` until all of it is there."""
    _change(world, address, "queued", "saving")


def break_saving(world: World, address: Address) -> None:
    """An upload broke off: the image is `queued` again, as Glance restores it."""
    _change(world, address, "saving", "queued")


def _change(world: World, address: Address, before: str, after: str) -> None:
    for region in world.regions(address.cloud, address.region):
        image = region.images.get(address.parts[-2])
        if image is not None and image.status == before and not image.importing:
            region.images[image.id] = dataclasses.replace(image, status=after, updated=region.now())


def import_later(region: Region, image: Image, uri: str) -> None:
    """Fetch what the web has (the region's setting `web`), after its time; an image that cannot be had stays queued."""
    page = region.settings.web.get(uri)
    region.images[image.id] = dataclasses.replace(image, importing=True, updated=region.now())

    def land(there: Region, moment: float) -> None:
        found = there.images.get(image.id)
        if found is None:
            return
        ended: dict[str, t.Any] = {"importing": False, "updated": moment}
        if page is None:
            ended["properties"] = {**found.properties, "os_glance_failed_import": "default"}
        else:
            ended |= {"status": "active", "size": page["size"], "checksum": page["md5"], "digest": page["sha512"]}
        there.images[image.id] = dataclasses.replace(found, **ended)

    region.at(region.now() + float((page or {}).get("seconds", 0.3)), land)


def usage(region: Region, project_id: str) -> dict[str, dict[str, int]]:
    """What Glance tells of a project's quotas; sizes in MiB."""
    own = [image for image in region.images.values() if image.owner == project_id]
    quota = region.quota(project_id)
    used = {"image_count_total": len(own), "image_size_total": sum(image.size or 0 for image in own) // _MIB}
    return {name: {"limit": quota.get(name, -1), "usage": number} for name, number in used.items()}


def check_quota(region: Region, project_id: str, name: str) -> None:
    """Refuse what is beyond a limit, as Glance does: one more image; data once the size is used up."""
    quota = usage(region, project_id)[name]
    if 0 <= quota["limit"] <= quota["usage"]:
        raise Refused(
            413,
            f"Project {project_id} is over a limit for [Resource {name} is over limit of {quota['limit']} due to "
            f"current usage {quota['usage']} and delta 1]",
        )
