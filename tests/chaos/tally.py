# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What many plays come to: orders, faults that fell, runs that ended exact, and what was violated (I12)."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m

from .happenings import HAPPENINGS
from .judge import violations
from .scenario import FLEET
from .truth import live
from .upsets import BOOTS, UPSETS

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.running import Running

    from .stage import Play

LEAST_EXACT = 0.99
LEAST_OFTEN = 10_000  # in so many orders each fault is to have fallen at least once


@dataclass
class Tally:
    """Sums over plays; two of them can be added."""

    plays: int = 0
    orders: int = 0
    fair: int = 0
    exact: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    fallen: Counter[str] = field(default_factory=Counter)
    broken: dict[int, list[str]] = field(default_factory=dict)
    inexact: list[int] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.plays += other.plays
        self.orders += other.orders
        self.fair += other.fair
        self.exact += other.exact
        self.figures += other.figures
        self.fallen += other.fallen
        self.broken |= other.broken
        self.inexact += other.inexact

    @property
    def kinds(self) -> Counter[str]:
        """In how many worlds each invariant was broken."""
        return Counter(kind for found in self.broken.values() for kind in {each.split(":")[0] for each in found})

    @property
    def never(self) -> list[str]:
        """The faults that never fell."""
        return sorted(set(declared()) - set(self.fallen))


def declared() -> list[str]:
    """Every fault that there is, by the name under which it is counted."""
    upsets = [f"{kind.__name__} {name}" for kind, names in UPSETS.items() for name in names]
    return [*upsets, *(f"boot {name}" for name in BOOTS), "boot endless", *(f"world {name}" for name in HAPPENINGS)]


def tally_of(play: Play) -> Tally:
    """The tally of one play."""
    seed, found = play.scenario.seed, violations(play)
    fair = fair_runs(play)
    exact = [run for run in fair if run.result is not None and run.result.exact]
    return Tally(
        plays=1,
        orders=len(play.named),
        fair=len(fair),
        exact=len(exact),
        figures=figures(play),
        fallen=play.fallen,
        broken={seed: found} if found else {},
        inexact=[seed] if len(exact) < len(fair) else [],
    )


def fair_runs(play: Play) -> list[Running]:
    """Runs that have no excuse for not ending exact."""
    return [run for _turn, run in play.own] if play.scenario.fair else []


def figures(play: Play) -> Counter[str]:
    """What a play cost, in the numbers that a rule may worsen where it is switched off."""
    sent = Counter(type(command).__name__ for _turn, run in play.runs for command in run.commands)
    results = [run.result for _turn, run in play.runs if run.result is not None]
    ended = [run for _turn, run in play.runs if run.result is not None]
    return Counter(
        {
            "POSTs": sent["Create"],
            "DELETEs": sent["Delete"],
            "reads": sum(sent[each.__name__] for each in (m.Survey, m.List, m.Show, m.LookUp)),
            "exact": sum(result.exact for result in results),
            "unresolved": sum(len(result.unresolved) for result in results),
            "missing": sum(len(result.missing) for result in results),
            "leftovers": sum(len(result.leftovers) for result in results),
            "errors": sum(server.status == "ERROR" for server in live(play.at_end, FLEET)),
            "seconds": round(sum(run.ended - run.started for run in ended)),
        }
    )
