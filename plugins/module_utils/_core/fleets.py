# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""All servers that were seen, by whose they are: fleets with their counts, and each server with its mark."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .advice import advice, fault_text
from .answer import server_row
from .faults import HALF_SHOWN
from .identity import MARK_KEY, Belonging, Whose, belonging, expires_of, mark_from, owner_of, rank, slot_of_name
from .model import Phase, Server
from .report import moment

if t.TYPE_CHECKING:
    from .census import Census

Row = dict[str, t.Any]
_STANDING = (Phase.PENDING, Phase.READY, Phase.OCCUPIED, Phase.UNKNOWN)
# A mark is text that members of the project can write; what is no date of this era is not told as one.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One server, whose it is, and what its location's clock said when it was seen (epoch seconds)."""

    location: str
    server: Server
    belonging: Belonging
    clock: float

    @property
    def slot(self) -> tuple[str, int]:
        return self.belonging.fleet, self.belonging.slot

    @property
    def expired(self) -> bool:
        expires = expires_of(self.server)
        return expires is not None and self.clock > expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """Every server that was seen, ours, like ours, and others; ``twins`` are ids of those that are too many."""

    ours: tuple[Sighting, ...]
    suspicious: tuple[Sighting, ...]
    foreign: tuple[Sighting, ...]
    twins: frozenset[str]


def sightings(census: Census, epoch: float) -> Sightings:
    """Sort what a census saw; ``epoch`` makes its times epoch seconds by our own clock."""
    found = [
        Sighting(
            location=survey.location,
            server=server,
            belonging=belonging(server),
            clock=epoch + survey.now if survey.date is None else survey.date,
        )
        for survey in census.seen
        for server in survey.servers
    ]
    found.sort(key=lambda each: (*each.slot, each.server.name, each.location, each.server.id))
    sorts = {whose: tuple(each for each in found if each.belonging.whose is whose) for whose in Whose}
    ours = sorts[Whose.OURS]
    return Sightings(
        ours=ours, suspicious=sorts[Whose.SUSPICIOUS], foreign=sorts[Whose.FOREIGN], twins=frozenset(_twins(ours))
    )


def of_fleet(seen: Sightings, fleet: str) -> Sightings:
    """What belongs, or may belong, to one fleet; servers of nobody's fleet are not concerned."""
    return Sightings(
        ours=tuple(each for each in seen.ours if each.belonging.fleet == fleet),
        suspicious=tuple(each for each in seen.suspicious if fleet in each.belonging.fleets),
        foreign=seen.foreign,
        twins=seen.twins,
    )


def fleet_rows(seen: Sightings) -> list[Row]:
    """A row for each fleet, by name."""
    fleets: dict[str, list[Sighting]] = {}
    for each in seen.ours:
        fleets.setdefault(each.belonging.fleet, []).append(each)
    return [_fleet_row(fleet, found, seen.twins) for fleet, found in sorted(fleets.items())]


def our_rows(seen: Sightings) -> list[Row]:
    """A row for each server that is ours, by fleet and slot."""
    return [
        {"fleet": each.belonging.fleet, "slot": each.belonging.slot, **_server_row(each), **_mark_row(each, seen.twins)}
        for each in seen.ours
    ]


def suspicious_rows(seen: Sightings) -> list[Row]:
    """A row for each server that looks like one of a fleet, with what speaks for it."""
    return [
        {"fleets": sorted(each.belonging.fleets), **_server_row(each), "reason": _signs(each.server)}
        for each in seen.suspicious
    ]


def foreign_rows(seen: Sightings) -> list[Row]:
    """A row for each server that is none of ours."""
    return [_server_row(each) for each in seen.foreign]


def known_fields() -> frozenset[str]:
    """Every field that a row of any of these may have."""
    nobody = Sighting(
        location="", server=Server(id="", name="", status=""), belonging=Belonging(whose=Whose.FOREIGN), clock=0.0
    )
    seen = Sightings(ours=(nobody,), suspicious=(nobody,), foreign=(nobody,), twins=frozenset())
    return frozenset(field for rows in (our_rows, suspicious_rows, foreign_rows) for row in rows(seen) for field in row)


