# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clouds that a turn is played on: simulated ones, made for their row, or the real ones that are given."""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import sys
import time
import typing as t
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import yaml

if t.TYPE_CHECKING:
    from .matrix import Row

ROOT = Path(__file__).parents[2]
# Where Ansible finds this tree as the collection: by the link of tools/setup, or because it lies there itself.
COLLECTIONS = ROOT.parents[2] if ROOT.parents[1].name == "ansible_collections" else ROOT / ".cache"
FLEET = "omsbench"
REGIONS_OF_A_CLOUD = 5
_HINTS = {"ssh_user": "debian", "jump_host": "ops@gate.example.com"}
_RIG_SECONDS = 300.0
_FAULTS = {"stopped": ("stop", "start"), "frozen": ("freeze", "thaw")}


class SceneError(Exception):
    """The clouds cannot be had as the row wants them."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Clouds that are up."""

    clouds_yaml: Path
    folder: Path  # for the files of this scene
    url: str = ""  # of the simulator
    rig: tuple[str, ...] = ()

    @property
    def locations(self) -> list[dict[str, str]]:
        """Every region of every cloud, as the modules of openstack.cloud name them."""
        entries = yaml.safe_load(self.clouds_yaml.read_text(encoding="utf-8"))["clouds"]
        return [
            {"cloud": cloud, "region": region["name"] if isinstance(region, dict) else region or ""}
            for cloud, entry in entries.items()
            for region in entry.get("regions") or [entry.get("region_name")]
        ]

    @property
    def victim(self) -> str:
        """The cloud whose Nova is stopped or frozen."""
        return self.locations[-1]["cloud"]

    def renew(self) -> None:
        """Forget what turns before have left; servers on real clouds are destroyed by their turns."""
        if self.url:
            urllib.request.urlopen(urllib.request.Request(f"{self.url}/_control/reset", method="POST")).close()

    @contextlib.contextmanager
    def fault(self, name: str) -> t.Iterator[None]:
        """Something wrong with one cloud, for as long as this lasts."""
        if not name:
            yield
            return
        begin, end = _FAULTS[name]
        try:
            self._command(begin)
            yield
        finally:
            self._command(end)

    def _command(self, verb: str) -> None:
        command = [*self.rig, verb, self.victim, "nova"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_RIG_SECONDS, check=False)
        if done.returncode:
            raise SceneError(f"{shlex.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def simulated(row: Row, folder: Path) -> t.Iterator[Scene]:
    """Clouds of five regions each, with what the row says."""
    world, clouds_yaml = folder / "world.json", folder / "clouds.yaml"
    world.write_text(json.dumps(world_of(row)), encoding="utf-8")
    command = [sys.executable, "-m", "tests.simulator", "--config", str(world), "--clouds-yaml", str(clouds_yaml)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            ready = simulator.stdout.readline().split() if simulator.stdout else []
            if len(ready) != 2:
                raise SceneError("the simulator did not start")
            yield Scene(clouds_yaml=clouds_yaml, folder=folder, url=ready[1])
        finally:
            simulator.terminate()


def world_of(row: Row) -> dict[str, t.Any]:
    """Room for twice what is launched; for an inventory, fleets of fifty, spread over all locations."""
    found: list[list[dict[str, t.Any]]] = [[] for _each in range(row.locations)]
    for number in range(row.servers if row.job == "inventory" else 0):
        found[number % row.locations].append(_server(number))
    clouds: dict[str, t.Any] = {}
    for number, here in enumerate(found):
        cloud = clouds.setdefault(f"c{number // REGIONS_OF_A_CLOUD:02d}", {"multi_stack": _HINTS, "regions": {}})
        cloud["regions"][f"r{number % REGIONS_OF_A_CLOUD}"] = {"servers": here}
    room = 2 * -(-row.servers // row.locations)
    quota = {"instances": room, "cores": room, "ram": 64 * room, "port": 10 * room}
    return {"defaults": {"zones": ["az1"], "latency": row.latency, "quota": quota}, "clouds": clouds}


def _server(number: int) -> dict[str, t.Any]:
    fleet, slot = f"fleet-{number // 50}", number % 50 + 1
    mark = f"1;{fleet};{slot};{number:016d};1790000000;1790003600;0;0a1b2c3d"
    own = {"multi_stack_expires": "1790003600", "multi_stack_owner": "ops", "multi_stack_image": "debian-13"}
    return {"name": f"{fleet}-{slot:03d}", "description": mark, "metadata": {"multi_stack": mark, **own}}


def settled(seconds: float = 1.0) -> None:
    """Let what a turn has stirred up calm down before the next is timed."""
    time.sleep(seconds)
