# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environments of the sides: ours is this one; openstack.cloud has a venv of its own in .cache/bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .scene import ROOT

FOLDER = ROOT / ".cache/bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_CONSTRAINTS = ROOT / "constraints.txt"


def programs_of_the_peers() -> Path:
    """The folder of their programs, made when it is not there, or not of these requirements."""
    venv = FOLDER / "venv"
    wanted = REQUIREMENTS.read_text() + _CONSTRAINTS.read_text()
    made_of = venv / "made-of.txt"
    if not made_of.exists() or made_of.read_text() != wanted:
        uv = str(Path(sys.executable).with_name("uv"))
        print(f"The peers are installed into {venv.relative_to(ROOT)}.", file=sys.stderr, flush=True)
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], check=True)
        python = ["--python", str(venv / "bin/python")]
        files = ["--constraints", str(_CONSTRAINTS), "--requirements", str(REQUIREMENTS)]
        subprocess.run([uv, "pip", "install", "--quiet", *python, *files], check=True)
        made_of.write_text(wanted)
    return venv / "bin"
