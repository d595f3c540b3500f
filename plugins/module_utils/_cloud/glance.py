# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Single requests to Glance, and what its refusals mean."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from http import HTTPStatus

from .._core.faults import Fault, Kind
from .failure import CallError, Fate
from .image_pages import pages
from .image_rows import image_from
from .servers import fields, rows
from .wire import Request

if t.TYPE_CHECKING:
    from .._core.image import Image
    from .everywhere import Site


def named(site: Site, name: str, project: str) -> tuple[tuple[Image, ...], float]:
    """The project's images of this name, and what time it was there."""
    found: list[Image] = []
    now = site.clock.wall()
    for reply in pages(site.wire, {"name": name, "owner": project}, site.deadline):
        now = reply.date or now
        there = map(fields, rows(fields(reply.content).get("images")))
        found += [image_from(row) for row in there if row.get("name") == name and row.get("owner") == project]
    return tuple(found), now


def damaged(message: str) -> CallError:
    return CallError(Fate.LOST, Fault(kind=Kind.BROKEN_ANSWER, message=message))


def late(fate: Fate = Fate.LOST) -> CallError:
    message = "it did not get the image in time"
    return CallError(fate, Fault(kind=Kind.TIMED_OUT, message=message, remedy="give it more time (timeout)"))


def explained(failed: CallError) -> CallError:
    """A refusal of Glance's, with what can be done about it."""
    remedy = failed.fault.remedy
    if failed.fault.status == HTTPStatus.FORBIDDEN and "publici" in failed.fault.message:
        remedy = "only administrators make images public there, mostly; visibility: community or shared may do"
    elif failed.fault.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        remedy = "Glance looks into images: see whether this one is whole, and of its disk_format (qemu-img check)"
    return CallError(failed.fate, replace(failed.fault, remedy=remedy))


def show(site: Site, image_id: str) -> Image:
    return image_from(fields(site.wire.get(f"/images/{image_id}", site.deadline, "image").content))


def send(site: Site, method: str, path: str, body: object, headers: t.Mapping[str, str]) -> object:
    request = Request(method=method, service="image", path=path, body=lambda _version: body, headers=headers)
    return site.wire.send(request, site.deadline).content


def delete(site: Site, image_id: str) -> None:
    """Delete an image; one that is gone already is as wanted."""
    try:
        site.wire.send(Request(method="DELETE", service="image", path=f"/images/{image_id}"), site.deadline)
    except CallError as failed:
        if failed.fault.status != HTTPStatus.NOT_FOUND:
            raise
