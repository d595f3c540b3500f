# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible compiles what a collection imports anew in every process: who only reads must not load what writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

UTILS = "ansible_collections.openmultistack.cloud.plugins.module_utils."
LOADED = f"""
import json, sys
import {UTILS}_jobs.survey
print(json.dumps([name.removeprefix({UTILS!r}) for name in sys.modules if name.startswith({UTILS!r})]))
"""
# The launch engine, what it tells, and what makes clouds ready.
WRITING = {
    *("_core.coordinator", "_core.desk", "_core.report", "_core.result", "_core.rows", "_core.tables"),
    *("_core.readiness", "_core.image", "_core.keypair", "_core.openrc", "_core.cloud_entry", "_cloud.yaml_edit"),
}


def test_the_inventory_loads_nothing_of_the_launch_engine() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", LOADED]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert told.returncode == 0, told.stderr
    loaded = set(json.loads(told.stdout))
    assert "_cloud.compute" in loaded
    assert not loaded & WRITING
