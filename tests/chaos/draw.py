# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A number makes a scenario: how many locations of what kind, what happens to them, which runs begin when."""

from __future__ import annotations

import random
import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, OnShortfall
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import STRATEGIES
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import SPEC

from .found import FOUND
from .happenings import HAPPENINGS
from .refine import refined
from .scenario import FLEET, RIVAL, Happening, Scenario, Site, Turn
from .upsets import UPSETS

BEGIN = 1000.0
_LABELS = tuple(f"{letter}:{number}" for letter in "abcd" for number in (1, 2))
_UPSETS = sorted({name for each in UPSETS.values() for name in each})


_PASSING = ("hang", "drip", "lost", "landed", "late", "undone", "refused", "error", "overloaded", "limited", "conflict")


def draw(seed: int) -> Scenario:
    """The same for the same number, for ever."""
    return refined(_drawn(random.Random(seed), seed))


def _drawn(chance: random.Random, seed: int) -> Scenario:
    sites, most = _size(chance)
    unlucky = chance.random() < 0.8
    if chance.random() < 0.15:
        return _fair(chance, seed)
    count = chance.randint(20, most) if most > 20 else chance.randint(1, most)
    places = tuple(_site(chance, label, count, unlucky=unlucky) for label in _LABELS[:sites])
    if chance.random() < 0.05:
        places = (*places, alias(places[0]))
    return Scenario(
        seed=seed,
        sites=places,
        turns=_turns(chance, count, unlucky=unlucky),
        happenings=_happenings(chance, places) if unlucky else (),
        found=_found(chance, places),
    )


def _fair(chance: random.Random, seed: int) -> Scenario:
    """Room and time for all, and no more than a few upsets: here runs have no excuse."""
    count = chance.randint(1, 8)
    upsets = chance.choice((0.0, 0.02, 0.05))
    sites = tuple(
        Site(
            label=label,
            build=chance.choice((0.5, 3.0, 15.0)),
            delete=chance.choice((0.1, 2.0, 8.0)),
            latency=chance.choice((0.05, 0.3, 2.0)),
            offset=chance.choice((0.0, 0.0, -15.0, 12.0, 29.0)),
            lags=chance.random() < 0.3,
            zones=chance.choice((1, 2)),
            upsets=upsets,
            only=_PASSING,
        )
        for label in _LABELS[: chance.randint(1, 4)]
    )
    starts = (chance.choice((0.0, 0.5, 4.0, 20.0, 70.0)) for _turn in range(chance.choice((1, 2, 3, 5))))
    return Scenario(
        seed=seed,
        sites=sites,
        turns=tuple(Turn(at=BEGIN + at, count=count, timeout=400.0) for at in starts),
        fair=True,
    )


def _size(chance: random.Random) -> tuple[int, int]:
    """How many locations, and how many servers at the most."""
    kind = chance.random()
    if kind < 0.85:
        return chance.randint(1, 3), 6
    return (4, 12) if kind < 0.97 else (8, 60)


def _site(chance: random.Random, label: str, count: int, *, unlucky: bool) -> Site:
    weather = _weather(chance) if unlucky else {}
    return Site(
        label=label,
        quota=chance.choice((None, chance.randint(1, count + 3), count + 6)),
        cores=chance.choice((None, None, chance.randint(1, 2 * count + 4))),
        ram=chance.choice((None, None, 512 * chance.randint(1, 2 * count + 4))),
        build=chance.choice((0.5, 3.0, 15.0, 33.0)),
        delete=chance.choice((0.1, 2.0, 8.0, 20.0)),
        latency=chance.choice((0.05, 0.3, 2.0, 6.0)),
        late=chance.choice((3.0, 20.0, 70.0, 110.0)),
        undone=chance.choice((0.5, 3.0, 12.0)),
        offset=chance.choice((0.0, 0.0, 0.0, -15.0, 12.0, 29.0, -29.0, 100.0, -250.0)),
        blind=chance.random() < 0.2,
        races=chance.random() < 0.5,
        lags=chance.random() < 0.3,
        unfiltered=chance.random() < 0.1,
        soft_deletes=chance.random() < 0.1,
        zones=chance.choice((1, 1, 2, 3)),
        flavors=chance.choice((1, 1, 2, 3)),
        **weather,
    )


def _weather(chance: random.Random) -> dict[str, t.Any]:
    return {
        "upsets": chance.choice((0.0, 0.0, 0.05, 0.2, 0.5)),
        "only": tuple(chance.sample(_UPSETS, chance.choice((0, 1, 2)))) if chance.random() < 0.5 else (),
        "broken": chance.choice((0.0, 0.0, 0.0, 0.2, 0.6)),
        "endless": chance.choice((0.0, 0.0, 0.0, 0.05, 0.3)),
    }


