# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disk of a guest: what differs from the Debian that all guests share, as the upper folder of an overlay."""

from __future__ import annotations

import contextlib
import gzip
import os
import typing as t
from pathlib import Path, PurePosixPath

if t.TYPE_CHECKING:
    from .guest import Kept

FOLDERS = ("upper", "work", "root")
USERS = {"root": 0, "home/debian": 1000}
_INSTANCES = "var/lib/cloud/instances"


def lay_down(folder: Path, lower: Path, kept: Kept) -> None:
    """Make the disk of a new guest, with what cloud-init would have put there."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    folder.chmod(0o700)
    disk = Disk(folder / "upper", lower)
    uuid, name = kept.uuid, kept.hostname
    disk.put("etc/hostname", f"{name}\n")
    disk.put("etc/machine-id", uuid.replace("-", "") + "\n")
    disk.put("etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {name}\n::1 localhost ip6-localhost\n")
    disk.put("var/lib/cloud/data/instance-id", f"{uuid}\n")
    (disk.upper / "var/lib/cloud/instance").symlink_to(f"instances/{uuid}")


def give_keys(disk: Disk, key: str) -> None:
    """Let both users of the guest be reached with a key."""
    for home, owner in USERS.items():
        disk.put(f"{home}/.ssh/authorized_keys", f"{key.strip()}\n", 0o600, owner)


def give_user_data(disk: Disk, uuid: str, user_data: bytes) -> None:
    """Keep the user data; a script among it is run at the first boot."""
    disk.put(f"{_INSTANCES}/{uuid}/user-data.txt", user_data, 0o600)
    if user_data.startswith(b"\x1f\x8b"):
        with contextlib.suppress(OSError, EOFError):
            user_data = gzip.decompress(user_data)
    if user_data.startswith(b"#!"):
        disk.put(f"{_INSTANCES}/{uuid}/scripts/part-001", user_data, 0o700)


class Disk:
    """Files above those of the shared Debian."""

    def __init__(self, upper: Path, lower: Path) -> None:
        self.upper, self._lower = upper, lower

    def put(self, name: str, content: str | bytes, mode: int = 0o644, owner: int = 0) -> None:
        path = self.upper / name
        for folder in reversed(PurePosixPath(name).parents[:-1]):
            if not (self.upper / folder).is_dir():
                self._make(folder, owner)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        os.chown(path, owner, owner)

    def _make(self, folder: PurePosixPath, owner: int) -> None:
        """Make a folder like the one below it; one that is new belongs to the file's owner."""
        path, lower = self.upper / folder, self._lower / folder
        path.mkdir()
        there = lower.stat() if lower.exists() else None
        path.chmod(there.st_mode & 0o7777 if there else 0o700 if folder.name == ".ssh" else 0o755)
        os.chown(path, there.st_uid if there else owner, there.st_gid if there else owner)
