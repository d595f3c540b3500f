# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules as Neutron takes them down, or refuses them."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Answer, Lab, Member

NETWORK = "network/v2.0"
SSH = {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}


def group(member: Member, name: str = "web") -> str:
    made = member.ask("POST", "/security-groups", {"security_group": {"name": name}}, service=NETWORK)
    return str(made.json["security_group"]["id"])


def add(member: Member, group_id: str, *rules: dict[str, t.Any]) -> Answer:
    wanted = [{"security_group_id": group_id, **rule} for rule in rules]
    return member.ask("POST", "/security-group-rules", {"security_group_rules": wanted}, service=NETWORK)


def rules_of(member: Member, group_id: str) -> list[dict[str, t.Any]]:
    shown = member.ask("GET", f"/security-groups/{group_id}", service=NETWORK).json["security_group"]
    return [rule for rule in shown["security_group_rules"] if rule["direction"] == "ingress"]


REFUSED: list[tuple[dict[str, t.Any], str]] = [
    ({"protocol": "tcpp"}, "Security group rule protocol tcpp not supported"),
    ({"port_range_min": 1, "port_range_max": 2}, "Must also specify protocol if port range is given."),
    ({**SSH, "port_range_min": 23}, "port_range_min must be <= port_range_max"),
    ({**SSH, "port_range_max": None}, "port_range_min must be <= port_range_max"),
    ({**SSH, "port_range_min": 0}, "Invalid value for port 0"),
    ({**SSH, "protocol": "esp"}, "Ports cannot be specified for protocol 50"),
    ({"protocol": "icmp", "port_range_min": 256}, "Invalid value for ICMP type (port_range_min) 256"),
    ({"protocol": "icmp", "port_range_max": 0}, "ICMP code (port-range-max) 0 is provided but ICMP type"),
    ({"remote_ip_prefix": "10.0.0.0/33"}, "'10.0.0.0/33' is not a valid IP subnet"),
    ({"remote_ip_prefix": "::/0"}, "Conflicting value ethertype IPv4 for CIDR ::/0"),
    ({"protocol": "ipv6-icmp"}, "Invalid ethertype IPv4 for protocol ipv6-icmp."),
    ({"remote_group_id": "nobody"}, "Security group nobody does not exist"),
    ({"remote_group_id": "nobody", "remote_ip_prefix": "10.0.0.0/8"}, "Only one of remote_ip_prefix or remote_group"),
    ({"security_group_id": "other"}, "Only allowed to update rules for one security profile"),
]


@pytest.mark.parametrize(("rule", "says"), REFUSED)
def test_a_bad_rule_spoils_all_of_a_call(member: Member, rule: dict[str, t.Any], says: str) -> None:
    web = group(member)
    refused = add(member, web, SSH, rule)
    assert refused.status in (400, 404)
    assert says in refused.message
    assert rules_of(member, web) == []


