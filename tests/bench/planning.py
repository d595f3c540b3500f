# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine alone, without clouds and without HTTP; prints the seconds that it took.

    PYTHONPATH=.cache python tests/bench/planning.py even 1000 200     # CPU of a plan, by a strategy
    PYTHONPATH=.cache python tests/bench/planning.py clock 5000 250    # a whole launch, on a virtual clock

A plan also reckons the room of each location, as a launch and the placement lookup do. The least of some plans counts.
"""

from __future__ import annotations

import argparse
import json
import time
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.fill import planned
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import STRATEGIES
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.wanted import wanted
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import Place
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import World, order_of

REPEATED = 20


def world_of(slots: int, locations: int) -> World:
    """Locations with room for twice as many."""
    hints = Hints(max_servers_per_owner=10_000)
    quota = 2 * -(-slots // locations)
    return World(
        [Place(label=f"l{n}:1", quota=quota, cores=None, hints=hints, zones=("az1", "az2")) for n in range(locations)]
    )


def least(job: t.Callable[[], object]) -> float:
    """Seconds of CPU of the quickest run."""
    found = []
    for _each in range(REPEATED):
        began = time.process_time()
        job()
        found.append(time.process_time() - began)
    return min(found)


def plan(strategy: str, slots: int, locations: int) -> float:
    """The plan of a run whose locations have all answered."""
    world = world_of(slots, locations)
    running = world.start(order_of(slots, min_count=0, strategy=strategy), check=True)
    world.finish(running)
    desk = running.engine._desk
    open_slots = wanted(desk)
    placed = len(planned(desk, open_slots, world.now).assigned)
    if strategy != "single" and placed != slots:
        raise SystemExit(f"{strategy}: {placed} of {slots} slots were placed")
    return least(lambda: planned(desk, open_slots, world.now))


def clock(slots: int, locations: int) -> float:
    """How long a launch takes where the clouds' own time is all that passes."""
    world = world_of(slots, locations)
    began = world.now
    result = world.launch(slots)
    if len(result.servers) != slots:
        raise SystemExit(f"{len(result.servers)} of {slots} servers were made")
    return world.now - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=[*STRATEGIES, "clock"])
    parser.add_argument("slots", type=int)
    parser.add_argument("locations", type=int)
    asked = parser.parse_args()
    size = (asked.slots, asked.locations)
    print(json.dumps({"seconds": clock(*size) if asked.what == "clock" else plan(asked.what, *size)}))


if __name__ == "__main__":
    main()
