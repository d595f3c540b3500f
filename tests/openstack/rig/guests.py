# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests, seen from outside of the clouds: the Debian that they share, who is there, and power off."""

from __future__ import annotations

import os
import re
import shutil
import typing as t
from pathlib import Path

from .debian import SEARCHED, program
from .drivers import loops, namespace
from .drivers.guest import Guest, of_site
from .processes import run
from .settings import RigError

if t.TYPE_CHECKING:
    from .settings import Settings
    from .sites import Site

RELEASE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
_PACKAGES = "ca-certificates,e2fsprogs,iproute2,iputils-ping,openssh-server,procps,python3,python3-apt,sudo"
_SSHD = """\
HostKey /etc/ssh/ssh_host_ed25519_key
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication no
PrintLastLog no
SetEnv LANG=C.UTF-8
MaxStartups 100
"""
# Enough for the `cloud-init status --wait` of playbooks.
_CLOUD_INIT = """\
#!/bin/sh
finished=/var/lib/cloud/instance/boot-finished
[ "$1" = status ] || { echo "here there is only: cloud-init status [--wait]" >&2; exit 2; }
case "$*" in *--wait*) until [ -e $finished ]; do sleep 0.2; done ;; esac
[ -e $finished ] || { echo "status: running"; exit 0; }
[ "$(cat /var/lib/cloud/data/result)" = 0 ] && { echo "status: done"; exit 0; }
echo "status: error"
exit 1
"""
_FILES = {
    "etc/sudoers.d/debian": (0o440, "debian ALL=(ALL) NOPASSWD: ALL\n"),
    "etc/fstab": (0o644, ""),
    "etc/ssh/sshd_config.d/rig.conf": (0o644, _SSHD),
    "usr/bin/cloud-init": (0o755, _CLOUD_INIT),
}


def install(settings: Settings) -> bool:
    """Make the Debian that all guests share, unless it is there; whether it had to be made."""
    root = settings.guest_root
    if root.exists():
        return False
    new = root.with_name("guestroot.new")
    shutil.rmtree(new, ignore_errors=True)
    mirror = os.environ.get("OPENSTACK_MIRROR") or MIRROR
    words = ("--variant=minbase", f"--include={_PACKAGES}", RELEASE, new, mirror)
    run((program("debootstrap"), *words), settings.logs / "debootstrap.log", {"PATH": SEARCHED})
    _finish(new, settings.logs / "debootstrap.log")
    new.rename(root)
    return True


def _finish(root: Path, log: Path) -> None:
    """The user of the guests, and settings; host keys are each guest's own."""
    add = ("useradd", "--create-home", "--uid", "1000", "--shell", "/bin/bash", "--password", "*", "debian")
    run(("chroot", root, *add), log, {"PATH": SEARCHED})
    for pattern in ("etc/ssh/ssh_host_*", "var/cache/apt/archives/*.deb", "var/cache/apt/*.bin"):
        for path in root.glob(pattern):
            path.unlink()
    for name, (mode, text) in _FILES.items():
        (root / name).write_text(text)
        (root / name).chmod(mode)
    for name in ("data", "instances"):
        (root / "var/lib/cloud" / name).mkdir(parents=True, exist_ok=True)


def all_of(settings: Settings) -> list[tuple[Site, Guest]]:
    return [(site, guest) for site in settings.options.sites for guest in of_site(settings.home(site))]


def named(settings: Settings, site: Site, name: str) -> Guest:
    """The guest of that name or id."""
    for guest in of_site(settings.home(site)):
        if name in (guest.uuid, guest.known.name):
            if guest.first:
                return guest
            raise RigError(f"{name} is off")
    raise RigError(f"{site.name} has no guest {name}")


def power_off(settings: Settings) -> int:
    """Turn all guests off, and let go of their volumes; how many ran."""
    homes = {path.parent.parent.parent for path in settings.data.glob("*/guests/*/kept.json")}
    volumes = any(settings.data.glob("*/volumes"))
    if (homes or volumes) and namespace.exists(settings.namespace):
        namespace.enter(settings.namespace)
    guests = [guest for home in homes for guest in of_site(home)]
    running = sum(bool(guest.pid) for guest in guests)
    for guest in guests:
        guest.stop()
    if volumes:
        loops.free(settings.data)
    return running


def memory(guest: Guest) -> float:
    """MiB of all processes of a guest, shared ones by parts."""
    try:
        inside = os.readlink(f"/proc/{guest.first}/ns/pid")
    except OSError:
        return 0.0
    return sum(proportional(path) for path in Path("/proc").glob("[0-9]*") if _namespace(path) == inside)


def proportional(process: Path) -> float:
    """MiB of one process (PSS)."""
    try:
        found = re.search(r"^Pss:\s+(\d+)", (process / "smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def _namespace(process: Path) -> str:
    try:
        return os.readlink(process / "ns/pid")
    except OSError:
        return ""
