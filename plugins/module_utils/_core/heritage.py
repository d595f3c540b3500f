# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a fleet hands down to its new servers: its owner, and when it ends."""

from __future__ import annotations

import typing as t

from .identity import MARK_KEY, NEVER, Heirlooms, expires_of, owner_of, owner_value

if t.TYPE_CHECKING:
    from .desk import Desk
    from .rows import LocationRow


def expires(desk: Desk, row: LocationRow) -> str:
    """The fleet's greatest expiry where it has servers, so that a rerun moves nothing; else as the order says.

    Judged by the location's own clock, in epoch seconds. A fleet that has expired hands nothing on: its new servers
    would be born expired. The location's `max_lifetime` shortens whatever it is.
    """
    clock = int(desk.run.run_at + row.offset)
    asked = _asked(desk, clock)
    most = row.location.hints.max_lifetime
    if most is None or (asked is not None and asked <= clock + most):
        return NEVER if asked is None else str(asked)
    desk.shortened.add(row.label)
    return str(clock + most)


def _asked(desk: Desk, clock: int) -> int | None:
    """When new servers are to end by the fleet or the order; None for never."""
    lifetime = desk.run.order.lifetime
    inherited = desk.heirlooms.ends
    if inherited is None:
        return None
    if inherited > clock:
        return inherited
    return None if lifetime is None else clock + lifetime


def owner(desk: Desk, row: LocationRow) -> str:
    """The order's owner, else whose the fleet is already, else the Keystone user of the location."""
    if desk.run.order.owner is not None:
        return owner_value(desk.run.order.owner)
    return desk.heirlooms.owner or owner_value(row.user)


def heirlooms(desk: Desk) -> Heirlooms:
    """What the servers of the fleet hand down that still carry their mark; asked once, since plans need it often."""
    rows = (row for row in desk.tables.servers.values() if row.ours and not row.gone)
    marked = [row.server for row in rows if row.server and dict(row.server.metadata).get(MARK_KEY)]
    ends = [expires_of(server) for server in marked]
    return Heirlooms(
        owner=min(filter(None, map(owner_of, marked)), default=""),
        ends=None if None in ends else max((each for each in ends if each is not None), default=0),
    )
