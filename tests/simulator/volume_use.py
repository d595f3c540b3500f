# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that servers boot from or hold."""

from __future__ import annotations

import dataclasses
import typing as t

from .identifiers import new_uuid
from .resources import Volume

if t.TYPE_CHECKING:
    from .region import Region
    from .server import Server


def volume_refusal(region: Region, project_id: str, size: int) -> str | None:
    """Why the quota does not let a volume of that size be made."""
    mine = [volume for volume in region.volumes.values() if volume.project_id == project_id]
    limits, consumed = region.quota(project_id), sum(volume.size for volume in mine)
    if 0 <= limits["volumes"] <= len(mine):
        text = f"Maximum number of volumes allowed ({limits['volumes']}) exceeded for quota 'volumes'."
        return f"VolumeLimitExceeded: {text}"
    if 0 <= limits["gigabytes"] < consumed + size:
        return (
            "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. "
            f"Requested {size}G, quota is {limits['gigabytes']}G and {consumed}G has been consumed."
        )
    return None


def attach_volumes(region: Region, server: Server) -> str | None:
    """Make and attach the volumes a server was ordered with; answers the refusal of Cinder, if there is one."""
    held = list(server.volumes)
    for size, image_id, terminate in server.new_volumes:
        refusal = volume_refusal(region, server.project_id, size)
        if refusal:
            return refusal
        volume = Volume(
            id=new_uuid(region.randomness),
            name="",
            project_id=server.project_id,
            user_id=server.user_id,
            size=size,
            created=region.now(),
            bootable=True,
            image_id=image_id,
        )
        region.volumes[volume.id] = volume
        held.append((volume.id, terminate))
    for volume_id, _terminate in held:
        volume = region.volumes[volume_id]
        region.volumes[volume_id] = dataclasses.replace(volume, status="in-use", server_id=server.id)
    region.change(server.id, region.clock(), volumes=tuple(held), new_volumes=())
    return None


def release_volumes(region: Region, server: Server) -> None:
    """Free the volumes of a server that is gone; those marked so are deleted with it."""
    for volume_id, terminate in server.volumes:
        volume = region.volumes.get(volume_id)
        if volume and terminate:
            del region.volumes[volume_id]
        elif volume:
            region.volumes[volume_id] = dataclasses.replace(volume, status="available", server_id=None)
