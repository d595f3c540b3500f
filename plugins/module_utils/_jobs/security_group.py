# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Security groups with exactly their rules at every location."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import replace

from .._cloud.security_groups import SecurityGroups
from .._core.advice import fault_text
from .._core.peers import Peers, peers_of
from .._core.security_order import groups_order
from .ask import survey_all
from .bring import Reach, brought

if t.TYPE_CHECKING:
    from .._core.security_order import GroupsOrder
    from .ask import Outcome

# How much of the time the survey of the peers may take, and how long it is at most.
_SHARE, _LONGEST = 0.4, 20.0


def security_group(params: t.Mapping[str, t.Any], *, check: bool) -> Outcome:
    """Bring the groups to the chosen locations, or take them away there; with ``check`` nothing is written."""
    order, reach = groups_order(params), Reach(params)
    peers, asked, warnings = _peers(reach, order, min(_LONGEST, params["timeout"] * _SHARE))
    outcome = brought(order.told, SecurityGroups(order, peers), params, check=check, reach=reach)
    requests = Counter(asked) + Counter(outcome.answer["requests"])
    return replace(
        outcome, answer={**outcome.answer, "requests": dict(requests)}, warnings=(*outcome.warnings, *warnings)
    )


def _peers(reach: Reach, order: GroupsOrder, seconds: float) -> tuple[Peers, dict[str, int], list[str]]:
    """The members of the fleets that rules name, wherever they run; nobody is asked where no rule names one."""
    if not order.fleets:
        return Peers(), {}, []
    census, asked = survey_all(reach.accounts, [each.label for each in reach.accounts.all], seconds)
    peers = peers_of(census, order.fleets)
    why = {label: fault_text(fault) for label, fault in census.unreachable}
    stay = "rules for members of fleets there stay as they are; run this again"
    warnings = [
        f"{label}: not known what runs there ({why.get(label, 'a part of it is down')}); {stay}"
        for label in sorted(peers.unknown)
    ]
    warnings += [
        f"{each.location}: server {each.name} has no address yet, so no rule lets it in; run this again"
        for each in peers.nowhere
    ]
    return peers, asked, warnings
