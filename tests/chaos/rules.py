# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine's rules, each as what would be there without it: switched off, it breaks something, or costs something."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import (
    account,
    confirm,
    gate,
    learn,
    ledger,
    remove,
    sight,
    tables,
    tries,
    vacancy,
    verdict,
    wanted,
    watch,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Phase
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verdict import Proof, Verdict

from . import shapes
from .mutants import MUTANTS
from .swap import Mutant, Swap

Any = t.Any


def _always(answer: Any) -> t.Callable[[Any], Any]:
    return lambda _original: lambda *facts, **more: answer


def _nothing(_original: Any) -> Any:
    return lambda *facts, **more: None


def _since_quiet(_original: Any) -> Any:
    """The run's own last wait, whatever the clocks say."""
    return lambda desk_: desk_.quiet_since


def _loser_only(beside: Any) -> Any:
    def without_winner(desk_: Any, row: Any) -> Verdict | None:
        found = beside(desk_, row)
        return replace(found, proof=Proof.SHOW) if found else None

    return without_winner


def _blind_to_cells(surveyed: Any) -> Any:
    return lambda tables_, event: surveyed(tables_, replace(event, unknown_ids=frozenset(), partial=False))


def _unlisted(bounds_of: Any) -> Any:
    """What a survey listed counts for nothing beside the cloud's own figures."""
    return lambda limits, usage, change: bounds_of(limits, replace(usage, instances=0, cores=0, ram=0), change)


def _unbroken(verdict_: Any) -> Any:
    """A server in ERROR is left to its maker."""

    def spared(desk_: Any, row: Any, now: float) -> Verdict | None:
        return None if row.phase is Phase.BROKEN and not row.token else verdict_(desk_, row, now)

    return spared


RULES: dict[str, Mutant] = {
    "confirm survey": replace(MUTANTS["no confirm"], figure="exact"),
    "the confirm waits for the slowest clock": Mutant(
        swaps=(Swap(confirm, "confirmed_since", _since_quiet), Swap(account, "confirmed_since", _since_quiet)),
        breaks=frozenset({"I2"}),
        seeds=900,
    ),
    "rank by created": MUTANTS["rank by id"],
    "rank never by status": MUTANTS["rank by status"],
    "a trim waits until the winner is ACTIVE": MUTANTS["trim while the winner builds"],
    "a trim rests on a GET of its winner": Mutant(
        swaps=(Swap(verdict, "_beside", _loser_only),), breaks=frozenset({"I5", "I4"})
    ),
    "a fresh read before each DELETE": MUTANTS["DELETE without a fresh GET"],
    "replaced_at only for what is deliberate": MUTANTS["replaced_at for unreachable locations"],
    "absence from a filtered list only asks": replace(
        MUTANTS["absence believed from a filtered list"], shape=shapes.cells_that_blink
    ),
    "a location with a down cell is half-seen": Mutant(
        swaps=(Swap(learn.LESSONS, m.Surveyed, _blind_to_cells),),
        breaks=frozenset({"I1", "I2", "I3"}),
        shape=shapes.cells_down,
    ),
    "two entries of one project are one location": Mutant(
        swaps=(Swap(learn, "_merge", _always(False)),),
        breaks=frozenset({"I1", "I2", "I3", "I5", "I6"}),
        shape=shapes.one_project_twice,
    ),
    "an ambiguous POST is not repeated at once": MUTANTS["a POST is repeated"],
    "an ambiguous POST is looked for again after 5 s": Mutant(
        swaps=(Swap(watch, "_LOOK_AGAIN", lambda _usual: 0.0),), figure="POSTs", shape=shapes.posts_that_land_late
    ),
    "a covered POST is swept for until the late bound": Mutant(
        swaps=(Swap(watch, "LATE_BOUND", lambda _usual: 0.0),), breaks=frozenset({"I2", "I3"})
    ),
    "a slot that others emptied is left (taken)": Mutant(
        swaps=(Swap(tables, "taken", _always(False)),), figure="POSTs"
    ),
    "a later order's servers are not scaled in": Mutant(
        swaps=(Swap(verdict, "_ordered_later", _always(False)),), figure="DELETEs", shape=shapes.orders_that_grow
    ),
    "ERROR is deleted, whoever made it": Mutant(
        swaps=(Swap(remove, "verdict", _unbroken),), figure="errors", shape=shapes.errors_of_others
    ),
    "what builds for ever is deleted": Mutant(
        swaps=(Swap(verdict, "_stuck_at", _always(verdict.NEVER)),), breaks=frozenset({"I1"})
    ),
    "room counts what is in flight": Mutant(
        swaps=(Swap(ledger.Ledger, "add", _nothing),), breaks=frozenset({"I6"}), shape=shapes.little_room
    ),
    "room counts what is listed": Mutant(
        swaps=(Swap(vacancy, "bounds_of", _unlisted),), figure="POSTs", shape=shapes.limits_that_lag
    ),
    "room counts ERROR": MUTANTS["room ignores ERROR"],
    "a fault holds its place for a while": Mutant(
        swaps=(Swap(tries, "hold", _nothing), Swap(sight, "hold", _nothing)),
        figure="POSTs",
        shape=shapes.places_that_refuse,
    ),
    "attempts are spent": Mutant(
        swaps=(Swap(wanted, "spent", _always(False)),), figure="POSTs", shape=shapes.boots_that_fail
    ),
    "a first survey that failed is repeated": Mutant(
        swaps=(Swap(gate, "_worth_a_retry", _always(False)),), figure="fair exact", shape=shapes.surveys_that_fail
    ),
    "two of three signs make a server ours": MUTANTS["names are trusted"],
}
