# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I2: where all runs had the same order and ended exact, exactly N exist, and every server that was returned lives."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.tests.chaos.found import FOUND, RENAMED
from ansible_collections.openmultistack.cloud.tests.chaos.truth import slot_in

from .exactly import wrong_slots

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.stage import Play


def truly_exact(play: Play) -> t.Iterator[str]:
    """Asked where nothing else may have changed the fleet since."""
    results = [run.result for _turn, run in play.own]
    if all(each and each.exact for each in results) and _undisturbed(play):
        order = play.own[0][1].order
        concerned = [each for each in play.at_end if order.concerns(slot_in(each, order.fleet) or 0)]
        yield from wrong_slots(concerned, order.fleet, order.count)


def still_there(play: Play) -> t.Iterator[str]:
    """What one run returned as exact lives, even where another run of the same order had a bad day."""
    if not _undisturbed(play):
        return
    alive = {server.id for server in play.at_end}
    for turn, run in play.own:
        for kept in run.result.servers if run.result and run.result.exact else ():
            if kept.server.id not in alive:
                yield f"the run of {turn.at} returned {kept.server.id} as exact, and it is gone"


def _undisturbed(play: Play) -> bool:
    """Not asked where orders contradict each other, or others took servers away, or a cell hid without a trace."""
    hidden = any(site.blind for site in play.scenario.sites)
    hidden = hidden and any(each.what == "cell down" for each in play.scenario.happenings)
    return play.scenario.agreed and not (play.harmed or hidden or _unmarked(play))


def _unmarked(play: Play) -> bool:
    """Whether others may have taken two of its three signs from a server: then it is nobody's any more."""
    happened = {each.what for each in play.scenario.happenings}
    renamed = any(FOUND[number].name == RENAMED for _label, number in play.scenario.found)
    return "metadata erased" in happened and (renamed or "renamed" in happened)
