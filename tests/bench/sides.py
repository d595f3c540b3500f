# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each side does each step: its command, and what it says that it did."""

from __future__ import annotations

import json
import shlex
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import matrix
from .scene import COLLECTIONS, FLEET

if t.TYPE_CHECKING:
    from .matrix import Row
    from .scene import Scene

HERE = Path(__file__).parent
FLOOR = str(HERE / "floor.py")
MODULE = "openmultistack.cloud.multi_stack_server"
SIMULATED_DEADLINE = 60.0
_OURS_YAML, _PEER_YAML, _STATIC, EXPORT = "openmultistack.yml", "openstack.yml", "static", "export.json"


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """What the servers are made of; real clouds may have other names for it."""

    image: str = "cirros"
    flavor: str = "m1.nano"
    network: str = "private"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One step of one side."""

    row: Row
    side: str
    step: str
    scene: Scene
    kinds: Kinds
    peers: Path  # the folder of programs of the peers' environment

    def command(self) -> list[str]:
        side = "play" if self.side in {matrix.LOOP, matrix.ASYNC} else self.side
        commands: dict[str, t.Callable[[], list[str]]] = {
            matrix.OURS: self._ours,
            matrix.FLOOR: self._floor,
            matrix.PING: lambda: ["ansible", "localhost", "-m", "ansible.builtin.ping"],
            matrix.ANSIBLE: lambda: ["ansible", "--version"],
            matrix.STATIC: lambda: self._inventory("ansible-inventory", _STATIC),
            matrix.PEER: lambda: self._inventory(str(self.peers / "ansible-inventory"), _PEER_YAML),
            "play": self._play,
        }
        return commands[side]()

    def _ours(self) -> list[str]:
        if self.engine_alone:
            size = [str(self.row.servers), str(self.row.locations)]
            return [sys.executable, str(HERE / "planning.py"), self.step, *size]
        if self.row.job == "inventory":
            return self._inventory("ansible-inventory", _OURS_YAML)
        state = "absent" if self.step == "destroy" else "present"
        order = {"fleet": FLEET, "state": state, "count": self.row.servers, **vars(self.kinds)}
        if state == "absent":
            del order["count"]
        check = ["--check"] if self.step == "start" else []
        return ["ansible", "localhost", "-m", MODULE, "-a", json.dumps(order), *check]

    def _floor(self) -> list[str]:
        if self.row.job == "inventory":
            return [sys.executable, FLOOR, "inventory", "--deadline", str(self.deadline)]
        what = "check" if self.step == "start" else self.step
        kinds = [word for name, value in vars(self.kinds).items() for word in (f"--{name}", value)]
        return [sys.executable, FLOOR, what, "--fleet", FLEET, "--count", str(self.row.servers), *kinds]

    def _play(self) -> list[str]:
        given = self.scene.folder / "order.json"
        state = "absent" if self.step == "destroy" else "present"
        order = {"fleet": FLEET, "state": state, "count": self.row.servers, "locations": self.scene.locations}
        given.write_text(json.dumps({**order, **vars(self.kinds)}), encoding="utf-8")
        return [str(self.peers / "ansible-playbook"), "-e", f"@{given}", str(HERE / f"peers/{self.side}.yml")]

    def _inventory(self, program: str, file: str) -> list[str]:
        what = ["--list", "--export"] if self.step == "export" else ["--host", one_host(self.scene)]
        return [program, *what, "--inventory", str(self.scene.folder / file)]

    @property
    def engine_alone(self) -> bool:
        """Whether no cloud is asked; the process says itself how long it took, by its CPU or on a virtual clock."""
        return self.row.job in {"plan", "clock"}

    @property
    def deadline(self) -> float:
        return matrix.DEADLINE if self.row.real else SIMULATED_DEADLINE

    def wrong(self, code: int, said: str) -> str:
        """What is not as it should be, if anything; a peer may fail where a cloud does."""
        if code and self.row.fault and self.side == matrix.PEER:
            return ""
        if code:
            return f"ended with {code}: {' '.join(said.split())[-400:]}"
        wanted = 0 if self.step == "destroy" else self.row.servers
        if self.row.job != "launch" or self.side not in {matrix.OURS, matrix.FLOOR}:
            return ""
        seen = self._seen(said)
        return "" if seen == wanted else f"{seen} servers instead of {wanted}"

    def _seen(self, said: str) -> int | None:
        """How many servers the answer has, among whatever else was printed; None without an answer."""
        start = said.find('{"servers"' if self.side == matrix.FLOOR else "=> {")
        if start < 0:
            return None
        answer, _end = json.JSONDecoder().raw_decode(said, said.index("{", start))
        return int(answer["servers"]) if self.side == matrix.FLOOR else len(answer["servers"])


def environment(job: Job) -> dict[str, str]:
    """What leads a side to its clouds, and to nothing of the user's own."""
    ours = job.side not in matrix.PEERS
    return {
        "OS_CLIENT_CONFIG_FILE": str(job.scene.clouds_yaml),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        # HOME is not that of the user, which is where async_status looks and the job itself does not write.
        "ANSIBLE_ASYNC_DIR": str(job.scene.folder / "async"),
        **({"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)} if ours else {}),
        **({"PYTHONPATH": str(COLLECTIONS)} if job.engine_alone else {}),
    }


def write_inventories(folder: Path, deadline: float) -> None:
    """The inventory files of each side; the static one shows what ours has exported."""
    (folder / _OURS_YAML).write_text(f"plugin: openmultistack.cloud.multi_stack\ntimeout: {deadline}\n")
    (folder / _PEER_YAML).write_text("plugin: openstack.cloud.openstack\nexpand_hostvars: false\n")
    static = folder / _STATIC
    static.write_text(f"#!/bin/sh\nexec cat {shlex.quote(str(folder / EXPORT))}\n", encoding="utf-8")
    static.chmod(0o700)


def exporting(folder: Path, output: str) -> list[str]:
    return ["ansible-inventory", "--list", "--export", "--inventory", str(folder / _OURS_YAML), "--output", output]


def exported(folder: Path) -> dict[str, dict[str, t.Any]]:
    """Hosts and their variables, as ours exported them."""
    content = json.loads((folder / EXPORT).read_text(encoding="utf-8"))
    return t.cast("dict[str, dict[str, t.Any]]", content["_meta"]["hostvars"])


def one_host(scene: Scene) -> str:
    """A host that is not on the cloud that will have a fault."""
    hosts = exported(scene.folder)
    return next((name for name, of in hosts.items() if of["multi_stack"]["cloud"] != scene.victim), next(iter(hosts)))
