# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image as Glance shows it, which of them a query is about, and in which order."""

from __future__ import annotations

import typing as t

from flask import request

from .clock import iso
from .refusal import Refused

if t.TYPE_CHECKING:
    from .resources import Image

_NOT_FILTERS = frozenset({"limit", "marker", "sort", "sort_key", "sort_dir", "os_hidden", "member_status"})
_SORT_KEYS = ("name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at")
_USUAL = (("created_at", "desc"), ("id", "desc"))


def in_order(images: list[Image]) -> list[Image]:
    """The images as the query's `sort` wants them."""
    for key, direction in reversed([*_sorting(), *_USUAL]):
        images.sort(key=_rank(key), reverse=direction == "desc")
    return images


def _sorting() -> t.Iterator[tuple[str, str]]:
    for each in filter(None, request.args.get("sort", "").split(",")):
        key, _colon, direction = each.partition(":")
        if key not in _SORT_KEYS or direction not in {"", "asc", "desc"}:
            raise Refused(400, f"Invalid sort key: {key}. It must be one of the following: {', '.join(_SORT_KEYS)}.")
        yield key, direction or "desc"


def _rank(key: str) -> t.Callable[[Image], tuple[bool, t.Any]]:
    """What has nothing there comes before all others."""
    name = {"created_at": "created", "updated_at": "updated"}.get(key, key)
    return lambda image: ((value := getattr(image, name)) is not None, value)


def wanted(image: Image) -> bool:
    """Whether the query is about an image."""
    if _hidden_wanted():
        return False
    for key, value in request.args.items():
        if key in _NOT_FILTERS:
            continue
        options = value[3:].split(",") if value.startswith("in:") else [value]
        options = [option.strip('"') for option in options]
        if key == "tag":
            if not set(options) <= set(image.tags):
                return False
        elif str(shown(image).get(key, "")) not in options:
            return False
    return True


def _hidden_wanted() -> bool:
    """Whether only hidden images are wanted, of which there is none."""
    wanted = request.args.get("os_hidden", "false").lower()
    if wanted not in {"true", "false"}:
        text = f"Invalid value '{wanted}' for 'os_hidden' filter. Valid values are 'true' or 'false'."
        raise Refused(400, text)
    return wanted == "true"


def shown(image: Image) -> dict[str, t.Any]:
    """One image."""
    path = f"/v2/images/{image.id}"
    under_way = {"os_glance_importing_to_stores": "default", "os_glance_failed_import": ""} if image.importing else {}
    return {
        **image.properties,
        **under_way,
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "visibility": image.visibility,
        "owner": image.owner,
        "size": image.size,
        "virtual_size": None,
        "checksum": image.checksum,
        "os_hash_algo": "sha512" if image.digest else None,
        "os_hash_value": image.digest,
        "os_hidden": False,
        "protected": False,
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "tags": list(image.tags),
        "created_at": iso(image.created),
        "updated_at": iso(max(image.created, image.updated)),
        "self": path,
        "file": path + "/file",
        "schema": "/v2/schemas/image",
    }
