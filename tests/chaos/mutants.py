# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planted bugs: each is an engine that somebody could have written; the invariants must tell it from the real one."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import (
    account,
    coordinator,
    fill,
    learn,
    remove,
    rows,
    sight,
    tries,
    verdict,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import Belonging, Whose, slot_of_name
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import Knowledge
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verdict import Proof, Reason, Verdict

from .swap import Mutant, Swap

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.desk import Desk
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import ServerRow
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Tables

Any = t.Any


def _by_status(rank: Any) -> Any:
    return lambda server, mark: (server.status != "ACTIVE", *rank(server, mark)[1:])


def _by_id(rank: Any) -> Any:
    return lambda server, mark: (rank(server, mark)[0], 0.0, server.id)


def _by_offset(_rank: Any) -> Any:
    """The newest stays."""
    return lambda server, mark: (0, -server.created, server.id)


def _eager(_twin: Any) -> Any:
    """A loser goes while the winner still builds."""

    def twin(desk: Desk, row: ServerRow) -> Verdict | None:
        standing = desk.tables.candidates(row.slot)
        loses = row in standing and standing[0] is not row
        return Verdict(Reason.TWIN, Proof.SHOW) if loses else None

    return twin


def _credulous(_note_absent: Any) -> Any:
    """Whatever a list lacks is gone, filtered or older."""

    def believed(tables_: Tables, event: m.Surveyed | m.Listed, *, proves: bool) -> None:
        held = {server.id for server in event.servers}
        for row in tables_.servers.values():
            here = row.location == event.location and row.evidence_at < event.started_at
            if here and row.id not in held and not row.gone:
                sight.end(tables_, row, event.started_at, event.now)

    return believed


def _posts_again(_ambiguous: Any) -> Any:
    """A POST without an answer is held for one that was refused."""
    return tries.refused


def _without_errors(surveyed: Any) -> Any:
    """Servers in ERROR take no room."""

    def learned(tables_: Tables, event: m.Surveyed) -> None:
        sound = [each for each in event.servers if each.status != "ERROR"]
        used = replace(event.usage, instances=len(sound), cores=sum(each.vcpus for each in sound))
        limits = event.limits and replace(
            event.limits,
            instances=replace(event.limits.instances, used=len(sound)),
            cores=replace(event.limits.cores, used=used.cores),
        )
        surveyed(tables_, replace(event, usage=replace(used, ram=0), limits=limits))

    return learned


def _trusting(_belonging: Any) -> Any:
    """What has a name like ours is ours: the filter said so."""

    def belonging(server: Server) -> Belonging:
        fleet, slot = slot_of_name(server.name)
        known: Belonging = _belonging(server)
        if not fleet or known.whose is Whose.OURS:
            return known
        return Belonging(whose=Whose.OURS, fleet=fleet, slot=slot, mark=known.mark)

    return belonging


def _prefix(_belonging: Any) -> Any:
    """Names are not read again: what begins like the fleet is of the fleet."""

    def belonging(server: Server) -> Belonging:
        known: Belonging = _belonging(server)
        if known.fleet != "crawl" and server.name.startswith("crawl-") and server.name[-3:].isdigit():
            return Belonging(whose=Whose.OURS, fleet="crawl", slot=int(server.name[-3:]))
        return known

    return belonging


def _deliberate(create: Any) -> Any:
    """Covering an unreachable location counts as a deliberate replacement."""

    def created(desk: Desk, *rest: Any) -> None:
        silent = any(row.knowledge is Knowledge.UNREACHABLE for row in desk.tables.locations.values())
        usual = vars(fill)["Mark"]
        vars(fill)["Mark"] = lambda **facts: usual(**{**facts, "replaced_at": facts["run_at"]} if silent else facts)
        try:
            create(desk, *rest)
        finally:
            vars(fill)["Mark"] = usual

    return created


MUTANTS: dict[str, Mutant] = {
    "rank by status": Mutant(swaps=(Swap(rows, "rank", _by_status),), breaks=frozenset({"I5"})),
    "rank by id": Mutant(swaps=(Swap(rows, "rank", _by_id),), breaks=frozenset({"I5"})),
    "the newest stays": Mutant(swaps=(Swap(rows, "rank", _by_offset),), breaks=frozenset({"I5"})),
    "trim while the winner builds": Mutant(swaps=(Swap(verdict, "_twin", _eager),), breaks=frozenset({"I4", "I5"})),
    "absence believed from a filtered list": Mutant(
        swaps=(Swap(learn, "note_absent", _credulous),), breaks=frozenset({"I2", "I3"}), seeds=500
    ),
    "a POST is repeated": Mutant(
        swaps=(Swap(learn.LESSONS, m.Ambiguous, _posts_again),), breaks=frozenset({"I2", "I3"}), seeds=600
    ),
    "room ignores ERROR": Mutant(swaps=(Swap(learn.LESSONS, m.Surveyed, _without_errors),), breaks=frozenset({"I6"})),
    "no confirm": Mutant(
        swaps=(
            Swap(coordinator, "confirm", lambda confirm: lambda desk, now: True),
            Swap(account, "confirmed", lambda confirmed: lambda row, since: True),
        ),
        breaks=frozenset({"I2"}),
    ),
    "names are trusted": Mutant(swaps=(Swap(sight, "belonging", _trusting),), breaks=frozenset({"I4", "I9"})),
    "the filter is trusted": Mutant(swaps=(Swap(sight, "belonging", _prefix),), breaks=frozenset({"I4", "I9"})),
    "DELETE without a fresh GET": Mutant(
        swaps=(Swap(remove, "proven", lambda proven: lambda *facts: ()),), breaks=frozenset({"I4", "I5"})
    ),
    "replaced_at for unreachable locations": Mutant(
        swaps=(Swap(fill, "_create", _deliberate),), breaks=frozenset({"I2"}), seeds=500
    ),
}
