# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Time and randomness, which the engine is only ever handed."""

from __future__ import annotations

import os
import time
import typing as t


class Clock(t.Protocol):
    """Where the effects get their time from: `now` is monotonic, `wall` epoch seconds."""

    def now(self) -> float: ...

    def wall(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def entropy() -> bytes:
    """What makes the attempt tokens of one run unlike those of any other."""
    return os.urandom(32)
