# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I1: after a closing run, with room, each slot 1..N has exactly one live server of ours, and none is beyond N."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.openmultistack.cloud.tests.chaos.truth import live, slot_in
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import writes

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
    from ansible_collections.openmultistack.cloud.tests.chaos.stage import Play


def closed(play: Play) -> t.Iterator[str]:
    """After one closing run all is as ordered; the second finds nothing to write.

    Where the best server of a slot does not run, the others beside it stay: nobody may delete them, by the rank's rule.
    """
    order = play.closing[0].order
    if any(each.status != "BUILD" and (each.status, each.task) != ("ACTIVE", None) for each in _live(play)):
        return
    yield from wrong_slots(play.at_close, order.fleet, order.count)
    second = play.closing[1]
    if writes(second.commands):
        yield f"the second closing run still wrote: {writes(second.commands)[0]}"
    if second.result is None or second.result.failed or second.result.leftovers or not second.result.exact:
        yield "the second closing run is not content"


def _live(play: Play) -> list[Server]:
    return live(play.at_close, play.closing[0].order.fleet)


def wrong_slots(servers: t.Iterable[Server], fleet: str, count: int) -> t.Iterator[str]:
    slots = Counter(slot_in(server, fleet) for server in live(servers, fleet))
    if slots != Counter(range(1, count + 1)):
        twice = sorted(slot or 0 for slot, number in slots.items() if number > 1)
        none = sorted(set(range(1, count + 1)) - set(slots))
        beyond = sorted(slot for slot in slots if slot and slot > count)
        yield f"of the slots 1..{count}, filled twice: {twice}, empty: {none}; filled beyond: {beyond}"
