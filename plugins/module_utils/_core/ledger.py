# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a run added to a location, and saw go, since the location's limits were read: counted, never rescanned."""

from __future__ import annotations

import typing as t

from .room import Change

if t.TYPE_CHECKING:
    from .model import Flavor


class Ledger:
    """Additions by attempt token, departures by server id; each is (cores, RAM in MiB)."""

    def __init__(self) -> None:
        self._added: dict[str, tuple[int, int]] = {}
        self._freed: dict[str, tuple[int, int]] = {}
        self._counted: t.Container[str] = ()
        self._sum = [0, 0, 0]

    @property
    def change(self) -> Change:
        return Change(instances=self._sum[0], cores=self._sum[1], ram=self._sum[2])

    def add(self, token: str, flavor: Flavor) -> None:
        """A POST went out."""
        self._added[token] = (flavor.vcpus, flavor.ram)
        self._move(1, self._added[token])

    def drop(self, token: str) -> bool:
        """Nothing came of it, or the limits count it by now; says whether it was counted here."""
        size = self._added.pop(token, None)
        if size is not None:
            self._move(-1, size)
        return size is not None

    def free(self, server: str, token: str, size: tuple[int, int]) -> None:
        """A server went: one that was added here, or one that the limits still count."""
        if not self.drop(token) and server in self._counted and server not in self._freed:
            self._freed[server] = size
            self._move(-1, size)

    def recount(self, counted: t.Container[str], ids: t.Mapping[str, str]) -> None:
        """The limits were read anew, beside a survey that held the ``counted`` ids; ``ids`` gives them by token."""
        self._counted = counted
        for token in [each for each in self._added if ids.get(each, "") in counted]:
            self.drop(token)
        for server in [each for each in self._freed if each not in counted]:
            self._move(1, self._freed.pop(server))

    def _move(self, sign: int, size: tuple[int, int]) -> None:
        for n, amount in enumerate((1, *size)):
            self._sum[n] += sign * amount
