# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab: real OpenStack clouds on this machine, and how their services are frozen, stopped, killed and let go."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import typing as t
from pathlib import Path

ROLES = ("nova", "neutron", "keystone", "placement", "glance")
INSTANCES = 20  # the quota that the lab comes with
_COMMAND_SECONDS = 240.0


class RigError(Exception):
    """The lab or the script does not work; that says nothing about the product."""


class Rig:
    """The services of a running lab. Whatever was done to them is undone by `mend`, which may be called at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._frozen: dict[tuple[str, str], int] = {}
        self._stopped: set[tuple[str, str]] = set()
        self._knobs: set[str] = set()
        if not self.clouds_yaml.exists() or not self.clouds:
            raise RigError(f"no lab is up in {folder}")

    @property
    def clouds(self) -> tuple[str, ...]:
        return tuple(sorted(path.name.removesuffix("-nova") for path in self._pids.glob("*-nova")))

    @property
    def clouds_yaml(self) -> Path:
        return self.folder / "clouds.yaml"

    @property
    def administrators_yaml(self) -> Path:
        return self.folder / "clouds-admin.yaml"

    @property
    def client(self) -> Path:
        return self.folder / "venv/bin/openstack"

    @property
    def _pids(self) -> Path:
        return self.folder / "run/pid"

    def freeze(self, cloud: str, role: str) -> None:
        """Make one service hang: it accepts connections and answers nothing."""
        pid = self._pid(cloud, role)
        self._frozen[cloud, role] = pid
        os.kill(pid, signal.SIGSTOP)

    def thaw(self, cloud: str, role: str) -> None:
        pid = self._frozen.pop((cloud, role), None)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def stop(self, cloud: str, role: str) -> None:
        self._stopped.add((cloud, role))
        self._lab("stop", cloud, role)

    def crash(self, cloud: str, role: str) -> None:
        """Kill one service in the middle of whatever it does."""
        self._stopped.add((cloud, role))
        os.kill(self._pid(cloud, role), signal.SIGKILL)

    def start(self, cloud: str, role: str) -> None:
        self._lab("start", cloud, role)
        self._stopped.discard((cloud, role))

    def lose_host(self, cloud: str, number: int) -> None:
        """Stop one of the compute services, which Nova does not notice for 20 seconds."""
        self._knobs.add(cloud)
        self._lab("knob", cloud, json.dumps({"dead_hosts": [f"{cloud}-cpu{number}"]}))

    def find_host(self, cloud: str) -> None:
        self._lab("knob", cloud, "{}")
        self._knobs.discard(cloud)

    def mend(self) -> None:
        """Let go of all that is frozen, stopped or lost: the frozen first, which costs nothing."""
        for cloud, role in list(self._frozen):
            self.thaw(cloud, role)
        for cloud in list(self._knobs):
            self.find_host(cloud)
        for cloud, role in list(self._stopped):
            self.start(cloud, role)

    def _pid(self, cloud: str, role: str) -> int:
        """The process of a service: its file says its start time too, so that a number used again is not taken."""
        number, started = (self._pids / f"{cloud}-{role}").read_text().split()
        stat = Path(f"/proc/{number}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[19] != started:
            raise RigError(f"{role} of {cloud} does not run")
        return int(number)

    def _lab(self, *words: str) -> None:
        command = [str(self.folder / "lab"), *words]
        with (self.folder / "logs/faults.log").open("ab") as log:
            code = bounded(command, _COMMAND_SECONDS, stdout=log, stderr=log, stdin=subprocess.DEVNULL).returncode
        if code:
            raise RigError(f"{' '.join(command)} ended with {code}")


def bounded(command: list[str], seconds: float, **how: t.Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with a limit."""
    try:
        return subprocess.run(command, timeout=seconds, check=False, text=True, **how)
    except subprocess.TimeoutExpired as error:
        raise RigError(f"{' '.join(command)} did not end within {seconds:.0f} s") from error


def pause(until: float) -> None:
    """Sleep until that time of the monotonic clock."""
    time.sleep(max(0.0, until - time.monotonic()))
