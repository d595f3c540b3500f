# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which slots want a server now."""

from __future__ import annotations

import typing as t

from .adopt import adoptable
from .renewal import renewable
from .rows import State
from .tables import Filling

if t.TYPE_CHECKING:
    from .desk import Desk


def wanted(desk: Desk) -> list[int]:
    """The slots that are to be filled or renewed and may still be tried, lowest first."""
    slots = desk.tables.slots[Filling.EMPTY] | renewable(desk)
    slots -= set(adoptable(desk).values())
    return sorted(slot for slot in slots if not spent(desk, slot))


def spent(desk: Desk, slot: int) -> bool:
    """Whether a slot has used up the attempts that the order allows."""
    tries = (each.fault for each in desk.tables.attempts_in(slot) if each.state is not State.POSTING)
    return sum(fault is not None and fault.rule.spends for fault in tries) >= desk.run.order.patience.attempts
