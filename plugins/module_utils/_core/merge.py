# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Merging the servers of all locations into hosts with unique, stable names."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass, replace

from .identity import Whose, belonging, rank
from .model import Phase

if t.TYPE_CHECKING:
    from .census import Census
    from .model import Server

_SHOWN = (Phase.READY, Phase.OCCUPIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One server under the name that it has in the inventory; ``fleet`` is empty where it is not ours.

    ``stale`` is how many seconds ago it was seen, where its location did not answer; else 0.
    """

    name: str
    location: str
    server: Server
    fleet: str = ""
    slot: int | None = None
    stale: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which servers are wanted: of fleets (patterns), in a status; nothing said is all that can be worked on."""

    fleets: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset()
    show_all: bool = False

    def named(self, server: Server) -> bool:
        """Whether it takes part when names are given: what is not wanted still keeps its name from others."""
        return self.show_all or server.phase in _SHOWN or server.status in self.statuses

    def takes(self, host: Host) -> bool:
        fits = any(fnmatch.fnmatchcase(host.fleet, pattern) for pattern in self.fleets) and bool(host.fleet)
        return (fits or not self.fleets) and (host.server.status in self.statuses or not self.statuses)


_WORKABLE = Selection()


def hosts_of(census: Census, selection: Selection = _WORKABLE) -> tuple[Host, ...]:
    """The servers that can be worked on, sorted by name. Building, broken and dying ones only where they are wanted."""
    ages = {each.location: each.age for each in census.stale}
    found = (
        _host(survey.location, server, ages.get(survey.location, 0))
        for survey in census.seen
        for server in survey.servers
        if selection.named(server)
    )
    return told_apart(found)


def told_apart(hosts: t.Iterable[Host]) -> tuple[Host, ...]:
    """The hosts under unique names, sorted by them.

    Where several have the same name, the one that ranks first keeps it: a name never changes because a twin appears.
    The others are told apart by their location, and by their id where even that is the same.
    """
    named: dict[str, list[Host]] = {}
    for host in hosts:
        named.setdefault(host.name, []).append(host)
    used = set(named)
    found = [host for name, each in sorted(named.items()) for host in _told_apart(name, each, used)]
    return tuple(sorted(found, key=lambda host: host.name))


def _host(location: str, server: Server, stale: int) -> Host:
    whose, name = belonging(server), server.name or server.id
    if whose.whose is not Whose.OURS:
        return Host(name=name, location=location, server=server, stale=stale)
    return Host(name=name, location=location, server=server, fleet=whose.fleet, slot=whose.slot, stale=stale)


def _told_apart(name: str, hosts: list[Host], used: set[str]) -> t.Iterator[Host]:
    first, *others = sorted(hosts, key=_precedence)
    yield first
    for host in others:
        longer = f"{name}.{host.location.replace(':', '.')}"
        unique = f"{longer}.{host.server.id}" if longer in used else longer
        used.add(unique)
        yield replace(host, name=unique)


def _precedence(host: Host) -> tuple[bool, tuple[float, float, str]]:
    """Ours before others of the same name; then the engine's own rank."""
    return not host.fleet, rank(host.server, belonging(host.server).mark)
