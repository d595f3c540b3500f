# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The event that ends a command which brought nothing: one for each command, so that the engine always hears of it."""

from __future__ import annotations

import typing as t

from .._core import messages as m
from .failure import Fate

if t.TYPE_CHECKING:
    from .failure import CallError


def failing(command: m.ToLocation, failed: CallError, started_at: float, now: float) -> m.Event:
    """How a command ended that a `CallError` broke off."""
    facts: dict[str, t.Any] = {"now": now, "location": command.location}
    if isinstance(command, m.ToServer):
        facts["id"] = command.id
    if failed.missing and m.Gone in m.ENDS[type(command)]:
        return m.Gone(started_at=started_at, **facts)
    match command:
        case m.Probe():
            facts["open"] = False
        case m.Console():
            facts["text"] = ""
        case m.Create():
            facts |= {"token": command.token, "fault": failed.fault}
        case m.OpenFence(name=group) | m.ShutFence(group=group):
            facts |= {"group": group, "fault": failed.fault}
        case _:
            facts["fault"] = failed.fault
    end = _BY_FATE.get((type(command), failed.fate)) or _ENDS[type(command)]
    return end(**facts)


_BY_FATE: dict[tuple[type[m.ToLocation], Fate], type[m.Event]] = {
    (m.Create, Fate.NOT_SENT): m.NotSent,
    (m.Create, Fate.REFUSED): m.Refused,
    (m.Delete, Fate.REFUSED): m.DeleteRefused,
    (m.Delete, Fate.NOT_SENT): m.DeleteRefused,
}
_ENDS: dict[type[m.ToLocation], type[m.Event]] = {
    m.Survey: m.SurveyFailed,
    m.List: m.ListFailed,
    m.LookUp: m.LookUpFailed,
    m.Show: m.ShowFailed,
    m.Create: m.Ambiguous,
    m.Delete: m.DeleteUnknown,
    m.Unlock: m.Unlocked,
    m.Mark: m.MarkRefused,
    m.OpenFence: m.FenceRefused,
    m.ShutFence: m.FenceRefused,
    m.Probe: m.Probed,
    m.Console: m.ConsoleRead,
}
