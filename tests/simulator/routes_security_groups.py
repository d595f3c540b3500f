# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron: security groups and their rules."""

from __future__ import annotations

import dataclasses
import typing as t

from flask import Response

from . import context
from .identifiers import new_uuid
from .network import Row, blueprint, cut, listed, over_quota, standard
from .refusal import Refused
from .resources import SecurityGroup
from .security_rules import checked, egress_rules, meaning, with_rules


@blueprint.get("/v2.0/security-groups")
def list_security_groups() -> Response:
    """The project's groups."""
    return listed("security_groups", map(_shown, _mine()))


@blueprint.post("/v2.0/security-groups")
def create_security_group() -> Response:
    """A new group, which lets everything out."""
    given = context.body().get("security_group") or {}
    region, project_id = context.region(), context.project().id
    if str(given.get("name")).lower() == "default":
        raise Refused(409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists")
    if 0 <= region.quota(project_id)["security_group"] <= len(_mine()):
        raise over_quota("security_group")
    _take_room(len(egress_rules()))
    group = SecurityGroup(
        id=new_uuid(region.randomness),
        name=given.get("name", ""),
        project_id=project_id,
        created=region.now(),
        description=given.get("description", ""),
    )
    region.security_groups[group.id] = with_rules(group, region.randomness, egress_rules(), group.created)
    return context.answer(201, {"security_group": _shown(region.security_groups[group.id])})


@blueprint.get("/v2.0/security-groups/<group_id>")
def show_security_group(group_id: str) -> Response:
    """One group, by id only."""
    return context.answer(200, {"security_group": cut(_shown(_found(group_id)))})


@blueprint.put("/v2.0/security-groups/<group_id>")
def update_security_group(group_id: str) -> Response:
    """Rename, describe."""
    given = context.body().get("security_group") or {}
    changes = {key: given[key] for key in ("name", "description") if key in given}
    changed = dataclasses.replace(_found(group_id), **changes)
    context.region().security_groups[group_id] = changed
    return context.answer(200, {"security_group": _shown(changed)})


@blueprint.delete("/v2.0/security-groups/<group_id>")
def delete_security_group(group_id: str) -> Response:
    """Delete one that no port has."""
    group = _found(group_id)
    if any(group_id in port.security_groups for port in context.region().ports.values()):
        raise Refused(409, f"Security Group {group_id} in use.", "SecurityGroupInUse")
    if group.name == "default":
        text = "Insufficient rights for removing default security group."
        raise Refused(409, text, "SecurityGroupCannotRemoveDefault")
    _delete(group_id)
    return Response(status=204)


@blueprint.get("/v2.0/security-group-rules")
def list_rules() -> Response:
    """All rules of the project."""
    return listed("security_group_rules", (dict(rule) for group in _mine() for rule in group.rules))


@blueprint.post("/v2.0/security-group-rules")
def create_rules() -> Response:
    """One rule, or many of one group in one call: all or none."""
    body = context.body()
    many = "security_group_rules" in body
    made = _add_rules(body["security_group_rules"] if many else [body.get("security_group_rule") or {}])
    return context.answer(201, {"security_group_rules": made} if many else {"security_group_rule": made[0]})


@blueprint.get("/v2.0/security-group-rules/<rule_id>")
def show_rule(rule_id: str) -> Response:
    """One rule."""
    for group in _mine():
        for rule in group.rules:
            if rule["id"] == rule_id:
                return context.answer(200, {"security_group_rule": dict(rule)})
    raise Refused(404, f"Security group rule {rule_id} does not exist", "SecurityGroupRuleNotFound")


@blueprint.delete("/v2.0/security-group-rules/<rule_id>")
def delete_rule(rule_id: str) -> Response:
    """One rule less."""
    for group in _mine():
        kept = tuple(rule for rule in group.rules if rule["id"] != rule_id)
        if len(kept) < len(group.rules):
            context.region().security_groups[group.id] = dataclasses.replace(group, rules=kept)
            return Response(status=204)
    raise Refused(404, f"Security group rule {rule_id} does not exist", "SecurityGroupRuleNotFound")


def _add_rules(given: t.Sequence[t.Mapping[str, t.Any]]) -> list[Row]:
    if len({each.get("security_group_id") for each in given}) > 1:
        text = "Only allowed to update rules for one security profile at a time"
        raise Refused(400, text, "SecurityGroupNotSingleGroupRules")
    wanted = [checked(each) for each in given]
    group = _found(str(given[0].get("security_group_id")))
    for each in wanted:
        if each["remote_group_id"]:
            _found(each["remote_group_id"])
    if len({meaning(each) for each in wanted}) < len(wanted):
        raise Refused(409, "Duplicate Security Group Rule in POST.", "DuplicateSecurityGroupRuleInPost")
    for old in group.rules:
        if meaning(old) in {meaning(each) for each in wanted}:
            text = f"Security group rule already exists. Rule id is {old['id']}."
            raise Refused(409, text, "SecurityGroupRuleExists")
    _take_room(len(wanted))
    changed = with_rules(group, context.region().randomness, wanted, context.region().now())
    context.region().security_groups[group.id] = changed
    return [dict(rule) for rule in changed.rules[len(group.rules) :]]


def _take_room(number: int) -> None:
    """Refuse so many rules more than the quota allows."""
    limit = context.region().quota(context.project().id)["security_group_rule"]
    if 0 <= limit < number + sum(len(group.rules) for group in _mine()):
        raise over_quota("security_group_rule")


def _delete(group_id: str) -> None:
    """A group goes with the rules of others that let its members in."""
    groups = context.region().security_groups
    del groups[group_id]
    for other in list(groups.values()):
        kept = tuple(rule for rule in other.rules if rule["remote_group_id"] != group_id)
        if len(kept) < len(other.rules):
            groups[other.id] = dataclasses.replace(other, rules=kept)


def _mine() -> list[SecurityGroup]:
    project_id = context.project().id
    return [each for each in context.region().security_groups.values() if each.project_id == project_id]


def _found(group_id: str) -> SecurityGroup:
    group = context.region().security_groups.get(group_id)
    if group is None or group.project_id != context.project().id:
        raise Refused(404, f"Security group {group_id} does not exist", "SecurityGroupNotFound")
    return group


def _shown(group: SecurityGroup) -> Row:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "project_id": group.project_id,
        "tenant_id": group.project_id,
        "security_group_rules": [dict(rule) for rule in group.rules],
        "stateful": True,
        "shared": False,
        **standard(group.created),
        "tags": [],
    }
