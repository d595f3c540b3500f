# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of security groups, as Neutron shows them."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from .identifiers import new_uuid
from .network import standard
from .refusal import Refused

if t.TYPE_CHECKING:
    import random

    from .resources import SecurityGroup

Rule = t.Mapping[str, t.Any]
_DEFAULTS: Rule = {
    "direction": "ingress",
    "ethertype": "IPv4",
    "protocol": None,
    "port_range_min": None,
    "port_range_max": None,
    "remote_ip_prefix": None,
    "remote_group_id": None,
    "remote_address_group_id": None,
    "description": "",
}
_AGE = ("created_at", "updated_at", "revision_number")
_KINDS = ("IPv4", "IPv6")
_WITH_PORTS = {"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "udplite": 136}
_ICMP = {"icmp": 1, "ipv6-icmp": 58}
_OTHERS = {
    "ah": 51,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "igmp": 2,
    "ipip": 4,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "vrrp": 112,
}
_OF_IPV6 = {"ipv6-encap": 41, "ipv6-frag": 44, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43}
_NUMBERS = {**_WITH_PORTS, **_ICMP, **_OTHERS, **_OF_IPV6, "vrrp": 112}
_ANYBODY = ("0.0.0.0/0", "::/0", None)
_WHOLE_RANGE = (1, 65535)


def egress_rules() -> list[Rule]:
    """What a new group begins with: everything may go out."""
    return [{"direction": "egress", "ethertype": kind} for kind in _KINDS]


def default_rules(group: SecurityGroup) -> list[Rule]:
    """What the default group of a project begins with: its members reach each other as well."""
    return [*egress_rules(), *({"ethertype": kind, "remote_group_id": group.id} for kind in _KINDS)]


def with_rules(group: SecurityGroup, randomness: random.Random, added: t.Iterable[Rule], when: float) -> SecurityGroup:
    """The group with more rules."""
    made = (_rule(group, randomness, {**each, **standard(when, 0)}) for each in added)
    return dataclasses.replace(group, rules=(*group.rules, *made))


def _rule(group: SecurityGroup, randomness: random.Random, given: Rule) -> Rule:
    known = {key: given[key] for key in (*_DEFAULTS, *_AGE) if key in given}
    owner = {"project_id": group.project_id, "tenant_id": group.project_id}
    return {**_DEFAULTS, **known, **owner, "id": new_uuid(randomness), "security_group_id": group.id}


def checked(given: Rule) -> Rule:
    """A rule as Neutron takes it down, or its refusal: the checks of securitygroups_db.py, in their order."""
    rule = {**_DEFAULTS, **given, "protocol": _protocol(given)}
    _check_words(rule)
    if (rule["port_range_min"], rule["port_range_max"]) == _WHOLE_RANGE:
        rule |= {"port_range_min": None, "port_range_max": None}
    _check_ports(rule)
    rule["remote_ip_prefix"] = _prefix(rule)
    if rule["ethertype"] == "IPv4" and _number(rule) in {58, *_OF_IPV6.values()}:
        text = f"Invalid ethertype {rule['ethertype']} for protocol {rule['protocol']}."
        raise Refused(400, text, "SecurityGroupEthertypeConflictWithProtocol")
    if rule["remote_ip_prefix"] and rule["remote_group_id"]:
        text = "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided."
        raise Refused(400, text, "SecurityGroupMultipleRemoteEntites")
    return rule


def meaning(rule: Rule) -> tuple[t.Any, ...]:
    """What makes two rules of one group the same to Neutron."""
    remote = None if rule["remote_ip_prefix"] in _ANYBODY else rule["remote_ip_prefix"]
    ports = rule["port_range_min"], rule["port_range_max"]
    return rule["direction"], rule["ethertype"], _number(rule), ports, rule["remote_group_id"], remote


def _protocol(given: Rule) -> str | None:
    said = given.get("protocol")
    if said in (None, "", "any", "0", 0):
        return None
    protocol = str(said).lower()
    if given.get("ethertype") == "IPv6":
        protocol = {"icmp": "ipv6-icmp", "icmpv6": "ipv6-icmp", "1": "58"}.get(protocol, protocol)
    if protocol not in _NUMBERS and not (protocol.isdigit() and int(protocol) < 256):
        text = (
            f"Security group rule protocol {said} not supported. Only protocol values {[None, *_NUMBERS]} and integer "
        )
        raise Refused(400, f"{text}representations [0 to 255] are supported.", "SecurityGroupRuleInvalidProtocol")
    return protocol


def _number(rule: Rule) -> int | None:
    protocol = rule["protocol"]
    return None if protocol is None else _NUMBERS.get(protocol) or int(protocol)


def _check_words(rule: Rule) -> None:
    for field, known in (("direction", ["ingress", "egress"]), ("ethertype", list(_KINDS))):
        if rule[field] not in known:
            text = f"Invalid input for {field}. Reason: '{rule[field]}' is not in {known}."
            raise Refused(400, text, "HTTPBadRequest")
    for port in (rule["port_range_min"], rule["port_range_max"]):
        if port is not None and not 0 <= port <= 65535:
            raise Refused(400, f"Invalid value for port {port}", "SecurityGroupInvalidPortValue")


def _check_ports(rule: Rule) -> None:
    low, high = rule["port_range_min"], rule["port_range_max"]
    if low is None and high is None:
        return
    if rule["protocol"] is None:
        text = "Must also specify protocol if port range is given."
        raise Refused(400, text, "SecurityGroupProtocolRequiredWithPorts")
    if _number(rule) in _WITH_PORTS.values():
        if 0 in (low, high):
            raise Refused(400, "Invalid value for port 0", "SecurityGroupInvalidPortValue")
        if low is None or high is None or not low <= high:
            text = "For TCP/UDP protocols, port_range_min must be <= port_range_max"
            raise Refused(400, text, "SecurityGroupInvalidPortRange")
    elif _number(rule) in _ICMP.values():
        _check_icmp(low, high)
    else:
        text = f"Ports cannot be specified for protocol {_number(rule)}. Ports are only supported for "
        raise Refused(400, f"{text}{', '.join(_WITH_PORTS).upper()}.", "SecurityGroupInvalidProtocolForPort")


def _check_icmp(kind: int | None, code: int | None) -> None:
    for field, place, value in (("type", "port_range_min", kind), ("code", "port_range_max", code)):
        if value is not None and not 0 <= value <= 255:
            text = f"Invalid value for ICMP {field} ({place}) {value}. It must be 0 to 255."
            raise Refused(400, text, "SecurityGroupInvalidIcmpValue")
    if kind is None:
        text = f"ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is missing."
        raise Refused(400, text, "SecurityGroupMissingIcmpType")


def _prefix(rule: Rule) -> str | None:
    """The addresses that are meant, always with the length of their prefix."""
    said = rule["remote_ip_prefix"]
    if not said:
        return None
    try:
        found = ipaddress.ip_interface(said)
    except ValueError:
        text = f"Invalid input for remote_ip_prefix. Reason: '{said}' is not a valid IP subnet."
        raise Refused(400, text, "HTTPBadRequest") from None
    if rule["ethertype"] != f"IPv{found.version}":
        text = f"Conflicting value ethertype {rule['ethertype']} for CIDR {said}"
        raise Refused(400, text, "SecurityGroupRuleParameterConflict")
    return str(found)
