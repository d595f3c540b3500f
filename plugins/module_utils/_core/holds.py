# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What is not tried again for a while: offers, zones, flavors or whole locations that a fault reached."""

from __future__ import annotations

import typing as t

from .faults import Scope
from .rows import Hold

if t.TYPE_CHECKING:
    from .faults import Fault
    from .model import Offer
    from .tables import Tables

_SCOPES = (Scope.LOCATION, Scope.ZONE, Scope.FLAVOR, Scope.OFFER)


def hold(tables: Tables, offer: Offer, fault: Fault, now: float) -> None:
    """Keep what the fault reaches from being tried for its time; a burst of the same fault counts once."""
    rule = fault.rule
    if rule.scope is Scope.SERVER:
        return
    holds = tables.locations[offer.location].holds
    key = hold_key(rule.scope, offer)
    found = holds.get(key)
    times = 0 if found is None else found.times + (found.until <= now)
    seconds = float("inf") if rule.hold is None else rule.hold * (2**times if rule.grows else 1)
    until = max(now + seconds, now + (fault.retry_after or 0.0), found.until if found else 0.0)
    holds[key] = Hold(until=until, times=times, fault=fault)


def held(tables: Tables, offer: Offer, now: float) -> Hold | None:
    """The hold that keeps an offer from being tried, if any."""
    holds = tables.locations[offer.location].holds
    found = (holds.get(hold_key(scope, offer)) for scope in _SCOPES)
    return next((each for each in found if each is not None and each.until > now), None)


def hold_key(scope: Scope, offer: Offer) -> tuple[object, ...]:
    """What a fault of this scope holds: the location, its zone, its flavor, or just the offer."""
    if scope is Scope.ZONE:
        return scope, offer.zone
    if scope is Scope.FLAVOR:
        return scope, offer.flavor.name
    return (scope, offer.zone, offer.flavor.name) if scope is Scope.OFFER else (scope,)
