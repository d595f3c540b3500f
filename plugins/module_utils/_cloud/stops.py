# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Why a run should end early: a signal, or nobody left who reads what it says."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import typing as t

if t.TYPE_CHECKING:
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_signals(*, keep: bool = False) -> t.Iterator[t.Callable[[], str]]:
    """What to ask whether to stop: the reason, empty to go on. SIGINT and SIGTERM are one; the second time they kill.

    With ``keep`` they are also noted afterwards: a process that is about to tell its result and end had better do so.

    Signals reach the main thread only. A module whose caller has died sees the other end of its output closed: that is
    a reason as well, since some callers are killed without a word to what they started.
    """
    received: list[str] = []
    here = threading.current_thread() is threading.main_thread()
    former: dict[int, t.Any] = {number: signal.getsignal(number) for number in _SIGNALS if here}

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(f"received {signal.Signals(number).name}")
        signal.signal(number, former[number] or signal.SIG_DFL)

    for number in former:
        signal.signal(number, note)
    try:
        yield lambda: received[0] if received else _unread(1)
    finally:
        for known, handler in () if keep else former.items():
            signal.signal(known, handler or signal.SIG_DFL)


def _unread(descriptor: int) -> str:
    """A reason to stop where a pipe has no reader any more."""
    watch = select.poll()
    try:
        os.fstat(descriptor)
        watch.register(descriptor, 0)
        gone = any(happened & select.POLLERR for _descriptor, happened in watch.poll(0))
    except OSError:
        return ""
    return "nobody reads the answer any more" if gone else ""
