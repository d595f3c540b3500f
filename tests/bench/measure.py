# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one command to its end, and print as a line of JSON what it and everything that it started cost.

    python tests/bench/measure.py --seconds 900 --said OUTPUT -- COMMAND

It is a process of its own because orphans of the command become its children, so that their CPU is counted too:
Ansible's background jobs are such. Seconds end with the command; CPU and memory are those of all that it started.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import re
import resource
import signal
import subprocess
import threading
import time
import typing as t
import uuid
from pathlib import Path

MARK = "OPENMULTISTACK_BENCH_RUN"
_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_LINGERING_SECONDS = 20.0
_SHARE_OF_SAMPLING = 1 / 30  # of one core, so that looking at many processes does not slow them down
_LEAST_SECONDS_BETWEEN_SAMPLES = 0.1


class Sampler:
    """The largest proportional set size (PSS) of all marked processes together, and how many they were then."""

    def __init__(self, mark: bytes) -> None:
        self._mark, self._stopped = mark, threading.Event()
        self.kilobytes = self.processes = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> t.Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = _LEAST_SECONDS_BETWEEN_SAMPLES
        while not self._stopped.wait(pause):
            began = time.thread_time()
            sizes = [size for size in map(_kilobytes, marked(self._mark)) if size]
            if sum(sizes) > self.kilobytes:
                self.kilobytes, self.processes = sum(sizes), len(sizes)
            pause = max(_LEAST_SECONDS_BETWEEN_SAMPLES, (time.thread_time() - began) / _SHARE_OF_SAMPLING)


def marked(mark: bytes) -> t.Iterator[int]:
    """The processes that were started with this in their environment."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                environment = Path(entry.path, "environ").read_bytes()
            except OSError:
                continue
            if mark in environment:
                yield int(entry.name)


def _kilobytes(process: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii"), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def kill(mark: bytes) -> None:
    for process in marked(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def reap(seconds: float) -> bool:
    """Wait for children and orphans; whether all ended in this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            ended, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if not ended:
            time.sleep(0.02)
    return False


def measured(command: list[str], seconds: float, said: Path) -> dict[str, t.Any]:
    """What the command cost; it is killed after these seconds, with all that it started."""
    token = uuid.uuid4().hex
    mark, killed = f"{MARK}={token}".encode(), threading.Event()

    def give_up() -> None:
        killed.set()
        kill(mark)

    timer, load = threading.Timer(seconds, give_up), os.getloadavg()[0]
    try:
        with said.open("wb") as output, Sampler(mark) as sampler:
            began = time.monotonic()
            environment = {**os.environ, MARK: token}
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
            timer.start()
            code = process.wait()
            lasted = time.monotonic() - began
            reap(_LINGERING_SECONDS)
    finally:
        timer.cancel()
        kill(mark)
        reap(_LINGERING_SECONDS)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(lasted, 3),
        "cpu": round(used.ru_utime + used.ru_stime, 3),
        # A process that is over before the first sample has been one of this size at the least.
        "pss": round(max(sampler.kilobytes, 0 if sampler.processes else used.ru_maxrss) / 1024, 1),
        "processes": max(sampler.processes, 1),
        "code": code,
        "killed": killed.is_set(),
        "load": round(load, 2),
    }


def _end(*_: object) -> t.NoReturn:
    raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=900.0)
    parser.add_argument("--said", type=Path, required=True, help="where to write what the command prints")
    parser.add_argument("command", nargs="+")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    system = ctypes.CDLL(None)
    system.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    system.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    print(json.dumps(measured(wanted.command, wanted.seconds, wanted.said)))


if __name__ == "__main__":
    main()
