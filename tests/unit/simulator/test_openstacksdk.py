# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real openstacksdk finds its way in the simulated clouds."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

openstack = pytest.importorskip("openstack")

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def sim() -> t.Iterator[Simulator]:
    config = {
        "clouds": {"alpha": {}, "beta": {"auth": "application_credential", "regions": ["east", "west"]}},
        "defaults": {"build_seconds": 0.1, "delete_seconds": 0.05, "latency": 0, "keypairs": ["ops"]},
    }
    with Simulator(config) as sim:
        yield sim


def connect(sim: Simulator, folder: Path, cloud: str = "alpha", **keys: str) -> t.Any:
    sim.clouds_yaml(folder / "clouds.yaml")
    config = openstack.config.OpenStackConfig(config_files=[str(folder / "clouds.yaml")], load_envvars=False)
    return openstack.connection.Connection(config=config.get_one(cloud=cloud, **keys))


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
