# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I5: where one of several servers in a slot is deleted, another that ranks before it was shown ACTIVE just before."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.tests.chaos.truth import slot_in

from .proven_deletes import broken

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.evidence import Evidence


def proven_trims(evidence: Evidence) -> t.Iterator[str]:
    """The rank is the world's own; so the best of a slot can have no winner, and is never trimmed."""
    run = evidence.run
    for at, command in run.sent:
        if not isinstance(command, m.Delete):
            continue
        shown = [read.server for read in evidence.before(command.id, at) if read.sure]
        slot = slot_in(shown[-1], run.order.fleet) if shown else None
        if slot is None or slot > run.order.count or broken(evidence, shown[-1], command, at):
            continue
        if evidence.winner(shown[-1], at) is None:
            yield f"{command.id} is trimmed at {at:.2f} ({shown[-1].status}) without proof of its winner"
