# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guest: a small Linux of its own for one server, as one tree of processes in namespaces of its own.

Its first process is boot.sh. When that is killed, its mounts, namespaces and network interfaces go with it; what stays
is its folder (guests/UUID of the site), which is its disk, until the server is deleted.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import disk, loops, nics
from .commands import ENVIRONMENT

GUEST_ROOT = os.environ.get("OPENSTACK_RIG_GUESTS", "")  # where the Debian is that all guests share
_BOOT = Path(__file__).parent / "boot.sh"
_NEW = ("--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child", "--propagation", "private")
_INSIDE = ("--mount", "--pid", "--net", "--uts", "--ipc", "--root", "--wd")
_POWER_OFF_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a guest, on or off. Its volumes: the file and id of each, by device."""

    uuid: str
    name: str
    instance: str
    hostname: str
    host: str
    claim: tuple[int, int, int]  # cores, MiB and GiB of its flavor
    nics: tuple[nics.Nic, ...]
    volumes: t.Mapping[str, tuple[str, str]]
    lower: str
    sshd: str = "ok"  # or hang, refuse, dark
    delay: float = 0.0  # seconds before sshd starts


class Guest:
    """One guest of a site."""

    def __init__(self, home: Path, uuid: str) -> None:
        self.folder, self.uuid = home / "guests" / uuid, uuid

    # What is kept

    @property
    def kept(self) -> Kept | None:
        try:
            told = json.loads((self.folder / "kept.json").read_text())
        except (OSError, ValueError):
            return None
        told["nics"] = tuple(map(nics.parsed, told["nics"]))
        told["volumes"] = {device: tuple(volume) for device, volume in told["volumes"].items()}
        return Kept(**{**told, "claim": tuple(told["claim"])})

    @property
    def known(self) -> Kept:
        """What is kept of a guest that there is."""
        kept = self.kept
        if kept is None:
            raise RuntimeError(f"there is no guest {self.uuid}")
        return kept

    def keep(self, kept: Kept) -> None:
        new = self.folder / "kept.new"
        new.write_text(json.dumps(dataclasses.asdict(kept), indent=1))
        new.rename(self.folder / "kept.json")

    def change(self, **what: t.Any) -> None:
        self.keep(dataclasses.replace(self.known, **what))

    @property
    def console(self) -> str:
        path = self.folder / "console.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # Processes

    @property
    def pid(self) -> int:
        """The process, as this machine sees it, that holds the guest; 0 while it is off."""
        with contextlib.suppress(OSError, ValueError):
            number, started = (self.folder / "pid").read_text().split()
            if _started(int(number)) == started:
                return int(number)
        return 0

    @property
    def first(self) -> int:
        """The guest's own process 1, as this machine sees it."""
        pid = self.pid
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        return 0

    def inside(self, *command: str, **how: t.Any) -> subprocess.CompletedProcess[str]:
        """Run a command in the guest."""
        enter = ("nsenter", "--target", str(self.first), *_INSIDE, "--")
        return subprocess.run((*enter, *command), env=ENVIRONMENT, check=False, text=True, **how)

    # Life

    def create(self, kept: Kept, key: str, user_data: bytes) -> None:
        """Lay down a new guest, which is off."""
        self.remove()
        disk.lay_down(self.folder, Path(kept.lower), kept)
        if key:
            disk.give_keys(self._disk(kept), key)
        disk.give_user_data(self._disk(kept), kept.uuid, user_data)
        self.keep(kept)

    def start(self) -> None:
        """Boot; all interfaces and volumes are there when this returns, and sshd a moment later."""
        if self.pid:
            return
        kept = self.known
        self._disk(kept).put("var/lib/rig/network", "\n".join(_network(kept)) + "\n")
        self._boot(kept)
        try:
            for nic in kept.nics:
                nics.plug(nic, self.pid, self.folder.parent)
            for device, (file, _id) in sorted(kept.volumes.items()):
                self._connect(device, file)
        except Exception:
            self.stop()
            raise

    def stop(self) -> None:
        """Power off. Everything but the folder goes."""
        pid, processes = self.pid, [(one, _started(one)) for one in (self.first, self.pid) if one]
        for one, _since in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        deadline = time.monotonic() + _POWER_OFF_SECONDS
        while any(since and _started(one) == since for one, since in processes) and time.monotonic() < deadline:
            time.sleep(0.005)
        if pid:  # a child of ours, or of a process before
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        (self.folder / "pid").unlink(missing_ok=True)
        kept = self.kept
        if kept:
            for nic in kept.nics:
                nics.unplug(nic)
            for file, _id in kept.volumes.values():
                loops.free(Path(file))

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Devices

    def add_nic(self, vif: t.Any) -> None:
        kept = self.known
        used = {nic.device for nic in kept.nics}
        free = next(number for number in range(64) if f"eth{number}" not in used)
        (nic,) = nics.of([vif], free)
        if self.pid:
            nics.plug(nic, self.pid, self.folder.parent)
            nics.configure(nic, self.pid)
        self.change(nics=(*kept.nics, nic))

    def take_nic(self, port: str) -> None:
        kept = self.known
        for nic in kept.nics:
            if nic.port == port:
                nics.unplug(nic)
        self.change(nics=tuple(nic for nic in kept.nics if nic.port != port))

    def add_volume(self, device: str, file: str, id: str) -> None:
        if self.pid:
            self._connect(device, file)
        self.change(volumes={**self.known.volumes, device: (file, id)})

    def take_volume(self, device: str) -> None:
        """Pull a disk, which is refused while it is mounted."""
        volumes = dict(self.known.volumes)
        if device not in volumes:
            return
        if self.pid:
            node = f"/dev/{Path(device).name}"
            script = 'if grep -q "^$1 " /proc/mounts; then echo mounted >&2; exit 1; fi; rm -f "$1"'
            done = self.inside("/bin/sh", "-c", script, "sh", node, capture_output=True)
            if done.returncode:
                raise RuntimeError(f"{node} is in use in the guest: {done.stderr.strip()}")
        file, _id = volumes.pop(device)
        self.change(volumes=volumes)
        loops.free(Path(file))

    def _connect(self, device: str, file: str) -> None:
        """Let a loop device be a block device in the guest."""
        number = os.minor(os.stat(loops.device_of(Path(file))).st_rdev)
        script = 'rm -f "$1"; mknod -m 660 "$1" b 7 "$2" && chgrp disk "$1"'
        words = ("sh", f"/dev/{Path(device).name}", str(number))
        done = self.inside("/bin/sh", "-c", script, *words, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"no {device} in the guest: {done.stderr.strip()}")

    def _disk(self, kept: Kept) -> disk.Disk:
        return disk.Disk(self.folder / "upper", Path(kept.lower))

    def _boot(self, kept: Kept) -> None:
        """Start process 1, and wait until it stands on its own root."""
        last = kept.nics[-1].device if kept.nics else "lo"
        words = ("/bin/sh", _BOOT, self.folder, kept.lower, kept.sshd, str(kept.delay), last)
        with (self.folder / "console.log").open("ab") as console:
            process = subprocess.Popen(
                ("unshare", *_NEW, *words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=console,
                start_new_session=True,
                cwd="/",
                env=ENVIRONMENT,
            )
        (self.folder / "pid").write_text(f"{process.pid} {_started(process.pid)}")
        with t.cast("t.IO[bytes]", process.stdout) as standing:
            if not standing.read(1):
                raise RuntimeError(f"the guest did not start: {self.console[-400:]}")


def _network(kept: Kept) -> list[str]:
    """What the guest tells `ip`; a dark one has addresses, but no interface that is up."""
    up = kept.sshd != "dark"
    return ["link set lo up", *(line for nic in kept.nics for line in nic.configuration(up=up))]


def _started(pid: int) -> str:
    """The start time of a process, and nothing of one that is gone or waits to be collected."""
    with contextlib.suppress(OSError, ValueError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if words[0] not in "ZX":
            return words[19]
    return ""


def of_site(home: Path) -> list[Guest]:
    """All guests of a site, on or off."""
    return [Guest(home, path.parent.name) for path in sorted(home.glob("guests/*/kept.json"))]
