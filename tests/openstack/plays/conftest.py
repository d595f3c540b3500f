# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""End-to-end plays on real clouds: pytest tests/openstack/plays --clouds clouds.yaml --rig "COMMAND".

COMMAND is what stops and starts services: ``COMMAND stop gamma nova``. With guests, the whole of pytest runs where the
guests can be reached, and ``--guests`` says so.
"""

from __future__ import annotations

import shlex
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from .plays import Plays
from .witness import Witness

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_FAULT_SECONDS = 240.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--clouds", type=Path, help="clouds.yaml of real clouds, each with a project of no other use")
    parser.addoption("--on", metavar="CLOUD", action="append", help="only this cloud of them; may be said again")
    parser.addoption("--rig", default="", help="the command that stops and starts their services")
    parser.addoption("--guests", action="store_true", help="their servers answer at their addresses")


class Rig:
    """Stops services of a cloud, and starts again what it stopped."""

    def __init__(self, command: str) -> None:
        self._command, self._stopped = shlex.split(command), set[tuple[str, str]]()

    def stop(self, cloud: str, service: str) -> None:
        self._stopped.add((cloud, service))
        self._do("stop", cloud, service)

    def start(self, cloud: str, service: str) -> None:
        self._do("start", cloud, service)
        self._stopped.discard((cloud, service))

    def mend(self) -> None:
        for cloud, service in list(self._stopped):
            self.start(cloud, service)

    def _do(self, *words: str) -> None:
        subprocess.run([*self._command, *words], check=True, timeout=_FAULT_SECONDS, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def clouds_yaml(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    every = yaml.safe_load(request.config.getoption("--clouds", skip=False).read_text())["clouds"]
    some = request.config.getoption("--on") or list(every)
    path = tmp_path_factory.mktemp("clouds") / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {name: every[name] for name in some}}))
    return path


@pytest.fixture(scope="session")
def witness(clouds_yaml: Path) -> Witness:
    return Witness(clouds_yaml)


@pytest.fixture
def plays(tmp_path: Path, clouds_yaml: Path) -> Plays:
    return Plays(tmp_path, clouds_yaml)


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = Rig(request.config.getoption("--rig"))
    yield rig
    rig.mend()
