# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Bringing one thing to every chosen location: what the modules that make clouds ready have in common."""

from __future__ import annotations

import typing as t

from .._cloud.clock import SystemClock
from .._cloud.everywhere import Site, everywhere
from .._cloud.session import Sessions
from .._cloud.transport import Meter
from .._cloud.turns import turn, turn_of
from .._cloud.wire import Wire
from .._core.readiness import readiness_answer, readiness_failure
from .ask import Outcome, chosen_by

if t.TYPE_CHECKING:
    from .._cloud.everywhere import Trade


def brought(what: str, trade: Trade, params: t.Mapping[str, t.Any], *, check: bool) -> Outcome:
    """Bring it there; ``what`` names it in sentences. Locations whose status is unavailable are left out."""
    accounts, chosen = chosen_by(params)
    clock, meter = SystemClock(), Meter()
    sessions, deadline = Sessions(accounts, clock, meter), clock.now() + params["timeout"]
    wanted = [each for each in accounts.all if each.label in chosen]
    sites = [
        Site(account=each, wire=Wire(each, sessions, clock), clock=clock, deadline=deadline)
        for each in wanted
        if each.hints.available
    ]
    if check:
        found = everywhere(trade, sites, check=True)
    else:
        # Several at once would each make what the others take back; on other controllers there may be some yet.
        with turn(turn_of(what, accounts), clock, params["timeout"] / 2, lambda: ""):
            found = everywhere(trade, sites, check=False)
    left_out = tuple(
        f"{each.label}: left out, since its status is unavailable" for each in wanted if not each.hints.available
    )
    return Outcome(
        answer={**readiness_answer(what, found, check=check), "requests": meter.totals()},
        warnings=accounts.warnings + left_out,
        failure=readiness_failure(what, found),
    )
