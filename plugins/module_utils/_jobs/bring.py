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
    from .._cloud.accounts import Account
    from .._cloud.everywhere import Trade


class Reach:
    """The accounts that options name, those of them that are chosen, and the way to all: each is logged in to once."""

    def __init__(self, params: t.Mapping[str, t.Any]) -> None:
        self.accounts, chosen = chosen_by(params)
        self.chosen = [each for each in self.accounts.all if each.label in chosen]
        self.clock, self.meter = SystemClock(), Meter()
        self._sessions = Sessions(self.accounts, self.clock, self.meter)

    def sites(self, accounts: t.Iterable[Account], seconds: float) -> list[Site]:
        """These accounts' locations, each for so many seconds."""
        deadline = self.clock.now() + seconds
        return [
            Site(account=each, wire=Wire(each, self._sessions, self.clock), clock=self.clock, deadline=deadline)
            for each in accounts
        ]


def brought(
    what: str, trade: Trade, params: t.Mapping[str, t.Any], *, check: bool, reach: Reach | None = None
) -> Outcome:
    """Bring it there; ``what`` names it in sentences. Locations whose status is unavailable are left out."""
    reach = reach or Reach(params)
    wanted, clock = reach.chosen, reach.clock
    sites = reach.sites((each for each in wanted if each.hints.available), params["timeout"])
    if check:
        found = everywhere(trade, sites, check=True)
    else:
        # Several at once would each make what the others take back; on other controllers there may be some yet.
        with turn(turn_of(what, reach.accounts), clock, params["timeout"] / 2, lambda: ""):
            found = everywhere(trade, sites, check=False)
    left_out = tuple(
        f"{each.label}: left out, since its status is unavailable" for each in wanted if not each.hints.available
    )
    return Outcome(
        answer={**readiness_answer(what, found, check=check), "requests": reach.meter.totals()},
        warnings=reach.accounts.warnings + left_out,
        failure=readiness_failure(what, found),
    )
