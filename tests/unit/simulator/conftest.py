# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member


def pytest_collection_modifyitems() -> None:
    """Make the application once, before ansible-test forks a process for each test."""
    from ansible_collections.openmultistack.cloud.tests.simulator.application import the_application  # noqa: PLC0415

    the_application()


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> t.Iterator[Lab]:
    """Two clouds that answer at once and build in ten seconds; an indirect parameter changes their settings."""
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.simulator import ManualClock, Simulator  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab  # noqa: PLC0415

    clock = ManualClock()
    plain = {"latency": 0, "build_seconds": 10, "delete_seconds": 5, "schedule_seconds": 1, "recheck_seconds": 1}
    config = {"clouds": ["alpha", "beta"], "defaults": {**plain, **getattr(request, "param", {})}}
    with Simulator(config, clock=clock) as sim:
        yield Lab(sim, clock)


@pytest.fixture
def member(lab: Lab) -> Member:
    return lab.member()
