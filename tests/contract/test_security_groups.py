# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security groups and their rules in Neutron."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Row, Stage

SSH = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}


def ask(stage: Stage, method: str, path: str, body: object = None) -> Answer:
    return stage.user.ask(method, path, body, service="network")


def group(stage: Stage, name: str = "contract-group", **fields: t.Any) -> Row:
    body = {"security_group": {"name": name, **fields}}
    return dict(stage.user.send("POST", "/security-groups", body)["security_group"])


def add(stage: Stage, group_id: str, *rules: t.Mapping[str, t.Any]) -> Answer:
    body = {"security_group_rules": [{"security_group_id": group_id, **rule} for rule in rules]}
    return ask(stage, "POST", "/security-group-rules", body)


def rules(stage: Stage, group_id: str, direction: str = "ingress") -> list[Row]:
    found = stage.user.get(f"/security-groups?id={group_id}", "network")["security_groups"][0]["security_group_rules"]
    return [rule for rule in found if rule["direction"] == direction]


def refuses(answer: Answer, status: int, word: str, kind: Kind) -> str:
    assert (answer.status, answer.word) == (status, word), answer.raw
    assert answer.means.fault.kind is kind
    return answer.message


def test_a_new_group_lets_everything_out_and_nothing_in(stage: Stage) -> None:
    row = group(stage, description="ours")
    assert (row["name"], row["description"], row["project_id"]) == ("contract-group", "ours", stage.user.project_id)
    shown = [
        (rule["direction"], rule["ethertype"], rule["protocol"], rule["remote_ip_prefix"])
        for rule in row["security_group_rules"]
    ]
    assert sorted(shown) == [("egress", "IPv4", None, None), ("egress", "IPv6", None, None)]


def test_two_groups_may_have_the_same_name(stage: Stage) -> None:
    pair = {group(stage)["id"], group(stage)["id"]}
    rows = stage.user.get("/security-groups?name=contract-group", "network")["security_groups"]
    assert {row["id"] for row in rows} == pair


def test_groups_are_found_by_several_names(stage: Stage) -> None:
    pair = {group(stage, "contract-a")["id"], group(stage, "contract-b")["id"]}
    rows = stage.user.get("/security-groups?name=contract-a&name=contract-b", "network")["security_groups"]
    assert {row["id"] for row in rows} == pair


def test_a_second_default_group_is_not_made(stage: Stage) -> None:
    answer = ask(stage, "POST", "/security-groups", {"security_group": {"name": "default"}})
    refuses(answer, 409, "SecurityGroupDefaultAlreadyExists", Kind.CONFLICT)


def test_the_default_group_stays(stage: Stage) -> None:
    (row,) = stage.user.get("/security-groups?name=default", "network")["security_groups"]
    answer = ask(stage, "DELETE", f"/security-groups/{row['id']}")
    refuses(answer, 409, "SecurityGroupCannotRemoveDefault", Kind.CONFLICT)


def test_rules_are_added_in_one_call(stage: Stage) -> None:
    group_id = group(stage)["id"]
    other = {**SSH, "ethertype": "IPv6", "remote_ip_prefix": "2001:db8::/32", "description": "note"}
    answer = add(stage, group_id, SSH, other)
    assert answer.status == 201
    assert [rule["ethertype"] for rule in answer.json["security_group_rules"]] == ["IPv4", "IPv6"]
    found = rules(stage, group_id)
    assert len(found) == 2
    first, second = sorted(found, key=lambda rule: rule["ethertype"])
    assert {key: first[key] for key in SSH} == SSH
    assert (first["remote_ip_prefix"], first["remote_group_id"], first["description"]) == (None, None, "")
    assert (second["remote_ip_prefix"], second["description"]) == ("2001:db8::/32", "note")


def test_an_address_is_kept_as_a_range(stage: Stage) -> None:
    group_id = group(stage)["id"]
    add(stage, group_id, {**SSH, "remote_ip_prefix": "192.0.2.7"})
    assert rules(stage, group_id)[0]["remote_ip_prefix"] == "192.0.2.7/32"


def test_everybody_is_kept_as_it_was_written(stage: Stage) -> None:
    group_id = group(stage)["id"]
    add(stage, group_id, {**SSH, "remote_ip_prefix": "0.0.0.0/0"})
    assert rules(stage, group_id)[0]["remote_ip_prefix"] == "0.0.0.0/0"


def test_all_ports_are_kept_as_none(stage: Stage) -> None:
    group_id = group(stage)["id"]
    add(stage, group_id, {**SSH, "port_range_min": 1, "port_range_max": 65535})
    (rule,) = rules(stage, group_id)
    assert (rule["port_range_min"], rule["port_range_max"]) == (None, None)


@pytest.mark.parametrize("protocol", ["icmp", "ipv6-icmp"])
def test_icmp_of_ipv6_has_one_name(stage: Stage, protocol: str) -> None:
    group_id = group(stage)["id"]
    assert add(stage, group_id, {"direction": "ingress", "ethertype": "IPv6", "protocol": protocol}).status == 201
    assert rules(stage, group_id)[0]["protocol"] == "ipv6-icmp"


def test_a_rule_that_is_there_is_a_conflict_and_none_of_its_company_is_added(stage: Stage) -> None:
    group_id = group(stage)["id"]
    rule_id = add(stage, group_id, SSH).json["security_group_rules"][0]["id"]
    web = {**SSH, "port_range_min": 80, "port_range_max": 80}
    message = refuses(add(stage, group_id, web, SSH), 409, "SecurityGroupRuleExists", Kind.CONFLICT)
    assert message == f"Security group rule already exists. Rule id is {rule_id}."
    assert [rule["id"] for rule in rules(stage, group_id)] == [rule_id]


