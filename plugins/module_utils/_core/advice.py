# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the user can do about a location that does not answer: what its fault says, or else by the kind of it."""

from __future__ import annotations

import typing as t

from .faults import Kind

if t.TYPE_CHECKING:
    from .faults import Fault

_ACCOUNT = "correct its account in clouds.yaml"
_CREDENTIALS = "check user, password, project and domains in clouds.yaml"
_CLOUD = "see what its provider says (its hint status: unavailable keeps new servers away meanwhile)"
_SLOW = f"give it more time (timeout, or survey_timeout), or {_CLOUD}"
_BUSY = "ask less often; the hint requests_per_second keeps every run to a rate"

_BY_KIND: dict[Kind, str] = {
    Kind.UNAUTHORIZED: _CREDENTIALS,
    Kind.FORBIDDEN: "give its user the role that reads servers, or use another account",
    Kind.MISCONFIGURED: _ACCOUNT,
    Kind.UNTRUSTED: "name its authority by cacert: in clouds.yaml",
    Kind.UNREACHABLE: f"see whether its address is right, and may be reached from here; else {_CLOUD}",
    Kind.TIMED_OUT: _SLOW,
    Kind.RATE_LIMIT: _BUSY,
    Kind.QUOTA: "make room there, or ask its provider for a larger quota",
    Kind.MICROVERSION: _ACCOUNT,
}


def advice(fault: Fault | None) -> str:
    """One half-sentence of what to do; a location that said nothing at all is a slow one."""
    return _SLOW if fault is None else fault.remedy or _BY_KIND.get(fault.kind, _CLOUD)


def fault_text(fault: Fault | None) -> str:
    """What a fault is, in the cloud's words where it gave any."""
    if fault is None:
        return "it did not answer"
    text = fault.message or fault.kind.value
    if fault.kind in (Kind.QUOTA, Kind.NO_HOST, Kind.BUILD_FAILED, Kind.SERVER_ERROR) and fault.request_id:
        return f"{text} ({fault.request_id})"
    if fault.kind is Kind.RATE_LIMIT and fault.status and fault.retry_after:
        return f"{text}; it wants to be left alone for {fault.retry_after:.0f} s"
    return text


def advised(fault: Fault | None) -> str:
    """What a fault is, and what to do about it."""
    return f"{fault_text(fault).removesuffix('.')}; {advice(fault)}"
