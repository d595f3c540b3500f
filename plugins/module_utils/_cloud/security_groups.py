# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Security groups in Neutron: the project's, of any number to a name, each with its rules in one answer."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from .._core.cloud_id import is_id
from .._core.peers import Peers, peer_rules
from .._core.readiness import ObjectionError
from .._core.security_group import Group, GroupSight, plan_groups
from .._core.security_rules import rule_seen
from .neutron import in_project, listed, project, quotas, send, told_users
from .servers import rows, text

if t.TYPE_CHECKING:
    from .._core.readiness import Plan, Step
    from .._core.security_order import GroupsOrder
    from .everywhere import Site

_GROUPS, _RULES = "/security-groups", "/security-group-rules"


@dataclass(frozen=True, slots=True)
class SecurityGroups:
    """Brings groups with exactly their rules to locations, under the names that each has for them."""

    order: GroupsOrder
    peers: Peers = field(default_factory=Peers)

    def plan(self, site: Site) -> Plan:
        order = self.order.at(site.account.names.security_groups)
        sight = self._sight(site, order)
        plan = plan_groups(order, sight)
        doomed = [step.id for step in plan.steps if step.what == "delete"]
        if doomed:
            sight = replace(sight, users=_users(site, doomed))
        if any(step.what in ("create", "add") for step in plan.steps):
            sight = replace(sight, quotas=quotas(site.wire, site.deadline))
        try:
            return plan_groups(order, sight) if sight.users or sight.quotas else plan
        except ObjectionError:
            # Another run may have made, between the reads, what there is no room for any more.
            now = replace(sight, groups=self._sight(site, order).groups)
            if now == sight:
                raise
            return plan_groups(order, now)

    def act(self, site: Site, step: Step) -> None:
        facts = dict(step.facts or {})
        if step.what in ("remove", "delete"):
            path = f"{_RULES if step.what == 'remove' else _GROUPS}/{quote(step.id, safe='')}"
            send(site, "DELETE", path)
        elif step.what == "add":
            rules = [{"security_group_id": step.id, **rule} for rule in facts["rules"]]
            send(site, "POST", _RULES, {"security_group_rules": rules})
        elif step.what == "create":
            send(site, "POST", _GROUPS, {"security_group": facts})
        else:
            send(site, "PUT", f"{_GROUPS}/{quote(step.id, safe='')}", {"security_group": facts})

    def _sight(self, site: Site, order: GroupsOrder) -> GroupSight:
        """One GET for all that are named, and another where some are named by id."""
        mine = project(site)
        named = [("name", name) for name in order.names if not is_id(name)]
        by_id = [("id", name) for name in order.names if is_id(name)]
        found = [
            row
            for query in (named, by_id)
            if query
            for row in listed(site, f"{_GROUPS}?{urlencode(query)}", "security_groups")
        ]
        unique = {text(row.get("id")): row for row in found if in_project(row, mine)}
        label = site.account.label
        return GroupSight(
            groups=tuple(_group(row) for row in unique.values() if {row.get("name"), row.get("id")} & set(order.names)),
            peers=tuple(tuple(peer_rules(each.openings, self.peers, label)) for each in order.groups),
            kept=frozenset(note for fleet in order.fleets for note in self.peers.kept(fleet)),
        )


def _group(row: t.Mapping[str, t.Any]) -> Group:
    return Group(
        id=text(row.get("id")),
        name=text(row.get("name")),
        description=text(row.get("description")),
        created=text(row.get("created_at")),
        rules=tuple(rule_seen(rule) for rule in rows(row.get("security_group_rules")) if isinstance(rule, dict)),
    )


def _users(site: Site, groups: t.Collection[str]) -> dict[str, list[str]]:
    """Who uses which of these groups, in words. An older Neutron does not know the filter, and shows all ports."""
    query = urlencode([("security_groups", each) for each in groups])
    ports = [row for row in listed(site, f"/ports?{query}", "ports") if in_project(row, project(site))]
    found = {each: [row for row in ports if each in rows(row.get("security_groups"))] for each in groups}
    return {each: told_users(site, users) for each, users in found.items()}
