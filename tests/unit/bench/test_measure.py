# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One measurement: what a command costs is counted whole, whatever it starts, and nothing of it stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
BURN = "import time\nwhile time.process_time() < {seconds}: pass"
# A grandchild whose parent is gone, in a session of its own, as Ansible's background jobs are.
ORPHAN = """
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        {work}
    os._exit(0)
os.wait()
"""


def measure(folder: Path, program: str, seconds: float = 30.0) -> dict[str, t.Any]:
    command = [sys.executable, str(ROOT / "tests/bench/measure.py"), "--seconds", str(seconds)]
    said = ["--said", str(folder / "said.txt"), "--", sys.executable, "-c", program]
    return t.cast("dict[str, t.Any]", json.loads(subprocess.check_output([*command, *said], text=True)))


def test_what_the_command_says_and_its_status_are_kept(tmp_path: Path) -> None:
    cost = measure(tmp_path, "import sys; print('well', flush=True); sys.exit('not so well')")
    assert (tmp_path / "said.txt").read_text().split() == ["well", "not", "so", "well"]
    assert (cost["code"], cost["killed"]) == (1, False)


def test_cpu_of_orphans_counts_and_their_seconds_do_not(tmp_path: Path) -> None:
    work = f"exec({BURN.format(seconds=1.0)!r})"
    cost = measure(tmp_path, ORPHAN.format(work=work))
    assert cost["cpu"] >= 1.0
    assert cost["seconds"] < cost["cpu"]


def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    fill = "import time; filled = bytearray(b'x' * 60_000_000); time.sleep(1.5)"
    both = f"import subprocess, sys\nother = subprocess.Popen([sys.executable, '-c', {fill!r}])\n{fill}\nother.wait()"
    cost = measure(tmp_path, both)
    assert 120 < cost["pss"] < 240
    assert cost["processes"] == 2


def test_a_command_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "orphan"
    work = f"open({str(mark)!r}, 'w').write(str(os.getpid())); import time; time.sleep(60)"
    began = time.monotonic()
    cost = measure(tmp_path, ORPHAN.format(work=work) + "import time; time.sleep(60)", seconds=1.5)
    assert time.monotonic() - began < 20
    assert cost["killed"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_whoever_ends_the_measurement_ends_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "orphan"
    work = f"open({str(mark)!r}, 'w').write(str(os.getpid())); import time; time.sleep(60)"
    program = ORPHAN.format(work=work) + "import time; time.sleep(60)"
    command = [sys.executable, str(ROOT / "tests/bench/measure.py"), "--said", str(tmp_path / "said.txt")]
    with subprocess.Popen([*command, "--", sys.executable, "-c", program]) as measuring:
        deadline = time.monotonic() + 20
        while not (mark.exists() and mark.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        measuring.terminate()
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
