# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One image under one name at every location."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from .._cloud.clock import SystemClock
from .._cloud.image_source import Converted, FileSource, UrlSource
from .._cloud.images import Images
from .._core.image import ImageOrder
from .._core.image_order import checksum_given, image_name, properties_given, size_given, told_of, url_given
from .bring import brought

if t.TYPE_CHECKING:
    from .._core.image_order import Checksum
    from .ask import Outcome

_RESERVE = 5.0


def image(params: t.Mapping[str, t.Any], *, check: bool, folder: str | None = None) -> Outcome:
    """Bring the image to the chosen locations, or take it away there; ``folder`` is for what is made of it here."""
    order = ImageOrder(
        name=image_name(params["name"]),
        visibility=params["visibility"],
        min_disk=size_given(params["min_disk"], "min_disk"),
        min_ram=size_given(params["min_ram"], "min_ram"),
        properties=properties_given(params["properties"]),
        replace=params["replace"],
    )
    checksum, clock = checksum_given(params["checksum"]), SystemClock()
    with contextlib.ExitStack() as made:
        source: Converted | None = None
        if params["state"] == "present":
            source = made.enter_context(contextlib.closing(_source(params, checksum, clock, folder)))
            order = replace(order, mark=source.mark)
        reserve = min(_RESERVE, params["timeout"] / 10)
        trade = Images(order, source, params["web_download"], reserve)
        outcome = brought(f"image {order.name}", trade, params, check=check)
    outcome.answer["image"] = {
        "name": order.name,
        "content": order.mark,
        "path": params["path"] or "" if source else "",
        "url": told_of(params["url"] or "") if source else "",
    }
    return outcome


def _source(
    params: t.Mapping[str, t.Any], checksum: Checksum | None, clock: SystemClock, folder: str | None
) -> Converted:
    """Where the image comes from; what is given is looked at before any cloud is asked."""
    form = params["disk_format"]
    source: FileSource | UrlSource
    if params.get("path"):
        source = FileSource(params["path"], form, checksum)
    else:
        source = UrlSource(url_given(params["url"]), form, checksum, clock, folder)
    return Converted(source, clock, folder)
