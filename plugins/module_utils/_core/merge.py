# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Merging the servers of all locations into hosts with unique, stable names."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .identity import Whose, belonging, rank
from .model import Phase

if t.TYPE_CHECKING:
    from .census import Census
    from .model import Server

_SHOWN = (Phase.READY, Phase.OCCUPIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One server under the name that it has in the inventory; ``fleet`` is empty where it is not ours."""

    name: str
    location: str
    server: Server
    fleet: str = ""
    slot: int | None = None


def hosts_of(census: Census) -> tuple[Host, ...]:
    """All servers that can be worked on, sorted by name. Building, broken and dying ones are left out.

    Where several have the same name, the one that ranks first keeps it: a name never changes because a twin appears.
    The others are told apart by their location, and by their id where even that is the same.
    """
    named: dict[str, list[Host]] = {}
    for survey in census.seen:
        for server in survey.servers:
            if server.phase in _SHOWN:
                named.setdefault(server.name, []).append(_host(survey.location, server))
    used = set(named)
    found = [host for name, hosts in sorted(named.items()) for host in _told_apart(name, hosts, used)]
    return tuple(sorted(found, key=lambda host: host.name))


def _host(location: str, server: Server) -> Host:
    whose = belonging(server)
    if whose.whose is not Whose.OURS:
        return Host(name=server.name, location=location, server=server)
    return Host(name=server.name, location=location, server=server, fleet=whose.fleet, slot=whose.slot)


def _told_apart(name: str, hosts: list[Host], used: set[str]) -> t.Iterator[Host]:
    first, *others = sorted(hosts, key=_precedence)
    yield first
    for host in others:
        longer = f"{name}.{host.location.replace(':', '.')}"
        unique = f"{longer}.{host.server.id}" if longer in used else longer
        used.add(unique)
        yield Host(name=unique, location=host.location, server=host.server, fleet=host.fleet, slot=host.slot)


def _precedence(host: Host) -> tuple[bool, tuple[float, float, str]]:
    """Ours before others of the same name; then the engine's own rank."""
    return not host.fleet, rank(host.server, belonging(host.server).mark)
