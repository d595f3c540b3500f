# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I6: POSTs under way at a location are never more than its cap, and a lone order is never refused for room."""

from __future__ import annotations

import typing as t
from collections import defaultdict

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.evidence import Evidence
    from ansible_collections.openmultistack.cloud.tests.chaos.stage import Play
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.running import Running

MOST_AT_ONE_LOCATION = 8
_ENDS = (m.Created, m.Refused, m.NotSent, m.Ambiguous)


def bounded_flight(evidence: Evidence) -> t.Iterator[str]:
    """As the engine asked for them, since hands begin no more of them anyway.

    An end comes before what is asked for at the same moment: the engine asks on hearing of it.
    """
    log = [(at, 0, event.location, event.token) for at, event in evidence.run.heard if isinstance(event, _ENDS)]
    log += [(at, 1, post.location, post.token) for at, post in evidence.run.posts]
    under_way: defaultdict[str, set[str]] = defaultdict(set)
    for at, begins, location, token in sorted(log):
        here = under_way[location]
        (here.add if begins else here.discard)(token)
        if len(here) > MOST_AT_ONE_LOCATION:
            yield f"{len(here)} POSTs under way at {at:.2f} at {location}"


def never_refused_for_room(play: Play) -> t.Iterator[str]:
    """Where nobody else writes, room is known to the last server, unless POSTs or servers are in doubt."""
    world_moves = any(each.what not in _HARMLESS for each in play.scenario.happenings)
    upset = any(site.upsets or site.broken or site.endless for site in play.scenario.sites)
    if len(play.scenario.turns) > 1 or world_moves or upset:
        return
    yield from refused_for_room(play.runs[0][1])


def refused_for_room(run: Running) -> t.Iterator[str]:
    for at, event in run.heard:
        if isinstance(event, m.Refused) and event.fault.kind.value == "quota":
            yield f"refused for room at {at:.2f} by {event.location}"
        if isinstance(event, m.Shown) and event.server.fault and event.server.fault.code == 413:
            yield f"{event.id} in ERROR for room at {at:.2f}"


_HARMLESS = ("slow", "metadata erased", "locked", "busy", "token expired", "throttled")
