# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Threads that carry tasks out: daemons of our own, since an executor would join its when the interpreter ends."""

from __future__ import annotations

import queue
import threading
import typing as t

from .._core.faults import Fault, Kind
from .crew import End, Task
from .ends import failing
from .failure import CallError, Fate

if t.TYPE_CHECKING:
    from .clock import Clock
    from .port import Port


class Threads:
    """As many threads as tasks were ever under way at once. Only their queues are shared: all methods are for one."""

    def __init__(self, port: Port, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._work: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._ends: queue.SimpleQueue[End] = queue.SimpleQueue()
        self._threads = 0
        self._at_work = 0

    def give(self, task: Task) -> None:
        self._at_work += 1
        if self._at_work > self._threads:
            self._threads += 1
            threading.Thread(target=self._labour, daemon=True).start()
        self._work.put(task)

    def ended(self, patience: float) -> list[End]:
        """The ends that have come, waiting so long for the first one."""
        ends: list[End] = []
        try:
            ends.append(self._ends.get(timeout=max(0.0, patience)))
            while True:
                ends.append(self._ends.get_nowait())
        except queue.Empty:
            self._at_work -= len(ends)
            return ends

    def dismiss(self) -> None:
        """Let the threads end: at once, or when what they wait for does. Nobody waits for them."""
        for _thread in range(self._threads):
            self._work.put(None)

    def _labour(self) -> None:
        """What each thread does, until it is dismissed."""
        while (task := self._work.get()) is not None:
            try:
                event = self._port.perform(task.command, task.answer_by)
            except BaseException as exc:
                fault = Fault(
                    kind=Kind.BROKEN_ANSWER,
                    message=f"an error of this collection ({type(exc).__name__})",
                    remedy="please report it",
                )
                event = failing(task.command, CallError(Fate.LOST, fault), task.started_at or 0.0, self._clock.now())
            self._ends.put(End(task, event, self._clock.now()))
