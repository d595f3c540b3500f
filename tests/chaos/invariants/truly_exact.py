# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I2: where all runs had the same order and ended exact, exactly N exist, and every server that was returned lives."""

from __future__ import annotations

import typing as t

from .exactly import wrong_slots

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.stage import Play


def truly_exact(play: Play) -> t.Iterator[str]:
    """Not asked where orders contradict each other, or others took servers away, or a cell hid without a trace."""
    hidden = any(site.blind or site.paged for site in play.scenario.sites)
    hidden = hidden and any(each.what == "cell down" for each in play.scenario.happenings)
    results = [run.result for _turn, run in play.own]
    if not play.scenario.agreed or play.harmed or hidden or not all(each and each.exact for each in results):
        return
    order = play.own[0][1].order
    yield from wrong_slots(play.at_end, order.fleet, order.count)
    alive = {server.id for server in play.at_end}
    for number, result in enumerate(results):
        for kept in result.servers if result else ():
            if kept.server.id not in alive:
                yield f"run {number} returned {kept.server.id} as exact, and it is gone"
