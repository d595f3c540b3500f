# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the simulator's time comes from."""

from __future__ import annotations

import functools
import time
import typing as t

Clock = t.Callable[[], float]
"""Answers the time as epoch seconds; never runs backwards."""


def wall_clock() -> Clock:
    """The machine's time, steady even if somebody sets the clock meanwhile."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


class ManualClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        if seconds < 0:
            raise ValueError("a clock does not run backwards")
        self._now += seconds


@functools.lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def iso(moment: float) -> str:
    """A moment as Nova writes it: 2026-11-21T02:08:37Z."""
    return _second(int(moment)) + "Z"


def iso_micro(moment: float) -> str:
    """A moment as Nova writes `launched_at`, without a zone: 2026-11-21T02:08:37.000000."""
    return _second(int(moment)) + ".000000"


@functools.lru_cache(maxsize=64)
def _http_second(second: int) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second))


def http_date(moment: float) -> str:
    """A moment as the Date header has it."""
    return _http_second(int(moment))
