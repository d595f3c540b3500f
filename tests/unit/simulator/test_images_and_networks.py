# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member

NETWORK, IMAGE = "network/v2.0", "image/v2"


def test_an_image_is_found_by_name_and_by_id_only_at_its_own_place(member: Member) -> None:
    (row,) = member.get("/images?name=cirros", IMAGE)["images"]
    assert member.get(f"/images/{row['id']}", IMAGE) == row
    assert member.ask("GET", "/images/cirros", service=IMAGE).status == 404
    assert member.get("/images?name=nothing", IMAGE)["images"] == []
    both = member.get(f"/images?id=in:{row['id']},x", IMAGE)["images"]
    assert [each["id"] for each in both] == [row["id"]]


def test_images_come_in_pages(member: Member) -> None:
    page = member.get("/images?limit=1", IMAGE)
    last = member.get(page["next"].removeprefix("/v2"), IMAGE)
    assert {page["images"][0]["name"], last["images"][0]["name"]} == {"cirros", "debian-13"}
    assert "next" not in last


def test_an_image_needs_its_data_before_it_boots(lab: Lab, member: Member) -> None:
    made = member.ask("POST", "/images", {"name": "own", "disk_format": "raw", "os_type": "linux"}, service=IMAGE)
    image_id = made.json["id"]
    assert (made.status, made.json["status"], made.json["os_type"]) == (201, "queued", "linux")
    assert member.order(imageRef=image_id).message == f"Image {image_id} is not active."
    binary = {"Content-Type": "application/octet-stream"}
    assert member.ask("PUT", f"/images/{image_id}/file", "data", service=IMAGE, **binary).status == 204
    assert member.order(imageRef=image_id).status == 202
    assert member.ask("DELETE", f"/images/{image_id}", service=IMAGE).status == 204
    assert member.ask("DELETE", f"/images/{member.image}", service=IMAGE).status == 403


def test_networks_filter_by_their_fields(lab: Lab, member: Member) -> None:
    names = {row["name"] for row in member.get("/networks", NETWORK)["networks"]}
    assert names == {"private", "public"}
    (public,) = member.get("/networks?router:external=True", NETWORK)["networks"]
    assert public["name"] == "public"
    assert member.get("/networks?name=private&fields=id", NETWORK)["networks"] == [{"id": member.network}]
    missing = member.ask("GET", "/networks/private", service=NETWORK)
    text = "Network private could not be found."
    assert missing.json == {"NeutronError": {"type": "NetworkNotFound", "message": text, "detail": ""}}


def test_an_external_network_names_its_subnets_but_shows_none(member: Member) -> None:
    (outside,) = member.get("/networks?router:external=true", NETWORK)["networks"]
    assert len(outside["subnets"]) == 1
    assert outside["subnets"][0] not in {each["id"] for each in member.get("/subnets", NETWORK)["subnets"]}
    assert member.ask("GET", f"/subnets/{outside['subnets'][0]}", service=NETWORK).status == 404


def test_two_locations_share_no_address(lab: Lab) -> None:
    ranges = {lab.member(cloud).get("/subnets", NETWORK)["subnets"][0]["cidr"] for cloud in ("alpha", "beta")}
    assert len(ranges) == 2


@pytest.mark.parametrize("lab", [{"networks": [{"name": "private", "cidr": "10.0.0.0/29"}]}], indirect=True)
def test_a_network_runs_out_of_addresses(lab: Lab, member: Member) -> None:
    member.order("many", min_count=8)
    lab.wait(20)
    rows = member.get("/servers/detail")["servers"]
    failed = [row for row in rows if row["status"] == "ERROR"]
    assert len(failed) == 3  # one of the six is the gateway's
    assert f"No fixed IP addresses available for network: {member.network}" in failed[0]["fault"]["message"]


