# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Who is who: the names and marks that make a server ours, and the rank of several in one slot."""

from __future__ import annotations

import base64
import enum
import functools
import hashlib
import re
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from .model import Server

SCHEMA = "1"
MARK_KEY = "multi_stack"
EXPIRES_KEY = "multi_stack_expires"
OWNER_KEY = "multi_stack_owner"
IMAGE_KEY = "multi_stack_image"
COUNT_KEY = "multi_stack_count"
NEVER = "never"
_NAME = re.compile(r"(.+)-(\d{3,})")
_DESCRIPTION = 255
_OWNER = 64
_FIELDS = 8
_EPOCH_DIGITS = 11  # the year 5138; more is no time that anybody meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is written on each server at its creation and never changed. Times are epoch seconds.

    ``until`` is when the run that made it ends at the latest; ``replaced_at`` is not 0 on a deliberate replacement;
    ``spec`` is the digest of what was ordered.
    """

    fleet: str
    slot: int
    token: str
    run_at: int
    until: int
    replaced_at: int
    spec: str

    def __str__(self) -> str:
        parts = (self.fleet, self.slot, self.token, self.run_at, self.until, self.replaced_at, self.spec)
        return ";".join((SCHEMA, *map(str, parts)))


class Whose(enum.Enum):
    """A server is ours when two of its name, its metadata and its description agree on fleet and slot."""

    OURS = "ours"
    SUSPICIOUS = "suspicious"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """To which fleet and slot a server belongs, how surely, and the mark where one could be read.

    ``fleets`` are all those that any of its signs names.
    """

    whose: Whose
    fleet: str = ""
    slot: int = 0
    mark: Mark | None = None
    fleets: frozenset[str] = frozenset()


def server_name(fleet: str, slot: int) -> str:
    return f"{fleet}-{slot:03d}"


def slot_of_name(name: str) -> tuple[str, int]:
    """The fleet and the slot that a server's name says; no fleet where it is none of our names."""
    found = _NAME.fullmatch(name)
    fits = found is not None and server_name(found[1], int(found[2])) == name
    return (found[1], int(found[2])) if found is not None and fits else ("", 0)


def name_filter(fleet: str) -> str:
    """The regular expression that lists a fleet; every database of Nova understands it the same way."""
    return f"^{fleet}-[0-9]+$"


def token_from(entropy: bytes, number: int) -> str:
    """The ``number``-th attempt token of a run: 16 base32 characters."""
    return base64.b32encode(hashlib.sha256(entropy + number.to_bytes(8, "big")).digest())[:16].decode()


@functools.lru_cache(maxsize=20000)
def mark_from(text: str) -> Mark | None:
    """The mark that a metadata value or the first word of a description holds, or None."""
    fields = text.split(" ", 1)[0].split(";")
    if (
        len(fields) != _FIELDS
        or fields[0] != SCHEMA
        or not all(
            fields[n].isascii() and fields[n].isdigit() and len(fields[n]) <= _EPOCH_DIGITS for n in (2, 4, 5, 6)
        )
    ):
        return None
    return Mark(
        fleet=fields[1],
        slot=int(fields[2]),
        token=fields[3],
        run_at=int(fields[4]),
        until=int(fields[5]),
        replaced_at=int(fields[6]),
        spec=fields[7],
    )


def description_with(mark: Mark, text: str) -> str:
    """The description that carries the mark as its first word, then the user's own text."""
    return f"{mark} {text}".strip()[:_DESCRIPTION]


def owner_value(owner: str) -> str:
    """An owner as the mark holds it: a longer one than a mark can take is hashed."""
    return owner if len(owner) <= _OWNER else hashlib.sha256(owner.encode()).hexdigest()[:32]


def belonging(server: Server) -> Belonging:
    """Whose a server is, told from its own name, metadata and description, never from the list that it came in."""
    metadata = dict(server.metadata)
    marks = tuple(mark_from(text) for text in (metadata.get(MARK_KEY, ""), server.description))
    signs = [(mark.fleet, mark.slot) for mark in marks if mark is not None]
    named = slot_of_name(server.name)
    if named[0]:
        signs.append(named)
    for fleet, slot in signs:
        if signs.count((fleet, slot)) > 1:
            mark = next((mark for mark in marks if mark and (mark.fleet, mark.slot) == (fleet, slot)), None)
            return Belonging(whose=Whose.OURS, fleet=fleet, slot=slot, mark=mark)
    if not signs:
        return Belonging(whose=Whose.FOREIGN)
    fleets = frozenset(fleet for fleet, slot in signs)
    return Belonging(
        whose=Whose.SUSPICIOUS, fleet=signs[0][0], slot=signs[0][1], mark=marks[0] or marks[1], fleets=fleets
    )


def rank(server: Server, mark: Mark | None) -> tuple[int, float, str]:
    """The order among servers in one slot: the smallest stays. Never by status, so that all observers agree."""
    return (-mark.replaced_at if mark else 0), server.created, server.id


def expires_of(server: Server) -> int | None:
    """When a server's lifetime ends (epoch seconds), or None for never."""
    text = dict(server.metadata).get(EXPIRES_KEY, NEVER)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _EPOCH_DIGITS else None


def image_of(server: Server) -> str:
    """The image as the order named it, where that is known; else its id."""
    return dict(server.metadata).get(IMAGE_KEY, server.image)


def owner_of(server: Server) -> str:
    return dict(server.metadata).get(OWNER_KEY, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heirlooms:
    """Whose the fleet is by its own marks, and when it ends (epoch seconds).

    No owner is empty; ``ends`` is None where one of its servers never ends, and 0 where it has none.
    """

    owner: str = ""
    ends: int | None = 0
