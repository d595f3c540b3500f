# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Knobs: faults that are switched on in the file knobs.json of a site. It is read each time that one could matter.

That hosts are dead takes its time; Nova's process says in another file, dead-hosts.json, which of them are.
"""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
from pathlib import Path

FILE = "knobs.json"
_DEAD = "dead-hosts.json"
HOME = Path(os.environ.get("OPENSTACK_RIG_FOLDER", "."))  # of the site that this process serves


def read(folder: Path = HOME) -> dict[str, t.Any]:
    return dict(_read(folder / FILE) or {})


def write(folder: Path, knobs: t.Mapping[str, t.Any]) -> None:
    _write(folder / FILE, knobs)


def tell_dead(hosts: t.Iterable[str], folder: Path = HOME) -> None:
    """Say which hosts are dead by now."""
    _write(folder / _DEAD, sorted(hosts))


def heeded(folder: Path) -> bool:
    """Whether those hosts are dead that should be, and no others."""
    return set(_read(folder / _DEAD) or ()) == set(read(folder).get("dead_hosts", ()))


def _read(path: Path) -> t.Any:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text())
    return None


def _write(path: Path, what: t.Any) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(what))
    new.rename(path)


def named(name: str | None, prefixes: t.Iterable[str]) -> bool:
    """Whether a name begins with one of these."""
    return any((name or "").startswith(prefix) for prefix in prefixes)
