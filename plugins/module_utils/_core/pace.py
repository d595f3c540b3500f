# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""How many POSTs one location gets at a time: slowly more while it answers well, half when it complains."""

from __future__ import annotations

START = 4
# Of all locations together there is no cap but that of processor and threads (_cloud/crew.py): a launch over many takes
# as long as one over a few.
MOST = 8
_SLOWER = 1.5
_MUCH_SLOWER = 3.0


class Pace:
    """Additive increase, multiplicative decrease, by answers and by their latency in seconds."""

    def __init__(self) -> None:
        self._window = float(START)
        self._best: float | None = None
        self._usual: float | None = None
        self.in_flight = 0
        self.quiet_until = 0.0

    def ready(self, now: float) -> bool:
        """Whether one more POST may go out where there is room enough, which takes more to find out than this."""
        return now >= self.quiet_until and self.in_flight < int(self._window)

    def allows(self, room: int, now: float) -> bool:
        """Whether one more POST may go out; near the limit one or two at a time, so that races show in time."""
        window = min(2, int(self._window)) if room < 2 * self.in_flight else int(self._window)
        return self.ready(now) and self.in_flight < min(window, room)

    def sent(self) -> None:
        self.in_flight += 1

    def answered(self, latency: float) -> None:
        """An answer that is no complaint."""
        self.in_flight -= 1
        self._best = latency if self._best is None else min(self._best, latency)
        slow = self._usual is not None and latency > _MUCH_SLOWER * self._usual
        self._usual = latency if self._usual is None else 0.8 * self._usual + 0.2 * latency
        if slow:
            self._halve()
        elif latency <= _SLOWER * self._best:
            self._window = min(MOST, self._window + 1)

    def complained(self, until: float) -> None:
        """A rate limit or an overload: nothing more before ``until``, then half as much at a time."""
        self.in_flight -= 1
        self.quiet_until = max(self.quiet_until, until)
        self._halve()

    def lost(self) -> None:
        """No answer: neither praise nor complaint."""
        self.in_flight -= 1

    def _halve(self) -> None:
        self._window = max(1.0, self._window / 2)
