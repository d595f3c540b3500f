# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Files from the web, fetched here: by a deadline, piece by piece, and without anything that a cloud knows us by."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from .._core.faults import Kind
from .._core.image_order import told_of
from .failure import CallError, OutOfTimeError, broken_off, refused
from .stream import PIECE
from .transport import AGENT

with contextlib.suppress(ImportError):  # accounts.py says so in a sentence, before anything here is used
    import requests

if t.TYPE_CHECKING:
    from .clock import Clock

_PATIENCE = 30.0
_BAD = 400
_REMEDY = "see whether url is right, and may be reached from where the module runs"


def head_of(url: str, size: int, clock: Clock, deadline: float) -> bytes:
    """The first bytes of what is there."""
    parts: list[bytes] = []
    for part in _parts(url, clock, deadline, {"Range": f"bytes=0-{size - 1}"}):
        parts.append(part)
        if sum(map(len, parts)) >= size:
            break
    return b"".join(parts)[:size]


def fetched(url: str, path: str, clock: Clock, deadline: float) -> None:
    """Put all of it into a file."""
    with open(path, "wb") as file:
        for part in _parts(url, clock, deadline, {}):
            file.write(part)


def _parts(url: str, clock: Clock, deadline: float, headers: t.Mapping[str, str]) -> t.Iterator[bytes]:
    """What the URL brings, piece by piece as it is stored there; a `CallError` where it does not."""
    left = deadline - clock.now()
    asked = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
    try:
        with requests.get(url, headers=asked, stream=True, timeout=min(_PATIENCE, max(0.1, left))) as answer:
            if answer.status_code >= _BAD:
                raise refused(Kind.INVALID, f"{told_of(url)} answers {answer.status_code} {answer.reason}", _REMEDY)
            size = 0
            for part in answer.iter_content(PIECE):
                if clock.now() > deadline:
                    raise OutOfTimeError
                size += len(part)
                yield part
    except OSError as exc:
        failed = broken_off(exc, told_of(url), exposed=False)
        raise CallError(failed.fate, replace(failed.fault, remedy=_REMEDY)) from exc
    if size == 0:
        raise refused(Kind.INVALID, f"{told_of(url)} is empty", _REMEDY)
