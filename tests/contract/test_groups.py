# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server groups, which fence off late POSTs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage


def post(stage: Stage, name: str = "contract-group") -> Answer:
    body = {"server_group": {"name": name, "policy": "soft-anti-affinity"}}
    return stage.user.ask("POST", "/os-server-groups", body)


def opened(stage: Stage) -> str:
    return str(post(stage).json["server_group"]["id"])


def members(stage: Stage, group: str) -> list[str]:
    return list(stage.user.get(f"/os-server-groups/{group}")["server_group"]["members"])


def test_a_group_is_made(stage: Stage) -> None:
    answer = post(stage)
    assert answer.status == 200
    group = answer.json["server_group"]
    assert (group["name"], group["policy"], group["members"]) == ("contract-group", "soft-anti-affinity", [])
    assert (group["project_id"], group["user_id"]) == (stage.user.project_id, stage.user.user_id)


def test_before_2_64_a_group_has_policies(stage: Stage) -> None:
    body = {"server_group": {"name": "contract-group", "policies": ["soft-anti-affinity"]}}
    answer = stage.user.ask("POST", "/os-server-groups", body, version="2.63")
    assert (answer.status, answer.json["server_group"]["policies"]) == (200, ["soft-anti-affinity"])
    assert stage.user.ask("POST", "/os-server-groups", body, version="2.64").status == 400
    assert stage.user.ask("POST", "/os-server-groups", body, version="2.14").status == 400


def test_who_landed_is_a_member(stage: Stage) -> None:
    group = opened(stage)
    server_id = stage.made(hints={"group": group})
    assert members(stage, group) == [server_id]
    assert stage.show(server_id)["server_groups"] == [group]


def test_a_member_that_is_gone_is_none(stage: Stage) -> None:
    group = opened(stage)
    server_id = stage.ready(hints={"group": group})["id"]
    stage.delete(server_id)
    stage.gone(server_id)
    assert members(stage, group) == []


def test_nothing_lands_in_a_group_that_is_deleted(stage: Stage) -> None:
    group = opened(stage)
    answer = stage.user.ask("DELETE", f"/os-server-groups/{group}")
    assert (answer.status, answer.raw) == (204, b"")
    late = stage.order(hints={"group": group})
    assert (late.status, late.message) == (400, f"Instance group {group} could not be found.")
    assert late.means.fault.kind is Kind.FENCED_OFF
    assert stage.user.get("/servers")["servers"] == []


def test_members_outlive_their_group(stage: Stage) -> None:
    group = opened(stage)
    server_id = stage.made(hints={"group": group})
    stage.user.ask("DELETE", f"/os-server-groups/{group}")
    server = stage.settled(server_id)
    assert (server["status"], server["server_groups"]) == ("ACTIVE", [])


def test_a_group_that_is_gone_is_deleted_no_more(stage: Stage) -> None:
    answer = stage.user.ask("DELETE", f"/os-server-groups/{NOWHERE}")
    assert (answer.status, answer.word) == (404, "itemNotFound")
    assert answer.means.missing


def test_a_group_has_room_for_so_many_that_live(stage: Stage) -> None:
    stage.quota(server_group_members=1)
    group = opened(stage)
    first = stage.ready(hints={"group": group})["id"]
    refused = stage.order("contract-2", hints={"group": group})
    assert (refused.status, refused.word) == (403, "forbidden")
    assert refused.message == "Quota exceeded, too many servers in group"
    assert refused.means.fault.kind is Kind.GROUP_QUOTA
    stage.delete(first)
    stage.gone(first)
    assert stage.order("contract-2", hints={"group": group}).status == 202


def test_a_project_has_so_many_groups(stage: Stage) -> None:
    stage.quota(server_groups=1)
    group = opened(stage)
    refused = post(stage)
    assert (refused.status, refused.message) == (403, "Quota exceeded, too many server groups.")
    assert refused.means.fault.kind is Kind.GROUP_QUOTA
    stage.user.ask("DELETE", f"/os-server-groups/{group}")
    assert post(stage).status == 200


@pytest.mark.parametrize("policy", ["nope", "", None])
def test_a_policy_that_is_none_is_refused(stage: Stage, policy: str | None) -> None:
    body = {"server_group": {"name": "contract-group", "policy": policy}}
    answer = stage.user.ask("POST", "/os-server-groups", body)
    assert (answer.status, answer.word) == (400, "badRequest")
