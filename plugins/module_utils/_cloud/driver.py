# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""A run in real time: the loop is turned whenever a thread brings something, until it finishes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .loop import Engine, Loop
from .threads import Threads

if t.TYPE_CHECKING:
    from .._core.messages import Finish
    from .._core.order import Patience
    from .clock import Clock
    from .port import Port

_POLL = 0.2


def _go_on() -> str:
    return ""


def _unwatched(_now: float) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run takes place in.

    At least five times a second ``stop`` is asked for a reason to stop, and ``watch`` is called with the time.
    """

    port: Port
    clock: Clock
    patience: Patience
    stop: t.Callable[[], str] = _go_on
    watch: t.Callable[[float], None] = _unwatched


def drive(engine: Engine, around: Surroundings) -> Finish:
    """Run an engine to its end, in this thread. Returns at once after it: threads that still wait are left behind."""
    clock = around.clock
    threads = Threads(around.port, clock)
    loop = Loop(engine, threads, around.patience)
    try:
        now = clock.now()
        finish = loop.begin(now)
        while finish is None:
            around.watch(now)
            ended = threads.ended(min(_POLL, loop.rests_until(now) - clock.now()))
            now = clock.now()
            finish = loop.turn(now, ended, around.stop())
    finally:
        threads.dismiss()
    return finish