SAME: list[tuple[dict[str, t.Any], dict[str, t.Any]]] = [
    (SSH, {**SSH, "remote_ip_prefix": "0.0.0.0/0", "protocol": "6", "description": "another"}),
    ({"protocol": "tcp"}, {"protocol": "tcp", "port_range_min": 1, "port_range_max": 65535}),
    ({"protocol": "icmp", "ethertype": "IPv6"}, {"protocol": "58", "ethertype": "IPv6"}),
    ({"protocol": "any"}, {}),
    ({"remote_ip_prefix": "10.1.1.1"}, {"remote_ip_prefix": "10.1.1.1/32"}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_means_the_same_is_there_once(member: Member, one: dict[str, t.Any], other: dict[str, t.Any]) -> None:
    web = group(member)
    twice = add(member, web, one, other)
    assert (twice.status, twice.message) == (409, "Duplicate Security Group Rule in POST.")
    assert add(member, web, one).status == 201
    again = add(member, web, other)
    assert again.status == 409
    assert again.message == f"Security group rule already exists. Rule id is {rules_of(member, web)[0]['id']}."


def test_rules_have_a_quota_that_groups_take_from_as_well(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", security_group_rule=8)
    web = group(member)
    over = add(member, web, SSH, {"protocol": "udp"}, {"protocol": "icmp"})
    assert (over.status, over.message) == (409, "Quota exceeded for resources: ['security_group_rule'].")
    assert add(member, web, SSH).status == 201
    body = {"security_group": {"name": "other"}}
    assert member.ask("POST", "/security-groups", body, service=NETWORK).status == 409
    project = member.ask("GET", f"/security-groups/{web}", service=NETWORK).json["security_group"]["project_id"]
    shown = member.ask("GET", f"/quotas/{project}/details.json", service=NETWORK).json["quota"]
    assert shown["security_group_rule"] == {"limit": 8, "used": 7, "reserved": 0}


def test_a_group_takes_the_rules_that_name_it_along(member: Member) -> None:
    web, db = group(member), group(member, "db")
    assert add(member, db, {"remote_group_id": web}, SSH).status == 201
    assert member.ask("DELETE", f"/security-groups/{web}", service=NETWORK).status == 204
    assert [rule["protocol"] for rule in rules_of(member, db)] == ["tcp"]


def test_there_is_one_default_group(member: Member) -> None:
    refused = member.ask("POST", "/security-groups", {"security_group": {"name": "Default"}}, service=NETWORK)
    assert (refused.status, refused.message) == (409, "Default security group already exists.")


def test_a_rule_tells_when_it_was_made(member: Member) -> None:
    rule = add(member, group(member), SSH).json["security_group_rules"][0]
    assert rule["created_at"] == rule["updated_at"]
    assert rule["created_at"].endswith("Z")
    assert (rule["revision_number"], rule["remote_address_group_id"]) == (0, None)


def groups_of(member: Member, server_id: str) -> list[str]:
    shown = member.get(f"/servers/{server_id}/os-security-groups")["security_groups"]
    named = [each["name"] for each in member.show(server_id).get("security_groups", ())]
    assert sorted(named) == [each["name"] for each in shown]
    return named


def act(member: Member, server_id: str, action: str, **body: t.Any) -> Answer:
    return member.ask("POST", f"/servers/{server_id}/action", {action: body})


def test_a_server_that_runs_takes_a_group_more_and_a_group_less(lab: Lab, member: Member) -> None:
    web = group(member)
    server_id = member.made()
    lab.wait(15)
    assert act(member, server_id, "addSecurityGroup", name="web").status == 202
    assert act(member, server_id, "addSecurityGroup", name=web).status == 202
    assert groups_of(member, server_id) == ["default", "web"]
    (port,) = member.get(f"/ports?device_id={server_id}", NETWORK)["ports"]
    assert web in port["security_groups"]
    assert act(member, server_id, "removeSecurityGroup", name="default").status == 202
    assert groups_of(member, server_id) == ["web"]


def test_a_server_is_refused_groups_that_it_cannot_take_or_leave(lab: Lab, member: Member) -> None:
    group(member)
    server_id = member.made()
    without_port = act(member, server_id, "addSecurityGroup", name="web")
    assert without_port.status == 404
    assert without_port.message == f"instance_id {server_id} could not be found as device id on any ports"
    lab.wait(15)
    unknown = act(member, server_id, "addSecurityGroup", name="nobody")
    assert unknown.status == 404
    assert unknown.message == f"Security group nobody is not found for project {member.project_id}"
    not_there = act(member, server_id, "removeSecurityGroup", name="web")
    assert not_there.status == 404
    assert not_there.message == f"Security group web not associated with the instance {server_id}"
    assert act(member, server_id, "addSecurityGroup", name="").status == 400
    group(member)
    assert act(member, server_id, "addSecurityGroup", name="web").status == 409
