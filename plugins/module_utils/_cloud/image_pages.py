# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Glance's list of images, which comes in pages."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode, urlsplit

from .servers import fields, text

if t.TYPE_CHECKING:
    from .wire import Reply, Wire

_MOST_PAGES = 20


def pages(wire: Wire, query: t.Mapping[str, object], deadline: float) -> t.Iterator[Reply]:
    """The list of images that a query asks for, page by page, for as long as somebody reads on."""
    path: str = f"/images?{urlencode({**query, 'limit': 100})}"
    for _page in range(_MOST_PAGES):
        reply = wire.get(path, deadline, "image")
        yield reply
        following = text(fields(reply.content).get("next"))
        if not following:
            return
        path = f"/images?{urlsplit(following).query}"
