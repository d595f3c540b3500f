# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request and a reply of HTTP/1.1, as values."""

from __future__ import annotations

import dataclasses
import json
import typing as t

if t.TYPE_CHECKING:
    from .uploads import Upload

Headers = t.Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A request that has arrived as a whole; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes = b""
    upload: Upload | None = None

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to use the connection again."""
        return self.headers.get("connection", "").lower() != "close"


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """An answer that has not been sent yet."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def json_reply(status: int, content: t.Any, headers: Headers | None = None) -> Reply:
    """A reply with a JSON body; None has no body."""
    body = b"" if content is None else json.dumps(content).encode()
    return Reply(status, (("Content-Type", "application/json"), *(headers or {}).items()), body)
