# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""When an order that falls short takes back what its run made."""

from __future__ import annotations

import typing as t

from .order import OnShortfall
from .result import What
from .standing import serving

if t.TYPE_CHECKING:
    from .desk import Desk


def roll_back(desk: Desk, now: float, *, hopeless: bool) -> bool:
    """Whether taking back begins now: too few servers serve, and there is no hope or no time for more.

    Never while a location is being read: another run of the same order may have filled there what is missed here.
    """
    order = desk.run.order
    asked = order.on_shortfall is OnShortfall.ROLLBACK and not order.absent and not desk.undoing
    reading = any(row.surveying for row in desk.tables.locations.values())
    late = now >= desk.run.last_post and not reading
    if not asked or not (hopeless or late) or serving(desk) >= order.min_count:
        return False
    desk.undoing = True
    desk.queues.clear()
    desk.unsettled |= {each.slot for each in desk.tables.attempts.values()}
    desk.tell(now, What.ROLLED_BACK, why=f"{serving(desk)} of at least {order.min_count}")
    desk.wake_at(now)
    return True
