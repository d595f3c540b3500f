# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Threads that carry commands out, so that a location which hangs never keeps another from being asked.

Threads are daemons of our own: an executor would join them when the interpreter ends. A command that takes long waits
for a network, not for us, and leaves its place to the next one; a location that has not answered yet holds one place.
"""

from __future__ import annotations

import queue
import threading
import typing as t
from collections import deque
from dataclasses import dataclass, field

from .._core.faults import Fault, Kind
from .ends import failing
from .failure import CallError, Fate

if t.TYPE_CHECKING:
    from .._core import messages as m
    from .clock import Clock
    from .port import Port

BUSY = 64
THREADS = 512
AT_ONE_LOCATION = 8
_SLOW = 1.0
# A port is to end by itself a little before its command is ended for it: it knows better how.
_MARGIN = 0.2


@dataclass(slots=True, eq=False)
class Task:
    """A command on its way. ``started_at`` is None while it waits for its turn."""

    command: m.ToLocation
    deadline: float
    started_at: float | None = None


@dataclass(slots=True)
class _Place:
    """What goes on at one location."""

    waiting: deque[Task] = field(default_factory=deque)
    running: int = 0
    answered: bool = False

    @property
    def ready(self) -> bool:
        return bool(self.waiting) and self.running < (AT_ONE_LOCATION if self.answered else 1)


class Crew:
    """Takes commands and brings their ends. Only the threads inside share anything: all methods are for one thread."""

    def __init__(self, port: Port, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._places: dict[str, _Place] = {}
        self._running: dict[Task, float] = {}
        self._work: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._ends: queue.SimpleQueue[tuple[Task, m.Event]] = queue.SimpleQueue()
        self._threads = 0
        self._abandoned = 0

    def take(self, command: m.ToLocation, deadline: float) -> None:
        """Have a command carried out; its end comes out of `ends`, by the deadline."""
        self._places.setdefault(command.location, _Place()).waiting.append(Task(command, deadline))

    def ends(self, patience: float) -> list[m.Event]:
        """The ends that have come, waiting so long for the first one; and those of commands whose time is over."""
        self._start()
        events: list[m.Event] = []
        try:
            self._end(*self._ends.get(timeout=max(0.0, patience)), events)
            while True:
                self._end(*self._ends.get_nowait(), events)
        except queue.Empty:
            pass
        self._expire(events)
        return events

    def dismiss(self) -> None:
        """Let the threads end: at once, or when what they wait for does. Nobody waits for them."""
        for _thread in range(self._threads):
            self._work.put(None)

    def next_deadline(self) -> float:
        """When the next command is to be ended, if it has not ended by then."""
        waiting = (task.deadline for place in self._places.values() for task in place.waiting)
        return min((*(task.deadline for task in self._running), *waiting), default=float("inf"))

    def _end(self, task: Task, event: m.Event, events: list[m.Event]) -> None:
        """One end from a thread. Of a command that was ended already it only says that the location answers."""
        place = self._places[task.command.location]
        place.answered = True
        if task not in self._running:
            self._abandoned -= 1
            return
        del self._running[task]
        place.running -= 1
        events.append(event)

    def _expire(self, events: list[m.Event]) -> None:
        now = self._clock.now()
        for task in [task for task in self._running if task.deadline <= now]:
            del self._running[task]
            self._places[task.command.location].running -= 1
            self._abandoned += 1
            events.append(_overdue(task, now))
        for place in self._places.values():
            late = [task for task in place.waiting if task.deadline <= now]
            for task in late:
                place.waiting.remove(task)
                events.append(_overdue(task, now))

    def _start(self) -> None:
        """Start what may start, one of each location in turn."""
        now = self._clock.now()
        busy = sum(now - started_at < _SLOW for started_at in self._running.values())
        started = True
        while started:
            started = False
            for location, place in list(self._places.items()):
                if busy >= BUSY or len(self._running) + self._abandoned >= THREADS:
                    return
                if place.ready:
                    self._places[location] = self._places.pop(location)
                    place.running += 1
                    self._give(place.waiting.popleft(), now)
                    busy, started = busy + 1, True

    def _give(self, task: Task, now: float) -> None:
        task.started_at = now
        self._running[task] = now
        if len(self._running) + self._abandoned > self._threads:
            self._threads += 1
            threading.Thread(target=self._labour, daemon=True).start()
        self._work.put(task)

    def _labour(self) -> None:
        """What each thread does, until it is dismissed."""
        while (task := self._work.get()) is not None:
            try:
                event = self._port.perform(task.command, task.deadline - _MARGIN)
            except BaseException as exc:
                fault = Fault(kind=Kind.BROKEN_ANSWER, message=f"an error of this collection: {type(exc).__name__}")
                event = failing(task.command, CallError(Fate.LOST, fault), task.started_at or 0.0, self._clock.now())
            self._ends.put((task, event))


def _overdue(task: Task, now: float) -> m.Event:
    """How a command ends whose time is over; what never began was never sent."""
    sent = task.started_at is not None
    message = "it did not answer in time" if sent else "too much else was to be asked there"
    failed = CallError(Fate.LOST if sent else Fate.NOT_SENT, Fault(kind=Kind.TIMED_OUT, message=message))
    return failing(task.command, failed, task.started_at or now, now)
