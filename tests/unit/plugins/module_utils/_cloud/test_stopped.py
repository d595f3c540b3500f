# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as a process of its own, as Ansible starts it, that is told to stop in the middle of a launch.

A POST takes two seconds here, and a build longer than any test. The first POSTs to each location are four: whoever is
not stopped while they are under way sends all the others once they are answered.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_server
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

COUNT = 20
API_TIMEOUT = 4
# What a crowded machine may need to notice anything, in seconds.
SLACK = 2.0
CODE = (
    "import runpy, sys; sys.path[:0] = eval(sys.argv.pop()); "
    f"runpy.run_module({multi_stack_server.__name__!r}, run_name='__main__')"
)
WORLD = {"clouds": ["alpha", "beta"], "defaults": {"build_seconds": 300, "latency": {"server.create": 2.0}}}
ORDER: dict[str, t.Any] = {
    "fleet": "crawl",
    "count": COUNT,
    "image": "cirros",
    "flavor": "m1.tiny",
    "network": "private",
    "timeout": 120,
    "api_timeout": API_TIMEOUT,
}


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Run:
    """A module under way, and when what came of it; times are epoch seconds."""

    def __init__(self, clouds: Simulator, folder: pathlib.Path) -> None:
        clouds.clouds_yaml(folder / "clouds.yaml")
        # No file where Ansible's own debugging aid would look, no cloud of the user's, no proxy.
        hidden = ("OS_", "OPENMULTISTACK_", "ANSIBLE_")
        seen = {k: v for k, v in os.environ.items() if not k.startswith(hidden) and not k.lower().endswith("_proxy")}
        arguments = {"ANSIBLE_MODULE_ARGS": {**ORDER, "clouds_yaml_path": str(folder / "clouds.yaml")}}
        self.clouds = clouds
        self.said, self.said_at = b"", 0.0
        self.stopped_at = 0.0
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, repr(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=seen,
            start_new_session=True,
        )
        assert self.process.stdin
        self.process.stdin.write(json.dumps(arguments).encode())
        self.process.stdin.close()

    def posts(self, since: float = 0.0) -> int:
        return sum(line["time"] >= since for line in self.clouds.wire(event="server.create"))

    def until(self, holds: t.Callable[[], object]) -> None:
        """Wait for what this process is to do next."""
        end = time.monotonic() + 60
        while not holds():
            assert self.process.poll() is None, self.errors()
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.02)

    def tell(self, how: int | str) -> None:
        """Tell it to stop, by a signal or by reading no more."""
        self.stopped_at = time.time()
        assert self.process.stdout
        if isinstance(how, int):
            self.process.send_signal(how)
            threading.Thread(target=self._listen, daemon=True).start()
        else:
            self.process.stdout.close()

    def ends(self) -> None:
        """See that it ends by itself in time, with all that it started."""
        self.process.wait(self.stopped_at + API_TIMEOUT + SLACK - time.time())
        ended_at = time.time()
        if self.said_at:
            assert ended_at - self.said_at < SLACK
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)

    def report(self) -> dict[str, t.Any]:
        end = time.monotonic() + SLACK
        while not self.said_at and time.monotonic() < end:
            time.sleep(0.02)
        return t.cast("dict[str, t.Any]", json.loads(self.said))

    def errors(self) -> str:
        assert self.process.stderr
        return self.process.stderr.read().decode()

    def _listen(self) -> None:
        """Take the report, the only line that is not empty, and note when all of it was there."""
        assert self.process.stdout
        self.said = next(filter(bytes.strip, self.process.stdout), b"")
        self.said_at = time.time()

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()


@pytest.fixture
def run(clouds: Simulator, tmp_path: pathlib.Path) -> t.Iterator[Run]:
    clouds.reset()
    clouds.log.clear()
    started = Run(clouds, tmp_path)
    yield started
    started.close()


def untold(run: Run) -> set[str]:
    """The servers of which the report says nothing: not by id, and not as one that may be there."""
    report = run.report()
    told = {each["id"] for kind in ("servers", "leftovers", "suspicious") for each in report[kind]}
    told |= {each["id"] for each in report["shortfall"]["missing"]}
    maybe = {each["name"] for each in report["unresolved"]}
    return {each["name"] for each in run.clouds.servers() if each["id"] not in told and each["name"] not in maybe}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, "nobody reads"])
def test_a_launch_that_is_told_to_stop_makes_nothing_more_and_tells_what_there_is(run: Run, how: int | str) -> None:
    run.until(run.clouds.servers)
    run.tell(how)
    run.ends()
    assert run.posts(run.stopped_at + 1) == 0
    assert 0 < len(run.clouds.servers()) < COUNT
    if isinstance(how, int):
        assert untold(run) == set()
        assert signal.Signals(how).name in run.report()["msg"]


@pytest.mark.parametrize("how", [signal.SIGTERM, "nobody reads"])
def test_neither_does_one_whose_posts_are_never_answered(run: Run, how: int | str) -> None:
    run.clouds.behave(event="server.create", cloud="beta", do="hang", commit=True)
    run.until(lambda: run.clouds.servers(cloud="beta"))
    run.tell(how)
    run.ends()
    assert run.posts(run.stopped_at + 1) == 0
    if isinstance(how, int):
        assert untold(run) == set()
        assert {each["location"] for each in run.report()["unresolved"]} == {"beta:RegionOne"}


def test_a_run_that_waits_for_a_hung_location_stops_at_once(run: Run) -> None:
    run.clouds.behave(event="server.list", do="hang")
    run.until(lambda: len(run.clouds.wire(event="server.list")) == 2)
    run.tell(signal.SIGTERM)
    run.ends()
    assert run.report()["failed"]
    assert run.said_at - run.stopped_at < SLACK
    assert run.posts() == 0