@pytest.mark.parametrize("same", [{"remote_ip_prefix": "0.0.0.0/0"}, {"protocol": "6"}, {"description": "other"}])
def test_a_rule_that_means_the_same_is_a_conflict(stage: Stage, same: dict[str, str]) -> None:
    group_id = group(stage)["id"]
    add(stage, group_id, SSH)
    refuses(add(stage, group_id, {**SSH, **same}), 409, "SecurityGroupRuleExists", Kind.CONFLICT)


def test_the_same_rule_twice_in_one_call_is_a_conflict(stage: Stage) -> None:
    group_id = group(stage)["id"]
    refuses(add(stage, group_id, SSH, SSH), 409, "DuplicateSecurityGroupRuleInPost", Kind.CONFLICT)
    assert rules(stage, group_id) == []


def test_rules_of_one_call_are_of_one_group(stage: Stage) -> None:
    one, other = group(stage)["id"], group(stage)["id"]
    body = {"security_group_rules": [{"security_group_id": each, **SSH} for each in (one, other)]}
    answer = ask(stage, "POST", "/security-group-rules", body)
    refuses(answer, 400, "SecurityGroupNotSingleGroupRules", Kind.INVALID)


def test_a_rule_may_let_in_who_is_in_a_group(stage: Stage) -> None:
    one, other = group(stage)["id"], group(stage)["id"]
    assert add(stage, one, {**SSH, "remote_group_id": other}).status == 201
    assert add(stage, one, {**SSH, "remote_group_id": one}).status == 201
    assert {rule["remote_group_id"] for rule in rules(stage, one)} == {one, other}


def test_the_rules_that_let_in_a_group_go_with_it(stage: Stage) -> None:
    one, other = group(stage)["id"], group(stage)["id"]
    add(stage, one, {**SSH, "remote_group_id": other})
    assert ask(stage, "DELETE", f"/security-groups/{other}").status == 204
    assert rules(stage, one) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"remote_ip_prefix": "nope"},
        {"remote_ip_prefix": "2001:db8::/32"},
        {"protocol": "nope"},
        {"port_range_min": 23},
        {"port_range_max": 65536},
        {"protocol": None},
        {"ethertype": "IPv5"},
        {"direction": "nope"},
    ],
    ids=str,
)
def test_a_rule_that_makes_no_sense_is_refused(stage: Stage, rule: dict[str, t.Any]) -> None:
    group_id = group(stage)["id"]
    answer = add(stage, group_id, {**SSH, **rule})
    assert answer.status == 400, answer.raw
    assert answer.means.fault.kind is Kind.INVALID
    assert rules(stage, group_id) == []


def test_a_group_that_never_was_is_missing(stage: Stage) -> None:
    path = f"/security-groups/{NOWHERE}"
    for answer in (ask(stage, "GET", path), ask(stage, "DELETE", path), add(stage, NOWHERE, SSH)):
        refuses(answer, 404, "SecurityGroupNotFound", Kind.NOT_FOUND)
    add_remote = add(stage, group(stage)["id"], {**SSH, "remote_group_id": NOWHERE})
    refuses(add_remote, 404, "SecurityGroupNotFound", Kind.NOT_FOUND)


def test_a_rule_is_deleted_once(stage: Stage) -> None:
    group_id = group(stage)["id"]
    rule_id = add(stage, group_id, SSH).json["security_group_rules"][0]["id"]
    assert ask(stage, "DELETE", f"/security-group-rules/{rule_id}").status == 204
    assert rules(stage, group_id) == []
    answer = ask(stage, "DELETE", f"/security-group-rules/{rule_id}")
    refuses(answer, 404, "SecurityGroupRuleNotFound", Kind.NOT_FOUND)


def test_a_description_is_changed(stage: Stage) -> None:
    path = f"/security-groups/{group(stage)['id']}"
    answer = ask(stage, "PUT", path, {"security_group": {"description": "new"}})
    assert (answer.status, answer.json["security_group"]["description"]) == (200, "new")


def test_a_group_in_use_is_not_deleted(stage: Stage) -> None:
    group_id = group(stage)["id"]
    server_id = stage.ready(networks=stage.wired, security_groups=[{"name": group_id}])["id"]
    assert stage.show(server_id)["security_groups"] == [{"name": "contract-group"}]
    message = refuses(ask(stage, "DELETE", f"/security-groups/{group_id}"), 409, "SecurityGroupInUse", Kind.CONFLICT)
    assert message == f"Security Group {group_id} in use."
    (port,) = stage.user.get(f"/ports?security_groups={group_id}", "network")["ports"]
    assert port["device_id"] == server_id
    stage.delete(server_id)
    stage.gone(server_id)
    stage.until(lambda: ask(stage, "DELETE", f"/security-groups/{group_id}").status == 204)


@pytest.mark.parametrize("kind", ["security_group", "security_group_rule"])
def test_a_full_quota_is_a_conflict(stage: Stage, kind: str) -> None:
    group_id = group(stage)["id"]
    stage.fill(kind)
    if kind == "security_group":
        answer = ask(stage, "POST", "/security-groups", {"security_group": {"name": "contract-more"}})
    else:
        answer = add(stage, group_id, SSH)
    assert refuses(answer, 409, "OverQuota", Kind.QUOTA) == f"Quota exceeded for resources: ['{kind}']."
