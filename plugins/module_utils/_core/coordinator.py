# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The engine: events in, commands out, no effects. Level-triggered: each step decides anew over all that is known."""

from __future__ import annotations

import typing as t

from . import messages as m
from .account import account_of
from .adopt import adopt
from .confirm import confirm
from .courtesy import gives_way
from .desk import Desk, Run
from .fence import settle_fences
from .fill import enough, fill, planned
from .gate import gate
from .learn import learn
from .names import looked_up
from .patience import await_room
from .progress import Progress, progress_of
from .remove import doomed, remove
from .renewal import renewable
from .result import Objection, What
from .rollback import roll_back
from .tables import Filling, Tables
from .wanted import wanted
from .watch import watch

if t.TYPE_CHECKING:
    from .model import Location
    from .rows import ServerRow


class Coordinator:
    """Converges one fleet. `begin` once, then `step` with every event until a `Finish` comes out; nothing after it."""

    def __init__(self, run: Run, locations: t.Sequence[Location]) -> None:
        self._desk = Desk(run=run, tables=Tables(run.order, locations, run.run_at - run.started))

    def begin(self, now: float) -> t.Sequence[m.Command]:
        return self.step(now, ())

    def step(self, now: float, events: t.Sequence[m.Event]) -> t.Sequence[m.Command]:
        """Learn what happened, then decide; several events at once cost one decision."""
        desk = self._desk
        if desk.finished:
            return ()
        desk.commands, desk.wake, desk.open = [], None, False
        for event in events:
            if isinstance(event, m.Stop) and not desk.stopped:
                desk.stopped, desk.stopped_at = event.why, now
                desk.tell(now, What.STOPPED, why=event.why)
            learn(desk.tables, event)
        if decide(desk, now, rang=any(isinstance(event, m.Woke) for event in events)):
            desk.finished = True
            desk.ask(m.Finish(result=account_of(desk, now)))
        else:
            desk.ask(m.WakeAt(at=min(desk.run.deadline, desk.wake or desk.run.deadline)))
        return desk.commands

    def progress(self) -> Progress:
        """How far the run is."""
        return progress_of(self._desk)


def decide(desk: Desk, now: float, *, rang: bool) -> bool:
    """Whether the run is over; whatever it still needs is asked for."""
    if desk.stopped:
        desk.tables.settle()
        return _halted(desk, now)
    if not gate(desk, now):
        return now >= desk.run.deadline
    changed = _settle(desk)
    if desk.objection is not None:
        return True
    if desk.run.check:
        return _planned(desk, now)
    adopting = adopt(desk, now)
    if not adopting:
        act(desk, now, changed | (desk.tables.slots[Filling.PENDING] if rang else set()))
    over = desk.objection is not None or now >= desk.run.deadline
    if over or adopting:
        desk.was_open |= adopting
        return over
    return _waited(desk, now) if desk.run.order.wait else _sent(desk)


def act(desk: Desk, now: float, slots: set[int]) -> None:
    """Bring the fleet nearer to what was ordered; these slots are those to look at."""
    roll_back(desk, now, hopeless=False)
    gives = gives_way(desk, now)
    remove(desk, now, slots)
    if not desk.undoing and not gives:
        fill(desk, now)
    elif gives:
        await_room(desk, now)
    desk.open |= settle_fences(desk, every=False)


def _waited(desk: Desk, now: float) -> bool:
    """Whether all that was begun has come to its end, and every location has confirmed it."""
    watch(desk, now)
    if _settle(desk):
        desk.wake_at(now)
    if not _quiet(desk, now) or settle_fences(desk, every=True) or not confirm(desk, now):
        return False
    return not roll_back(desk, now, hopeless=True)


def _sent(desk: Desk) -> bool:
    """Whether all that was begun has been answered, for an order that waits for no more than that."""
    desk.was_open |= desk.open or _writing(desk)
    return not desk.open and not _writing(desk) and not settle_fences(desk, every=True)


def _quiet(desk: Desk, now: float) -> bool:
    """Whether nothing is waited for any more; remembers since when. Near the end of the timeout nothing is."""
    if desk.open and now < desk.run.last_wait:
        desk.wake_at(desk.run.last_wait)
        desk.was_open = True
        return False
    if desk.was_open:
        desk.was_open, desk.quiet_since = False, now
    return True


def _settle(desk: Desk) -> set[int]:
    """Derive the touched slots again; one that lost its server, or the replacement of it, wants a new plan."""
    changed = set(desk.tables.touched)
    emptied = desk.tables.settle()
    renewing = renewable(desk, changed)
    if emptied or renewing - desk.renewing:
        desk.replan = True
    desk.renewing = (desk.renewing - changed) | renewing
    return changed


def _halted(desk: Desk, now: float) -> bool:
    """After a stop only the writes under way are waited for; shutting their fences makes sure that no POST is late.

    Not for longer than for one request, though a fence that was just being opened takes two.
    """
    shutting = settle_fences(desk, every=True)
    until = min(desk.run.deadline, desk.stopped_at + desk.run.order.patience.api)
    desk.wake_at(until)
    return not (shutting or _writing(desk)) or now >= until


def _writing(desk: Desk) -> bool:
    """Whether the end of a POST or a DELETE is still to come."""
    return any(row.pace.in_flight or row.deleting for row in desk.tables.locations.values())


def _planned(desk: Desk, now: float) -> bool:
    """Check mode: the same plan, and nothing done."""
    if wanted(desk):
        if not looked_up(desk, now):
            return False
        desk.placement = planned(desk, wanted(desk), now)
        if desk.placement.unplaced:  # what finds no other room waits for that of what goes
            _plan_without(desk, [row for row, _reason in doomed(desk, now)], now)
        if not enough(desk, desk.placement):
            desk.objection = Objection.NO_ROOM
    return True


def _plan_without(desk: Desk, going: t.Sequence[ServerRow], now: float) -> None:
    """The plan, with the room that these servers leave."""
    for row in going:
        desk.tables.locations[row.location].ledger.free(row.id, row.token, row.size)
    desk.placement = planned(desk, wanted(desk), now)
