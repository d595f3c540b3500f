# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Merging what reads show of the fleet's servers, and what they lack.

A newer read replaces an older one. Absence counts only in a complete survey that began after the last evidence was
received; a filtered list that lacks a server only makes us ask for it.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .faults import UNTOLD, Fault, Kind, boot_fault_of
from .holds import hold
from .identity import Belonging, Whose, belonging
from .model import Phase
from .rows import Adoption, Deletion, ServerRow, State, Suspect

if t.TYPE_CHECKING:
    from . import messages as m
    from .model import Server
    from .tables import Tables


def note_absent(tables: Tables, event: m.Surveyed | m.Listed, *, proves: bool) -> None:
    """Servers that the answer should have held; ``proves`` says whether their absence is enough.

    It is for one that was seen to be going, or was not seen since it was told to go. Any other is asked for by id: its
    cell may be down, and some clouds hide that even in a whole list.
    """
    held = {server.id for server in event.servers}
    for row in tables.servers.values():
        absent = row.location == event.location and row.id not in held and row.evidence_at < event.started_at
        if not absent or row.gone:
            continue
        if proves and row.leaving and not (row.unreadable or row.unmoved):
            end(tables, row, event.started_at, event.now)
        else:
            row.missed = True


def see(tables: Tables, event: m.Surveyed | m.Listed | m.Shown, server: Server) -> None:
    """Merge one sight of a server, if it belongs to the fleet."""
    row = tables.servers.get(server.id)
    found = belonging(server)
    if row is None:
        if found.fleet != tables.fleet or found.whose is not Whose.OURS:
            _suspect(tables, event.location, server, found)
            return
        row = ServerRow(id=server.id, location=event.location, slot=found.slot, belonging=found)
        if tables.begun or server.phase is Phase.PENDING:
            row.fresh_at = event.now
        tables.add_server(row)
    elif event.started_at < row.seen_at:
        return
    _recognise(tables, row, found)
    suspect = tables.suspicious.pop(server.id, None) if row.ours else None
    if suspect is not None and suspect.adoption is not Adoption.NONE:
        row.adoption = Adoption.DONE
    _suspect(tables, event.location, server, row.belonging)
    _update(tables, row, server, event)


def _suspect(tables: Tables, location: str, server: Server, found: Belonging) -> None:
    if found.whose is Whose.SUSPICIOUS and tables.fleet in found.fleets:
        known = tables.suspicious.setdefault(server.id, Suspect(location=location, server=server))
        known.server = server


def _recognise(tables: Tables, row: ServerRow, found: Belonging) -> None:
    """Whose it is now, and which attempt of this run made it."""
    same = (found.fleet, found.slot) == (tables.fleet, row.slot)
    row.belonging = found if same else replace(found, whose=Whose.SUSPICIOUS, fleets=found.fleets | {tables.fleet})
    attempt = tables.attempts.get(found.mark.token) if found.mark else None
    if attempt is not None:
        row.token = attempt.token
        if attempt.undecided:
            attempt.state, attempt.id = State.SEEN, row.id


def _update(tables: Tables, row: ServerRow, server: Server, event: m.Surveyed | m.Listed | m.Shown) -> None:
    before = row.phase if row.server is not None else None
    row.server, row.phase, row.seen_at, row.evidence_at = server, server.phase, event.started_at, event.now
    row.gone, row.missed, row.unreadable = False, False, False
    row.sightings += 1
    if row.lived_at is None and _lives(row):
        row.lived_at = event.now
    if row.phase is Phase.DYING and before is not Phase.DYING:
        row.dying_at = event.now
    if server.broken:
        row.lived_at = None
        said = server.fault and boot_fault_of(server.fault.code, server.fault.message)
        bury(tables, row, said or UNTOLD, event.now)
    if row.phase is not before:
        tables.locations[row.location].stirred_at = event.now
    tables.touched.add(row.slot)


def _lives(row: ServerRow) -> bool:
    """A server seen in BUILD once may be a POST that is being rolled back; seen twice, or beyond, it lives.

    One of our own that we see being deleted has lived: it was no roll-back.
    """
    if row.phase is Phase.PENDING:
        return row.sightings > 1
    return row.phase in (Phase.READY, Phase.OCCUPIED) or (row.phase is Phase.DYING and bool(row.token))


def bury(tables: Tables, row: ServerRow, fault: Fault, now: float) -> None:
    """The attempt that made this server came to nothing. A cloud may tell why only after it showed the ERROR."""
    attempt = tables.attempts.get(row.token)
    if attempt is None:
        return
    told_now = attempt.state is State.DEAD and attempt.fault == UNTOLD != fault and not row.gone
    if attempt.state is State.SEEN or told_now:
        attempt.state = State.DEAD
        attempt.fault = fault
        hold(tables, attempt.offer, attempt.fault, now)


def end(tables: Tables, row: ServerRow, started_at: float, now: float) -> None:
    row.gone, row.missed, row.showing = True, False, False
    row.seen_at = started_at
    if row.deletion is Deletion.NONE:
        bury(tables, row, Fault(kind=Kind.VANISHED, message=f"server {row.id} vanished"), now)
    location = tables.locations[row.location]
    location.stirred_at = now
    location.ledger.free(row.id, row.token, row.size)
    location.ports_taken -= 1
    tables.roomier = True
    tables.touched.add(row.slot)
