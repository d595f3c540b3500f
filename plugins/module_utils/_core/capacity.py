# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What one location has and what it could take, as plain data."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, fields

from .advice import advice, fault_text
from .faults import HALF_SHOWN
from .model import Flavor, Hints
from .room import UNLIMITED, Bound, Change, bounds_of
from .rows import Knowledge, Lookup
from .vacancy import vacancy

if t.TYPE_CHECKING:
    from . import messages as m
    from .desk import Desk
    from .faults import Fault
    from .inquiry import Inquiry
    from .rows import LocationRow

Row = dict[str, t.Any]
KINDS = ("flavors", "images", "networks", "zones", "versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a location offers, by kind; a kind that could not be read has its fault in place of rows."""

    rows: t.Mapping[str, tuple[Row, ...]]
    faults: t.Mapping[str, Fault]


NOTHING = Catalogue(rows={}, faults={})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How many servers fit, None where nobody can tell; what bounds it most, and why there is none."""

    servers: int | None = None
    bound: Bound | None = None
    flavor: Flavor | None = None
    why: str = ""


def capacity_rows(
    inquiry: Inquiry, catalogues: t.Mapping[str, Catalogue], kinds: t.Collection[str], epoch: float
) -> list[Row]:
    """A row for each location that was asked, as clouds.yaml orders them; ``epoch`` makes times epoch seconds."""
    desk = inquiry.desk
    return [
        {
            **_known(row),
            **_answered(inquiry.surveyed.get(row.label), epoch),
            **_state(desk, row),
            **_offered(catalogues.get(row.label, NOTHING), kinds),
        }
        for row in desk.tables.locations.values()
    ]


def unknown_rows(desk: Desk) -> list[Row]:
    """The locations of which not everything is known, each with the reason and what to do."""
    rows = desk.tables.locations.values()
    return [
        {"location": row.label, "reason": _reason(row), "advice": _advice(row)}
        for row in rows
        if row.knowledge not in (Knowledge.KNOWN, Knowledge.MERGED)
    ]


def skew(date: float | None, between: tuple[float, float]) -> int | None:
    """By how many seconds a cloud's clock is ahead of ours, 0 where its Date fits into the time that the answer took.

    A Date says whole seconds, rounded down, and was written at some moment between these two of ours.
    """
    if date is None:
        return None
    least, most = date - between[1], date + 1 - between[0]
    return round(least) if least > 0 else round(most) if most < 0 else 0


def _known(row: LocationRow) -> Row:
    """What is known without asking."""
    cloud, _colon, region = row.label.partition(":")
    hints = row.location.hints
    named = {each.name: getattr(hints, each.name) for each in fields(Hints) if each.name != "available"}
    return {
        "location": row.label,
        "cloud": cloud,
        "region": region,
        "status": "available" if hints.available else "unavailable",
        "hints": named,
    }


def _answered(survey: m.Surveyed | None, epoch: float) -> Row:
    """What the list of servers told, None where there was none."""
    if survey is None:
        return dict.fromkeys(("servers", "marked", "user", "project_id", "response_seconds", "clock_skew_seconds"))
    return {
        "servers": survey.usage.instances,
        "marked": survey.usage.marked,
        "user": survey.user,
        "project_id": survey.identity.project_id,
        "response_seconds": round(survey.now - survey.started_at, 3),
        "clock_skew_seconds": skew(survey.date, (survey.started_at + epoch, survey.now + epoch)),
    }


def _state(desk: Desk, row: LocationRow) -> Row:
    room = _room(desk, row)
    return {
        "state": row.knowledge.value,
        "reason": _reason(row),
        "advice": _advice(row),
        "limits": _limits(row),
        "flavor": _flavor_row(room.flavor),
        "room": room.servers,
        "bound": None if room.bound is None else _bound_row(room.bound),
        "why": room.why,
        "ports_left": row.ports,
    }


def _reason(row: LocationRow) -> str:
    """Why nothing, or not everything, is known of a location."""
    match row.knowledge:
        case Knowledge.KNOWN:
            return "" if row.limits else "it did not tell its limits"
        case Knowledge.MERGED:
            return f"it is {row.merged_into} by another name, and counts once"
        case Knowledge.PARTIAL:
            return HALF_SHOWN.message
    return fault_text(row.fault)


def _advice(row: LocationRow) -> str:
    if row.knowledge is Knowledge.MERGED:
        return "remove one of the two from clouds.yaml"
    if row.knowledge is Knowledge.KNOWN and row.limits:
        return ""
    return advice(HALF_SHOWN if row.knowledge is Knowledge.PARTIAL else row.fault)


def _room(desk: Desk, row: LocationRow) -> _Room:
    """The room for the flavor that was asked for, reckoned as a launch reckons it."""
    if not desk.run.order.spec.flavors:
        return _Room()
    if row.limits is None or not row.known:
        return _Room(why=_reason(row))
    if row.lookup is not Lookup.KNOWN:
        return _Room(servers=_unfit(row), why=fault_text(row.lookup_fault))
    flavor = row.offers[0].flavor
    space = vacancy(desk, row, row.limits)
    bound = space.bound_of(flavor)
    if not row.location.hints.available:
        return _Room(servers=0, flavor=flavor, why="its hint status: unavailable keeps new servers away")
    if bound.limit is None:
        return _Room(servers=UNLIMITED, flavor=flavor)
    servers = space.room.of(flavor)
    return _Room(servers=servers, bound=bound, flavor=flavor, why="" if servers else _full(bound, space.headroom))


def _unfit(row: LocationRow) -> int | None:
    """No room where the location says that it has no such flavor; nobody knows where it did not say so."""
    fault = row.lookup_fault
    return 0 if fault is not None and fault.status is None and not fault.rule.spends else None


def _full(bound: Bound, headroom: int) -> str:
    kept = f", and {headroom} kept free by headroom" if headroom and bound.resource == "instances" else ""
    return f"{bound.resource} {bound.used} of {bound.limit} used{kept}"


def _limits(row: LocationRow) -> Row | None:
    """The quotas; used is the greater of what the cloud counts and what it listed."""
    if row.limits is None:
        return None
    return {each.resource: _bound_row(each) for each in bounds_of(row.limits, row.usage, Change())}


def _bound_row(bound: Bound) -> Row:
    left = None if bound.limit is None else bound.left
    return {"resource": bound.resource, "limit": bound.limit, "used": bound.used, "left": left}


def _flavor_row(flavor: Flavor | None) -> Row | None:
    if flavor is None:
        return None
    return {"id": flavor.id, "name": flavor.name, "vcpus": flavor.vcpus, "ram": flavor.ram}


def _offered(catalogue: Catalogue, kinds: t.Collection[str]) -> Row:
    """The kinds of things that were asked for, None where they are not known; and why not."""
    found = {kind: catalogue.rows.get(kind) for kind in KINDS}
    failures = {kind: fault_text(catalogue.faults.get(kind)) for kind in KINDS if kind in kinds and found[kind] is None}
    return {**{kind: None if each is None else list(each) for kind, each in found.items()}, "failures": failures}
