# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: server groups. A deleted group is a fence: no POST that carries it can make a server any more."""

from __future__ import annotations

import typing as t

from flask import Response

from . import context
from .compute import blueprint, minor
from .identifiers import new_uuid
from .order import living_members
from .order_schema import check_text, invalid
from .refusal import Refused
from .resources import ServerGroup

_POLICIES = {"affinity": 1, "anti-affinity": 1, "soft-affinity": 15, "soft-anti-affinity": 15}


@blueprint.get("/v2.1/os-server-groups")
def list_groups() -> Response:
    """The project's groups."""
    mine = [group for group in context.region().groups.values() if group.project_id == context.project().id]
    return context.answer(200, {"server_groups": [_shown(group) for group in mine]})


@blueprint.post("/v2.1/os-server-groups")
def create_group() -> Response:
    """A new group."""
    given = context.body().get("server_group") or {}
    check_text("name", given.get("name"), empty=False)
    policy = _policy(given)
    region, project_id = context.region(), context.project().id
    mine = sum(1 for group in region.groups.values() if group.project_id == project_id)
    if 0 <= region.quota(project_id)["server_groups"] <= mine:
        raise Refused(403, "Quota exceeded, too many server groups.")
    group = ServerGroup(
        id=new_uuid(region.randomness),
        name=given["name"],
        project_id=project_id,
        user_id=context.user().id,
        policy=policy,
        rules=given.get("rules") or {},
    )
    region.groups[group.id] = group
    return context.answer(200, {"server_group": _shown(group)})


@blueprint.get("/v2.1/os-server-groups/<group_id>")
def show_group(group_id: str) -> Response:
    """One group and who of it lives."""
    return context.answer(200, {"server_group": _shown(_found(group_id))})


@blueprint.delete("/v2.1/os-server-groups/<group_id>")
def delete_group(group_id: str) -> Response:
    """Close the fence."""
    del context.region().groups[_found(group_id).id]
    return Response(status=204)


def _policy(given: t.Mapping[str, t.Any]) -> str:
    key = "policy" if minor() >= 64 else "policies"
    value = given.get(key)
    policy = value[0] if isinstance(value, list) and value else value
    if not isinstance(policy, str) or minor() < _POLICIES.get(policy, 1000):
        raise invalid(key, value, f"{value!r} is not one of {sorted(_POLICIES)}")
    return policy


def _found(group_id: str) -> ServerGroup:
    group = context.region().groups.get(group_id)
    if group is None or group.project_id != context.project().id:
        raise Refused(404, f"Instance group {group_id} could not be found.")
    return group


def _shown(group: ServerGroup) -> dict[str, t.Any]:
    shown: dict[str, t.Any] = {
        "id": group.id,
        "name": group.name,
        "members": living_members(context.region(), group),
    }
    if minor() >= 13:
        shown |= {"project_id": group.project_id, "user_id": group.user_id}
    if minor() >= 64:
        return shown | {"policy": group.policy, "rules": dict(group.rules)}
    return shown | {"policies": [group.policy], "metadata": {}}
