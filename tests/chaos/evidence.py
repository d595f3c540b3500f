# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run had read when it acted: an index of its log, so that predicates need not search it."""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m

from .truth import rank_of, slot_in

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.running import Running

FRESH = 10.0


@dataclass(frozen=True, slots=True)
class Read:
    """One sight of one server; ``sure`` says that it was read by its id."""

    heard_at: float
    began: float
    sure: bool
    server: Server


@dataclass
class Evidence:
    """The reads of one run, by server."""

    run: Running
    reads: dict[str, list[Read]] = field(default_factory=lambda: defaultdict(list))
    tokens: frozenset[str] = frozenset()
    ready: dict[int, list[Read]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.tokens = frozenset(command.token for _at, command in self.run.sent if isinstance(command, m.Create))
        deleted = {command.id for _at, command in self.run.sent if isinstance(command, m.Delete)}
        if deleted:
            for heard_at, event in self.run.heard:
                self._index(heard_at, event, deleted)

    def _index(self, heard_at: float, event: m.Event, deleted: set[str]) -> None:
        if isinstance(event, m.Shown):
            read = Read(heard_at, event.started_at, True, event.server)
            if event.id in deleted:
                self.reads[event.id].append(read)
            slot = slot_in(event.server, self.run.order.fleet)
            if slot is not None and (event.server.status, event.server.task) == ("ACTIVE", None):
                self.ready[slot].append(read)
        elif isinstance(event, m.Surveyed | m.Listed):
            for server in event.servers:
                if server.id in deleted:
                    self.reads[server.id].append(Read(heard_at, event.started_at, False, server))

    def before(self, id: str, at: float) -> list[Read]:
        """The reads of a server that were fresh when something was done to it."""
        return [read for read in self.reads.get(id, ()) if read.heard_at <= at and at - read.began <= FRESH]

    def winner(self, loser: Server, at: float) -> Server | None:
        """Another server of its slot that ranks before it, and that a fresh GET had shown ACTIVE and idle."""
        slot = slot_in(loser, self.run.order.fleet)
        for read in self.ready.get(slot or 0, ()):
            fresh = read.heard_at <= at and at - read.began <= FRESH
            if fresh and read.server.id != loser.id and rank_of(read.server) < rank_of(loser):
                return read.server
        return None
