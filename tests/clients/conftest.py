# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three simulated clouds for each file of tests, that build and delete in a moment."""

from __future__ import annotations

import typing as t

import pytest

from tests.clients.ansible_runs import Ansible
from tests.simulator import Simulator

if t.TYPE_CHECKING:
    from pathlib import Path

_QUICK = {"build_seconds": 0.1, "delete_seconds": 0.1, "latency": 0}


@pytest.fixture
def sim() -> t.Iterator[Simulator]:
    """Clouds for one test alone."""
    with Simulator({"clouds": ["alpha", "beta", "gamma"], "defaults": _QUICK}) as clouds:
        yield clouds


@pytest.fixture(scope="module")
def shared_sim() -> t.Iterator[Simulator]:
    """Clouds for all tests of a file."""
    with Simulator({"clouds": ["alpha", "beta", "gamma"], "defaults": _QUICK}) as clouds:
        yield clouds


@pytest.fixture
def ansible(sim: Simulator, tmp_path: Path) -> Ansible:
    """Ansible on the clouds of one test alone."""
    return Ansible(sim, tmp_path)
