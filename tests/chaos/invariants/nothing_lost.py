# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I9: a fresh process that has only the clouds finds every live server that any run made: its `absent` removes all."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.tests.chaos.truth import home_of, mark_of

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.stage import Play


def nothing_lost(play: Play) -> t.Iterator[str]:
    """Of what has no two signs left nobody can tell whose it is; of others' servers not one is gone, unless adopted."""
    made = {command.token for run in play.named.values() for command in run.commands if isinstance(command, m.Create)}
    for server in play.at_last:
        mark = mark_of(server)
        if mark and mark.token in made and home_of(server):
            yield f"{server.id} ({server.name}, {server.status}, {server.task}) is still there"
    for run in play.removals:
        if run.result is None or run.result.failed or not run.result.exact:
            yield f"the removal of {run.order.fleet} is not content"
    if any(("adopt", True) in turn.facts for turn in play.scenario.turns):
        return
    left = {server.id for server in play.at_last}
    fleets = {turn.fleet for turn in play.scenario.turns}
    for server in play.begun:
        home = home_of(server)
        if (home is None or home[0] not in fleets) and server.id not in left:
            yield f"{server.id} was none of ours, and is gone"