def unseen_rows(census: Census) -> list[Row]:
    """The locations that did not show everything, each with the reason and what to do."""
    silent = [
        {"location": label, "reason": fault_text(fault), "advice": advice(fault)} for label, fault in census.unreachable
    ]
    return silent + [
        {
            "location": survey.location,
            "reason": f"a part of it is down: it does not show {len(survey.unknown_ids) or 'all'} of its servers",
            "advice": advice(HALF_SHOWN),
        }
        for survey in census.seen
        if survey.partial or survey.unknown_ids
    ]


def as_of(census: Census, epoch: float) -> str | None:
    """When the oldest answer began that anything rests on."""
    return moment(epoch + min(survey.started_at for survey in census.seen)) if census.seen else None


def _twins(ours: t.Iterable[Sighting]) -> t.Iterator[str]:
    """The servers in a slot that another one fills, by the rank that all runs agree on."""
    slots: dict[tuple[str, int], list[Sighting]] = {}
    for each in ours:
        if each.server.phase in _STANDING:
            slots.setdefault(each.slot, []).append(each)
    for standing in slots.values():
        _first, *others = sorted(standing, key=lambda each: rank(each.server, each.belonging.mark))
        yield from (each.server.id for each in others)


def _fleet_row(fleet: str, found: t.Sequence[Sighting], twins: t.Collection[str]) -> Row:
    phases = Counter(each.server.phase for each in found)
    filled = {each.belonging.slot for each in found if each.server.phase in _STANDING}
    highest = max(each.belonging.slot for each in found)
    ends = [expires for each in found if (expires := expires_of(each.server)) is not None]
    return {
        "fleet": fleet,
        "servers": len(found),
        "slots": len(filled),
        "highest_slot": highest,
        "running": phases[Phase.READY],
        "building": phases[Phase.PENDING],
        "broken": phases[Phase.BROKEN],
        "deleting": phases[Phase.DYING],
        "other": len(found) - sum(phases[each] for each in _COUNTED),
        "twins": sum(each.server.id in twins for each in found),
        "expired": sum(each.expired for each in found),
        "owners": sorted({owner_of(each.server) for each in found} - {""}),
        "specs": sorted({each.belonging.mark.spec for each in found if each.belonging.mark}),
        "by_location": dict(sorted(Counter(each.location for each in found).items())),
        "created": moment(min(each.server.created for each in found)),
        "expires": moment(min(ends)) if ends else None,
        "unlimited": len(found) - len(ends),
    }


_COUNTED = (Phase.READY, Phase.PENDING, Phase.BROKEN, Phase.DYING)


def _server_row(seen: Sighting) -> Row:
    server = seen.server
    return {
        **server_row(seen.location, server),
        "state": server.phase.value,
        "task": server.task,
        "fault": server.fault.message if server.fault else "",
        "locked": server.locked,
        "tags": list(server.tags),
        "metadata": {key: value for key, value in server.metadata if not key.startswith(MARK_KEY)},
    }


def _mark_row(seen: Sighting, twins: t.Collection[str]) -> Row:
    """What only servers of ours have: their mark, and what follows from it."""
    mark = seen.belonging.mark
    return {
        "twin": seen.server.id in twins,
        "expired": seen.expired,
        "spec": mark.spec if mark else "",
        "ordered": moment(mark.run_at) if mark else None,
        "order_ends": moment(mark.until) if mark else None,
        "replacement": bool(mark and mark.replaced_at),
    }


def _signs(server: Server) -> str:
    """What each sign of a server says of where it belongs; two have to agree."""
    metadata = dict(server.metadata)
    marks = {"metadata": mark_from(metadata.get(MARK_KEY, "")), "description": mark_from(server.description)}
    signs = {"name": slot_of_name(server.name)}
    signs |= {sign: (mark.fleet, mark.slot) if mark else ("", 0) for sign, mark in marks.items()}
    said = [
        f"its {sign} says slot {slot} of {fleet}" if fleet else f"its {sign} says nothing"
        for sign, (fleet, slot) in signs.items()
    ]
    return f"{', '.join(said)}; two of them have to agree"
