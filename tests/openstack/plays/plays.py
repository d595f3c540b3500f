# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays: Ansible as a user starts it, in a process of its own, and every request that it sent."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECONDS = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a play ended: its exit code, what it printed, what the module returned, and what went over the wire."""

    code: int
    output: str
    wire: tuple[str, ...]

    @property
    def result(self) -> dict[str, t.Any]:
        """What the one module of an ad-hoc command returned."""
        found, _end = json.JSONDecoder().raw_decode(self.output[self.output.index("=> {") + 3 :])
        return t.cast("dict[str, t.Any]", found)

    @property
    def states(self) -> dict[str, str]:
        """What became of each location."""
        return {label: row["state"] for label, row in self.result["by_location"].items()}

    @property
    def writes(self) -> list[str]:
        """The requests that change something; a token does not."""
        return [each for each in self.wire if not each.startswith(("GET", "HEAD")) and "/auth/tokens" not in each]


@dataclass(slots=True, kw_only=True)
class Started:
    """A play that goes on."""

    process: subprocess.Popen[str]
    wire: Path

    def ended(self) -> Played:
        try:
            output, _none = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        wire = self.wire.read_text(encoding="utf-8").splitlines() if self.wire.exists() else []
        return Played(code=self.process.returncode, output=output, wire=tuple(wire))


class Plays:
    """Starts plays on the clouds of a clouds.yaml, with nothing of the user's own around them."""

    def __init__(self, folder: Path, clouds_yaml: Path) -> None:
        self.folder, self._numbers = folder, itertools.count(1)
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "ANSIBLE_"))}
        self._environment = {
            **ours,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parent / "wire"),
            "OS_CLIENT_CONFIG_FILE": str(clouds_yaml),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_HOST_KEY_CHECKING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_HOME": str(folder / "ansible"),
        }

    def module(self, name: str, options: t.Mapping[str, t.Any], *, check: bool = False) -> Played:
        """Run one module, and wait for its end."""
        return self.begun(name, options, check=check).ended()

    def begun(self, name: str, options: t.Mapping[str, t.Any], *, check: bool = False) -> Started:
        """Start one module, as an ad-hoc command does."""
        what = ["-m", f"openmultistack.cloud.{name}", "-a", json.dumps(options)]
        return self._started(["ansible", "localhost", *what, *(["--check"] if check else [])])

    def playbook(self, name: str, **variables: t.Any) -> Played:
        """Play one of the collection's playbooks."""
        return self.command("ansible-playbook", f"openmultistack.cloud.{name}", "-e", json.dumps(variables))

    def command(self, *words: str) -> Played:
        """Run a command of Ansible's."""
        return self._started(list(words)).ended()

    def _started(self, words: list[str]) -> Started:
        wire = self.folder / f"wire-{next(self._numbers)}"
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env={**self._environment, "WIRE_LOG": str(wire)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Started(process=process, wire=wire)
