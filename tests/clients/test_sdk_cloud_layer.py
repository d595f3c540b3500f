# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cloud layer of openstacksdk, many requests for each call, finds its way in the simulated clouds."""

from __future__ import annotations

import typing as t

import openstack
import pytest

from tests.clients.connection import connect

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator import Simulator

pytestmark = pytest.mark.filterwarnings("ignore")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBVPEFuDzpzRdqdQRWPC2lA7m5ekVBIcPkrJcpZzUmPN peer"
ORDER: dict[str, t.Any] = {"image": "cirros", "flavor": "m1.tiny", "network": "private", "auto_ip": False}


@pytest.fixture
def conn(sim: Simulator, tmp_path: Path) -> t.Any:
    return connect(sim, tmp_path)


def test_a_server_is_made_found_and_deleted_by_name(conn: t.Any, sim: Simulator) -> None:
    made = conn.create_server("one", meta={"a": "b"}, wait=True, **ORDER)
    assert (made.status, made.metadata) == ("ACTIVE", {"a": "b"})
    assert made.private_v4 == made.addresses["private"][0]["addr"]
    found = conn.get_server("one")
    assert (found.id, found.private_v4) == (made.id, made.private_v4)
    assert [each.id for each in conn.list_servers()] == [made.id]
    assert [each.id for each in conn.search_servers(filters={"metadata": {"a": "b"}})] == [made.id]
    assert conn.delete_server("one", wait=True) is True
    assert conn.delete_server("one", wait=True) is False
    assert conn.get_server("one") is None
    assert sim.servers() == []


def test_a_server_gets_a_floating_address_of_its_own(conn: t.Any) -> None:
    router = conn.create_router(ext_gateway_net_id=conn.get_network("public").id)
    conn.add_router_interface(router, subnet_id=conn.get_subnet("private-subnet").id)
    made = conn.create_server("one", wait=True, **{**ORDER, "auto_ip": True})
    (address,) = conn.list_floating_ips()
    assert made.addresses["private"][1]["addr"] == address.floating_ip_address
    assert conn.get_server("one").public_v4 == address.floating_ip_address
    assert conn.delete_server("one", wait=True, delete_ips=True)
    assert conn.list_floating_ips() == []


def test_a_server_has_the_key_the_groups_and_the_network_of_its_order(conn: t.Any) -> None:
    key = conn.create_keypair("peer", KEY)
    group = conn.create_security_group("web", "lets in")
    rule = conn.create_security_group_rule("web", 80, 80, "tcp")
    made = conn.create_server("one", key_name="peer", security_groups=["web"], wait=True, **ORDER)
    assert (made.key_name, key.public_key) == ("peer", KEY)
    assert [each["name"] for each in made.security_groups] == ["web"]
    assert [each["id"] for each in conn.list_server_security_groups(made)] == [group.id]
    conn.add_server_security_groups("one", ["default"])
    conn.remove_server_security_groups("one", ["web"])
    assert [each["name"] for each in conn.list_server_security_groups(made)] == ["default"]
    conn.delete_server("one", wait=True)
    assert conn.delete_security_group_rule(rule.id)
    assert conn.delete_security_group("web")
    assert conn.delete_keypair("peer")
    assert conn.list_keypairs() == []


def test_what_there_is_can_be_searched(conn: t.Any) -> None:
    assert {image.name for image in conn.list_images()} == {"cirros", "debian-13"}
    assert conn.get_image("cirros").id == conn.get_image_id("cirros")
    assert conn.get_image("nothing") is None
    assert [flavor.name for flavor in conn.list_flavors() if flavor.ram == 512] == ["m1.tiny"]
    assert conn.get_flavor_by_ram(600).name == "m1.small"
    assert [network.name for network in conn.search_networks("private")] == ["private"]
    assert [network.name for network in conn.search_networks(filters={"router:external": True})] == ["public"]
    assert [subnet.cidr for subnet in conn.search_subnets("private-subnet")] == ["10.10.0.0/20"]
    assert conn.list_availability_zone_names() == ["nova"]


def test_a_server_group_is_an_order_of_its_own(conn: t.Any) -> None:
    group = conn.create_server_group("apart", ["soft-anti-affinity"])
    made = conn.create_server("one", group=group.id, wait=True, **ORDER)
    assert conn.get_server_group("apart").member_ids == [made.id]
    assert conn.delete_server_group("apart")


def test_metadata_is_set_and_taken_away(conn: t.Any, sim: Simulator) -> None:
    server_id = sim.add_server("alpha", name="one", metadata={"a": "b"})
    conn.set_server_metadata("one", {"c": "d"})
    conn.delete_server_metadata("one", ["a"])
    assert conn.get_server(server_id).metadata == {"c": "d"}


def test_a_server_that_does_not_come_up_is_an_error(conn: t.Any, sim: Simulator) -> None:
    sim.behave(preset="no_valid_host", cloud="alpha", times=1)
    with pytest.raises(openstack.exceptions.SDKException, match="Error in creating the server"):
        conn.create_server("one", wait=True, **ORDER)
    assert [each["status"] for each in sim.servers()] == ["ERROR"]


def test_quota_and_limits_are_told_by_project(conn: t.Any) -> None:
    assert conn.get_compute_quotas("demo").instances == 20
    assert conn.get_network_quotas("demo").ports == 500
    assert conn.get_compute_limits().total_instances_used == 0
