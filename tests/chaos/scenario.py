# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be tried, as plain values: locations and their weather, what happens to them, and the runs.

A number makes a scenario (`draw`), and a scenario makes a play (`stage`): so a failure can be made smaller by leaving
parts of it out, and what is left still behaves as it did.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnShortfall


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One location; most fields are those of the simulated `Place`.

    ``upsets`` is the share of its commands that something happens to; where ``only`` is given, one of these ("lost", or
    "Create lost" where only POSTs are meant). The shares
    ``broken`` and ``endless`` are of new servers that end in ERROR, and that build for ever.
    """

    label: str
    endpoint: str = ""
    quota: int | None = None
    cores: int | None = None
    ram: int | None = None
    build: float = 5.0
    delete: float = 2.0
    latency: float = 0.1
    late: float = 60.0
    undone: float = 3.0
    offset: float = 0.0
    races: bool = False
    lags: bool = False
    unfiltered: bool = False
    blind: bool = False
    soft_deletes: bool = False
    zones: int = 1
    flavors: int = 1
    upsets: float = 0.0
    only: tuple[str, ...] = ()
    broken: float = 0.0
    endless: float = 0.0
    ports: int | None = None
    boots: float = 0.0
    hints: Hints = Hints()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that the world does by itself: ``what`` names an entry of `happenings.HAPPENINGS`."""

    what: str
    site: str
    at: float
    length: float = 0.0
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One run: when it begins, what it orders (``facts`` are more fields of `Order`), how it ends."""

    at: float
    count: int
    fleet: str = "crawl"
    absent: bool = False
    timeout: float = 200.0
    check: bool = False
    facts: tuple[tuple[str, t.Any], ...] = ()
    dies_after: int | None = None
    stops_after: float | None = None

    @property
    def wanted(self) -> tuple[object, ...]:
        """What it wants; one that takes servers back because they do not answer wants other ones than the rest."""
        facts = dict(self.facts)
        takes_back = facts.get("on_shortfall") is OnShortfall.ROLLBACK
        return self.count, self.absent, facts.get("slots"), takes_back and facts.get("ready_port")

    @property
    def undisturbed(self) -> bool:
        """Whether nobody kills or stops it, and it is meant."""
        return self.dies_after is None and self.stops_after is None and not self.check


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole world to be. ``found`` are (location, number of a `found.FOUND` server) that are there before.

    ``spared`` names single upsets that do not happen after all: a failure is made smaller with it. ``fair`` says that
    nothing keeps a run from ending exact.
    """

    seed: int
    sites: tuple[Site, ...]
    turns: tuple[Turn, ...]
    happenings: tuple[Happening, ...] = ()
    found: tuple[tuple[str, int], ...] = ()
    spared: frozenset[str] = frozenset()
    fair: bool = False

    @property
    def own(self) -> tuple[Turn, ...]:
        """The runs of the fleet that is judged."""
        return tuple(turn for turn in self.turns if turn.fleet == FLEET)

    @property
    def agreed(self) -> bool:
        """Whether all runs of the fleet order the same."""
        return len({turn.wanted for turn in self.own}) == 1


Shape: t.TypeAlias = t.Callable[[Scenario], Scenario]


def as_drawn(scenario: Scenario) -> Scenario:
    """The shape of most."""
    return scenario


FLEET = "crawl"
RIVAL = "crawl-2"
