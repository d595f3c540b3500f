# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Several requests of one command at once."""

from __future__ import annotations

import queue
import threading
import typing as t

from .._core.faults import Fault, Kind
from .failure import CallError, Fate, broken_off

if t.TYPE_CHECKING:
    from .clock import Clock

R = t.TypeVar("R")


def together(asks: t.Sequence[t.Callable[[], R]], clock: Clock, deadline: float) -> list[R | CallError]:
    """What each of them brought, in order, failures among them. The threads are left behind at the deadline."""
    late = CallError(Fate.LOST, Fault(kind=Kind.TIMED_OUT, message="it did not answer in time"))
    ends: list[R | CallError] = [late] * len(asks)
    done: queue.SimpleQueue[tuple[int, R | CallError]] = queue.SimpleQueue()

    def ask(number: int) -> None:
        try:
            done.put((number, asks[number]()))
        except CallError as failed:
            done.put((number, failed))
        except Exception as exc:
            done.put((number, broken_off(exc, "its answer", exposed=True)))

    for number in range(1, len(asks)):
        threading.Thread(target=ask, args=(number,), daemon=True).start()
    if asks:
        ask(0)
    for _each in asks:
        try:
            number, end = done.get(timeout=max(0.0, deadline - clock.now()))
        except queue.Empty:
            break
        ends[number] = end
    return ends
