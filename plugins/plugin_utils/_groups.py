# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The groups that a host is in by itself, and names of them that Ansible takes."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import Row

_KINDS = (
    ("cloud", "cloud"),
    ("location", "location"),
    ("fleet", "fleet"),
    ("zone", "availability_zone"),
    ("flavor", "flavor"),
    ("status", "status"),
)


class Groups:
    """The groups of some hosts. What a group is named after is never a server's own metadata or name.

    Where two of them would come to the same name (a location ``a:b-c`` and one ``a-b:c``), that name is the group of
    neither, unless it is written just so; what is done to a group is never done to another.
    """

    def __init__(self, rows: t.Iterable[Row]) -> None:
        self._names: dict[str, str] = {}
        wanted: dict[str, set[str]] = {}
        for name in {name for row in rows for name in _wanted(row)}:
            wanted.setdefault(_plain(name), set()).add(name)
        self.collisions: list[str] = []
        for plain, names in sorted(wanted.items()):
            told = {name: _told_apart(plain, name) if len(names) > 1 else plain for name in sorted(names)}
            self._names |= told
            if len(names) > 1:
                said = ", ".join(f"{_shown(name)} is {group}" for name, group in told.items())
                self.collisions.append(f"several groups would be named {plain}; of them, {said}")

    def of(self, row: Row) -> list[str]:
        return [self._names[name] for name in _wanted(row)]

    @property
    def names(self) -> set[str]:
        return set(self._names.values())


def _wanted(row: Row) -> list[str]:
    return [f"{kind}_{row[field]}" for kind, field in _KINDS if row[field]]


def _plain(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _shown(name: str) -> str:
    """A name in a message: that of a flavor may be anything."""
    return name if name.isprintable() else json.dumps(name)


def _told_apart(plain: str, name: str) -> str:
    return plain if name == plain else f"{plain}_{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:6]}"
