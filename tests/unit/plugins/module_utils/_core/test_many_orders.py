# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small random worlds with faults, kills and rivals, each judged by the invariants; a number tells a world."""

from __future__ import annotations

import functools
import random
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Server
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Patience

from . import invariants
from .cloud import EPOCH, Place, Upset
from .world import Running, World, marked, order_of, writes

WORLDS = 80
pytestmark = pytest.mark.no_cover  # tracing would take most of the time, and the other tests reach every branch
UPSETS: dict[type[m.Command], tuple[Fault | Upset, ...]] = {
    m.Create: (
        *(Upset.HANG, Upset.LOST, Upset.LANDED, Upset.LATE),
        Fault(kind=Kind.UNREACHABLE, message="refused"),
        Fault(kind=Kind.SERVER_ERROR, status=500),
        Fault(kind=Kind.RATE_LIMIT, status=429),
        Fault(kind=Kind.INVALID, status=400),
    ),
    m.Delete: (
        *(Upset.HANG, Upset.LOST, Upset.LANDED),
        Fault(kind=Kind.CONFLICT, status=409),
        Fault(kind=Kind.SERVER_ERROR, status=500),
    ),
    m.Survey: (Upset.HANG, Fault(kind=Kind.UNREACHABLE)),
    m.List: (Upset.HANG, Fault(kind=Kind.SERVER_ERROR, status=500)),
    m.Show: (Upset.HANG, Fault(kind=Kind.UNREACHABLE)),
    m.LookUp: (Upset.HANG, Fault(kind=Kind.UNREACHABLE)),
}
BOOTS = (BootFault(code=500, message="No valid host was found. "), BootFault(code=500, message="boom"), None)
# Servers that may be there before: of the fleet, twice in one slot, of no fleet, and one that only looks like ours.
FOUND = (
    *(marked(1, "old-1"), marked(1, "twin-1", created=EPOCH + 20.0), marked(3, "old-3", status="ERROR")),
    *(marked(7, "old-7"), marked(2, "other-2", fleet="crawl-2")),
    Server(id="stranger", name="web-1", status="ACTIVE", vcpus=1, ram=512),
    Server(id="lookalike", name="crawl-002", status="ACTIVE", vcpus=1, ram=512),
)
STRANGERS = {"other-2", "stranger", "lookalike"}


def random_world(chance: random.Random) -> World:
    """Up to three locations, with little room, skewed clocks, and a tendency to upset what is asked of them."""
    places = []
    for label in ("a:1", "b:1", "c:1")[: chance.randint(1, 3)]:
        place = Place(
            label,
            quota=chance.randint(1, 8),
            build=chance.choice((0.5, 3.0, 15.0)),
            delete=chance.choice((0.1, 2.0, 8.0)),
            latency=chance.choice((0.05, 0.3, 2.0)),
            late=chance.choice((3.0, 20.0, 70.0)),
            offset=chance.choice((0.0, 0.0, -15.0, 12.0)),
            paged=chance.random() < 0.1,
            races=chance.random() < 0.5,
        )
        upsets, broken = chance.choice((0.0, 0.0, 0.05, 0.3)), chance.choice((0.0, 0.0, 0.2))
        place.script = upsetting(chance, upsets)
        place.fate = breaking(chance, broken)
        places.append(place)
    world = World(places)
    for server in chance.sample(FOUND, chance.choice((0, 0, 1, 4))):
        world.add(chance.choice(places).label, server)
    for place in chance.sample(places, chance.choice((0, 0, 0, 1))):
        begin = chance.uniform(1000, 1030)
        world.later(begin, functools.partial(lose_a_cell, place, chance))
        world.later(begin + chance.choice((3.0, 30.0)), functools.partial(setattr, place, "unknown", frozenset()))
    for place in chance.sample(places, chance.choice((0, 0, 1))):
        fail_between(world, place, chance.uniform(1000, 1030), chance.choice((5.0, 60.0)))
    return world


def upsetting(chance: random.Random, often: float) -> t.Any:
    return lambda command: chance.choice(UPSETS[type(command)]) if chance.random() < often else None


def lose_a_cell(place: Place, chance: random.Random) -> None:
    """Some servers are in no filtered list, and in a survey only by their ids."""
    place.unknown = frozenset(each for each in place.machines if chance.random() < 0.5)


def breaking(chance: random.Random, often: float) -> t.Any:
    return lambda command: chance.choice(BOOTS) if chance.random() < often else None


def fail_between(world: World, place: Place, begin: float, length: float) -> None:
    usual, down = place.script, Fault(kind=Kind.UNREACHABLE, message="down")
    place.script = lambda command: down if begin <= world.now < begin + length else usual(command)


def random_runs(world: World, chance: random.Random) -> list[Running]:
    """Up to three runs, mostly of the same order, some of them killed between two commands."""
    patience = Patience(timeout=chance.choice((60.0, 200.0)), boot=40.0, api=20.0)
    count, agreed = chance.randint(1, 5), chance.random() < 0.7
    runs: list[Running] = []
    runs_to_come = range(chance.choice((1, 1, 2, 2, 3)))
    for _run in runs_to_come:
        count = count if agreed else chance.randint(0, 5)
        order = order_of(count, absent=count == 0, min_count=0, patience=patience)
        dies_after = chance.randint(1, 25) if chance.random() < 0.2 else None
        begin = functools.partial(begin_one, world, runs, order, dies_after)
        world.later(world.now + chance.choice((0.0, 0.5, 4.0, 20.0)), begin)
    starts = len(runs_to_come)
    if chance.random() < 0.1:
        world.later(world.now + chance.uniform(1.0, 40.0), functools.partial(stop_all, runs))
    while len(runs) < starts or not all(run.over for run in runs):
        world.happen()
    return runs


def begin_one(world: World, runs: list[Running], order: Order, dies_after: int | None) -> None:
    runs.append(world.start(order, dies_after=dies_after))


def stop_all(runs: list[Running]) -> None:
    for run in runs:
        run.stop()


def calm(world: World) -> None:
    """Faults off, room for all, and nothing under way any more."""
    for place in world.places:
        place.script, place.fate, place.quota, place.races = (lambda command: None), (lambda command: None), 40, False
        place.unknown = frozenset()
    world.settle()


def violations(seed: int) -> list[str]:
    chance = random.Random(seed)
    world = random_world(chance)
    before = {server.id for server in world.alive()}
    runs = random_runs(world, chance)
    same = len({run.order.count for run in runs}) == 1
    found = list(invariants.truly_exact(world, runs)) if same else []
    if len(runs) == 1 and not any(isinstance(event, m.Ambiguous) for _at, event in runs[0].heard):
        found += invariants.never_refused_for_room(runs[0])
    calm(world)
    order = order_of(runs[0].order.count, absent=runs[0].order.absent)
    closing = [world.start(order)]
    world.finish(closing[0])
    found += invariants.exactly(world, order.count)
    closing.append(world.start(order))
    if world.finish(closing[1]).leftovers or writes(closing[1].commands):
        found.append("I1: the second closing run is not content")
    found += [f"{each} is gone" for each in STRANGERS & before - {server.id for server in world.alive()}]
    rules = (invariants.whole_account, invariants.proven_deletes, invariants.proven_trims)
    for rule in (*rules, invariants.bounded_flight, invariants.ends_in_time):
        found += [each for run in (*runs, *closing) for each in rule(run)]
    return found


@pytest.mark.parametrize("first", range(0, WORLDS, 40))
def test_the_invariants_hold_in_every_world(first: int) -> None:
    broken = {seed: found for seed in range(first, first + 40) if (found := violations(seed))}
    assert broken == {}
