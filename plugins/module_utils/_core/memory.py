# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""A location's last good answer, as text that can be kept, and back. Nothing in it is secret.

Of a server's metadata and description only the mark is kept: what else users write there is theirs.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass

from . import messages as m
from .identity import EXPIRES_KEY, IMAGE_KEY, MARK_KEY, OWNER_KEY, mark_from
from .model import Address, Identity, Server

SCHEMA = 1
_METADATA = (MARK_KEY, EXPIRES_KEY, OWNER_KEY, IMAGE_KEY)
_TEXTS = ("id", "name", "status", "flavor", "image", "zone", "key_name")
_UNITS = (("d", 86400), ("h", 3600), ("min", 60))
_LATEST = 10**11  # the year 5138; what is later, or no number at all, is no time that anybody saw

Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a location showed at a time, in epoch seconds of this machine."""

    seen_at: float
    survey: m.Surveyed


def name_of(key: Key) -> str:
    """What a memory is found by: a digest of the facts that make an account what it is."""
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]


def how_long(seconds: float) -> str:
    """A length of time for a sentence, in the largest unit that fits."""
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= size), ("s", 1))
    return f"{int(seconds // size)} {unit}"


def text_of(key: Key, memory: Memory) -> str:
    """A memory as text, with the key that it belongs to."""
    identity = memory.survey.identity
    return json.dumps(
        {
            "schema": SCHEMA,
            "key": key,
            "seen_at": memory.seen_at,
            "endpoint": identity.endpoint,
            "project_id": identity.project_id,
            "user": memory.survey.user,
            "servers": [_row(server) for server in memory.survey.servers],
        }
    )


def memory_from(text: str, key: Key, location: str) -> Memory:
    """The memory that a text holds. A ValueError says what is wrong with it: it may be anybody's, or half of one."""
    try:
        content = json.loads(text)
        ours = (content["schema"], content["key"]) == (SCHEMA, [list(pair) for pair in key])
        memory = _memory(content, location) if ours else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        raise ValueError("it is damaged") from exc
    if memory is None:
        raise ValueError("it is of another account, or of another version of this collection")
    return memory


def _memory(content: dict[str, t.Any], location: str) -> Memory:
    survey = m.Surveyed(
        now=0.0,
        location=location,
        started_at=0.0,
        servers=tuple(map(_server, content["servers"])),
        identity=Identity(endpoint=_text(content["endpoint"]), project_id=_text(content["project_id"])),
        user=_text(content["user"]),
    )
    return Memory(seen_at=_number(content["seen_at"]), survey=survey)


def _row(server: Server) -> dict[str, t.Any]:
    metadata = dict(server.metadata)
    return {
        **{name: getattr(server, name) for name in _TEXTS},
        "task": server.task,
        "created": server.created,
        "metadata": {name: metadata[name] for name in _METADATA if name in metadata},
        "description": server.description.split(" ", 1)[0] if mark_from(server.description) else "",
        "addresses": [[each.address, each.network, each.version, each.kind] for each in server.addresses],
    }


def _server(row: dict[str, t.Any]) -> Server:
    texts: dict[str, t.Any] = {name: _text(row[name]) for name in _TEXTS}
    return Server(
        **texts,
        task=None if row["task"] is None else _text(row["task"]),
        created=_number(row["created"]),
        metadata=tuple((name, _text(value)) for name, value in row["metadata"].items()),
        description=_text(row["description"]),
        addresses=tuple(map(_address, row["addresses"])),
    )


def _address(row: list[t.Any]) -> Address:
    address, network, version, kind = row
    return Address(address=_text(address), network=_text(network), version=int(_number(version)), kind=_text(kind))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or not abs(value) < _LATEST:
        raise TypeError
    return value
