# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which command is carried out when, so that a location which hangs never keeps another from being asked.

Nothing here waits or asks for the time. Tasks are given to hands (threads; in a simulation anything that brings ends at
moments of a virtual clock), and whoever turns the loop brings back what became of them. A task whose deadline passes is
ended here, whatever its hand still does: that hand is abandoned, and counts among the hands until it brings its end.
A command that takes long waits for a network, not for us, and leaves its place to the next one; a location that has not
answered yet holds one place. How many places there are, the processor says: while it has time to hear ends as they are
brought, they become more.
"""

from __future__ import annotations

import heapq
import itertools
import typing as t
from collections import deque
from dataclasses import dataclass, field

from .._core import messages as m
from .._core.faults import Fault, Kind
from .ends import failing
from .failure import CallError, Fate

# A port is to end by itself a little before its command is ended for it: it knows better how.
_MARGIN = 0.2


@dataclass(slots=True, eq=False)
class Task:
    """A command on its way. ``started_at`` is None while it waits for its turn."""

    command: m.ToLocation
    deadline: float
    started_at: float | None = None

    @property
    def begin_by(self) -> float:
        """Until when it may wait for its turn: a DELETE only as long as what was read before it counts."""
        return min(self.deadline, self.command.by) if isinstance(self.command, m.Delete) else self.deadline

    @property
    def answer_by(self) -> float:
        """Until when the hand that carries it out may wait."""
        return self.deadline - _MARGIN


class End(t.NamedTuple):
    """What a hand brings back: exactly one event of `messages.ENDS` for the task's command, and when it did."""

    task: Task
    event: m.Event
    at: float


class Hands(t.Protocol):
    """What really carries tasks out."""

    def give(self, task: Task) -> None:
        """Begin with a task, without waiting. Its `End` goes to `Loop.turn` some time, after its deadline too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much goes on at once: tasks younger than ``slow`` seconds, hands, and tasks at a location that answers.

    Of young tasks ``busy`` may be under way at first; more, up to the hands, while ends are heard within ``prompt``
    seconds; and half as many, but never less than at first, once one was heard later than ``late``.
    """

    busy: int = 64
    hands: int = 512
    at_one_location: int = 8
    slow: float = 1.0
    prompt: float = 0.02
    late: float = 0.1


@dataclass(slots=True)
class _Place:
    """What goes on at one location."""

    waiting: deque[Task] = field(default_factory=deque)
    running: int = 0
    answered: bool = False

    def ready(self, bounds: Bounds) -> bool:
        return bool(self.waiting) and self.running < (bounds.at_one_location if self.answered else 1)


class _Alarms:
    """Whose time is over first, of those tasks that are still in ``among``; there may be thousands."""

    def __init__(self, among: t.Container[Task]) -> None:
        self._among = among
        self._numbers = itertools.count()
        self._heap: list[tuple[float, int, Task]] = []

    def add(self, at: float, task: Task) -> None:
        heapq.heappush(self._heap, (at, next(self._numbers), task))

    @property
    def next(self) -> float:
        while self._heap and self._heap[0][-1] not in self._among:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else float("inf")

    def over(self, now: float) -> t.Iterator[Task]:
        """Those whose time is over; whoever asks takes each out of the others before it asks on."""
        while self.next <= now:
            yield self._heap[0][-1]


