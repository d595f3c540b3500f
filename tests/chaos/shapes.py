# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drawn worlds bent to where one rule of the engine can matter; in most of those that are drawn it never comes up."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .draw import BEGIN, alias
from .found import FOUND
from .scenario import Happening, Scenario, Turn

if t.TYPE_CHECKING:
    from .scenario import Site

_ERRORS = [number for number, server in enumerate(FOUND) if server.status == "ERROR"]


def cells_down(scenario: Scenario) -> Scenario:
    """A fleet that stands, half of it in a cell that is down from before the next run until after the last."""
    count = max(2, scenario.turns[0].count)
    first = Turn(at=BEGIN, count=count)
    hidden = tuple(Happening(what="cell down", site=site.label, at=BEGIN + 300, length=900) for site in scenario.sites)
    later = tuple(replace(turn, at=turn.at + 310, count=count, absent=False, facts=()) for turn in scenario.turns)
    sites = tuple(replace(_calm(site), blind=False) for site in scenario.sites)
    return replace(scenario, sites=sites, turns=(first, *later), happenings=hidden, found=(), fair=False)


def cells_that_blink(scenario: Scenario) -> Scenario:
    """While servers build, some of them are in no list for a while."""
    hidden = tuple(
        Happening(what="cell down", site=site.label, at=BEGIN + at, length=6.0, size=number)
        for number, at in enumerate((8.0, 20.0, 31.0))
        for site in scenario.sites
    )
    sites = tuple(replace(_calm(site), blind=True, build=33.0) for site in scenario.sites)
    turns = tuple(replace(turn, absent=False, count=4, facts=()) for turn in scenario.turns)
    return replace(scenario, sites=sites, turns=turns, happenings=hidden, found=(), fair=False)


def posts_that_land_late(scenario: Scenario) -> Scenario:
    """Many POSTs have no answer, and land a few seconds later."""
    sites = tuple(replace(site, upsets=0.4, only=("Create late",), late=23.0) for site in scenario.sites)
    turns = tuple(_present(turn, 3) for turn in scenario.turns)
    return replace(scenario, sites=sites, turns=turns, happenings=())


def little_room(scenario: Scenario) -> Scenario:
    """One run that is alone, and fewer servers fit than it wants."""
    sites = tuple(replace(_calm(site), quota=2, races=False) for site in scenario.sites)
    alone = replace(scenario.turns[0], absent=False, count=6, facts=(), dies_after=None, stops_after=None)
    return replace(scenario, sites=sites, turns=(alone,), happenings=(), found=())


def one_project_twice(scenario: Scenario) -> Scenario:
    """Each location is in clouds.yaml under two names."""
    sites = scenario.sites if any(site.endpoint for site in scenario.sites) else (*scenario.sites, *_aliases(scenario))
    return replace(scenario, sites=sites)


def orders_that_grow(scenario: Scenario) -> Scenario:
    """While a run works, one of a larger number begins."""
    smaller = replace(scenario.turns[0], at=BEGIN, absent=False, count=2, dies_after=None, stops_after=None, facts=())
    sites = tuple(replace(_calm(site), build=15.0) for site in scenario.sites)
    return replace(scenario, sites=sites, turns=(smaller, replace(smaller, at=BEGIN + 4.0, count=6)), found=())


def errors_of_others(scenario: Scenario) -> Scenario:
    """Servers in ERROR stand in the fleet's slots before any run."""
    found = tuple((scenario.sites[0].label, number) for number in _ERRORS)
    turns = tuple(replace(turn, absent=False, count=max(1, turn.count), facts=()) for turn in scenario.turns)
    return replace(scenario, found=found, turns=turns)


def limits_that_lag(scenario: Scenario) -> Scenario:
    """Limits do not count what builds, others build as well, and there is room for few."""
    sites = tuple(replace(_calm(site), lags=True, build=33.0, quota=4) for site in scenario.sites)
    turn = replace(scenario.turns[0], at=BEGIN, absent=False, count=4, facts=(), dies_after=None, stops_after=None)
    rival = replace(turn, fleet="crawl-2", count=3)
    later = replace(turn, at=BEGIN + 20.0)
    return replace(scenario, sites=sites, turns=(rival, later), found=(), happenings=())


def places_that_refuse(scenario: Scenario) -> Scenario:
    """Each location refuses a share of the POSTs, some for good."""
    sites = tuple(replace(site, upsets=0.5, only=_REFUSALS) for site in scenario.sites)
    return replace(scenario, sites=sites)


def boots_that_fail(scenario: Scenario) -> Scenario:
    """Most servers end in ERROR, for no reason that holds their place for long."""
    return replace(scenario, sites=tuple(replace(site, broken=0.8, endless=0.0) for site in scenario.sites))


def surveys_that_fail(scenario: Scenario) -> Scenario:
    """Every second survey fails at once, for nothing."""
    sites = tuple(replace(site, upsets=0.3, only=("Survey error", "Survey refused")) for site in scenario.sites)
    return replace(scenario, sites=sites, happenings=())


_REFUSALS = ("Create ports", "Create no zone", "Create network", "Create image", "Create invalid")


def _present(turn: Turn, least: int) -> Turn:
    """It orders so many at least; what a removal names of the fleet would be beside the point."""
    return replace(turn, absent=False, count=max(least, turn.count), facts=() if turn.absent else turn.facts)


def _calm(site: Site) -> Site:
    return replace(site, upsets=0.0, broken=0.0, endless=0.0)


def _aliases(scenario: Scenario) -> t.Iterator[Site]:
    for number, site in enumerate(scenario.sites):
        yield replace(alias(site), label=f"z:{number + 1}")
