# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much CPU a plan takes: the least of some, in milliseconds, for each strategy.

    PYTHONPATH=.cache python tests/bench/planning.py --slots 1000 --locations 200

"slots" are placed where the room is known already; "plan" also reckons the room of each location, as a launch and the
placement lookup do; "plan of the rest" is that of a fleet that has half of its servers.
"""

from __future__ import annotations

import argparse
import time
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.fill import planned
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import STRATEGIES, place_slots
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.wanted import wanted
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import Place
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.test_place import place
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import World, marked, order_of


def least(repeat: int, job: t.Callable[[], object]) -> float:
    """Milliseconds of CPU of the quickest run."""
    found = []
    for _each in range(repeat):
        began = time.process_time()
        job()
        found.append(time.process_time() - began)
    return min(found) * 1000


def slots_alone(strategy: str, wanted_slots: int, locations: int) -> t.Callable[[], object]:
    room = 2 * wanted_slots // locations
    places = [place(f"l{n}:1", room, zones=("az1", "az2")) for n in range(locations)]
    return lambda: place_slots(range(1, wanted_slots + 1), places, strategy, "crawl")


def whole_plan(strategy: str, wanted_slots: int, locations: int, there: int) -> t.Callable[[], object]:
    """The plan of a run whose locations have all answered; so many of its servers are there."""
    quota = 2 * (wanted_slots + there) // locations
    hints = Hints(max_servers_per_owner=10_000)
    places = [
        Place(label=f"l{n}:1", quota=quota, cores=None, hints=hints, zones=("az1", "az2")) for n in range(locations)
    ]
    world = World(places)
    for slot in range(1, there + 1):
        server = marked(slot, f"s{slot}")
        world.add(f"l{slot % locations}:1", server)
    running = world.start(order_of(wanted_slots + there, min_count=0, strategy=strategy), check=True)
    world.finish(running)
    desk = running.engine._desk
    open_slots = wanted(desk)
    placement = planned(desk, open_slots, world.now)
    if strategy != "single" and len(placement.assigned) != wanted_slots:
        raise SystemExit(f"{strategy}: {len(placement.assigned)} of {wanted_slots} slots were placed")
    return lambda: planned(desk, open_slots, world.now)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slots", type=int, default=1000)
    parser.add_argument("--locations", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=20)
    asked = parser.parse_args()
    print(f"{asked.slots} slots over {asked.locations} locations, ms of CPU, the least of {asked.repeat}")
    print(f"{'':<12}{'slots':>8}{'plan':>8}{'plan of the rest':>20}")
    for strategy in STRATEGIES:
        size = (strategy, asked.slots, asked.locations)
        jobs = (slots_alone(*size), whole_plan(*size, there=0), whole_plan(*size, there=asked.slots))
        alone, plan, rest = (least(asked.repeat, job) for job in jobs)
        print(f"{strategy:<12}{alone:8.1f}{plan:8.1f}{rest:20.1f}", flush=True)


if __name__ == "__main__":
    main()
