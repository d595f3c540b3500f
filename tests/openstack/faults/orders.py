# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders: the module as a process of its own, as Ansible starts it, with a HOME and temporary folders of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .rig import pause

ROOT = Path(__file__).parents[3]
MODULE = "ansible_collections.openmultistack.cloud.plugins.modules.multi_stack_server"
LOADING = 20.0
GRACE = 30.0  # of a run, beyond its own timeout, with both cores busy
ABSENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is ordered; a count of `ABSENT` is a destruction."""

    fleet: str
    count: int
    timeout: int = 150
    more: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, t.Any]:
        common = {"fleet": self.fleet, "timeout": self.timeout, "api_timeout": 15, **self.more}
        if self.count == ABSENT:
            return {**common, "state": "absent"}
        what = {"image": "cirros", "flavor": ["m1.nano"], "network": "private"}
        return {**common, "state": "present", "count": self.count, **what}

    @property
    def servers(self) -> int:
        return max(self.count, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a run ended: what it returned (nothing where it was killed), and what it said else."""

    order: Order
    seconds: float
    data: t.Mapping[str, t.Any]
    killed: bool
    hung: bool
    noise: str

    @property
    def exact(self) -> bool:
        return bool(self.data.get("exact"))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(server["id"] for server in self.data.get("servers", ()))

    @property
    def message(self) -> str:
        return str(self.data.get("msg") or ("killed" if self.killed else "hung" if self.hung else self.noise[-2000:]))

    @property
    def story(self) -> str:
        """What a reader needs to find out why."""
        decisions = "\n".join(f"    {line}" for line in self.data.get("decisions", ()))
        wanted = "absent" if self.order.count == ABSENT else str(self.order.count)
        return f"  {self.order.fleet} {wanted}, {self.seconds:.1f} s: {self.message}\n{decisions}"


class Run:
    """One process of the module, which waits for `go`."""

    def __init__(self, order: Order, folder: Path, clouds_yaml: Path) -> None:
        self.order, self.folder, self._killed = order, folder, False
        for name in ("home", "tmp", "run"):
            (folder / name).mkdir(parents=True)
        self._arguments = json.dumps({"ANSIBLE_MODULE_ARGS": order.arguments})
        with self._file("out").open("w") as out, self._file("err").open("w") as err:
            self._started = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                cwd=folder,
                start_new_session=True,
                env=self._environment(clouds_yaml),
                text=True,
            )

    def load(self) -> None:
        """Wait until it has imported all and wants its arguments: so several can be let go at the same moment."""
        deadline, spent = time.monotonic() + LOADING, -1
        while self._process.poll() is None and time.monotonic() < deadline:
            now = self._processor_time()
            if now == spent:
                return
            spent = now
            time.sleep(0.5)

    def go(self) -> None:
        """Give it its arguments, as Ansible does."""
        self._started = time.monotonic()
        stdin = t.cast("t.IO[str]", self._process.stdin)
        with contextlib.suppress(BrokenPipeError):
            stdin.write(self._arguments)
            stdin.close()

    def kill_at(self, seconds: float) -> bool:
        """SIGKILL so many seconds after the start; whether it still ran then."""
        pause(self._started + seconds)
        if self._process.poll() is not None:
            return False
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._killed = self._process.returncode == -signal.SIGKILL
        return self._killed

    def answer(self) -> Answer:
        """Wait for the end, which no run may put off."""
        hung = False
        try:
            self._process.wait(max(0.0, self._started + self.order.timeout + GRACE - time.monotonic()))
        except subprocess.TimeoutExpired:
            hung = True
            self._process.kill()
            self._process.wait()
        return Answer(
            order=self.order,
            seconds=time.monotonic() - self._started,
            data=_read(self._file("out")),
            killed=self._killed,
            hung=hung,
            noise=self._file("out").read_text()[-4000:] + self._file("err").read_text()[-4000:],
        )

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _processor_time(self) -> int:
        words = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(words[11]) + int(words[12])

    def _file(self, name: str) -> Path:
        return self.folder / name

    def _environment(self, clouds_yaml: Path) -> dict[str, str]:
        """Nothing is shared with another run: neither home, nor temporary files, nor locks, nor memory."""
        home, temporary, runtime = (str(self.folder / name) for name in ("home", "tmp", "run"))
        return {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT / ".cache"),
            "OS_CLIENT_CONFIG_FILE": str(clouds_yaml),
            "HOME": home,
            "XDG_CACHE_HOME": f"{home}/cache",
            "XDG_STATE_HOME": f"{home}/state",
            "XDG_RUNTIME_DIR": runtime,
            "TMPDIR": temporary,
        }


def _read(file: Path) -> dict[str, t.Any]:
    """The JSON that the module printed, if it came so far."""
    for line in reversed(file.read_text().splitlines()):
        if line.startswith("{"):
            try:
                return t.cast("dict[str, t.Any]", json.loads(line))
            except ValueError:
                return {}
    return {}
