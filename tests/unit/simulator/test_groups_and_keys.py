# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member


def group(member: Member, policy: str = "anti-affinity", name: str = "g") -> t.Any:
    key, value = ("policy", policy) if int(member.minor or 1) >= 64 else ("policies", [policy])
    return member.ask("POST", "/os-server-groups", {"server_group": {"name": name, key: value}})


def test_a_group_lists_its_living_members(lab: Lab, member: Member) -> None:
    group_id = group(member).json["server_group"]["id"]
    server_id = member.made(hints={"group": group_id})
    path = f"/os-server-groups/{group_id}"
    assert member.get(path)["server_group"]["members"] == [server_id]
    assert member.show(server_id)["server_groups"] == [group_id]
    member.ask("DELETE", f"/servers/{server_id}")
    lab.wait(30)
    assert member.get(path)["server_group"]["members"] == []


def test_a_group_has_a_limit(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", server_group_members=2, server_groups=1)
    group_id = group(member).json["server_group"]["id"]
    assert group(member).message == "Quota exceeded, too many server groups."
    hints = {"group": group_id}
    refused = member.order("three", min_count=3, hints=hints)
    assert (refused.status, refused.message) == (403, "Quota exceeded, too many servers in group")
    assert member.names() == []
    assert member.order("two", min_count=2, hints=hints).status == 202


def test_a_deleted_group_lets_no_order_through(member: Member) -> None:
    group_id = group(member).json["server_group"]["id"]
    assert member.ask("DELETE", f"/os-server-groups/{group_id}").status == 204
    refused = member.order(hints={"group": group_id})
    assert (refused.status, refused.message) == (400, f"Instance group {group_id} could not be found.")


def test_anti_affinity_needs_a_host_for_each(lab: Lab, member: Member) -> None:
    lab.sim.set_region("alpha", hosts=3)
    group_id = group(member).json["server_group"]["id"]
    for number in range(4):
        member.order(f"n{number}", hints={"group": group_id})
        lab.wait(3)
    lab.wait(20)
    rows = member.get("/servers/detail")["servers"]
    assert sorted(row["status"] for row in rows) == ["ACTIVE", "ACTIVE", "ACTIVE", "ERROR"]
    assert len({row["hostId"] for row in rows if row["hostId"]}) == 3


@pytest.mark.parametrize(("minor", "keys"), [(15, {"policies", "metadata"}), (64, {"policy", "rules"})])
def test_the_form_of_a_group_follows_the_microversion(member: Member, minor: int, keys: set[str]) -> None:
    member.minor = minor
    answer = group(member, "soft-anti-affinity")
    assert answer.status == 200
    assert keys <= set(answer.json["server_group"])
    member.minor = 14
    assert group(member, "soft-anti-affinity").status == 400


def test_a_key_is_looked_up_when_it_is_ordered(member: Member) -> None:
    key = {"name": "run", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== run"}
    assert member.ask("POST", "/os-keypairs", {"keypair": key}).status == 201
    assert member.ask("POST", "/os-keypairs", {"keypair": key}).message == "Key pair 'run' already exists."
    server_id = member.made(key_name="run")
    assert member.show(server_id)["key_name"] == "run"
    assert member.get("/os-keypairs/run")["keypair"]["public_key"] == key["public_key"]
    assert member.ask("DELETE", "/os-keypairs/run").status == 204
    assert member.order("late", key_name="run").message == "Invalid key_name provided."
    assert member.get("/os-keypairs") == {"keypairs": []}


def test_nova_makes_keys_no_more(member: Member) -> None:
    assert member.ask("POST", "/os-keypairs", {"keypair": {"name": "old"}}).status == 400
    member.minor = 80
    made = member.ask("POST", "/os-keypairs", {"keypair": {"name": "old"}})
    assert (made.status, "private_key" in made.json["keypair"]) == (201, True)


def test_a_bad_key_is_refused(member: Member) -> None:
    answer = member.ask("POST", "/os-keypairs", {"keypair": {"name": "bad", "public_key": "nonsense"}})
    assert answer.message == "Keypair data is invalid: failed to generate fingerprint"


@pytest.mark.parametrize("lab", [{"keypairs": ["ops"], "zones": ["az1", "az2"]}], indirect=True)
def test_zones_and_keys_come_from_the_configuration(lab: Lab, member: Member) -> None:
    zones = member.get("/os-availability-zone")["availabilityZoneInfo"]
    assert [zone["zoneName"] for zone in zones] == ["az1", "az2"]
    server_id = member.made(key_name="ops", availability_zone="az2")
    lab.wait(20)
    server = member.show(server_id)
    assert (server["OS-EXT-AZ:availability_zone"], server["pinned_availability_zone"]) == ("az2", "az2")
