# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of security groups, as Neutron shows them."""

from __future__ import annotations

import dataclasses
import typing as t

from .identifiers import new_uuid

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
    "description": "",
}
_KINDS = ("IPv4", "IPv6")


def egress_rules() -> list[Rule]:
    """What a new group begins with: everything may go out."""
    return [{"direction": "egress", "ethertype": kind} for kind in _KINDS]


def default_rules(group: SecurityGroup) -> list[Rule]:
    """What the default group of a project begins with: its members reach each other as well."""
    return [*egress_rules(), *({"ethertype": kind, "remote_group_id": group.id} for kind in _KINDS)]


def with_rules(group: SecurityGroup, randomness: random.Random, added: t.Iterable[Rule]) -> SecurityGroup:
    """The group with more rules."""
    return dataclasses.replace(group, rules=(*group.rules, *(_rule(group, randomness, each) for each in added)))


def _rule(group: SecurityGroup, randomness: random.Random, given: Rule) -> Rule:
    known = {key: given[key] for key in _DEFAULTS if key in given}
    owner = {"project_id": group.project_id, "tenant_id": group.project_id}
    return {**_DEFAULTS, **known, **owner, "id": new_uuid(randomness), "security_group_id": group.id}
