# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the inventory, the same one from a static script, and the floor in turn, and print how they compare.

    python tests/bench/inventory.py --servers 10000 --locations 50     # on simulated clouds
    python tests/bench/inventory.py                                    # those of OS_CLIENT_CONFIG_FILE, as they are

The static script prints what our own inventory exported, so that hosts, groups and variables are the same: it is what
Ansible itself needs. The floor is tests/bench/floor.py, which asks every cloud at once and knows nothing else; with
"ansible --version" it is the least that any inventory plugin can take. Also sees that two exports are the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from compare import FLOOR, Run, measured

ROOT = Path(__file__).parents[2]
LARGEST = 1536
REGIONS_OF_A_CLOUD = 5


def world(servers: int, locations: int) -> dict[str, t.Any]:
    """Fleets of fifty, spread over locations of which five are of one cloud; all of them with marks."""
    found: list[list[dict[str, t.Any]]] = [[] for _each in range(locations)]
    for number in range(servers):
        fleet, slot = f"fleet-{number // 50}", number % 50 + 1
        mark = f"1;{fleet};{slot};{number:016d};1790000000;1790003600;0;0a1b2c3d"
        own = {"multi_stack_expires": "1790003600", "multi_stack_owner": "ops", "multi_stack_image": "debian-13"}
        server = {"name": f"{fleet}-{slot:03d}", "description": mark, "metadata": {"multi_stack": mark, **own}}
        found[number % locations].append(server)
    clouds: dict[str, t.Any] = {}
    for number, here in enumerate(found):
        cloud = clouds.setdefault(f"c{number // REGIONS_OF_A_CLOUD:02d}", {"multi_stack": HINTS, "regions": {}})
        cloud["regions"][f"r{number % REGIONS_OF_A_CLOUD}"] = {"servers": here}
    return {"defaults": {"zones": ["az1"]}, "clouds": clouds}


HINTS = {"ssh_user": "debian", "jump_host": "ops@gate.example.com"}


@contextlib.contextmanager
def simulated(folder: Path, wanted: argparse.Namespace) -> t.Iterator[None]:
    """Clouds with as many servers as are wanted, for as long as this lasts."""
    (folder / "world.json").write_text(json.dumps(world(wanted.servers, wanted.locations)), encoding="utf-8")
    clouds_yaml = str(folder / "clouds.yaml")
    files = ["--config", str(folder / "world.json"), "--clouds-yaml", clouds_yaml]
    command = [sys.executable, "-m", "tests.simulator", *files]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            if simulator.stdout is None or not simulator.stdout.readline():
                sys.exit("the simulator did not start")
            os.environ["OS_CLIENT_CONFIG_FILE"] = clouds_yaml
            yield
        finally:
            simulator.terminate()


def sides(folder: Path, timeout: float) -> dict[str, list[str]]:
    """What is compared: the commands, by name."""
    ours, export = folder / "openmultistack.yml", folder / "export.json"
    ours.write_text(f"plugin: openmultistack.cloud.multi_stack\ntimeout: {timeout}\n", encoding="utf-8")
    static = folder / "static"
    static.write_text(f"#!/bin/sh\nexec cat {shlex.quote(str(export))}\n", encoding="utf-8")
    static.chmod(0o700)
    listing = ["ansible-inventory", "--list", "--export", "--inventory"]
    subprocess.run([*listing, str(ours), "--output", str(export)], check=True)
    name = next(iter(hosts_of(export)))
    reading = ["ansible-inventory", "--host", name, "--inventory"]
    return {
        "export ours": [*listing, str(ours)],
        "export static": [*listing, str(static)],
        "read ours": [*reading, str(ours)],
        "read static": [*reading, str(static)],
        "floor": [sys.executable, str(FLOOR), "inventory"],
        "ansible --version": ["ansible", "--version"],
    }


def hosts_of(export: Path) -> dict[str, dict[str, t.Any]]:
    content = json.loads(export.read_text(encoding="utf-8"))
    return t.cast("dict[str, dict[str, t.Any]]", content["_meta"]["hostvars"])


def checked(folder: Path, servers: int | None) -> str:
    """What is there, in a line; ends the run where that is not what it should be."""
    export, again = folder / "export.json", folder / "again.json"
    command = ["ansible-inventory", "--inventory", str(folder / "openmultistack.yml"), "--list", "--export"]
    subprocess.run([*command, "--output", str(again)], check=True)
    if export.read_bytes() != again.read_bytes():
        sys.exit(f"two exports differ: {export}, {again}")
    hosts = hosts_of(export)
    largest = max(len(json.dumps(variables)) for variables in hosts.values())
    if largest > LARGEST or (servers and len(hosts) != servers):
        sys.exit(f"{len(hosts)} hosts, of which the largest has {largest} bytes")
    size = export.stat().st_size
    return f"{len(hosts)} hosts, at most {largest} bytes of variables each, {size} bytes in all; twice the same"


def table(runs: t.Mapping[str, list[Run]]) -> t.Iterator[str]:
    """A line for each side, and how they compare round by round."""
    yield f"{'':<20}{'seconds, median (min-max)':>28}{'CPU s':>10}{'least':>8}"
    for name, each in runs.items():
        seconds, cpu = [run.seconds for run in each], [run.cpu for run in each]
        wall = f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"
        yield f"{name:<20}{wall:>28}{statistics.median(cpu):10.2f}{min(cpu):8.2f}"
    for kind in ("export", "read"):
        ours, static = runs[f"{kind} ours"], runs[f"{kind} static"]
        wall = statistics.median(one.seconds / other.seconds for one, other in zip(ours, static, strict=True))
        cpu = statistics.median(one.cpu / other.cpu for one, other in zip(ours, static, strict=True))
        yield f"{kind}: ours takes {wall:.2f} times the seconds of the static script, {cpu:.2f} times its CPU"
    least = zip(runs["read ours"], runs["floor"], runs["ansible --version"], strict=True)
    more = statistics.median(ours.seconds - floor.seconds - ansible.seconds for ours, floor, ansible in least)
    yield f"read: ours takes {more:.2f} s more than the floor and ansible --version together"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", type=int, help="how many to simulate; without it the clouds are what they are")
    parser.add_argument("--locations", type=int, default=50, help="over how many locations")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds that each location has to answer")
    wanted = parser.parse_args()
    os.environ |= {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache")}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        if wanted.servers:
            stack.enter_context(simulated(folder, wanted))
        commands = sides(folder, wanted.timeout)
        print(checked(folder, wanted.servers), flush=True)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for turn in range(wanted.rounds):
            order = list(commands) if turn % 2 == 0 else list(reversed(commands))
            for side in order:
                runs[side].append(measured(commands[side], lambda _text: (0, 0)))
                print(f"round {turn + 1} {side}: {runs[side][-1].seconds:.2f} s", file=sys.stderr, flush=True)
        print(*itertools.chain(table(runs)), sep="\n")


if __name__ == "__main__":
    main()
