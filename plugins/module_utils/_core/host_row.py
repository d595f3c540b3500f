# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the inventory tells of a host: one flat row, never larger than a program that stores it can take."""

from __future__ import annotations

import json
import typing as t

from .address import Preference, preferred
from .answer import server_row

if t.TYPE_CHECKING:
    from .answer import Row
    from .merge import Host

# With the variables beside the row, a host stays below 1.5 KB: AWX ships every one of them to every job.
_LARGEST = 1100
_KEPT = frozenset({"cloud", "location", "region"})


def host_row(host: Host, preference: Preference) -> Row:
    """One server as `answer.server_row` tells it, with its fleet and slot, and how old that is in seconds."""
    row = {
        "fleet": host.fleet,
        "slot": host.slot,
        **server_row(host.location, host.server),
        "address": preferred(host.server.addresses, preference),
        "stale_seconds": host.stale,
    }
    text = json.dumps(row)
    whole = _writable(row) if "\\ud" in text else row
    return whole if len(text) <= _LARGEST else _shortened(whole)


def _writable(value: t.Any) -> t.Any:
    """The same without halves of characters: JSON can say them, and no file can hold them."""
    if isinstance(value, dict):
        return {name: _writable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_writable(each) for each in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _shortened(row: Row) -> Row:
    """The row with what is longest in it cut in half until it fits; where a server is stays whole."""
    short = dict(row)
    names = [name for name, value in row.items() if isinstance(value, (str, list)) and name not in _KEPT]
    while _size(short) > _LARGEST:
        longest = max(names, key=lambda name: _size(short[name]))
        if not short[longest]:
            break
        short[longest] = short[longest][: len(short[longest]) // 2]
    return short


def _size(value: t.Any) -> int:
    return len(json.dumps(value))
