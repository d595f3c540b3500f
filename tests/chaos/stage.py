# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays a scenario: builds its world, lets its runs go, calms everything, closes with two more runs and a removal."""

from __future__ import annotations

import functools
import itertools
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Flavor, Hints, Server
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, Order, Patience
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import NEVER, Place
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import World, order_of

from .found import FOUND
from .happenings import HAPPENINGS, happen
from .upsets import Weather

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.running import Running

    from .scenario import Scenario, Site, Turn

_FLAVORS = tuple(Flavor(id=f"{n}", name=f"m1.{n}", vcpus=n, ram=512 * n) for n in (2, 1, 3))
_ZONES = (None, "north", "south", "west")
_BUILDS_FOR_EVER = 1e12

# The slowest location that is drawn takes so many seconds for an answer.
SLOWEST = 6.0


@dataclass
class Play:
    """What became of a scenario. ``at_end`` lived when the last run was over, ``at_last`` after the removal of all."""

    scenario: Scenario
    world: World
    weathers: list[Weather]
    fallen: Counter[str]
    runs: list[tuple[Turn, Running]] = field(default_factory=list)
    closing: list[Running] = field(default_factory=list)
    removals: list[Running] = field(default_factory=list)
    begun: tuple[Server, ...] = ()
    at_end: tuple[Server, ...] = ()
    at_close: tuple[Server, ...] = ()
    at_last: tuple[Server, ...] = ()

    @property
    def own(self) -> list[tuple[Turn, Running]]:
        """The runs of the fleet that is judged, without those that only asked."""
        return [(turn, run) for turn, run in self.runs if turn in self.scenario.own and not turn.check]

    @property
    def named(self) -> dict[str, Running]:
        """Every run, by the name that it has in a story."""
        numbers = {id(turn): number for number, turn in enumerate(self.scenario.turns)}
        found = {f"run {numbers[id(turn)]}": run for turn, run in self.runs}
        found |= {f"close {number}": run for number, run in enumerate(self.closing)}
        return found | {f"absent {number}": run for number, run in enumerate(self.removals)}

    @property
    def harmed(self) -> bool:
        """Whether another party may have taken servers away."""
        return any(HAPPENINGS[each.what].harms for each in self.scenario.happenings)


def play(scenario: Scenario) -> Play:
    """Everything, from the first run to the removal of all that is left."""
    played = _begin(scenario)
    world = played.world
    for happening in scenario.happenings:
        world.later(happening.at, functools.partial(happen, world, happening, played.fallen))
    for turn in scenario.turns:
        world.later(turn.at, functools.partial(_start, played, turn))
    while len(played.runs) < len(scenario.turns) or not all(run.over for _turn, run in played.runs):
        world.happen()
    played.at_end = _alive(world)
    calm(world)
    for weather, place in zip(played.weathers, world.places, strict=True):
        place.build = weather.site.build
    closing = closing_order(scenario.own[0])
    for _closing in range(2):
        played.closing.append(world.start(closing))
        world.finish(played.closing[-1])
        played.at_close = played.at_close or _alive(world)
    for fleet in sorted({turn.fleet for turn in scenario.turns}):
        played.removals.append(world.start(order_of(absent=True, fleet=fleet)))
        world.finish(played.removals[-1])
    world.settle()
    played.at_last = _alive(world)
    return played


def calm(world: World) -> None:
    """Faults off, room for all, and nothing under way any more; what was yet to happen happens first."""
    world.settle()
    for place in world.places:
        place.script, place.fate, place.races = (lambda command: None), (lambda command: None), False
        place.quota = place.cores = place.ram = place.ports = None
        place.hints = Hints()
        place.unknown, place.blind = frozenset(), False
        place.latency = min(place.latency, SLOWEST)  # two spells of slowness may have overlapped
    world.settle()
    undone = [each.vanishes_at for place in world.places for each in place.machines.values()]
    world.now = max([world.now, *(at for at in undone if at < NEVER)])


def _alive(world: World) -> tuple[Server, ...]:
    """Each server once, though two locations may be the same project."""
    return tuple({server.id: server for server in world.alive()}.values())


def closing_order(turn: Turn) -> Order:
    """The same number of the same servers, with time, and without any whim."""
    kept = {name: value for name, value in turn.facts if name in ("adopt", "repair", "spec")}
    drift = {name: value for name, value in turn.facts if value is OnDrift.REPLACE}
    return order_of(turn.count, absent=turn.absent, **{"min_count": 0, **kept, **drift})


def order_for(turn: Turn) -> Order:
    facts = {"min_count": 0, **dict(turn.facts)}
    patience = Patience(timeout=turn.timeout, boot=40.0, api=20.0, ready_port=facts.pop("ready_port", 0))
    return order_of(turn.count, absent=turn.absent, fleet=turn.fleet, patience=patience, **facts)


def _begin(scenario: Scenario) -> Play:
    fallen: Counter[str] = Counter()
    weathers = [Weather(scenario.seed, site, scenario.spared, fallen, []) for site in scenario.sites]
    places = [_place(weather) for weather in weathers]
    by_label = {place.label: place for place in places}
    for place in places:
        if place.endpoint in by_label:
            place.machines = by_label[place.endpoint].machines
    world = World(places)
    numbers = ((number * 4871) % 9973 for number in itertools.count(1))  # ids are in no order, as Nova's
    for place in places:
        place.ids = numbers
    for label, number in scenario.found:
        world.add(label, FOUND[number])
    return Play(scenario, world, weathers, fallen, begun=_alive(world))


_ELSEWHERE = {"label", "endpoint", "zones", "flavors", "upsets", "only", "broken", "endless"}


def _place(weather: Weather) -> Place:
    site: Site = weather.site
    facts = {name: getattr(site, name) for name in type(site).__slots__ if name not in _ELSEWHERE}
    place = Place(
        site.label,
        endpoint=site.endpoint or site.label,
        zones=_ZONES[: site.zones],
        flavors=_FLAVORS[: site.flavors],
        **facts,
    )
    place.script = weather.blow
    place.fate = functools.partial(_boot, weather, place)
    return place


def _boot(weather: Weather, place: Place, command: m.Create) -> BootFault | None:
    """The fault of this boot; one that never ends makes the next server build for ever."""
    name, fault = weather.boot(command)
    place.build = _BUILDS_FOR_EVER if name == "endless" else weather.site.build
    return fault


def _start(played: Play, turn: Turn) -> None:
    run = played.world.start(order_for(turn), check=turn.check, dies_after=turn.dies_after)
    played.runs.append((turn, run))
    if turn.stops_after is not None:
        played.world.later(turn.at + turn.stops_after, run.stop)
