# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's microversions: which one a request asks for."""

from __future__ import annotations

import re
import typing as t

from .refusal import Refused

_FORM = re.compile(r"^([1-9]\d*)\.([1-9]\d*|0)$")
OLDEST = 1
"""The minor part of 2.1; a microversion is an int here, as all are 2.x."""


def minor_of(text: str) -> int:
    """`2.96` → 96."""
    match = _FORM.match(text)
    if not match:
        raise ValueError(f"not a microversion: {text!r}")
    return int(match.group(2))


class Headers(t.Protocol):
    """Whatever headers can be looked up in, by names in any case."""

    def get(self, key: str, /) -> str | None: ...


def asked_for(headers: Headers, newest: int) -> int:
    """The microversion of a request, or Nova's refusal."""
    text = _header(headers)
    if text is None:
        return OLDEST
    if text == "latest":
        return newest
    match = _FORM.match(text)
    if not match:
        raise Refused(400, f"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.")
    major, minor = int(match.group(1)), int(match.group(2))
    if major != 2 or not OLDEST <= minor <= newest:
        message = f"Version {text} is not supported by the API. Minimum is 2.1 and maximum is 2.{newest}."
        raise Refused(406, message)
    return minor


def _header(headers: Headers) -> str | None:
    for part in (headers.get("OpenStack-API-Version") or "").split(","):
        service, _space, version = part.strip().partition(" ")
        if service.lower() == "compute" and version:
            return version.strip()
    return headers.get("X-OpenStack-Nova-API-Version")
