# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Knobs: faults that are switched on in the file knobs.json of a site. It is read each time that one could matter."""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
from pathlib import Path

FILE = "knobs.json"
HOME = Path(os.environ.get("OPENSTACK_RIG_FOLDER", "."))  # of the site that this process serves


def read(folder: Path = HOME) -> dict[str, t.Any]:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads((folder / FILE).read_text()))
    return {}


def write(folder: Path, knobs: t.Mapping[str, t.Any]) -> None:
    new = folder / f"{FILE}.new"
    new.write_text(json.dumps(knobs))
    new.rename(folder / FILE)


def named(name: str | None, prefixes: t.Iterable[str]) -> bool:
    """Whether a name begins with one of these."""
    return any((name or "").startswith(prefix) for prefix in prefixes)
