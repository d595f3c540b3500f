# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the collection and the floor in turn on the clouds of OS_CLIENT_CONFIG_FILE, and print how they compare.

    python tests/bench/compare.py --count 30 --pairs 5 --image cirros --flavor m1.tiny --network private

Seconds are wall time of the whole process, CPU those of it and its children, requests those that it counted itself.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

FLEET = "bench"
STEPS = ("launch", "rerun", "destroy")
FLOOR = Path(__file__).with_name("floor.py")


@dataclass(frozen=True)
class Run:
    """What one process cost, and how many servers it left."""

    seconds: float
    cpu: float
    requests: int
    servers: int


def measured(command: list[str], read: t.Callable[[str], tuple[int, int]]) -> Run:
    """Run one command to its end; `read` finds requests and servers in what it printed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, *read(done.stdout))


def ours(step: str, wanted: argparse.Namespace) -> Run:
    state = "absent" if step == "destroy" else "present"
    order = {"fleet": FLEET, "state": state, "count": wanted.count, **_what(wanted)}
    module = ["-m", "openmultistack.cloud.multi_stack_server", "-a", json.dumps(order)]
    return measured(["ansible", "localhost", *module], _read_ours)


def floor(step: str, wanted: argparse.Namespace) -> Run:
    names = [word for name, value in _what(wanted).items() for word in (f"--{name}", value)]
    return measured([sys.executable, str(FLOOR), step, str(wanted.count), *names], _read_floor)


def _what(wanted: argparse.Namespace) -> dict[str, str]:
    return {"image": wanted.image, "flavor": wanted.flavor, "network": wanted.network}


def _read_ours(text: str) -> tuple[int, int]:
    result = json.loads(text.split("=>", 1)[1])
    return sum(result["requests"].values()), len(result["servers"])


def _read_floor(text: str) -> tuple[int, int]:
    result = json.loads(text)
    return result["requests"], result["servers"]


def row(name: str, runs: list[Run]) -> str:
    seconds = [run.seconds for run in runs]
    return (
        f"{name:<16}{statistics.median(seconds):8.2f} ({min(seconds):.2f}-{max(seconds):.2f})"
        f"{statistics.median(run.cpu for run in runs):10.2f}{statistics.median(run.requests for run in runs):10.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=5)
    for name, default in (("image", "cirros"), ("flavor", "m1.tiny"), ("network", "private")):
        parser.add_argument(f"--{name}", default=default)
    wanted = parser.parse_args()
    os.environ.setdefault("ANSIBLE_LOCALHOST_WARNING", "false")
    runs: dict[tuple[str, str], list[Run]] = {}
    for pair in range(wanted.pairs):
        sides = [("ours", ours), ("floor", floor)]
        for name, run in sides if pair % 2 == 0 else reversed(sides):
            for step in STEPS:
                runs.setdefault((step, name), []).append(run(step, wanted))
                print(f"pair {pair + 1} {step} {name}: {runs[step, name][-1]}", file=sys.stderr, flush=True)
    print(f"{wanted.count} servers, {wanted.pairs} pairs     median (min-max) s     CPU s  requests")
    for step in STEPS:
        for name in ("ours", "floor"):
            print(row(f"{step} {name}", runs[step, name]))
        ratios = [
            one.seconds / other.seconds for one, other in zip(runs[step, "ours"], runs[step, "floor"], strict=True)
        ]
        print(f"{step} ratio    {statistics.median(ratios):8.2f} ({min(ratios):.2f}-{max(ratios):.2f})")


if __name__ == "__main__":
    main()
