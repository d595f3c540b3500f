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
            return m.Probed(open=False, **facts)
        case m.Console():
            return m.ConsoleRead(text="", **facts)
        case m.Create():
            return _OF_CREATE[failed.fate](token=command.token, fault=failed.fault, **facts)
        case m.Delete():
            end = m.DeleteRefused if failed.fate is Fate.REFUSED else m.DeleteUnknown
            return end(fault=failed.fault, **facts)
        case m.OpenFence(name=group) | m.ShutFence(group=group):
            return m.FenceRefused(group=group, fault=failed.fault, **facts)
    return _OTHERS[type(command)](fault=failed.fault, **facts)


_OF_CREATE: dict[Fate, type[m.NotSent | m.Refused | m.Ambiguous]] = {
    Fate.NOT_SENT: m.NotSent,
    Fate.REFUSED: m.Refused,
    Fate.LOST: m.Ambiguous,
}
_OTHERS: dict[type[m.ToLocation], t.Callable[..., m.Event]] = {
    m.Survey: m.SurveyFailed,
    m.List: m.ListFailed,
    m.LookUp: m.LookUpFailed,
    m.Show: m.ShowFailed,
    m.Unlock: m.Unlocked,
    m.Mark: m.MarkRefused,
}
