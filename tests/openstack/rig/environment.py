# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services' virtual environment: OpenStack at the versions of constraints.txt, and the rig's drivers."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from .debian import SEARCHED
from .processes import run
from .settings import ROOT, RigError, Settings

HERE = Path(__file__).parent
PACKAGE = "openstack_rig"  # what the drivers are called in there
PYTHONS = "3.12 3.13 3.11"
_UV = ROOT / ".cache/uv/bin/uv"
_LISTS = (HERE / "requirements.txt", HERE / "constraints.txt")
# By these Neutron finds its drivers.
_ENTRY_POINTS = f"""[neutron.ml2.mechanism_drivers]
rig = {PACKAGE}.ml2:AnyHost
[neutron.service_plugins]
rig_router = {PACKAGE}.l3:AgentlessRouters
"""


def install(settings: Settings) -> bool:
    """Make the environment, unless it is what these files ask for; whether it had to be made."""
    stamp = settings.environment / "stamp"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in _LISTS)).hexdigest()
    made = not stamp.exists() or stamp.read_text() != wanted
    if made:
        _make(settings)
        stamp.write_text(wanted)
    _link_drivers(settings.environment)
    return made


def _make(settings: Settings) -> None:
    if not _UV.exists():
        raise RigError("the project is not set up: 'make openstack-up' does that, and this")
    log = settings.logs / "install.log"
    python = subprocess.run((ROOT / "tools/find-python", PYTHONS), stdout=subprocess.PIPE, text=True, check=False)
    if python.returncode:
        raise RigError(f"OpenStack needs one of the Pythons {PYTHONS}")
    requirements, constraints = _LISTS
    run((_UV, "venv", "--clear", "--python", python.stdout.strip(), settings.environment), log, _environment())
    words = ("--python", settings.python, "--constraints", constraints, "--requirements", requirements)
    run((_UV, "pip", "install", *words), log, _environment())


def _environment() -> dict[str, str]:
    """Without what points to an environment of somebody else."""
    return {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}


def _link_drivers(environment: Path) -> None:
    """Let the services find the drivers where they lie in the work tree."""
    (packages,) = environment.glob("lib/python3.*/site-packages")
    link, told = packages / PACKAGE, packages / f"{PACKAGE}-1.dist-info"
    link.unlink(missing_ok=True)
    link.symlink_to(HERE / "drivers")
    told.mkdir(exist_ok=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1\n")
    (told / "entry_points.txt").write_text(_ENTRY_POINTS)


def service_environment(settings: Settings) -> dict[str, str]:
    """What a service finds in its environment; one with one core's share of threads and memory arenas is enough."""
    return {
        "PATH": f"{settings.environment / 'bin'}:{SEARCHED}",
        "LC_ALL": "C.UTF-8",
        "HOME": str(settings.data),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
