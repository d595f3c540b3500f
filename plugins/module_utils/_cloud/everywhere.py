# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Brings one thing to every location at once: reads, plans, acts, and reads again until nothing is left to do.

A write whose answer is lost, or that another run was faster with, is no failure yet: the next read tells what is so.
Nor is a quota that is used up: another run may have made twice what it takes back just now. Several at once therefore
end as one would. A location that fails keeps none of the others from being done.
"""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from .._core.faults import Fault, Kind
from .._core.readiness import ObjectionError, Ready
from .failure import CallError, Fate
from .parallel import together

if t.TYPE_CHECKING:
    from .._core.readiness import Plan, Step
    from .accounts import Account
    from .clock import Clock
    from .wire import Wire

_ROUNDS = 10
_FAILURES = 5
_PAUSE = (0.2, 0.6)
_MARGIN = 0.25
# How often a location is read whose work is with others: often at first, for long ones less so.
_LOOKS = (0.3, 5.0)
_MAY_PASS = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One location to bring it to, by a monotonic ``deadline``."""

    account: Account
    wire: Wire
    clock: Clock
    deadline: float


class Trade(t.Protocol):
    """What a kind of thing brings: GETs and a pure plan of what they told, and single writes."""

    def plan(self, site: Site) -> Plan:
        """What is still to be done there; a `CallError` or an `ObjectionError` where that is not possible."""

    def act(self, site: Site, step: Step) -> None:
        """Carry one step out."""


def everywhere(trade: Trade, sites: t.Sequence[Site], *, check: bool) -> list[Ready]:
    """What became of each location, in order; none takes longer than its deadline."""
    if not sites:
        return []
    clock, deadline = sites[0].clock, max(each.deadline for each in sites) + _MARGIN
    ends = together([partial(_bring, trade, site, check=check) for site in sites], clock, deadline)
    return [
        Ready(location=site.account.label, fault=end.fault, doubtful=not check) if isinstance(end, CallError) else end
        for site, end in zip(sites, ends, strict=True)
    ]


def _bring(trade: Trade, site: Site, *, check: bool) -> Ready:
    """Level-triggered: each round plans anew from what is there."""
    first: Plan | None = None
    done: list[Step] = []
    doubtful = False
    failures = 0
    for _round in range(_ROUNDS):
        failed: CallError | ObjectionError | None
        try:
            plan = _planned(trade, site, check=check)
        except CallError as exc:
            return _ended(site, first, done, exc.fault, doubtful=doubtful)
        except ObjectionError as exc:
            failed = exc
        else:
            first = first or plan
            if check or not plan.steps:
                steps = plan.steps if check else tuple(done)
                return Ready(location=site.account.label, before=first.before, after=plan.after, done=steps)
            failed = _act(trade, site, plan.steps, done)
            doubtful |= failed is not None and failed.fate is Fate.LOST
        if failed is not None:
            failures += 1
            if check or failures == _FAILURES or not _may_pass(failed):
                return _ended(site, first, done, failed.fault, doubtful=doubtful)
            site.clock.sleep(random.uniform(*_PAUSE) * 2 ** (failures - 1))
    fault = Fault(kind=Kind.SERVER_ERROR, message="what was done did not last", remedy="see who else changes it")
    return _ended(site, first, done, fault, doubtful=doubtful)


def _planned(trade: Trade, site: Site, *, check: bool) -> Plan:
    """The plan once nothing has to be waited for; with ``check`` nothing is."""
    pause, most = _LOOKS
    while True:
        plan = trade.plan(site)
        if check or plan.steps or not plan.awaits:
            return plan
        if site.clock.now() + pause >= site.deadline:
            fault = Fault(kind=Kind.TIMED_OUT, message=plan.awaits, remedy="give it more time (timeout)")
            raise CallError(Fate.NOT_SENT, fault)
        site.clock.sleep(pause)
        pause = min(most, pause * 1.5)


def _act(trade: Trade, site: Site, steps: t.Iterable[Step], done: list[Step]) -> CallError | None:
    """Carry out what is planned, up to the first step that fails, or that only the next read gives its ids."""
    for step in steps:
        if step.later:
            break
        try:
            trade.act(site, step)
        except CallError as failed:
            return failed
        done.append(step)
    return None


def _may_pass(failed: CallError | ObjectionError) -> bool:
    """Whether the next read may show another picture."""
    if isinstance(failed, ObjectionError):
        return failed.fault.kind is Kind.QUOTA
    return failed.fate is not Fate.REFUSED or failed.fault.status in _MAY_PASS or failed.fault.kind is Kind.CONFLICT


def _ended(site: Site, first: Plan | None, done: list[Step], fault: Fault, *, doubtful: bool) -> Ready:
    before = first.before if first else None
    return Ready(
        location=site.account.label, before=before, after=before, done=tuple(done), fault=fault, doubtful=doubtful
    )
