# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I4: what is deleted was read at most 10 s before, which showed it ours, and doomed; others are never touched."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnShortfall
from ansible_collections.openmultistack.cloud.tests.chaos.evidence import FRESH, Evidence
from ansible_collections.openmultistack.cloud.tests.chaos.truth import mark_of, slot_in
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import EPOCH

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server

IDLE = ("SHUTOFF", "PAUSED", "SUSPENDED", "SHELVED", "SHELVED_OFFLOADED")
_STEP = 1.0  # Nova writes whole seconds, and so does the Date header
_JITTER = 1e-6


def proven_deletes(evidence: Evidence) -> t.Iterator[str]:
    run = evidence.run
    for at, command in run.sent:
        if isinstance(command, m.Delete):
            reads = evidence.before(command.id, at)
            if not reads:
                yield f"{command.id} is deleted at {at:.2f} without a read of the last {FRESH:.0f} s"
                continue
            slot = slot_in(reads[-1].server, run.order.fleet)
            if slot is None:
                yield f"{command.id} is deleted at {at:.2f} and is not ours"
            elif slot <= run.order.count and not _shown_doomed(evidence, command, at):
                seen = reads[-1].server
                yield f"{command.id} is deleted at {at:.2f}, last read as {seen.status} ({seen.task})"


def _shown_doomed(evidence: Evidence, command: m.Delete, at: float) -> bool:
    reads = evidence.before(command.id, at)
    shown = [read.server for read in reads if read.sure]
    return rolled_back(evidence, reads[-1].server) or any(
        broken(evidence, server, command, at) or evidence.winner(server, at) for server in shown
    )


def broken(evidence: Evidence, server: Server, command: m.Delete, at: float) -> bool:
    """Whether a read that showed this says by itself that the server must go."""
    idle = evidence.run.order.repair and server.status in IDLE
    if server.status in ("ERROR", "SOFT_DELETED") or idle or rolled_back(evidence, server):
        return True
    return server.status == "BUILD" and _stuck(evidence, server, command, at)


def rolled_back(evidence: Evidence, server: Server) -> bool:
    """Whether this run made it, and may take it back: falling short, or letting an elder order have the room."""
    order, mark = evidence.run.order, mark_of(server)
    may = order.on_shortfall is OnShortfall.ROLLBACK or order.wait_for_room
    return may and mark is not None and mark.token in evidence.tokens


def _stuck(evidence: Evidence, server: Server, command: m.Delete, at: float) -> bool:
    """It builds for longer than the boot timeout, or its maker must have ended, by its location's clock."""
    run, mark = evidence.run, mark_of(server)
    boot = run.order.patience.boot
    clock = EPOCH + at + run.world.place(command.location).offset + _STEP
    posted = [sent for sent, each in run.sent if isinstance(each, m.Create) and mark and each.token == mark.token]
    if posted:
        return at - posted[0] >= boot - _JITTER
    return clock >= server.created + boot or (mark is not None and clock >= mark.until)
