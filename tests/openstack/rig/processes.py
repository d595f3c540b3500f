# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes: each has a file with its number and its start time, so that a number used again is not taken for ours."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .settings import RigError

_KILLED_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is started, and under what name it is known from then on."""

    name: str
    command: tuple[str, ...]
    log: Path
    port: int = 0
    environment: t.Mapping[str, str]


class Processes:
    """The rig's processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self._folder.glob("*")))

    def pid(self, name: str) -> int:
        """The number of the process, 0 where it does not run."""
        with contextlib.suppress(OSError, ValueError):
            number, started = (self._folder / name).read_text().split()
            if stat(int(number))[1] == started:
                return int(number)
        return 0

    def frozen(self, name: str) -> bool:
        return stat(self.pid(name))[0] == "T"

    def start(self, program: Program) -> None:
        """Start it, unless it runs."""
        if self.pid(program.name):
            return
        for folder in (self._folder, program.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder.parent,
                env=program.environment,
            )
        (self._folder / program.name).write_text(f"{process.pid} {stat(process.pid)[1]}")

    def stop(self, name: str, seconds: float = 15.0) -> bool:
        """End it, frozen or not; whether it ran."""
        pid = self.pid(name)
        if pid:
            for number in (signal.SIGTERM, signal.SIGCONT):
                os.kill(pid, number)
            if not self._ended(name, pid, seconds):
                os.kill(pid, signal.SIGKILL)
                self._ended(name, pid, seconds)
        (self._folder / name).unlink(missing_ok=True)
        return bool(pid)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Freeze it (SIGSTOP), let it go on (SIGCONT), or kill it (SIGKILL), which is waited for."""
        pid = self.pid(name)
        if not pid:
            raise RigError(f"{name} does not run")
        os.kill(pid, number)
        if number == signal.SIGKILL:
            self._ended(name, pid, _KILLED_SECONDS)

    def wait_until_listens(self, program: Program, seconds: float) -> None:
        """Wait until its port takes connections."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", program.port), 1):
                return
            if not self.pid(program.name):
                raise RigError(f"{program.name} ended while it started; its log closes with\n{tail(program.log)}")
            time.sleep(0.1)
        raise RigError(f"{program.name} did not listen on {program.port} within {seconds:.0f} s\n{tail(program.log)}")

    def _ended(self, name: str, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.pid(name) and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)
        return not self.pid(name)


def stat(pid: int) -> tuple[str, str]:
    """State and start time of a process; nothing of one that is gone, or only waits to be collected."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if words[0] not in "ZX" or int(words[17]) > 1:  # its other threads hold its port until they end
            return words[0], words[19]
    return "", ""


def tail(path: Path, lines: int = 15) -> str:
    """The end of a log."""
    text = path.read_text(errors="replace") if path.exists() else f"(no {path})"
    return "\n".join(text.splitlines()[-lines:])


def run(command: t.Sequence[str | Path], log: Path, environment: t.Mapping[str, str] | None = None) -> None:
    """Run a command to its end, and keep what it says."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment, check=False)
    if done.returncode:
        raise RigError(f"{' '.join(map(str, command))} ended with {done.returncode}; {log} closes with\n{tail(log)}")
