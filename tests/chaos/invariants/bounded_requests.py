# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I7: what is asked of a location stays within a bound that hangs on what happens there, not on how long it takes."""

from __future__ import annotations

import typing as t
from collections import Counter, defaultdict

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.tests.chaos.truth import DYING, slot_in

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
    from ansible_collections.openmultistack.cloud.tests.chaos.evidence import Evidence

_READS = (m.Survey, m.List, m.Show, m.LookUp)
_FAILED = (m.SurveyFailed, m.ListFailed, m.ShowFailed, m.LookUpFailed)
_USUAL = 12  # the first survey and its repetition, the look-ups, a last try before the end, the confirm survey
_TICK = 1.0
_REMEMBERED = 6.0  # what was pending is pending until a later poll shows otherwise: the slowest come every 5 s
_AGAIN = 12.0  # a silent or full location is asked again every 15 s or so while the run waits anyway


def bounded_requests(evidence: Evidence) -> t.Iterator[str]:
    """The sum of engine.md, I7: a tick is a second in which something is pending there.

    A DELETE elsewhere may have its winner here, which is read for it, and again where its loser is slow to be read.
    What another run was faster to delete was read for a DELETE as well.
    """
    run = evidence.run
    asked = Counter(command.location for _at, command in run.sent if isinstance(command, _READS))
    allowed, moments = _allowed(evidence)
    until = run.ended or run.world.now
    for label in asked:
        seconds = _covered(moments[label])
        elsewhere = sum(isinstance(each, m.Delete) and each.location != label for each in run.commands)
        bound = _USUAL + allowed[label] + 2 * seconds / _TICK + (until - run.started) / _AGAIN + 2 * elsewhere
        if asked[label] > bound:
            yield f"{label} was asked {asked[label]} times; {bound:.0f} would do for {seconds:.0f} s of waiting"


def _allowed(evidence: Evidence) -> tuple[Counter[str], dict[str, list[float]]]:
    """What writes and failures at each location allow, and when something was pending there."""
    run = evidence.run
    allowed: Counter[str] = Counter()
    moments: dict[str, list[float]] = defaultdict(list)
    for at, command in run.sent:
        allowed[command.location] += 2 * isinstance(command, m.Mark)
        if isinstance(command, m.Create | m.Delete):
            allowed[command.location] += 3 if isinstance(command, m.Delete) else 1
            moments[command.location].append(at)
    for at, event in run.heard:
        if isinstance(event, m.At):
            allowed[event.location] += isinstance(event, _FAILED) + 2 * isinstance(event, (m.Ambiguous, m.Gone))
            if _pending(event, run.order.fleet):
                moments[event.location].append(at)
    return allowed, moments


def _pending(event: m.Event, fleet: str) -> bool:
    if isinstance(event, m.Created | m.Ambiguous | m.DeleteAccepted | m.DeleteUnknown):
        return True
    servers: tuple[Server, ...] = (event.server,) if isinstance(event, m.Shown) else ()
    servers = event.servers if isinstance(event, m.Surveyed | m.Listed) else servers
    return any(
        (each.status in ("BUILD", "ERROR") or each.task in DYING or not each.addresses)
        and slot_in(each, fleet) is not None
        for each in servers
    )


def _covered(moments: list[float]) -> float:
    """How many seconds these moments cover, each with what follows it."""
    total, end = 0.0, float("-inf")
    for at in sorted(moments):
        total += _REMEMBERED - max(0.0, end - at)
        end = at + _REMEMBERED
    return total