def alias(site: Site) -> Site:
    """Another name for the same project."""
    facts = {name: getattr(site, name) for name in Site.__slots__}
    return Site(**{**facts, "label": "z:1", "endpoint": site.label})


def _happenings(chance: random.Random, sites: t.Sequence[Site]) -> tuple[Happening, ...]:
    return tuple(
        Happening(
            what=chance.choice(list(HAPPENINGS)),
            site=chance.choice(sites).label,
            at=round(BEGIN + chance.uniform(0, 60), 2),
            length=chance.choice((1.5, 8.0, 30.0, 100.0)),
            size=chance.randint(1, 4),
        )
        for _each in range(chance.choice((0, 0, 1, 1, 2, 4)))
    )


def _found(chance: random.Random, sites: t.Sequence[Site]) -> tuple[tuple[str, int], ...]:
    chosen = chance.sample(range(len(FOUND)), chance.choice((0, 0, 0, 1, 4, 8, 18)))
    return tuple((chance.choice(sites).label, number) for number in chosen)


def _turns(chance: random.Random, count: int, *, unlucky: bool) -> tuple[Turn, ...]:
    """Runs of the fleet, mostly of the same order; now and then one of another fleet, or one that only asks."""
    agreed = chance.random() < 0.7
    absent = chance.random() < 0.1
    shared = _facts(chance, count, SHARED)
    timeout = chance.choice((60.0, 200.0, 400.0))
    turns = []
    for _turn in range(chance.choice((1, 1, 2, 2, 3, 5))):
        mine = 0 if absent else count if agreed else chance.choice((0, count, chance.randint(0, count + 3)))
        turns.append(_turn_of(chance, mine, (timeout, shared), unlucky=unlucky))
    if chance.random() < 0.15:
        turns.append(_turn_of(chance, chance.randint(0, 4), (timeout, ()), unlucky=unlucky, fleet=RIVAL))
    if chance.random() < 0.05:
        turns.append(Turn(at=turns[0].at + 3.0, count=count, check=True, timeout=timeout))
    return tuple(turns)


Terms: t.TypeAlias = tuple[float, tuple[tuple[str, t.Any], ...]]


def _turn_of(chance: random.Random, count: int, terms: Terms, *, unlucky: bool, fleet: str = FLEET) -> Turn:
    """One run; the terms are its timeout, and what all runs of the scenario have in common."""
    timeout, shared = terms
    killed, stopped = (chance.random() < 0.2, chance.random() < 0.05) if unlucky else (False, False)
    return Turn(
        at=BEGIN + chance.choice((0.0, 0.0, 0.5, 4.0, 20.0, 70.0)),
        count=count,
        fleet=fleet,
        absent=count == 0,
        timeout=timeout,
        facts=(*shared, *_facts(chance, count, FACTS)),
        dies_after=chance.randint(1, 20 + 3 * count) if killed else None,
        stops_after=round(chance.uniform(0.0, 40.0), 2) if stopped else None,
    )


Draw: t.TypeAlias = "tuple[float, t.Callable[[random.Random, int], t.Any]]"

FACTS: dict[str, Draw] = {
    "strategy": (0.5, lambda chance, count: chance.choice(list(STRATEGIES))),
    "max_per_location": (0.1, lambda chance, count: chance.randint(1, max(1, count))),
    "headroom": (0.1, lambda chance, count: chance.randint(0, 2)),
    "min_count": (0.2, lambda chance, count: chance.randint(0, count)),
    "lifetime": (0.1, lambda chance, count: 3600),
    "wait": (0.03, lambda chance, count: False),
    "fail_on_unreachable": (0.05, lambda chance, count: True),
    "fence": (0.2, lambda chance, count: True),
    "wait_for_room": (0.1, lambda chance, count: True),
    "max_removals": (0.05, lambda chance, count: chance.randint(0, 3)),
    "on_shortfall": (0.15, lambda chance, count: chance.choice(list(OnShortfall))),
}
# What says which servers are the right ones is the same in all runs of one scenario, or they contradict each other.
SHARED: dict[str, Draw] = {
    "adopt": (0.2, lambda chance, count: True),
    "repair": (0.1, lambda chance, count: True),
    "on_drift": (0.15, lambda chance, count: chance.choice(list(OnDrift))),
    "spec": (0.1, lambda chance, count: replace(SPEC, image="another")),
}


def _facts(chance: random.Random, count: int, table: dict[str, Draw]) -> tuple[tuple[str, t.Any], ...]:
    """Fields of the order beside its count: each with its share, and how its value is drawn."""
    drawn = ((name, share, value(chance, count)) for name, (share, value) in table.items())
    return tuple((name, value) for name, share, value in drawn if chance.random() < share)
