# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits of a provider: so many requests a second for a service of a location."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .clock import Clock
    from .config import RegionSettings
    from .events import Address


class RateLimits:
    """A token bucket for each limited service; it holds the requests of one second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str | None, str], tuple[float, float]] = {}

    def exceeded(self, address: Address, settings: RegionSettings | None) -> bool:
        """Whether this request is one too many."""
        rate = settings.rate_limits.get(address.service) if settings else None
        if not rate:
            return False
        key, now = (address.cloud, address.region, address.service), self._clock()
        left, then = self._buckets.get(key, (max(1.0, rate), now))
        left = min(max(1.0, rate), left + (now - then) * rate)
        self._buckets[key] = (left - 1.0 if left >= 1.0 else left, now)
        return left < 1.0
