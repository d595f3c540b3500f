# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Reading every location once with its limits and what the order's names mean there: what an overview of room is of.

The answers go into the same tables as those of a launch, so that room is reckoned the same way.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import messages as m
from .desk import Desk
from .learn import learn
from .rows import Knowledge, Lookup
from .tables import Tables

if t.TYPE_CHECKING:
    from .desk import Run
    from .model import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is known in the end, and the answer of each location whose survey brought one."""

    desk: Desk
    surveyed: t.Mapping[str, m.Surveyed]


class Inquirer:
    """An engine that surveys each location once, then looks names up there; ends with an `Inquiry` at its deadline."""

    def __init__(self, run: Run, locations: t.Sequence[Location], *, look_up: bool) -> None:
        self._desk = Desk(run=run, tables=Tables(run.order, locations, run.run_at - run.started))
        self._look_up = look_up
        self._surveyed: dict[str, m.Surveyed] = {}

    def begin(self, now: float) -> t.Sequence[m.Command]:
        asked: list[m.Command] = [m.Survey(location=label, limits=True) for label in self._desk.tables.locations]
        return [*asked, m.WakeAt(at=self._desk.run.deadline)] if asked else self.step(now, ())

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        """Take the answers in, and ask each location that answered for more; names cost a request of their own."""
        commands: list[m.Command] = []
        for event in events:
            learn(self._desk.tables, event)
            if isinstance(event, m.Surveyed):
                self._surveyed[event.location] = event
                commands += self._more(event.location, now)
        cut_short = any(isinstance(event, m.Woke | m.Stop) for event in events)
        if self._waiting() and not cut_short:
            return commands
        return (m.Finish(result=Inquiry(desk=self._desk, surveyed=self._surveyed)),)

    def _more(self, label: str, now: float) -> list[m.Command]:
        row = self._desk.tables.locations[label]
        if not self._look_up or row.knowledge is Knowledge.MERGED:
            return []
        row.lookup, row.asked_at = Lookup.ASKED, now
        return [m.LookUp(location=label)]

    def _waiting(self) -> bool:
        rows = self._desk.tables.locations.values()
        return any(row.knowledge is Knowledge.UNASKED or row.lookup is Lookup.ASKED for row in rows)
