# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A large image goes to several clouds at once from little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

GIB = 1024**3
SIZE = 2 * GIB
MOST = 100 * 1024**2
SECONDS = 240
CHILD = """
import json, pathlib, re, sys
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.image import image
outcome = image(json.loads(sys.argv[1]), check=False)
# Not ru_maxrss, to which the process counts that started this one.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps({"failure": outcome.failure, "peak": peak}))
"""


def test_two_gigabytes_go_to_two_clouds_from_less_than_a_hundred_megabytes(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "sparse.raw"
    with path.open("wb") as file:
        file.seek(510)
        file.write(b"\x55\xaa")
        file.seek(GIB)
        file.write(b"in the middle")
        file.truncate(SIZE)
    assert path.stat().st_blocks * 512 < GIB
    params: dict[str, t.Any] = {"name": "large", "path": str(path), "url": None, "checksum": None, "disk_format": None}
    params |= {"visibility": None, "min_disk": None, "min_ram": None, "properties": {}, "replace": False}
    params |= {"web_download": True, "state": "present", "timeout": SECONDS - 20}
    # In a process of its own, as only there the peak of its memory is its alone.
    with Simulator({"clouds": {"alpha": {}, "beta": {}}}) as clouds:
        clouds.clouds_yaml(tmp_path / "clouds.yaml")
        params["clouds_yaml_path"] = str(tmp_path / "clouds.yaml")
        child = subprocess.run(
            [sys.executable, "-c", CHILD, json.dumps(params)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert child.returncode == 0, child.stderr
        told = json.loads(child.stdout)
        assert told["failure"] == ""
        assert told["peak"] < MOST
        large = [each for region in clouds.world.regions() for each in region.images.values() if each.name == "large"]
        assert [(each.status, each.size, each.disk_format) for each in large] == [("active", SIZE, "raw")] * 2
