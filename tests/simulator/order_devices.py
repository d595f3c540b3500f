# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which volumes an order boots from or attaches."""

from __future__ import annotations

import dataclasses
import typing as t

from .refusal import Refused

if t.TYPE_CHECKING:
    from .order_schema import Body
    from .region import Region


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """The volumes of an order; `boots` when the root disk is one of them."""

    boots: bool = False
    existing: tuple[tuple[str, bool], ...] = ()
    new: tuple[tuple[int, str | None, bool], ...] = ()


def devices_of(region: Region, server: Body, most: int) -> Devices:
    """The block devices of an order, or Nova's refusal."""
    mappings = server.get("block_device_mapping_v2") or []
    existing: list[tuple[str, bool]] = []
    new: list[tuple[int, str | None, bool]] = []
    boots = False
    for mapping in mappings:
        source, target = mapping.get("source_type"), mapping.get("destination_type", "volume")
        if target != "volume":
            continue
        boots = boots or str(mapping.get("boot_index", "")) == "0"
        terminate = bool(mapping.get("delete_on_termination"))
        if source == "volume":
            existing.append((_existing(region, mapping.get("uuid", ""), most), terminate))
        else:
            new.append(_blank(region, mapping, source, terminate))
    return Devices(boots=boots, existing=tuple(existing), new=tuple(new))


def reserve(region: Region, devices: Devices) -> None:
    """Take the existing volumes, so that no other POST gets them."""
    for volume_id, _terminate in devices.existing:
        region.volumes[volume_id] = dataclasses.replace(region.volumes[volume_id], status="reserved")


def _blank(
    region: Region, mapping: t.Mapping[str, t.Any], source: str | None, terminate: bool
) -> tuple[int, str | None, bool]:
    image_id = mapping.get("uuid") if source == "image" else None
    if image_id and image_id not in region.images:
        raise Refused(400, f"Block Device Mapping is Invalid: failed to get image {image_id}.")
    if not mapping.get("volume_size"):
        text = "Images with destination_type 'volume' need to have a non-zero size specified"
        raise Refused(400, f"Block Device Mapping is Invalid: {text}")
    return int(mapping["volume_size"]), image_id, terminate


def _existing(region: Region, volume_id: str, most: int) -> str:
    if most > 1:
        raise Refused(400, "Cannot attach one or more volumes to multiple instances")
    volume = region.volumes.get(volume_id)
    if volume is None:
        raise Refused(400, f"Block Device Mapping is Invalid: failed to get volume {volume_id}.")
    status = "available" if volume.status == "creating" and volume.ready_at <= region.clock() else volume.status
    if status != "available":
        text = f"Invalid volume: volume '{volume_id}' status must be 'available'. Currently in '{status}'"
        raise Refused(400, text)
    return volume_id
