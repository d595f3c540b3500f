# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxies of openstacksdk find their way in the simulated clouds: one call is one request."""

from __future__ import annotations

import typing as t

import openstack
import pytest

from tests.clients.connection import connect
from tests.simulator import Simulator

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def sim() -> t.Iterator[Simulator]:
    config = {
        "clouds": {"alpha": {}, "beta": {"auth": "application_credential", "regions": ["east", "west"]}},
        "defaults": {"build_seconds": 0.1, "delete_seconds": 0.05, "latency": 0, "keypairs": ["ops"]},
    }
    with Simulator(config) as clouds:
        yield clouds


def test_a_server_lives_and_goes(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    server = conn.compute.create_server(
        name="one",
        image_id=conn.image.find_image("cirros").id,
        flavor_id=conn.compute.find_flavor("m1.nano").id,
        networks=[{"uuid": conn.network.find_network("private").id}],
        key_name=conn.compute.find_keypair("ops").name,
        metadata={"a": "b"},
        tags=["t"],
    )
    server = conn.compute.wait_for_server(server, interval=0.05, wait=5)
    assert (server.status, server.metadata, server.tags) == ("ACTIVE", {"a": "b"}, ["t"])
    assert server.addresses["private"][0]["addr"].startswith("10.10.")
    assert [each.name for each in conn.compute.servers(tags="t")] == ["one"]
    conn.compute.set_server_metadata(server, c="d")
    conn.compute.lock_server(server)
    with pytest.raises(openstack.exceptions.ConflictException):
        conn.compute.delete_server(server)
    conn.compute.unlock_server(server)
    conn.compute.delete_server(server)
    conn.compute.wait_for_delete(server, interval=0.05, wait=5)
    assert list(conn.compute.servers()) == []


def test_every_list_can_be_read(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    assert {image.name for image in conn.image.images()} == {"cirros", "debian-13"}
    assert {flavor.name for flavor in conn.compute.flavors()} >= {"m1.nano", "m1.large"}
    assert {network.name for network in conn.network.networks()} == {"private", "public"}
    assert [zone.name for zone in conn.compute.availability_zones()] == ["nova"]
    assert [group.name for group in conn.network.security_groups()] == ["default"]
    assert [key.name for key in conn.compute.keypairs()] == ["ops"]
    assert conn.compute.get_limits().absolute.instances == 20
    assert conn.network.get_quota(conn.current_project_id, details=True).ports["limit"] == 500
    assert list(conn.block_storage.volumes()) == []


def test_pages_are_followed(sim: Simulator, tmp_path: Path) -> None:
    sim.set_region("alpha", max_page=4)
    for number in range(10):
        sim.add_server("alpha", name=f"n{number}")
    assert len(list(connect(sim, tmp_path).compute.servers())) == 10


def test_regions_are_places_of_their_own(sim: Simulator, tmp_path: Path) -> None:
    sim.add_server("beta", "west", name="here")
    counts = {
        region: len(list(connect(sim, tmp_path, "beta", region_name=region).compute.servers()))
        for region in ("east", "west")
    }
    assert counts == {"east": 0, "west": 1}


def test_an_expired_token_is_renewed(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    assert list(conn.compute.servers()) == []
    sim.expire_tokens()
    assert list(conn.compute.servers()) == []
    assert len(sim.wire(event="token.create")) == 2


def test_a_floating_ip_can_be_had(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    server_id = sim.add_server("alpha", name="one")
    port = next(iter(conn.network.ports(device_id=server_id)))
    network = conn.network.find_network("public")
    floating = conn.network.create_ip(floating_network_id=network.id, port_id=port.id)
    assert floating.fixed_ip_address == port.fixed_ips[0]["ip_address"]
    addresses = conn.compute.get_server(server_id).addresses["private"]
    assert floating.floating_ip_address in {each["addr"] for each in addresses}


def test_identity_tells_who_it_is(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    assert conn.identity.get_user(conn.current_user_id).name == "demo"
    assert conn.identity.get_project(conn.current_project_id).name == "demo"
    assert [each.name for each in conn.identity.user_projects(conn.current_user_id)] == ["demo"]
    assert [each.id for each in conn.identity.regions()] == ["RegionOne"]


def test_an_image_comes_with_its_data_and_goes(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    image = conn.image.create_image(
        name="small", data=b"an image" * 1000, disk_format="raw", container_format="bare", os_distro="debian"
    )
    image = conn.image.get_image(image)
    assert (image.status, image.size, image.os_distro, image.hash_algo) == ("active", 8000, "debian", "sha512")
    with pytest.raises(openstack.exceptions.BadRequestException, match="Invalid JSON pointer"):
        conn.image.update_image(image, tags=["mine"])
    image = conn.image.update_image(conn.image.get_image(image.id), name="tiny")
    conn.image.add_tag(image, "mine")
    assert [each.id for each in conn.image.images(name="tiny", tag="mine")] == [image.id]
    conn.image.delete_image(image)
    assert conn.image.find_image("tiny") is None


def test_a_network_is_made_with_a_way_out_and_unmade(sim: Simulator, tmp_path: Path) -> None:
    network = connect(sim, tmp_path).network
    inside = network.create_network(name="inside")
    subnet = network.create_subnet(network_id=inside.id, ip_version=4, cidr="10.99.0.0/24", name="inside")
    router = network.create_router(external_gateway_info={"network_id": network.find_network("public").id})
    network.add_interface_to_router(router, subnet=subnet.id)
    assert network.get_network(inside).subnet_ids == [subnet.id]
    assert (subnet.gateway_ip, subnet.allocation_pools[0]["start"]) == ("10.99.0.1", "10.99.0.2")
    with pytest.raises(openstack.exceptions.ConflictException, match="still attached"):
        network.delete_router(router)
    network.remove_interface_from_router(router, subnet=subnet.id)
    network.delete_router(router)
    network.delete_network(inside)
    assert network.find_subnet(subnet.id) is None


def test_rules_of_a_group_come_and_go(sim: Simulator, tmp_path: Path) -> None:
    network = connect(sim, tmp_path).network
    group = network.create_security_group(name="web")
    rule = network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", protocol="tcp", port_range_min=80, port_range_max=80
    )
    assert {each.id for each in network.security_group_rules(security_group_id=group.id)} >= {rule.id}
    with pytest.raises(openstack.exceptions.ConflictException, match="already exists"):
        network.create_security_group_rule(
            security_group_id=group.id, direction="ingress", protocol="tcp", port_range_min=80, port_range_max=80
        )
    network.delete_security_group_rule(rule)
    network.delete_security_group(group)
    assert [each.name for each in network.security_groups()] == ["default"]


def test_actions_change_what_a_server_is(sim: Simulator, tmp_path: Path) -> None:
    compute = connect(sim, tmp_path).compute
    server = compute.get_server(sim.add_server("alpha", name="one"))
    for act, status in (
        (compute.stop_server, "SHUTOFF"),
        (compute.start_server, "ACTIVE"),
        (compute.pause_server, "PAUSED"),
        (compute.unpause_server, "ACTIVE"),
        (compute.suspend_server, "SUSPENDED"),
        (compute.resume_server, "ACTIVE"),
    ):
        act(server)
        assert compute.get_server(server).status == status
    compute.reboot_server(server, "SOFT")
    compute.update_server(server, name="two", description="renamed")
    compute.add_tag_to_server(server, "blue")
    shown = compute.get_server(server)
    assert (shown.status, shown.name, shown.description, shown.tags) == ("ACTIVE", "two", "renamed", ["blue"])
    assert compute.get_server_console_output(server)["output"]


def test_what_is_refused_is_raised(sim: Simulator, tmp_path: Path) -> None:
    conn = connect(sim, tmp_path)
    sim.set_quota("alpha", instances=0)
    image, flavor = conn.image.find_image("cirros").id, conn.compute.find_flavor("m1.nano").id
    network = conn.network.find_network("private").id
    order = {"name": "one", "image_id": image, "flavor_id": flavor, "networks": "auto"}
    with pytest.raises(openstack.exceptions.ForbiddenException, match="Quota exceeded for instances"):
        conn.compute.create_server(**order)
    with pytest.raises(openstack.exceptions.NotFoundException):
        conn.compute.get_server("nobody")
    with pytest.raises(openstack.exceptions.BadRequestException, match="Can not find requested image"):
        conn.compute.create_server(**{**order, "image_id": network})