def test_ports_are_made_in_one_call_and_survive_their_server(lab: Lab, member: Member) -> None:
    wanted = [{"network_id": member.network, "name": f"p{number}", "description": "token"} for number in range(3)]
    made = member.ask("POST", "/ports", {"ports": wanted}, service=NETWORK)
    port_id = made.json["ports"][0]["id"]
    server_id = member.made(networks=[{"port": port_id}])
    lab.wait(20)
    port = member.get(f"/ports/{port_id}", NETWORK)["port"]
    assert (port["device_id"], port["status"]) == (server_id, "ACTIVE")
    again = member.order("again", networks=[{"port": port_id}])
    assert (again.status, again.message) == (409, f"Port {port_id} is still in use.")
    member.ask("DELETE", f"/servers/{server_id}")
    lab.wait(20)
    assert len(member.get("/ports?description=token", NETWORK)["ports"]) == 3
    assert member.get(f"/ports/{port_id}", NETWORK)["port"]["device_id"] == ""


def test_a_floating_ip_shows_at_its_server_and_outlives_it(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    (port,) = member.get(f"/ports?device_id={server_id}", NETWORK)["ports"]
    (public,) = member.get("/networks?name=public", NETWORK)["networks"]
    wanted = {"floating_network_id": public["id"], "port_id": port["id"], "description": "token"}
    made = member.ask("POST", "/floatingips", {"floatingip": wanted}, service=NETWORK).json["floatingip"]
    kinds = [each["OS-EXT-IPS:type"] for each in member.show(server_id)["addresses"]["private"]]
    assert (made["fixed_ip_address"], kinds) == (port["fixed_ips"][0]["ip_address"], ["fixed", "floating"])
    member.ask("DELETE", f"/servers/{server_id}")
    lab.wait(20)
    (left,) = member.get("/floatingips?description=token", NETWORK)["floatingips"]
    assert (left["port_id"], left["status"]) == (None, "DOWN")
    assert member.ask("DELETE", f"/floatingips/{left['id']}", service=NETWORK).status == 204


def test_a_security_group_in_use_stays(lab: Lab, member: Member) -> None:
    given = {"security_group": {"name": "web"}}
    web = member.ask("POST", "/security-groups", given, service=NETWORK).json["security_group"]
    assert [rule["direction"] for rule in web["security_group_rules"]] == ["egress", "egress"]
    ssh = {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}
    rule = {"security_group_rule": {"security_group_id": web["id"], **ssh}}
    assert member.ask("POST", "/security-group-rules", rule, service=NETWORK).status == 201
    again = member.ask("POST", "/security-group-rules", rule, service=NETWORK)
    assert (again.status, again.json["NeutronError"]["type"]) == (409, "SecurityGroupRuleExists")
    server_id = member.made(security_groups=[{"name": "web"}])
    lab.wait(20)
    assert member.show(server_id)["security_groups"] == [{"name": "web"}]
    path = f"/security-groups/{web['id']}"
    assert member.ask("DELETE", path, service=NETWORK).status == 409
    member.ask("DELETE", f"/servers/{server_id}")
    lab.wait(20)
    assert member.ask("DELETE", path, service=NETWORK).status == 204


def test_the_quota_of_ports_is_shown_with_its_use(lab: Lab, member: Member) -> None:
    member.order(min_count=2)
    lab.wait(20)
    quota = member.get(f"/quotas/{member.project_id}/details", NETWORK)["quota"]
    assert quota["port"] == {"limit": 500, "used": 2, "reserved": 0}
    assert member.get(f"/quotas/{member.project_id}/details.json", NETWORK)["quota"] == quota
    foreign = member.ask("GET", f"/quotas/{'0' * 32}/details.json", service=NETWORK)
    assert (foreign.status, foreign.json["NeutronError"]["type"]) == (403, "AdminRequired")
    lab.sim.set_quota("alpha", port=2)
    full = member.ask("POST", "/ports", {"port": {"network_id": member.network}}, service=NETWORK)
    assert (full.status, full.json["NeutronError"]["type"]) == (409, "OverQuota")


def test_tags_of_an_image_are_changed_as_a_whole_or_one_by_one(member: Member) -> None:
    made = member.ask("POST", "/images", {"name": "mine", "tags": ["old"]}, service=IMAGE).json["id"]
    json_patch = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    inside = [{"op": "add", "path": "/tags/0", "value": "new"}]
    refused = member.ask("PATCH", f"/images/{made}", inside, service=IMAGE, **json_patch)
    assert refused.status == 400
    assert b"Invalid JSON pointer for this resource: '/tags/0'" in refused.raw
    whole = [{"op": "replace", "path": "/tags", "value": ["new"]}]
    assert member.ask("PATCH", f"/images/{made}", whole, service=IMAGE, **json_patch).json["tags"] == ["new"]
    assert member.ask("PUT", f"/images/{made}/tags/blue", service=IMAGE).status == 204
    assert member.ask("DELETE", f"/images/{made}/tags/new", service=IMAGE).status == 204
    assert member.ask("DELETE", f"/images/{made}/tags/new", service=IMAGE).status == 404
    assert [each["id"] for each in member.get("/images?tag=blue", IMAGE)["images"]] == [made]


def test_no_image_is_hidden(member: Member) -> None:
    assert member.get("/images?os_hidden=true", IMAGE)["images"] == []
    assert len(member.get("/images?os_hidden=False", IMAGE)["images"]) == 2
    assert member.ask("GET", "/images?os_hidden=maybe", service=IMAGE).status == 400


POOLS: list[tuple[dict[str, t.Any], list[tuple[str, str]]]] = [
    ({"cidr": "10.50.0.0/24"}, [("10.50.0.2", "10.50.0.254")]),
    ({"cidr": "10.50.0.0/24", "gateway_ip": "10.50.0.9"}, [("10.50.0.1", "10.50.0.8"), ("10.50.0.10", "10.50.0.254")]),
    ({"cidr": "10.50.0.0/29", "gateway_ip": None}, [("10.50.0.1", "10.50.0.6")]),
    ({"cidr": "10.50.0.0/31", "gateway_ip": None}, [("10.50.0.0", "10.50.0.1")]),
    ({"cidr": "10.50.0.7/32", "gateway_ip": None}, [("10.50.0.7", "10.50.0.7")]),
    ({"cidr": "fd00::/64", "ip_version": 6}, [("fd00::1", "fd00::ffff:ffff:ffff:ffff")]),
]


@pytest.mark.parametrize(("fields", "pools"), POOLS)
def test_a_subnet_gives_all_addresses_but_its_gateway(
    member: Member, fields: dict[str, t.Any], pools: list[tuple[str, str]]
) -> None:
    wanted = {"network_id": member.network, "ip_version": 4, **fields}
    made = member.ask("POST", "/subnets", {"subnet": wanted}, service=NETWORK)
    shown = made.json["subnet"]["allocation_pools"]
    assert [(each["start"], each["end"]) for each in shown] == pools


def test_what_neutron_has_tells_how_old_it_is(lab: Lab, member: Member) -> None:
    member.made()
    lab.wait(15)
    outside = member.get("/networks?name=public", NETWORK)["networks"][0]["id"]
    floating = {"floatingip": {"floating_network_id": outside}}
    assert member.ask("POST", "/floatingips", floating, service=NETWORK).status == 201
    assert member.ask("POST", "/routers", {"router": {"name": "out"}}, service=NETWORK).status == 201
    for kind in ("networks", "subnets", "ports", "security-groups", "floatingips", "routers"):
        rows = member.get(f"/{kind}", NETWORK)[kind.replace("-", "_")]
        assert rows
        for each in rows:
            assert each["revision_number"] >= 0
            assert each["updated_at"] >= each["created_at"]


def test_the_quota_of_volumes_tells_of_backups_and_groups_too(member: Member) -> None:
    quota = member.get(f"/os-quota-sets/{member.project_id}", f"volume/v3/{member.project_id}")["quota_set"]
    told = {name: quota[name] for name in ("per_volume_gigabytes", "backups", "backup_gigabytes", "groups")}
    assert told == {"per_volume_gigabytes": -1, "backups": 10, "backup_gigabytes": 1000, "groups": 10}
    limits = member.get("/limits", f"volume/v3/{member.project_id}")["limits"]["absolute"]
    assert (limits["maxTotalBackups"], limits["totalBackupsUsed"]) == (10, 0)
    assert (limits["maxTotalBackupGigabytes"], limits["totalBackupGigabytesUsed"]) == (1000, 0)
