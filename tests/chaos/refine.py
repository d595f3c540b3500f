# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came to the scenarios later, drawn by a chance of its own: a number makes the world that it always made."""

from __future__ import annotations

import random
import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import Wish, Wishes

if t.TYPE_CHECKING:
    from .scenario import Scenario, Site, Turn


def refined(scenario: Scenario) -> Scenario:
    """Hints, port quotas, servers that answer late or never; plans, single slots, orders that want an answer."""
    chance = random.Random(f"refined {scenario.seed}")
    if scenario.fair or chance.random() < 0.5:
        return scenario
    sites = tuple(_site(chance, site, scenario) for site in scenario.sites)
    slots = frozenset(chance.sample(range(1, 8), 3)) if chance.random() < 0.5 else frozenset[int]()
    return replace(scenario, sites=sites, turns=tuple(_turn(chance, turn, scenario, slots) for turn in scenario.turns))


def _site(chance: random.Random, site: Site, scenario: Scenario) -> Site:
    most = max(turn.count for turn in scenario.turns)
    hints = Hints(
        available=chance.random() > 0.05,
        priority=chance.randint(0, 3),
        weight=chance.choice((0.5, 1.0, 3.0)),
        cost=chance.choice((0.0, 0.1, 0.2)),
        max_servers=chance.choice((None, None, chance.randint(0, most + 3))),
        max_servers_per_owner=chance.choice((None, None, chance.randint(0, most + 3))),
        max_lifetime=chance.choice((None, 60, 7200)),
        headroom=chance.choice((0, 0, 1)),
    )
    return replace(
        site,
        hints=hints if chance.random() < 0.4 else Hints(),
        ports=chance.randint(0, most + 4) if chance.random() < 0.2 else None,
        boots=chance.choice((0.0, 0.0, 5.0, 35.0, 1e9)),
    )


def _turn(chance: random.Random, turn: Turn, scenario: Scenario, slots: frozenset[int]) -> Turn:
    facts = dict(turn.facts)
    if turn.absent:
        facts |= {"slots": slots} if slots else {}
    elif turn.count and chance.random() < 0.15:
        facts["wishes"] = _wishes(chance, turn, scenario)
    if chance.random() < 0.2:
        facts["ready_port"] = 22
    return replace(turn, facts=tuple(facts.items()))


def _wishes(chance: random.Random, turn: Turn, scenario: Scenario) -> Wishes:
    slots = chance.sample(range(1, turn.count + 1), chance.randint(1, turn.count))
    wishes = {slot: Wish(location=chance.choice(scenario.sites).label) for slot in slots}
    return Wishes(by_slot=wishes, strict=chance.random() < 0.4)
