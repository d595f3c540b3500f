# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Taking servers into the fleet that look like ones of it: they are marked anew, and read again before they count.

Only where that makes two signs of three agree: the name or the description says which slot, the metadata is written.
Servers of the fleet whose metadata somebody has erased get it back, and with it their end and their owner. Nova takes
metadata in few states, and rewrites all of it (nova/compute/api.py, update_instance_metadata).
"""

from __future__ import annotations

import typing as t

from . import messages as m
from .heritage import expires, owner
from .identity import EXPIRES_KEY, MARK_KEY, OWNER_KEY, Mark, mark_from, slot_of_name, token_from
from .result import What
from .rows import Adoption, Suspect

if t.TYPE_CHECKING:
    from .desk import Desk
    from .model import Server
    from .rows import ServerRow
    from .tables import Tables

ADOPTED = "adopted"
_SETTLED = frozenset({"ACTIVE", "PAUSED", "SUSPENDED", "SHUTOFF"})
_NUMBERS = 1 << 40  # the tokens of adoptions use numbers that no attempt reaches


def adopt(desk: Desk, now: float) -> bool:
    """Mark what may be adopted; whether the end of an adoption is waited for."""
    if not desk.run.order.adopt:
        return False
    for server, suspect in list(desk.tables.suspicious.items()):
        slot = adoptable_slot(desk, suspect)
        if slot is not None:
            suspect.adoption = Adoption.SENT
            desk.ask(m.Mark(location=suspect.location, id=server, metadata=_mark(desk, suspect, slot)))
            desk.tell(now, What.ADOPTED, location=suspect.location, slot=slot, id=server)
    for row in erased(desk):
        row.adoption = Adoption.SENT
        desk.ask(m.Mark(location=row.location, id=row.id, metadata=_heritage(desk, row.location, row.belonging.mark)))
        desk.tell(now, What.ADOPTED, location=row.location, slot=row.slot, id=row.id)
    every: dict[str, ServerRow | Suspect] = {**desk.tables.servers, **desk.tables.suspicious}
    for server, each in every.items():
        if each.adoption is Adoption.MARKED:
            each.adoption = Adoption.SHOWING
            desk.ask(m.Show(location=each.location, id=server))
    return any(each.adoption in (Adoption.SENT, Adoption.SHOWING) for each in every.values())


def erased(desk: Desk) -> list[ServerRow]:
    """The servers of the fleet that lost their metadata and may have it back; the description still has their mark."""
    order = desk.run.order
    if not order.adopt or order.absent:
        return []
    return [row for row in desk.tables.servers.values() if row.slot <= order.count and _bare(desk.tables, row)]


def _bare(tables: Tables, row: ServerRow) -> bool:
    if row.server is None or row.adoption is not Adoption.NONE or tables.silent(row.location):
        return False
    kept = row.candidate and row.belonging.mark is not None and _settled(row.server)
    return kept and MARK_KEY not in dict(row.server.metadata)


def _settled(server: Server) -> bool:
    return server.status in _SETTLED and server.task is None and not server.locked


def adoptable(desk: Desk) -> dict[str, int]:
    """The servers that this order may adopt and has not yet, and the slots that they are to stand for."""
    if not desk.run.order.adopt:
        return {}
    found = {each: adoptable_slot(desk, suspect) for each, suspect in desk.tables.suspicious.items()}
    return {each: slot for each, slot in found.items() if slot is not None}


def adoptable_slot(desk: Desk, suspect: Suspect) -> int | None:
    """The slot for which a server may be marked, or None where it must be left alone."""
    server = suspect.server
    if suspect.adoption is not Adoption.NONE or not _settled(server) or desk.tables.silent(suspect.location):
        return None
    slot = _signed(desk.run.order.fleet, server)
    return slot if slot is not None and desk.run.order.concerns(slot) else None


def _signed(fleet: str, server: Server) -> int | None:
    """The slot by name, else by description: the metadata will agree with it."""
    named, slot = slot_of_name(server.name)
    if named == fleet:
        return slot
    mark = mark_from(server.description)
    return mark.slot if mark is not None and mark.fleet == fleet else None


def _mark(desk: Desk, suspect: Suspect, slot: int) -> tuple[tuple[str, str], ...]:
    run = desk.run
    number = _NUMBERS + list(desk.tables.suspicious).index(suspect.server.id)
    mark = Mark(
        fleet=run.order.fleet,
        slot=slot,
        token=token_from(run.entropy, number),
        run_at=run.run_at,
        until=int(run.run_at + run.order.patience.timeout) + 1,
        replaced_at=0,
        spec=ADOPTED,
    )
    return _heritage(desk, suspect.location, mark)


def _heritage(desk: Desk, location: str, mark: Mark | None) -> tuple[tuple[str, str], ...]:
    row = desk.tables.locations[location]
    return ((MARK_KEY, str(mark)), (EXPIRES_KEY, expires(desk, row)), (OWNER_KEY, owner(desk, row)))


def marked(tables: Tables, event: m.Marked) -> None:
    _move(tables, event, Adoption.MARKED)


def mark_refused(tables: Tables, event: m.MarkRefused) -> None:
    _move(tables, event, Adoption.FAILED)


def _move(tables: Tables, event: m.OfServer, adoption: Adoption) -> None:
    """What became of an adoption; a read may have shown the new mark already."""
    found = tables.suspicious.get(event.id) or tables.servers.get(event.id)
    if found is not None and found.adoption is Adoption.SENT:
        found.adoption = adoption


def looked_at(tables: Tables, event: m.Shown | m.ShowFailed) -> None:
    """The look after an adoption showed the mark, or nothing, or a server that is a suspect still."""
    suspect, row = tables.suspicious.get(event.id), tables.servers.get(event.id)
    if suspect is not None and suspect.adoption is Adoption.SHOWING:
        suspect.adoption = Adoption.FAILED
    if row is not None and row.adoption is Adoption.SHOWING:
        marked = row.server is not None and MARK_KEY in dict(row.server.metadata)
        row.adoption = Adoption.DONE if marked else Adoption.FAILED
