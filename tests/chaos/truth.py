# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose a server is and which of several ranks first, worked out apart from the engine, to judge it by."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server

DYING = ("deleting", "soft-deleting")


@dataclass(frozen=True, slots=True)
class Sign:
    """What a mark says; the rest of it is of no concern here."""

    fleet: str
    slot: int
    token: str = ""
    until: int = 0
    replaced_at: int = 0


def sign_of(text: str) -> Sign | None:
    found = re.match(r"1;([^;]*);(\d+);([^;]*);\d+;(\d+);(\d+);", text)
    return Sign(found[1], int(found[2]), found[3], int(found[4]), int(found[5])) if found else None


def mark_of(server: Server) -> Sign | None:
    """The mark in its metadata, or in its description where that is lost."""
    return sign_of(dict(server.metadata).get("multi_stack", "")) or sign_of(server.description)


def home_of(server: Server) -> tuple[str, int] | None:
    """Fleet and slot, where two of name, metadata and description agree."""
    named = re.fullmatch(r"(.+)-(\d{3,})", server.name)
    signs = [sign_of(dict(server.metadata).get("multi_stack", "")), sign_of(server.description)]
    votes = Counter((sign.fleet, sign.slot) for sign in signs if sign)
    if named:
        votes[named[1], int(named[2])] += 1
    home, agreeing = max(votes.items(), key=lambda vote: vote[1], default=(("", 0), 0))
    return home if agreeing > 1 else None


def slot_in(server: Server, fleet: str) -> int | None:
    home = home_of(server)
    return home[1] if home and home[0] == fleet else None


def rank_of(server: Server) -> tuple[int, float, str]:
    """The smallest stays."""
    mark = mark_of(server)
    return (-mark.replaced_at if mark else 0, server.created, server.id)


def live(servers: t.Iterable[Server], fleet: str) -> list[Server]:
    """Those of a fleet that nobody is deleting."""
    return [each for each in servers if each.task not in DYING and slot_in(each, fleet) is not None]
