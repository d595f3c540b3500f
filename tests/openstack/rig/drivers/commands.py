# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands of the system, with what they say as the error; and turns, by a file that is locked."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}


def run(*command: str | Path, text: str | None = None) -> str:
    """The output of a command, which must succeed."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-400:]
        raise RuntimeError(f"{' '.join(map(str, command))}: {said}")
    return done.stdout


def tried(*command: str | Path) -> bool:
    """Whether a command succeeded."""
    return not subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=False).returncode


@contextlib.contextmanager
def turn(folder: Path) -> t.Iterator[None]:
    """One at a time in that folder."""
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
