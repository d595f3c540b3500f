# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian packages: what does not come from Python's package index. Root installs them; others are told what to run."""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t
from pathlib import Path

from .processes import run
from .settings import RigError, Settings

# Of each package, a program that says that it is there.
PACKAGES = {"mariadb-server": "mariadbd", "mariadb-client": "mariadb", "memcached": "memcached"}
GUEST_PACKAGES = {"debootstrap": "debootstrap", "nftables": "nft", "iproute2": "ip", "openssh-client": "ssh"}
SEARCHED = ":".join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
_POLICY = Path("/usr/sbin/policy-rc.d")


def program(name: str) -> str:
    """The path of a program, also where only root is used to find it."""
    path = shutil.which(name, path=SEARCHED)
    if path is None:
        raise RigError(f"{name} is not installed")
    return path


def missing(wanted: t.Mapping[str, str]) -> tuple[str, ...]:
    return tuple(package for package, name in wanted.items() if not shutil.which(name, path=SEARCHED))


def install(settings: Settings) -> None:
    """Install what is missing."""
    if settings.options.guests and os.geteuid():
        raise RigError("guests need namespaces, mounts and loop devices: run this as root, or with --no-guests")
    wanted = {**PACKAGES, **(GUEST_PACKAGES if settings.options.guests else {})}
    packages = missing(wanted)
    if packages and os.geteuid():
        raise RigError(
            f"run this as root, then try again: apt-get install --no-install-recommends {' '.join(packages)}"
        )
    if packages:
        log = settings.logs / "apt.log"
        environment = {"PATH": SEARCHED, "DEBIAN_FRONTEND": "noninteractive"}
        with _not_started():
            run(("apt-get", "update"), log, environment)
            run(("apt-get", "install", "--yes", "--no-install-recommends", *packages), log, environment)


@contextlib.contextmanager
def _not_started() -> t.Iterator[None]:
    """Keep Debian from starting what it installs: the rig starts its own."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()