class Crew:
    """Takes commands and tells their ends."""

    def __init__(self, hands: Hands, bounds: Bounds = Bounds()) -> None:
        self._hands = hands
        self._bounds = bounds
        self._places: dict[str, _Place] = {}
        self._waiting: set[Task] = set()
        self._running: set[Task] = set()
        self._young: dict[Task, float] = {}
        self._turns, self._deadlines = _Alarms(self._waiting), _Alarms(self._running)
        self._abandoned = 0
        self._allowed = bounds.busy

    def take(self, command: m.ToLocation, deadline: float) -> None:
        """Have a command carried out once it is its turn; it ends by the deadline in either case."""
        task = Task(command, deadline)
        self._places.setdefault(command.location, _Place()).waiting.append(task)
        self._waiting.add(task)
        self._turns.add(task.begin_by, task)

    def start(self, now: float) -> None:
        """Start what may start, one of each location in turn."""
        busy, started = self._busy(now), True
        while started:
            started = False
            for location, place in list(self._places.items()):
                if busy >= self._allowed or self._full:
                    return
                if place.ready(self._bounds):
                    self._places[location] = self._places.pop(location)
                    place.running += 1
                    self._give(place.waiting.popleft(), now)
                    busy, started = busy + 1, True

    def ends(self, now: float, ended: t.Sequence[End]) -> list[m.Event]:
        """How commands ended: as the hands bring it, and for those whose time is over as that makes it."""
        self._adapt(ended, now)
        events = [end.event for end in ended if self._heard(end.task)]
        for task in self._deadlines.over(now):
            self._leave(task)
            self._abandoned += 1
            events.append(_overdue(task, now))
        for task in self._turns.over(now):
            self._forget(task)
            events.append(_overdue(task, now))
        return events

    def recall(self, now: float) -> list[m.Event]:
        """How writes end that still wait for their turn when a run is told to stop: they are never sent."""
        events = []
        for place in self._places.values():
            for task in [task for task in place.waiting if isinstance(task.command, m.Create | m.Delete)]:
                self._forget(task)
                events.append(_overdue(task, now))
        return events

    def rests_until(self, now: float) -> float:
        """When there is something to do, if no hand brings an end before: a deadline passes, or a place is left."""
        until = min(self._deadlines.next, self._turns.next)
        if self._busy(now) < self._allowed or not any(place.ready(self._bounds) for place in self._places.values()):
            return until
        return min(until, next(iter(self._young.values())) + self._bounds.slow)

    @property
    def _full(self) -> bool:
        return len(self._running) + self._abandoned >= self._bounds.hands

    def _busy(self, now: float) -> int:
        """How many tasks are young; they are in the order in which they began."""
        while self._young and now - next(iter(self._young.values())) >= self._bounds.slow:
            del self._young[next(iter(self._young))]
        return len(self._young)

    def _adapt(self, ended: t.Sequence[End], now: float) -> None:
        """Who hears late has a processor that is busy enough."""
        waited = max((now - end.at for end in ended), default=0.0)
        if waited > self._bounds.late:
            self._allowed = max(self._bounds.busy, self._allowed // 2)
        elif waited <= self._bounds.prompt:
            self._allowed = min(self._bounds.hands, self._allowed + len(ended))

    def _give(self, task: Task, now: float) -> None:
        task.started_at = self._young[task] = now
        self._waiting.remove(task)
        self._running.add(task)
        self._deadlines.add(task.deadline, task)
        self._hands.give(task)

    def _heard(self, task: Task) -> bool:
        """Whether the end of this task is news. If it was ended already, it only says that the location answers."""
        self._places[task.command.location].answered = True
        if task not in self._running:
            self._abandoned -= 1
            return False
        self._leave(task)
        return True

    def _leave(self, task: Task) -> None:
        self._running.remove(task)
        self._young.pop(task, None)
        self._places[task.command.location].running -= 1

    def _forget(self, task: Task) -> None:
        """One that never began."""
        self._waiting.remove(task)
        self._places[task.command.location].waiting.remove(task)


def _overdue(task: Task, now: float) -> m.Event:
    """How a command ends whose time is over; what never began was never sent."""
    sent = task.started_at is not None
    message = "it did not answer in time" if sent else "too much else was asked there, so it had no turn in time"
    failed = CallError(Fate.LOST if sent else Fate.NOT_SENT, Fault(kind=Kind.TIMED_OUT, message=message))
    return failing(task.command, failed, task.started_at or now, now)
