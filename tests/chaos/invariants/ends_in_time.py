# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I8: a run ends by its deadline, makes nothing after a stop, and writes nothing in check mode."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import writes

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.evidence import Evidence

_JITTER = 1e-6


def ends_in_time(evidence: Evidence) -> t.Iterator[str]:
    run = evidence.run
    took = run.ended - run.started
    if run.result is not None and took > run.order.patience.timeout + _JITTER:
        yield f"it ended {took:.1f} s after it began"
    stops = [at for at, event in run.heard if isinstance(event, m.Stop)]
    late = [at for at, command in run.sent if isinstance(command, m.Create | m.Delete) and stops and at > stops[0]]
    yield from (f"a write at {at:.2f}, after the stop at {stops[0]:.2f}" for at in late)
    if stops and run.result is not None and run.ended - stops[0] > run.order.patience.api + _JITTER:
        yield f"it ended {run.ended - stops[0]:.1f} s after it was stopped"
    if run.result is not None and run.result.check and writes(run.commands):
        yield f"check mode wrote: {writes(run.commands)[0]}"
