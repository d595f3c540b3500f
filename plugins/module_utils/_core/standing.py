# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which servers stand for the slots of the order."""

from __future__ import annotations

import typing as t

from .model import Phase
from .reach import answers
from .renewal import drifted, unwanted
from .result import Kept
from .tables import Filling

if t.TYPE_CHECKING:
    from .desk import Desk


def standing(desk: Desk) -> tuple[Kept, ...]:
    """The best servers of the slots within the count that are past their build."""
    slots = sorted(desk.tables.slots[Filling.FILLED] | desk.tables.slots[Filling.TWIN])
    found = (_stands(desk, slot) for slot in slots if slot <= desk.run.order.count)
    return tuple(each for each in found if each is not None)


def _stands(desk: Desk, slot: int) -> Kept | None:
    for row in desk.tables.candidates(slot):
        if row.server is not None and row.phase is not Phase.PENDING:
            return Kept(
                slot=slot,
                location=row.location,
                server=row.server,
                drifted=not desk.run.order.absent and drifted(desk, row),
                unwanted=unwanted(desk, row),
                answers=answers(desk, row),
                console=row.console or "",
            )
    return None


def serving(desk: Desk) -> int:
    """How many slots have a server past its build that answers, and that the order wants to keep."""
    return sum(each.answers and not each.unwanted for each in standing(desk))
