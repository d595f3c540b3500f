# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a failing scenario smaller, as long as the worst that it broke stays broken, until nothing can be left out."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .judge import violations
from .scenario import Scenario, Site, Turn
from .stage import Play, play

_MOST_PLAYS = 400
_WORST_FIRST = ("I2", "I9", "I1", "I3", "I5", "I4", "I6", "I8", "I7")


def shrink(scenario: Scenario, judge: t.Callable[[Play], list[str]] = violations) -> Scenario:
    """The smallest found; greedy: the first part that can go goes, and all is tried again."""
    found = _kinds(judge(play(scenario)))
    worst = next((each for each in _WORST_FIRST if each in found), next(iter(sorted(found)), ""))
    tried, going = 0, True
    while going and tried < _MOST_PLAYS:
        going = False
        for smaller in _smaller(scenario):
            tried += 1
            if worst in _broken(smaller, judge):
                scenario, going = smaller, True
                break
            if tried >= _MOST_PLAYS:
                break
    return scenario


def _broken(scenario: Scenario, judge: t.Callable[[Play], list[str]]) -> set[str]:
    """What is broken still. A scenario that cannot be played is no smaller one."""
    return _kinds(judge(play(scenario))) if scenario.sites and any(not turn.check for turn in scenario.own) else set()


def _kinds(found: list[str]) -> set[str]:
    return {each.split(":")[0] for each in found}


def _smaller(scenario: Scenario) -> t.Iterator[Scenario]:
    """Every scenario with one part less, the big parts first."""
    yield from (replace(scenario, turns=each) for each in _without(scenario.turns))
    yield from (replace(scenario, happenings=each) for each in _without(scenario.happenings))
    yield from (replace(scenario, found=each) for each in _without(scenario.found))
    yield from _fewer_sites(scenario)
    for fewer in _calmer_sites(scenario):
        yield replace(scenario, sites=fewer)
    for simpler in _simpler_turns(scenario):
        yield replace(scenario, turns=simpler)
    if any(site.upsets or site.broken or site.endless for site in scenario.sites):
        yield from _spared(scenario)


def _without(parts: tuple[t.Any, ...]) -> t.Iterator[tuple[t.Any, ...]]:
    return (parts[:number] + parts[number + 1 :] for number in range(len(parts)))


def _fewer_sites(scenario: Scenario) -> t.Iterator[Scenario]:
    for sites in _without(scenario.sites):
        labels = {site.label for site in sites}
        if any(site.endpoint not in ("", *labels) for site in sites):
            continue
        happenings = tuple(each for each in scenario.happenings if each.site in labels)
        found = tuple(each for each in scenario.found if each[0] in labels)
        yield replace(scenario, sites=sites, happenings=happenings, found=found)


def _calmer_sites(scenario: Scenario) -> t.Iterator[tuple[Site, ...]]:
    """Each unusual property of a location made usual, one at a time."""
    for number, site in enumerate(scenario.sites):
        usual = Site(label=site.label)
        for name in Site.__slots__:
            if name != "endpoint" and getattr(site, name) != getattr(usual, name):
                calmer = replace(site, **{name: getattr(usual, name)})
                yield (*scenario.sites[:number], calmer, *scenario.sites[number + 1 :])


def _simpler_turns(scenario: Scenario) -> t.Iterator[tuple[Turn, ...]]:
    for count in {turn.count for turn in scenario.own if turn.count > 1}:
        yield tuple(replace(turn, count=count - 1) if turn.count == count else turn for turn in scenario.turns)
    for number, turn in enumerate(scenario.turns):
        simpler = [replace(turn, facts=facts) for facts in _without(turn.facts)]
        simpler += [replace(turn, dies_after=None)] if turn.dies_after is not None else []
        simpler += [replace(turn, stops_after=None)] if turn.stops_after is not None else []
        for each in simpler:
            yield (*scenario.turns[:number], each, *scenario.turns[number + 1 :])


def _spared(scenario: Scenario) -> t.Iterator[Scenario]:
    """Without each of the upsets that fell."""
    for weather in play(scenario).weathers:
        for name in weather.names:
            yield replace(scenario, spared=scenario.spared | {name})
