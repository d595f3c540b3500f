# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Rules of security groups, as the user writes them and as Neutron has them; those that mean the same are the same."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass, field

from .._errors import OrderError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    Options = t.Mapping[str, t.Any]

# Neutron's words (neutron_lib.constants.IP_PROTOCOL_MAP); everything else is a number.
PROTOCOLS: dict[str, int] = {
    **{"ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "ipip": 4, "ipv6-encap": 41},
    **{"ipv6-frag": 44, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43, "ospf": 89, "pgm": 113},
    **{"rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112},
}
_NAMES = {number: name for name, number in PROTOCOLS.items()}
_ICMP, _ICMP6 = PROTOCOLS["icmp"], PROTOCOLS["ipv6-icmp"]
_PORTED = frozenset(PROTOCOLS[name] for name in ("tcp", "udp", "sctp", "dccp", "udplite"))
_ONLY_IPV6 = frozenset(number for name, number in PROTOCOLS.items() if name.startswith("ipv6-"))
_ANYTHING = ("any", "all", "0")
_PORTS = re.compile(r"(\d+)(?:-(\d+))?")
_HIGHEST = 65535
_MOST = 255  # of ICMP's types and codes, of protocols, and of the letters of a description
_ANYBODY = {4: "0.0.0.0/0", 6: "::/0"}
_BOTH = (4, 6)
# What the description of a rule begins with that lets the members of a fleet in.
PEERS = "multi_stack peers "

Span: t.TypeAlias = "tuple[int | None, int | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``cidr`` is empty for everybody; ``group`` is a name in an order, and an id at a location.

    ``low`` and ``high`` are ports, or type and code of ICMP. A ``pool`` (Neutron's address group) is never ordered.
    """

    ingress: bool = True
    version: int = 4
    protocol: int | None = None
    low: int | None = None
    high: int | None = None
    cidr: str = ""
    group: str = ""
    pool: str = ""
    note: str = field(default="", compare=False)
    id: str = field(default="", compare=False)

    def told(self, groups: t.Mapping[str, str]) -> str:
        """In words; ``groups`` are names by id."""
        what = [*([] if self.ingress else ["egress"]), _NAMES.get(self.protocol or 0, str(self.protocol))]
        if self.protocol is None:
            what[-1] = "everything"
        if self.low is not None:
            icmp = self.protocol in (_ICMP, _ICMP6)
            what.append(_icmp_told(self.low, self.high) if icmp else _span_told(self.low, self.high))
        who = self.cidr or _ANYBODY[self.version]
        if self.group or self.pool:
            who = f"group {groups.get(self.group, self.group)}" if self.group else f"address group {self.pool}"
            who += f" (IPv{self.version})"
        return f"{' '.join(what)} {'from' if self.ingress else 'to'} {who}"

    @property
    def body(self) -> dict[str, t.Any]:
        """As Neutron takes it."""
        return {
            "direction": "ingress" if self.ingress else "egress",
            "ethertype": f"IPv{self.version}",
            "protocol": None if self.protocol is None else _NAMES.get(self.protocol, str(self.protocol)),
            "port_range_min": self.low,
            "port_range_max": self.high,
            "remote_ip_prefix": self.cidr or None,
            "remote_group_id": self.group or None,
            "description": self.note,
        }


# What a new group begins with: everything may go out.
EGRESS = tuple(Rule(ingress=False, version=version) for version in _BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A rule as the user writes it, which is many of Neutron's: for each protocol, range of ports, and who is meant."""

    ingress: bool = True
    protocols: tuple[int | None, ...] = (None,)
    spans: tuple[Span, ...] = ((None, None),)
    versions: tuple[int, ...] = _BOTH
    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    note: str = ""

    def rules(self) -> Iterator[Rule]:
        """Those for addresses and groups; who the peers are only a survey tells."""
        for cidr in self.cidrs:
            yield from self.toward(ipaddress.ip_network(cidr).version, cidr=cidr, note=self.note)
        for group in self.groups:
            for version in self.versions:
                yield from self.toward(version, group=group, note=self.note)

    def toward(self, version: int, **who: str) -> Iterator[Rule]:
        """The rules for one whom it means, of one version of IP."""
        who["cidr"] = "" if who.get("cidr") == _ANYBODY[version] else who.get("cidr", "")
        for protocol in self.protocols:
            spoken = canonical(protocol, version)
            if version == _BOTH[0] and spoken in _ONLY_IPV6:
                continue
            for low, high in self.spans:
                yield Rule(ingress=self.ingress, version=version, protocol=spoken, low=low, high=high, **who)


def canonical(protocol: int | None, version: int) -> int | None:
    """ICMP has another number in IPv6, and Neutron takes its own for that."""
    return _ICMP6 if protocol == _ICMP and version == _BOTH[1] else protocol


def rule_seen(shown: t.Mapping[str, t.Any]) -> Rule:
    """A rule as Neutron shows it; what it does not know of is left as it is."""
    version = 6 if shown.get("ethertype") == "IPv6" else 4
    return Rule(
        ingress=shown.get("direction") != "egress",
        version=version,
        protocol=_seen_protocol(shown.get("protocol"), version),
        **dict(zip(("low", "high"), _whole((shown.get("port_range_min"), shown.get("port_range_max"))), strict=True)),
        cidr=_seen_cidr(shown.get("remote_ip_prefix"), version),
        group=shown.get("remote_group_id") or "",
        pool=shown.get("remote_address_group_id") or "",
        note=shown.get("description") or "",
        id=str(shown.get("id") or ""),
    )


def opening(given: Options, where: str) -> Opening:
    """A rule of the module; ``where`` it stands is told of one that makes no sense."""
    protocols = tuple(_protocol(each, where) for each in given.get("protocol") or _ANYTHING[:1])
    cidrs = tuple(_cidr(each, where) for each in given.get("cidrs") or ())
    groups, peers = tuple(given.get("groups") or ()), tuple(given.get("peers") or ())
    if not (cidrs or groups or peers):
        raise OrderError(f"{where}: it says of nobody; give cidrs (0.0.0.0/0 and ::/0 are everybody), groups or peers")
    versions = {"IPv4": _BOTH[:1], "IPv6": _BOTH[1:]}.get(given.get("ethertype") or "", _BOTH)
    made = Opening(
        ingress=given.get("direction") != "egress",
        protocols=protocols,
        spans=_spans(given, protocols, where),
        versions=versions,
        cidrs=cidrs,
        groups=groups,
        peers=peers,
        note=_note(given.get("description") or "", where),
    )
    _check_versions(made, where)
    return made


def _check_versions(made: Opening, where: str) -> None:
    for cidr in made.cidrs:
        version = ipaddress.ip_network(cidr).version
        if version not in made.versions:
            raise OrderError(f"{where}: {cidr} is IPv{version}, and ethertype says otherwise; leave ethertype away")
        if not list(made.toward(version, cidr=cidr)):
            raise OrderError(f"{where}: there is no {_NAMES[made.protocols[0] or 0]} from {cidr}, which is IPv4")


def _protocol(said: str, where: str) -> int | None:
    word = str(said).strip().lower()
    if word in _ANYTHING:
        return None
    if word in ("icmpv6", "icmp6"):
        return _ICMP6
    number = PROTOCOLS.get(word, int(word) if word.isascii() and word.isdigit() else -1)
    if not 0 < number <= _MOST:
        raise OrderError(
            f'{where}: "{said}" is no protocol; there is any, {", ".join(sorted(PROTOCOLS))}, and 1 to 255'
        )
    return number


def _spans(given: Options, protocols: t.Sequence[int | None], where: str) -> tuple[Span, ...]:
    """The ranges of ports, or the one type and code of ICMP."""
    ports, icmp = given.get("ports") or (), (given.get("icmp_type"), given.get("icmp_code"))
    if ports and not _PORTED.issuperset(protocols):
        raise OrderError(f"{where}: ports belong to tcp, udp, sctp, dccp and udplite; say which protocol is meant")
    if icmp == (None, None):
        return tuple(dict.fromkeys(_whole(_span(str(each), where)) for each in ports)) or ((None, None),)
    if not {_ICMP, _ICMP6}.issuperset(protocols):
        raise OrderError(f"{where}: icmp_type and icmp_code belong to the protocols icmp and ipv6-icmp")
    if icmp[0] is None:
        raise OrderError(f"{where}: icmp_code needs its icmp_type")
    if not all(0 <= each <= _MOST for each in icmp if each is not None):
        raise OrderError(f"{where}: icmp_type and icmp_code are 0 to {_MOST}")
    return (icmp,)


def _span(said: str, where: str) -> Span:
    found = _PORTS.fullmatch(said.strip())
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= low <= high <= _HIGHEST:
        raise OrderError(f'{where}: "{said}" is no port or range of ports; write 22 or 8000-8080, of 1 to {_HIGHEST}')
    return low, high


def _whole(span: Span) -> Span:
    """All ports are no range: so Neutron has it since 2021."""
    return (None, None) if span == (1, _HIGHEST) else span


def _cidr(said: str, where: str) -> str:
    """The addresses that a text means; a single one is a network of its own."""
    try:
        found = ipaddress.ip_network(said.strip(), strict=False)
        exact = ipaddress.ip_interface(said.strip()).ip == found.network_address
    except ValueError as exc:
        raise OrderError(f'{where}: "{said}" is no CIDR; write 203.0.113.0/24, 2001:db8::/32, or one address') from exc
    if not exact:
        raise OrderError(f'{where}: "{said}" has more than its network; write {found}')
    return str(found)


def _note(said: str, where: str) -> str:
    if len(said) > _MOST or said.startswith(PEERS):
        raise OrderError(
            f'{where}: a description has at most {_MOST} letters, and does not begin with "{PEERS.strip()}"'
        )
    return said


def _seen_protocol(shown: object, version: int) -> int | None:
    word = "" if shown is None else str(shown).lower()
    if word in ("", *_ANYTHING):
        return None
    known = {**PROTOCOLS, "icmpv6": _ICMP6}
    return canonical(known.get(word, int(word) if word.isascii() and word.isdigit() else -1), version)


def _seen_cidr(shown: object, version: int) -> str:
    try:
        found = str(ipaddress.ip_network(str(shown), strict=False))
    except ValueError:
        found = str(shown or "")
    return "" if found == _ANYBODY[version] else found


def _span_told(low: int, high: int | None) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _icmp_told(kind: int, code: int | None) -> str:
    return f"type {kind}" if code is None else f"type {kind} code {code}"
