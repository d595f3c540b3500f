# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Nova's JSON as the values that the engine knows. Clouds differ: what is missing or of an odd type is left empty."""

from __future__ import annotations

import datetime
import typing as t

from .._core.identity import MARK_KEY
from .._core.model import Address, BootFault, Limits, Quota, Server, Usage

UNKNOWN = "UNKNOWN"
_LATEST = 10**11  # the year 5138: what is not between 1970 and then is no time at which a server was made


def server_from(row: object) -> Server | None:
    """One server, or None where the row does not show one: it has no id, no status, or is of a cell that is down."""
    shown = fields(row)
    server_id, status = text(shown.get("id")), text(shown.get("status")).upper()
    if not server_id or status in ("", UNKNOWN):
        return None
    flavor = fields(shown.get("flavor"))
    return Server(
        id=server_id,
        name=text(shown.get("name")),
        status=status,
        task=text(shown.get("OS-EXT-STS:task_state")) or None,
        created=epoch(text(shown.get("created"))),
        metadata=tuple((str(key), str(value)) for key, value in fields(shown.get("metadata")).items()),
        description=text(shown.get("description")),
        addresses=tuple(_addresses(fields(shown.get("addresses")))),
        flavor=text(flavor.get("original_name")) or text(flavor.get("id")),
        vcpus=number(flavor.get("vcpus")),
        ram=number(flavor.get("ram")),
        image=text(fields(shown.get("image")).get("id")),
        zone=text(shown.get("OS-EXT-AZ:availability_zone")),
        key_name=text(shown.get("key_name")),
        tags=tuple(str(tag) for tag in rows(shown.get("tags"))),
        locked=shown.get("locked") is True,
        fault=_fault(shown.get("fault")),
    )


def usage_of(servers: t.Sequence[Server], instances: int) -> Usage:
    """What the servers of a whole project use; ``instances`` also counts the rows that do not show theirs."""
    return Usage(
        instances=instances,
        cores=sum(server.vcpus for server in servers),
        ram=sum(server.ram for server in servers),
        marked=sum(any(key == MARK_KEY for key, _value in server.metadata) for server in servers),
    )


def limits_from(content: object) -> Limits:
    """The limits of a project; Nova writes no limit as -1."""
    absolute = fields(fields(fields(content).get("limits")).get("absolute"))

    def quota(limit: str, used: str) -> Quota:
        most = absolute.get(limit)
        return Quota(limit=most if isinstance(most, int) and most >= 0 else None, used=number(absolute.get(used)))

    return Limits(
        instances=quota("maxTotalInstances", "totalInstancesUsed"),
        cores=quota("maxTotalCores", "totalCoresUsed"),
        ram=quota("maxTotalRAMSize", "totalRAMUsed"),
    )


def fields(value: object) -> t.Mapping[str, t.Any]:
    return value if isinstance(value, dict) else {}


def rows(value: object) -> t.Sequence[t.Any]:
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def epoch(moment: str) -> float:
    """Epoch seconds of Nova's ISO 8601, which is UTC even where it does not say so."""
    try:
        found = datetime.datetime.fromisoformat(moment)
    except ValueError:
        return 0.0
    seconds = (found if found.tzinfo else found.replace(tzinfo=datetime.UTC)).timestamp()
    return seconds if 0 <= seconds < _LATEST else 0.0


def _addresses(networks: t.Mapping[str, t.Any]) -> t.Iterator[Address]:
    for network, found in networks.items():
        for each in map(fields, rows(found)):
            if text(each.get("addr")):
                yield Address(
                    address=each["addr"],
                    network=str(network),
                    version=6 if each.get("version") == 6 else 4,  # noqa: PLR2004
                    kind=text(each.get("OS-EXT-IPS:type")) or "fixed",
                )


def _fault(value: object) -> BootFault | None:
    fault = fields(value)
    if not fault:
        return None
    return BootFault(code=number(fault.get("code")) or None, message=text(fault.get("message")))
