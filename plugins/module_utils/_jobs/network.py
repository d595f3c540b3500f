# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One network, with ranges of its own and a way out, at every location."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._cloud.networks import Networks, Ranges
from .._core.advice import fault_text
from .._core.network_order import network_order
from .bring import Reach, brought

if t.TYPE_CHECKING:
    from .ask import Outcome

# How much of the time is given to those that only say which ranges they use, and how long it is at most.
_SHARE, _LONGEST = 0.4, 20.0


def network(params: t.Mapping[str, t.Any], *, check: bool) -> Outcome:
    """Bring the network to the chosen locations, or take it away there; with ``check`` nothing is written."""
    order, reach = network_order(params), Reach(params)
    seconds = min(_LONGEST, params["timeout"] * _SHARE)
    ranges = Ranges(order, reach.sites(reach.accounts.all, seconds), seconds)
    outcome = brought(f"network {order.name}", Networks(order, ranges), params, check=check, reach=reach)
    warnings = tuple(
        f"{label}: not known which ranges it uses ({fault_text(fault)}); the one that it would get is left free for it"
        for label, fault in sorted(ranges.silent.items())
    )
    return replace(outcome, warnings=outcome.warnings + warnings)
