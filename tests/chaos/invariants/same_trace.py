# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""I10: the same number brings the same trace, to the last command."""

from __future__ import annotations

import hashlib
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.chaos.stage import Play


def trace_of(play: Play) -> str:
    """A hash of everything that every run sent and heard, and when."""
    trace = hashlib.sha256()
    for run in play.named.values():
        for entry in (*run.sent, *run.heard):
            trace.update(repr(entry).encode())
        trace.update(repr(run.result).encode())
    return trace.hexdigest()
