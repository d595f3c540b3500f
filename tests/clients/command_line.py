# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of openstackclient, as the tests use it."""

from __future__ import annotations

import dataclasses
import json
import shlex
import subprocess
import typing as t
from pathlib import Path

from tests.clients.environment import VENV, environment

if t.TYPE_CHECKING:
    from tests.simulator import Simulator

_RUNNER = Path(__file__).parent / "openstack_commands.py"


@dataclasses.dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    said: str
    complained: str


class CommandLine:
    """One user at one cloud; `show` and `do` take a command as it would be typed, without `openstack`."""

    def __init__(self, sim: Simulator, folder: Path, cloud: str = "alpha") -> None:
        self._cloud = cloud
        self._process = subprocess.Popen(
            [VENV / "bin/python", _RUNNER],
            env=environment(sim, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def run(self, command: str) -> Said:
        """Run it, whatever becomes of it."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(["--os-cloud", self._cloud, *shlex.split(command)]), file=self._process.stdin, flush=True)
        return Said(**json.loads(self._process.stdout.readline()))

    def do(self, command: str) -> str:
        """Run it, see it succeed, and have what it says."""
        done = self.run(command)
        assert (done.code, done.complained) == (0, ""), (command, done)
        return done.said

    def show(self, command: str) -> t.Any:
        """Run it, see it succeed, and have its answer."""
        return json.loads(self.do(f"{command} --format json"))

    def refused(self, command: str) -> str:
        """Run it, see it fail, and have what it complains of."""
        done = self.run(command)
        assert (done.code, done.said) == (1, ""), (command, done)
        return done.complained
