# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a location offers: flavors, images, networks, zones, and which versions of the API. Only GETs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from .._core import messages as m
from .._core.capacity import Catalogue
from .._core.faults import Kind
from .failure import CallError, refused
from .parallel import together
from .servers import fields, number, rows, text
from .session import ROOT

if t.TYPE_CHECKING:
    from .clock import Clock
    from .port import OpenStackPort
    from .wire import Wire

Row = dict[str, t.Any]
Raw = t.Mapping[str, t.Any]
_PAGE = 500
_MOST_PAGES = 40
# What a port keeps to itself of the time that is left, so that it ends before it is ended.
_MARGIN = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which kinds of things to read, whether the order's names mean anything, and by when (monotonic) all is over."""

    kinds: tuple[str, ...]
    names: bool
    by: float


class CataloguePort:
    """The real clouds, where looking names up also reads what there is; ``catalogues`` holds it by location."""

    def __init__(self, port: OpenStackPort, clock: Clock, wanted: Wanted) -> None:
        self._port = port
        self._clock = clock
        self._wanted = wanted
        self.catalogues: dict[str, Catalogue] = {}

    @property
    def requests(self) -> t.Mapping[str, int]:
        return self._port.requests

    def perform(self, command: m.ToLocation, deadline: float) -> m.Event:
        until = min(deadline, self._wanted.by - _MARGIN)
        if not isinstance(command, m.LookUp):
            return self._port.perform(command, until)
        wire = self._port.wire(command.location)
        kinds = self._wanted.kinds
        asks: list[t.Callable[[], t.Any]] = [partial(_READERS[kind], wire, until) for kind in kinds]
        if self._wanted.names:
            asks.append(partial(self._port.perform, command, until))
        ends = together(asks, self._clock, until)
        self.catalogues[command.location] = _catalogue(dict(zip(kinds, ends, strict=False)))
        told: dict[str, t.Any] = {"now": self._clock.now(), "location": command.location}
        event = ends[-1] if self._wanted.names else m.LookedUp(offers=(), **told)
        return m.LookUpFailed(fault=event.fault, **told) if isinstance(event, CallError) else t.cast("m.Event", event)


def _catalogue(ends: t.Mapping[str, t.Any]) -> Catalogue:
    return Catalogue(
        rows={kind: tuple(end) for kind, end in ends.items() if not isinstance(end, CallError)},
        faults={kind: end.fault for kind, end in ends.items() if isinstance(end, CallError)},
    )


def _flavors(wire: Wire, deadline: float) -> list[Row]:
    found = _pages(wire, ("compute", "/flavors/detail", "flavors"), deadline)
    numbers = ("vcpus", "ram", "disk")
    return _by_name({**_named(row), **{key: number(row.get(key)) for key in numbers}} for row in found)


def _images(wire: Wire, deadline: float) -> list[Row]:
    found = _pages(wire, ("image", "/images", "images"), deadline)
    return _by_name(
        {
            **_named(row),
            "status": text(row.get("status")),
            "visibility": text(row.get("visibility")),
            "min_ram": number(row.get("min_ram")),
            "min_disk": number(row.get("min_disk")),
        }
        for row in found
    )


def _networks(wire: Wire, deadline: float) -> list[Row]:
    found = _pages(wire, ("network", "/networks", "networks"), deadline)
    return _by_name(
        {
            **_named(row),
            "status": text(row.get("status")),
            "shared": row.get("shared") is True,
            "external": row.get("router:external") is True,
        }
        for row in found
    )


def _zones(wire: Wire, deadline: float) -> list[Row]:
    content = fields(wire.get("/os-availability-zone", deadline).content)
    found = [fields(row) for row in rows(content.get("availabilityZoneInfo"))]
    return _by_name(
        {
            "name": text(row.get("zoneName")),
            "available": fields(row.get("zoneState")).get("available") is not False,
        }
        for row in found
    )


def compute_versions(wire: Wire, deadline: float) -> list[Row]:
    """Nova's microversions: the oldest and newest that it offers, and the one that it is spoken to in."""
    content = fields(wire.get("/", deadline, ROOT).content)
    listed = rows(content.get("versions"))
    offered = fields(content.get("version")) or fields(listed[-1] if listed else None)
    major, minor = wire.version
    return [
        {
            "service": "compute",
            "oldest": text(offered.get("min_version")),
            "newest": text(offered.get("version")),
            "spoken": f"{major}.{minor}",
        }
    ]


def _pages(wire: Wire, what: tuple[str, str, str], deadline: float) -> list[Raw]:
    """All rows of a list. Addresses of further pages are made here: an answer's own may lead anywhere."""
    service, path, key = what
    found: dict[str, Raw] = {}
    marker = ""
    for _page in range(_MOST_PAGES):
        query = f"?limit={_PAGE}" + (f"&marker={quote(marker, safe='')}" if marker else "")
        content = fields(wire.get(path + query, deadline, service).content)
        page = {text(row.get("id")): row for row in map(fields, rows(content.get(key)))}
        page.pop("", None)
        known = len(found)
        found |= page
        if len(found) == known or not _goes_on(content, key):
            return list(found.values())
        marker = list(page)[-1]
    raise refused(Kind.BROKEN_ANSWER, f"its list of {key} does not end after {len(found)}")


def _goes_on(content: Raw, key: str) -> bool:
    """Whether there is another page, as Glance says it, or as Nova and Neutron do."""
    links = map(fields, rows(content.get(f"{key}_links")))
    return bool(text(content.get("next"))) or any(link.get("rel") == "next" for link in links)


def _named(row: Raw) -> Row:
    return {"name": text(row.get("name")) or text(row.get("id")), "id": text(row.get("id"))}


def _by_name(found: t.Iterable[Row]) -> list[Row]:
    return sorted(found, key=lambda row: (row["name"], row.get("id", "")))


_READERS: dict[str, t.Callable[[Wire, float], list[Row]]] = {
    "flavors": _flavors,
    "images": _images,
    "networks": _networks,
    "zones": _zones,
    "versions": compute_versions,
}
