# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I3: filled and missing make 1..N, each missing slot has a reason, and whatever a run left alive is in its account."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.tests.chaos.truth import mark_of

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.evidence import Evidence


def whole_account(evidence: Evidence) -> t.Iterator[str]:
    run = evidence.run
    result = run.result
    if result is None:
        return
    planned = [slot for slot, _offer in result.planned] if run.order.count and result.check else []
    told = sorted([each.slot for each in result.servers] + [each.slot for each in result.missing] + planned)
    if told != list(range(1, run.order.count + 1)):
        yield f"the account is about the slots {told}"
    yield from (f"no reason for slot {each.slot}" for each in result.missing if not each.why)
    ids = {each.server.id for each in result.servers} | {each.id for each in result.leftovers}
    ids |= {each.id for each in result.missing} | {each.id for each in result.suspicious}
    tokens = {each.token for each in result.unresolved}
    posted = {command.token for command in run.commands if isinstance(command, m.Create)}
    for server in run.world_at_end:
        mark = mark_of(server)
        if mark and mark.token in posted - tokens and server.id not in ids:
            yield f"{server.id} in slot {mark.slot} ({server.status}, {server.task}) is in no part of the account"
    if result.exact and (result.missing or result.leftovers or result.unresolved or result.unknown):
        yield "it is called exact, and names what is not"
