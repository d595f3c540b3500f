# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loop devices: by them a volume, which is a file, is a disk in a guest."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .commands import run, tried, turn


def below(path: Path) -> dict[str, str]:
    """The loop device of each file that is this path, or below it."""
    listed = run("losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE")
    found = {}
    for line in listed.splitlines():
        device, _space, file = line.partition(" ")
        file = file.removesuffix(" (deleted)").replace("\\x20", " ")
        if Path(file).is_relative_to(path):
            found[file] = device
    return found


def device_of(file: Path) -> str:
    """The loop device of a file, made where it has none."""
    real = file.resolve()
    with turn(real.parent):
        there = below(real).get(str(real))
        return there or run("losetup", "--find", "--show", "--nooverlap", real).strip()


def grow(file: Path) -> None:
    """Let the device see that its file has grown."""
    for device in below(file.resolve()).values():
        run("losetup", "--set-capacity", device)


def free(path: Path) -> None:
    """Let go of the file, or of all files below a folder. Where there are no devices, there need be no losetup."""
    if not any(Path("/sys/block").glob("loop*/loop")):
        return
    devices: t.Iterable[str] = below(path.resolve()).values()
    for device in devices:
        tried("losetup", "--detach", device)
