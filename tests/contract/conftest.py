# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.contract.worlds import World
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

# What the suite runs on: real clouds too, where this names a clouds.yaml.
WORLDS = ["fake", "simulator", *(["real"] if os.environ.get("OPENMULTISTACK_CONTRACT_CLOUDS") else [])]


@pytest.fixture(scope="session")
def simulator() -> t.Iterator[Simulator]:
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator  # noqa: PLC0415

    quick = {"build_seconds": 0.2, "delete_seconds": 0.1, "schedule_seconds": 0, "recheck_seconds": 0, "latency": 0}
    with Simulator({"clouds": ["alpha"], "defaults": quick}) as simulator:
        yield simulator


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[World]:
    """One location, without servers of ours before and after."""
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.contract import worlds  # noqa: PLC0415

    if request.param == "fake":
        made = worlds.in_memory()
    elif request.param == "simulator":
        made = worlds.simulated(request.getfixturevalue("simulator"), tmp_path)
    else:
        made = worlds.real()
    yield made
    if made.simulator:
        made.simulator.reset()
    for port, server_id in made.clean_up:
        if request.param == "real":
            port.perform(m.Delete(location=made.label, id=server_id), made.clock.now() + made.patience)
