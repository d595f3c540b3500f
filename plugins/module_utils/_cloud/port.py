# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The way in which the engine's commands reach the clouds: blocking, called by many threads, never raising."""

from __future__ import annotations

import contextlib
import socket
import typing as t
from dataclasses import replace

from .._core import messages as m
from .._core.faults import Fault, Kind
from .._core.identity import name_filter
from .._core.model import Identity, Limits
from . import compute
from .ends import failing
from .failure import CallError, Fate
from .lookups import LookUps
from .parallel import together
from .session import Sessions
from .transport import Meter
from .wire import Wire

if t.TYPE_CHECKING:
    from .._core.order import Order
    from .accounts import Accounts
    from .clock import Clock
    from .own_keys import OwnKeys

_PROBE = 4.0


class Port(t.Protocol):
    """Carries commands out. Times are of the clock that the events carry."""

    def perform(self, command: m.ToLocation, deadline: float) -> m.Event:
        """Exactly one of the events that `messages.ENDS` names for the command, at the deadline at the latest or so."""

    @property
    def requests(self) -> t.Mapping[str, int]:
        """How many HTTP requests went to each location so far."""


class OpenStackPort:
    """The real clouds, for one order."""

    def __init__(self, accounts: Accounts, order: Order, clock: Clock, keys: OwnKeys | None = None) -> None:
        self._order = order
        self._keys = keys
        self._clock = clock
        self._meter = Meter()
        sessions = Sessions(accounts, clock, self._meter)
        self._accounts = {each.label: each for each in accounts.all}
        self._wires = {each.label: Wire(each, sessions, clock) for each in accounts.all}
        self._resolved: dict[str, compute.Resolved] = {}
        self._verbs: dict[type[m.ToLocation], t.Callable[[t.Any, float], m.Event]] = {
            m.Survey: self._survey,
            m.List: self._list,
            m.LookUp: self._look_up,
            m.Show: self._show,
            m.Create: self._create,
            m.Delete: self._delete,
            m.Unlock: self._unlock,
            m.Mark: self._mark,
            m.OpenFence: self._open_fence,
            m.ShutFence: self._shut_fence,
            m.Probe: self._probe,
            m.Console: self._console,
        }

    @property
    def requests(self) -> t.Mapping[str, int]:
        return self._meter.totals()

    def image(self, location: str) -> str:
        """The id of the image that was looked up there; empty where none was."""
        resolved = self._resolved.get(location)
        return resolved.image if resolved else ""

    def wire(self, location: str) -> Wire:
        """The way to one location, for what no command asks."""
        return self._wires[location]

    def perform(self, command: m.ToLocation, deadline: float) -> m.Event:
        started_at = self._clock.now()
        try:
            return self._verbs[type(command)](command, deadline)
        except CallError as failed:
            return failing(command, failed, started_at, self._clock.now())
        except Exception as exc:
            fault = Fault(kind=Kind.BROKEN_ANSWER, message=f"its answer could not be understood ({type(exc).__name__})")
            return failing(command, CallError(Fate.LOST, fault), started_at, self._clock.now())

    def _at(self, command: m.ToLocation) -> dict[str, t.Any]:
        return {"now": self._clock.now(), "location": command.location}

    def _survey(self, command: m.Survey, deadline: float) -> m.Event:
        wire = self._wires[command.location]
        session = wire.ready(deadline)
        asks: list[t.Callable[[], compute.Sight | Limits]] = [lambda: compute.sight(wire, self._clock, deadline)]
        if command.limits:
            asks.append(lambda: compute.limits(wire, deadline))
        first, *others = together(asks, self._clock, deadline)
        if isinstance(first, CallError):
            raise first
        seen = t.cast("compute.Sight", first)
        return m.Surveyed(
            started_at=seen.started_at,
            servers=seen.servers,
            identity=Identity(endpoint=session.address("compute"), project_id=session.project_id),
            usage=seen.usage,
            limits=next((end for end in others if isinstance(end, Limits)), None),
            unknown_ids=seen.unknown_ids,
            partial=seen.partial,
            date=seen.date,
            user=session.user,
            **self._at(command),
        )

    def _list(self, command: m.List, deadline: float) -> m.Event:
        seen = compute.sight(self._wires[command.location], self._clock, deadline, name_filter(self._order.fleet))
        return m.Listed(started_at=seen.started_at, servers=seen.servers, **self._at(command))

    def _look_up(self, command: m.LookUp, deadline: float) -> m.Event:
        location = command.location
        look_ups = LookUps(self._wires[location], self._accounts[location], self._clock)
        meaning = look_ups.resolve(self._order.spec, deadline)
        self._resolved[location] = meaning.resolved
        if self._keys is not None:
            self._keys.sweep(self._wires[location], deadline)
        return m.LookedUp(offers=meaning.offers, ports_left=meaning.ports_left, **self._at(command))

    def _show(self, command: m.Show, deadline: float) -> m.Event:
        started_at = self._clock.now()
        server = compute.show(self._wires[command.location], command.id, deadline)
        return m.Shown(id=command.id, started_at=started_at, server=server, **self._at(command))

    def _create(self, command: m.Create, deadline: float) -> m.Event:
        resolved = self._resolved.get(command.location)
        if resolved is None:
            fault = Fault(kind=Kind.INVALID, message="what the order names was not looked up there")
            raise CallError(Fate.NOT_SENT, fault)
        wire = self._wires[command.location]
        with contextlib.ExitStack() as lent:
            if self._keys is not None:
                key = lent.enter_context(self._keys.uploaded(wire, command.name, command.token, deadline))
                resolved = replace(resolved, key_name=key)
            made = compute.create(wire, command, (self._order.spec, resolved), deadline)
        return m.Created(token=command.token, id=made, **self._at(command))

    def _delete(self, command: m.Delete, deadline: float) -> m.Event:
        wire = self._wires[command.location]
        if command.force:
            compute.act(wire, command.id, {"forceDelete": None}, deadline)
        else:
            compute.delete(wire, command.id, deadline)
        return m.DeleteAccepted(id=command.id, **self._at(command))

    def _unlock(self, command: m.Unlock, deadline: float) -> m.Event:
        compute.act(self._wires[command.location], command.id, {"unlock": None}, deadline)
        return m.Unlocked(id=command.id, **self._at(command))

    def _mark(self, command: m.Mark, deadline: float) -> m.Event:
        compute.mark(self._wires[command.location], command.id, dict(command.metadata), deadline)
        return m.Marked(id=command.id, **self._at(command))

    def _open_fence(self, command: m.OpenFence, deadline: float) -> m.Event:
        group = compute.open_fence(self._wires[command.location], command.name, deadline)
        return m.FenceOpen(group=group, **self._at(command))

    def _shut_fence(self, command: m.ShutFence, deadline: float) -> m.Event:
        compute.shut_fence(self._wires[command.location], command.group, deadline)
        return m.FenceShut(group=command.group, **self._at(command))

    def _probe(self, command: m.Probe, deadline: float) -> m.Event:
        patience = min(_PROBE, deadline - self._clock.now())
        opened = False
        with contextlib.suppress(OSError, ValueError):
            socket.create_connection((command.address, command.port), timeout=patience).close()
            opened = True
        return m.Probed(id=command.id, open=opened, **self._at(command))

    def _console(self, command: m.Console, deadline: float) -> m.Event:
        text = compute.console(self._wires[command.location], command.id, deadline)
        return m.ConsoleRead(id=command.id, text=text, **self._at(command))
