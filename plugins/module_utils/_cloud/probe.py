# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Trying an account out at one location: a token, the catalog, the limits, the versions. Only reads."""

from __future__ import annotations

import typing as t
from functools import partial

from .._core.verification import SERVICES, Probe
from .catalogue import compute_versions
from .failure import CallError
from .parallel import together
from .servers import limits_from
from .wire import Wire

if t.TYPE_CHECKING:
    from .accounts import Account
    from .clock import Clock
    from .session import Session, Sessions
    from .wire import Reply

_MARGIN = 0.25
Timed = tuple["Reply", tuple[float, float]]


def probed(accounts: t.Sequence[Account], sessions: Sessions, clock: Clock, seconds: float) -> list[Probe]:
    """What each location answered within so many seconds, all of them side by side."""
    deadline = clock.now() + seconds
    tries = [partial(_probed, each, Wire(each, sessions, clock), clock, deadline) for each in accounts]
    ends = together(tries, clock, deadline + _MARGIN)
    return [
        Probe(location=account.label, fault=end.fault) if isinstance(end, CallError) else end
        for account, end in zip(accounts, ends, strict=True)
    ]


def _probed(account: Account, wire: Wire, clock: Clock, deadline: float) -> Probe:
    facts: dict[str, t.Any] = {"location": account.label, "region": account.region}
    try:
        session = wire.session()
        facts |= {"auth_url": session.auth_url}
        session = wire.ready(deadline)
        facts |= {"user": session.user, "project_id": session.project_id, "catalog": session.catalog}
        facts |= {"lacking": _lacking(session)}
        reply, between = _limits(wire, clock, deadline)
        facts |= {"limits": limits_from(reply.content), "date": reply.date, "between": between}
        versions = compute_versions(wire, deadline)[0]
        facts |= {"versions": (versions["oldest"], versions["newest"])}
    except CallError as failed:
        return Probe(**facts, fault=failed.fault)
    return Probe(**facts)


def _limits(wire: Wire, clock: Clock, deadline: float) -> Timed:
    began = clock.wall()
    reply = wire.get("/limits", deadline)
    return reply, (began, clock.wall())


def _lacking(session: Session) -> dict[str, t.Any]:
    """The services that the catalog gives no address of."""
    found = {}
    for service in SERVICES:
        try:
            session.address(service)
        except CallError as failed:
            found[service] = failed.fault
    return found
