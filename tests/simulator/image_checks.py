# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Glance looks at before it takes an image: the words of its description, and the first bytes of its data."""

from __future__ import annotations

import typing as t

from .identifiers import is_uuid
from .refusal import Refused

if t.TYPE_CHECKING:
    from .resources import Image

_VISIBILITIES = ("community", "public", "private", "shared")
_FORMATS = (None, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop", "gpt")
_BEGINNINGS = {b"QFI\xfb": "qcow2", b"vhdxfile": "vhdx", b"KDMV": "vmdk"}
HEAD = 16
"""So many bytes tell a format."""


def check_description(given: t.Mapping[str, t.Any]) -> None:
    """What the schema of an image refuses."""
    for field, known in (("disk_format", _FORMATS), ("visibility", _VISIBILITIES)):
        if field in given and given[field] not in known:
            raise _mismatch(f"{given[field]!r} is not one of {list(known)}")
    for field in ("min_disk", "min_ram"):
        if given.get(field, 0) < 0:
            raise _mismatch(f"{given[field]} is less than the minimum of 0")
    if "id" in given and not is_uuid(given["id"]):
        raise _mismatch(f"{given['id']!r} does not match the pattern of an id")


def check_data(image: Image, content_type: str, head: bytes) -> None:
    """Refuse data that is sent as something else, or that is of another format than the image says."""
    if content_type != "application/octet-stream":
        raise Refused(415, f"Invalid content type {content_type}")
    found = next((form for beginning, form in _BEGINNINGS.items() if head.startswith(beginning)), "raw")
    if image.disk_format in {"raw", *_BEGINNINGS.values()} and image.disk_format != found:
        raise Refused(415, f"Image content does not match disk_format: {image.disk_format} expected, {found} found")


def _mismatch(why: str) -> Refused:
    return Refused(400, f"Provided object does not match schema 'image': {why}")
