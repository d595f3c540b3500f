# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the other clients are (tools/clients), and the environment that leads them to the simulated clouds."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from tests.simulator import Simulator

CACHE = Path(__file__).parents[2] / ".cache"
VENV = CACHE / "clients" / "venv"


def environment(sim: Simulator, folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the user's own clouds and settings, and a home of its own."""
    sim.clouds_yaml(folder / "clouds.yaml")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "ANSIBLE_"))}
    ours = {
        "HOME": str(folder),
        "PATH": f"{VENV}/bin:{os.environ['PATH']}",
        "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
        "ANSIBLE_COLLECTIONS_PATH": str(CACHE),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "tmp"),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
    }
    return {**kept, **ours, **more}
