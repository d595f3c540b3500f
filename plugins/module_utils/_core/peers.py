# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The members of a fleet in the eyes of a security group: which addresses they come from, seen from one location."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from .faults import Kind
from .identity import Whose, belonging
from .model import Phase
from .readiness import ObjectionError
from .security_rules import PEERS

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .census import Census
    from .model import Address
    from .security_rules import Opening, Rule

_HIDDEN = tuple(
    map(
        ipaddress.ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
            *("fc00::/7", "fe80::/10", "::1/128"),
        ),
    )
)
_MEMBERS = (Phase.PENDING, Phase.READY, Phase.OCCUPIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A server of a fleet."""

    fleet: str
    name: str
    location: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """All members of the fleets that rules name. What runs at ``unknown`` locations is not known.

    ``aliases`` are other names of locations.
    """

    members: tuple[Member, ...] = ()
    unknown: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()

    def kept(self, fleet: str) -> frozenset[str]:
        """The notes of rules that stay, since nobody knows whether their members are still there."""
        return frozenset(_note(fleet, label) for label in self.unknown)

    @property
    def nowhere(self) -> list[Member]:
        """Members that have no address yet."""
        return [each for each in self.members if not each.addresses]


def peers_of(census: Census, fleets: t.Collection[str]) -> Peers:
    """The members of some fleets, and where there may be others."""
    members = []
    for survey in census.seen:
        for server in survey.servers:
            whose = belonging(server)
            if whose.whose is Whose.OURS and whose.fleet in fleets and server.phase in _MEMBERS:
                told = {"fleet": whose.fleet, "name": server.name, "location": survey.location}
                members.append(Member(**told, addresses=tuple(filter(_is_one, server.addresses))))
    partly = {survey.location for survey in census.seen if survey.partial or survey.unknown_ids}
    silent = {label for label, _fault in census.unreachable}
    return Peers(
        members=tuple(sorted(members, key=lambda each: (each.name, each.location))),
        unknown=frozenset(partly | silent),
        aliases=census.merged,
    )


def peer_rules(openings: Sequence[Opening], peers: Peers, location: str) -> Iterator[Rule]:
    """What lets the members in that the openings name, at one location."""
    here = {location, *(other for one, other in peers.aliases if one == location)}
    for opening in openings:
        for member in (each for fleet in opening.peers for each in peers.members if each.fleet == fleet):
            note = _note(member.fleet, member.location)
            for address in _sources(member, near=member.location in here):
                if address.version in opening.versions:
                    cidr = str(ipaddress.ip_network(address.address))
                    yield from opening.toward(address.version, cidr=cidr, note=note)


def _sources(member: Member, *, near: bool) -> list[Address]:
    """Where a member's packets come from: near ones from any of its addresses, others from those that lead there."""
    found = [each for each in member.addresses if near or _leads_there(each)]
    if member.addresses and not found:
        shown = ", ".join(each.address for each in member.addresses)
        raise ObjectionError(
            Kind.NO_ADDRESS,
            f"peers: server {member.name} at {member.location} has only private addresses ({shown}), by which nobody "
            "from elsewhere knows it",
            f"give it a floating IP or a public network, or leave fleet {member.fleet} out of peers here",
        )
    return found


def _is_one(address: Address) -> bool:
    """Clouds show text here, and no rule is made of what is no address."""
    try:
        return ipaddress.ip_address(address.address).version == address.version
    except ValueError:
        return False


def _leads_there(address: Address) -> bool:
    found = ipaddress.ip_address(address.address)
    return address.kind == "floating" or not any(found in net for net in _HIDDEN if net.version == found.version)


def _note(fleet: str, location: str) -> str:
    return f"{PEERS}{fleet} {location}"
