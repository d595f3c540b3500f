# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The result of a run as plain data: what modules and lookups return, field by field as their documentation says."""

from __future__ import annotations

import typing as t

from .address import preferred
from .advice import fault_text
from .identity import expires_of, image_of, owner_of, server_name
from .own_key import is_own_key, own_key_file
from .report import (
    decision_line,
    leftover_row,
    missing_text,
    moment,
    refusal_lines,
    summary,
    why_of,
)
from .result import Leftover

if t.TYPE_CHECKING:
    from .model import Offer, Server
    from .result import Kept, Missing, Refusal, Result, Tally

Row = dict[str, t.Any]


def answer(result: Result, key_dir: str = "") -> Row:
    """Everything that a run tells; the keys of single servers are in this folder."""
    return {
        "changed": result.changed,
        "msg": summary(result),
        "fleet": result.fleet,
        "exact": result.exact,
        "as_of": None if result.as_of is None else moment(result.as_of),
        "servers": [_kept_row(each, key_dir) for each in result.servers],
        "planned": [planned_row(result.fleet, slot, offer) for slot, offer in result.planned],
        "removed": [leftover_row(each) for each in result.removed],
        "by_location": {each.location: _tally_row(each) for each in result.tallies},
        "shortfall": _shortfall_row(result),
        "refusals": [_refusal_row(each) for each in result.refusals],
        "unresolved": [
            {"name": server_name(result.fleet, each.slot), "slot": each.slot, "location": each.location}
            for each in result.unresolved
        ],
        "unknown": [{"location": label, "reason": fault_text(fault)} for label, fault in result.unknown],
        "leftovers": [leftover_row(each) for each in result.leftovers],
        "adopted": [leftover_row(each) for each in result.adopted],
        "unready": [_unready_row(each, result.ready_port) for each in result.servers if not each.answers],
        "suspicious": [leftover_row(each) for each in result.suspicious],
        "decisions": [decision_line(each) for each in result.decisions],
        "diff": diff(result),
    }


def server_row(location: str, server: Server) -> Row:
    """One server, flat; nothing in it is secret."""
    cloud, _colon, region = location.partition(":")
    expires = expires_of(server)
    return {
        "name": server.name,
        "id": server.id,
        "location": location,
        "cloud": cloud,
        "region": region,
        "availability_zone": server.zone,
        "status": server.status,
        "flavor": server.flavor,
        "image": image_of(server),
        "key_name": server.key_name,
        "address": preferred(server.addresses),
        "addresses": [each.address for each in server.addresses],
        "created": moment(server.created),
        "expires": None if expires is None else moment(expires),
        "owner": owner_of(server),
    }


def planned_row(fleet: str, slot: int, offer: Offer) -> Row:
    """One slot of a plan."""
    cloud, _colon, region = offer.location.partition(":")
    return {
        "slot": slot,
        "name": server_name(fleet, slot) if fleet else "",
        "location": offer.location,
        "cloud": cloud,
        "region": region,
        "availability_zone": offer.zone,
        "flavor": offer.flavor.name,
    }


def diff(result: Result) -> dict[str, str]:
    """The fleet before and after, a line a server; in check mode after means: by the plan."""
    after = [(each.server.name, each.location) for each in result.servers]
    after += [(server_name(result.fleet, slot), offer.location) for slot, offer in result.planned]
    after += [(each.name, each.location) for each in result.leftovers if not result.check]
    if result.check:
        going = {(each.name, each.location) for each in result.removed}
        after = [each for each in after if each not in going]
    return {"before": _lines(result.before), "after": _lines(after)}


def _lines(servers: t.Iterable[tuple[str, str]]) -> str:
    return "".join(f"{name} {location}\n" for name, location in sorted(servers))


def _kept_row(kept: Kept, key_dir: str) -> Row:
    own = key_dir and is_own_key(kept.server.key_name)
    key_file = own_key_file(key_dir, kept.server.name) if own else ""
    row = server_row(kept.location, kept.server)
    return {"slot": kept.slot, **row, "drifted": kept.drifted, "private_key_file": key_file}


def _unready_row(kept: Kept, port: int) -> Row:
    address = preferred(kept.server.addresses)
    why = f"nothing answered at port {port}" if address else "it has no address"
    known = leftover_row(Leftover(location=kept.location, id=kept.server.id, name=kept.server.name, why=why))
    return {**known, "address": address, "port": port, "console": kept.console}


def _tally_row(tally: Tally) -> Row:
    return {
        "state": tally.knowledge,
        "asked": tally.asked,
        "running": tally.running,
        "building": tally.building,
        "refused": tally.refused,
        "deleted": tally.deleted,
        "why": why_of(tally),
    }


def _shortfall_row(result: Result) -> Row:
    return {
        "wanted": result.wanted,
        "running": result.running,
        "missing": [_missing_row(result.fleet, each) for each in result.missing],
        "reasons": refusal_lines(result) if result.missing else [],
    }


def _missing_row(fleet: str, missing: Missing) -> Row:
    return {
        "slot": missing.slot,
        "name": server_name(fleet, missing.slot),
        "location": missing.location,
        "id": missing.id,
        "reason": missing_text(missing),
    }


def _refusal_row(refusal: Refusal) -> Row:
    bound, fault = refusal.bound, refusal.fault
    return {
        "location": refusal.location,
        "reason": refusal.why.value,
        "room": refusal.room,
        "asked": refusal.asked,
        "resource": bound.resource if bound else None,
        "limit": bound.limit if bound else None,
        "used": bound.used if bound else None,
        "message": fault_text(fault) if fault else "",
    }
