# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What one run works on: its order and its tables, the plan, the commands that it is about to give, and its story."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import messages as m
from .identity import Heirlooms
from .place import Placement
from .result import Decision
from .tables import Filling, Tables

if t.TYPE_CHECKING:
    from collections import deque

    from .model import Offer
    from .order import Order
    from .result import Objection, What
    from .rows import LocationRow, ServerRow

LATE_BOUND = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The facts of one run. ``started`` is monotonic, ``run_at`` the same moment in epoch seconds."""

    order: Order
    started: float
    run_at: int
    entropy: bytes
    check: bool = False

    @property
    def deadline(self) -> float:
        return self.started + self.order.patience.timeout

    @property
    def last_post(self) -> float:
        """After this nothing is made any more: the rest of the time is for clean-up and the confirm survey."""
        return self.deadline - self.order.patience.reserve

    @property
    def last_wait(self) -> float:
        """After this nothing is waited for any more; the rest is for the confirm survey."""
        return self.deadline - self.order.patience.reserve / 2


@dataclass(slots=True)
class Desk:
    """The working state beside the tables; `decide` writes its commands here.

    ``elder`` is the fleet that this order lets go first while both wait for room; ``short_of_room`` whether the last
    plan left slots without a place. ``undoing`` says that what this run made is being taken back; ``shortened`` are the
    locations whose `max_lifetime` ends servers earlier than the order asked; ``renewing`` the slots whose server is to
    be replaced, and that no successor is on its way to.
    """

    run: Run
    tables: Tables
    finished: bool = False
    stopped: str = ""
    stopped_at: float = 0.0
    objection: Objection | None = None
    open: bool = False
    was_open: bool = False
    waiting: bool = False
    quiet_since: float = float("-inf")
    watched_at: float = float("-inf")
    planned_at: float = float("-inf")
    replan: bool = True
    replan_at: float = float("inf")
    posts: int = 0
    undoing: bool = False
    elder: str = ""
    short_of_room: bool = False
    renewing: set[int] = field(default_factory=set)

    commands: list[m.Command] = field(default_factory=list)
    wake: float | None = None
    queues: dict[str, deque[tuple[int, Offer]]] = field(default_factory=dict)
    placement: Placement = Placement()
    unsettled: set[int] = field(default_factory=set)
    story: list[Decision] = field(default_factory=list)
    heirlooms: Heirlooms = Heirlooms()
    shortened: set[str] = field(default_factory=set)

    def ask(self, command: m.Command) -> None:
        self.commands.append(command)

    def wake_at(self, at: float) -> None:
        self.wake = at if self.wake is None else min(self.wake, at)

    def survey(self, row: LocationRow) -> None:
        """Read everything there, and the limits with it while they still matter."""
        row.surveying = True
        matter = row.limits is None or bool(self.tables.slots[Filling.EMPTY])
        self.ask(m.Survey(location=row.label, limits=self.run.order.places_servers and matter))

    def survey_when_due(self, row: LocationRow, at: float, now: float) -> None:
        """Survey a location at its time, unless one is under way."""
        if row.surveying:
            return
        if now < at:
            self.wake_at(at)
        else:
            self.survey(row)

    def show(self, row: ServerRow, now: float) -> None:
        """Read one server by id, unless that is under way or has just failed, or enough else is to be done there."""
        location = self.tables.locations[row.location]
        if row.showing or not location.takes_more:
            return
        if now < row.show_after:
            self.wake_at(row.show_after)
            return
        row.showing = True
        location.showing.add(row.id)
        self.ask(m.Show(location=row.location, id=row.id))

    def tell(self, now: float, what: What, **facts: t.Any) -> None:
        self.story.append(Decision(at=round(now - self.run.started, 3), what=what, **facts))
