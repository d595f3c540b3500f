# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Glance's JSON as the values that we know. Clouds differ: what is missing or of an odd type is left empty."""

from __future__ import annotations

import typing as t

from .._core.image import Image
from .servers import epoch, fields, number, rows, text

# What Glance writes on an image that it imports, by what it writes there: where it still goes to, and where it failed.
_TASK, _GOING, _FAILED = "os_glance_import_task", "os_glance_importing_to_stores", "os_glance_failed_import"


def image_from(row: t.Mapping[str, t.Any]) -> Image:
    algorithm, digest = text(row.get("os_hash_algo")), text(row.get("os_hash_value"))
    return Image(
        id=text(row.get("id")),
        status=text(row.get("status")),
        created=epoch(text(row.get("created_at"))),
        updated=epoch(text(row.get("updated_at"))),
        importing=bool(text(row.get(_TASK)) or text(row.get(_GOING))),
        disk_format=text(row.get("disk_format")),
        visibility=text(row.get("visibility")),
        min_disk=number(row.get("min_disk")),
        min_ram=number(row.get("min_ram")),
        digest=f"{algorithm}:{digest}" if algorithm and digest else "",
        properties={str(name): value for name, value in row.items() if isinstance(value, str)},
    )


def import_failure(row: t.Mapping[str, t.Any]) -> str:
    """Why an import brought nothing, if it did not."""
    stores = text(row.get(_FAILED))
    return f"not into its store {stores}" if stores else ""


def import_methods(content: object) -> frozenset[str]:
    """How images may be imported there."""
    return frozenset(map(text, rows(fields(fields(content).get("import-methods")).get("value"))))


def full_quota(content: object) -> str:
    """Which quota of Glance's has no room for anything more, with its numbers; empty where all have."""
    for name, each in fields(fields(content).get("usage")).items():
        limit, used = number(fields(each).get("limit")), number(fields(each).get("usage"))
        if name in ("image_count_total", "image_size_total") and "limit" in fields(each) and 0 <= limit <= used:
            what = "images" if name == "image_count_total" else "MiB of images"
            return f"{used} of {limit} {what} used"
    return ""
