# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""openstackclient finds, makes and deletes in the simulated clouds what it does in real ones."""

from __future__ import annotations

import json
import subprocess
import time
import typing as t

import pytest

from tests.clients.command_line import CommandLine
from tests.clients.environment import VENV, environment

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator import Simulator

ORDER = "--image cirros --flavor m1.tiny --network private"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBVPEFuDzpzRdqdQRWPC2lA7m5ekVBIcPkrJcpZzUmPN peer"


@pytest.fixture(scope="module")
def openstack(shared_sim: Simulator, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[CommandLine]:
    line = CommandLine(shared_sim, tmp_path_factory.mktemp("openstack"))
    yield line
    line.close()


def until(there: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def names(rows: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    return [row["Name"] for row in rows]


def test_a_token_is_issued_for_the_user_and_the_project(openstack: CommandLine) -> None:
    token = openstack.show("token issue")
    (project,) = openstack.show("project list")
    assert (token["project_id"], project["Name"]) == (project["ID"], "demo")
    assert token["id"]
    assert openstack.show(f"user show {token['user_id']}")["name"] == "demo"


def test_the_catalog_names_every_service(openstack: CommandLine) -> None:
    catalog = {row["Name"]: row for row in openstack.show("catalog list")}
    assert sorted(catalog) == ["cinder", "glance", "keystone", "neutron", "nova"]
    assert {each["region"] for each in catalog["nova"]["Endpoints"]} == {"RegionOne"}
    assert {each["interface"] for each in catalog["nova"]["Endpoints"]} >= {"public", "internal"}


def test_limits_and_quotas_agree(openstack: CommandLine) -> None:
    limits = {row["Name"]: row["Value"] for row in openstack.show("limits show --absolute")}
    quota = {row["Resource"]: row["Limit"] for row in openstack.show("quota show")}
    assert (limits["max_total_instances"], limits["max_total_cores"], limits["max_total_ram_size"]) == (20, 40, 51200)
    assert (quota["instances"], quota["cores"], quota["ram"]) == (20, 40, 51200)
    assert (quota["ports"], quota["floating_ips"], quota["security_groups"]) == (500, 50, 10)
    assert limits["max_total_volumes"] == quota["volumes"] == 10
    assert limits["max_total_backups"] == quota["backups"] == 10


def test_zones_are_told_service_by_service(openstack: CommandLine) -> None:
    nova = {"Zone Name": "nova", "Zone Status": "available"}
    assert openstack.show("availability zone list --compute") == [nova]
    assert openstack.show("availability zone list --volume") == [nova]


def test_flavors_are_shown_by_name_and_by_id(openstack: CommandLine) -> None:
    (row,) = [row for row in openstack.show("flavor list") if row["Name"] == "m1.small"]
    assert (row["RAM"], row["Disk"], row["VCPUs"], row["Is Public"]) == (2048, 20, 1, True)
    shown = openstack.show("flavor show m1.small")
    assert shown == openstack.show(f"flavor show {row['ID']}")
    assert (shown["id"], shown["ram"], shown["properties"]) == (row["ID"], 2048, {})
    assert "No Flavor found for m9.huge" in openstack.refused("flavor show m9.huge")


def test_an_image_is_uploaded_shown_and_deleted(openstack: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "small.img").write_bytes(b"an image" * 1000)
    options = f"--disk-format raw --property os_distro=debian --tag mine --file {tmp_path}/small.img"
    made = openstack.show(f"image create {options} small")
    shown = openstack.show("image show small")
    assert (shown["id"], shown["status"], shown["size"]) == (made["id"], "active", 8000)
    assert (shown["visibility"], shown["tags"], shown["properties"]["os_distro"]) == ("shared", ["mine"], "debian")
    assert "small" in names(openstack.show("image list"))
    openstack.do("image delete small")
    assert "small" not in names(openstack.show("image list"))
    assert "No Image found for small" in openstack.refused("image show small")


def test_networks_subnets_and_routers_are_listed(openstack: CommandLine) -> None:
    networks = {row["Name"]: row for row in openstack.show("network list")}
    assert sorted(networks) == ["private", "public"]
    (subnet,) = openstack.show("subnet list")
    assert subnet["Network"] == networks["private"]["ID"]
    assert networks["private"]["Subnets"] == [subnet["ID"]]
    assert openstack.show("network show public")["router:external"] is True
    assert openstack.show("network list --external")[0]["Name"] == "public"
    assert openstack.show("subnet show private-subnet")["allocation_pools"] != []
    assert openstack.show("router list") == []


def test_a_router_joins_a_network_to_the_world(openstack: CommandLine) -> None:
    openstack.do("router create out --external-gateway public")
    openstack.do("router add subnet out private-subnet")
    shown = openstack.show("router show out")
    assert shown["status"] == "ACTIVE"
    assert len(shown["interfaces_info"]) == 1
    assert names(openstack.show("router list")) == ["out"]
    openstack.do("router remove subnet out private-subnet")
    openstack.do("router delete out")


def test_a_key_is_given_or_made(openstack: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "peer.pub").write_text(KEY)
    given = openstack.show(f"keypair create --public-key {tmp_path}/peer.pub given")
    openstack.do(f"keypair create --private-key {tmp_path}/made made")
    assert (tmp_path / "made").read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert {row["Name"]: row["Type"] for row in openstack.show("keypair list")} == {"given": "ssh", "made": "ssh"}
    assert openstack.show("keypair show given")["fingerprint"] == given["fingerprint"]
    assert openstack.do("keypair show --public-key given").strip() == KEY
    assert "already exists" in openstack.refused(f"keypair create --public-key {tmp_path}/peer.pub given")
    openstack.do("keypair delete given made")
    assert openstack.show("keypair list") == []


def test_a_security_group_is_made_filled_and_deleted(openstack: CommandLine) -> None:
    openstack.do("security group create --description 'lets in' web")
    rule = openstack.show("security group rule create --protocol tcp --dst-port 80:90 --remote-ip 10.0.0.0/8 web")
    assert (rule["direction"], rule["ether_type"], rule["port_range_max"]) == ("ingress", "IPv4", 90)
    (row,) = openstack.show("security group rule list --ingress web")
    assert (row["IP Protocol"], row["IP Range"], row["Port Range"]) == ("tcp", "10.0.0.0/8", "80:90")
    assert len(openstack.show("security group rule list web")) == 3
    assert sorted(names(openstack.show("security group list"))) == ["default", "web"]
    refused = openstack.refused("security group rule create --protocol tcp --dst-port 80:90 --remote-ip 10.0.0.0/8 web")
    assert f"Security group rule already exists. Rule id is {rule['id']}." in refused
    openstack.do(f"security group rule delete {rule['id']}")
    openstack.do("security group delete web")
    assert names(openstack.show("security group list")) == ["default"]


def test_a_server_group_keeps_its_policy(openstack: CommandLine, shared_sim: Simulator) -> None:
    made = openstack.show("server group create --policy soft-anti-affinity apart")
    assert openstack.show("server group list") == [
        {"ID": made["id"], "Name": "apart", "Policy": "soft-anti-affinity"},
    ]
    member = openstack.show(f"server create {ORDER} --hint group={made['id']} one")
    assert openstack.show("server group show apart")["members"] == [member["id"]]
    openstack.do("server delete one")
    until(lambda: not shared_sim.servers())
    openstack.do("server group delete apart")
    assert openstack.show("server group list") == []


@pytest.fixture
def server(openstack: CommandLine, shared_sim: Simulator) -> t.Iterator[t.Mapping[str, t.Any]]:
    """A server that runs; the client itself would look for it only every five seconds."""
    made = openstack.show(f"server create {ORDER} --property purpose=shop web")
    until(lambda: [each["status"] for each in shared_sim.servers()] == ["ACTIVE"])
    yield made
    openstack.do("server delete web")
    until(lambda: not shared_sim.servers())


def test_the_client_waits_until_a_server_is_there_and_until_it_is_gone(openstack: CommandLine) -> None:
    made = openstack.show(f"server create {ORDER} --security-group default --wait one")
    assert (made["status"], made["adminPass"] != "") == ("ACTIVE", True)
    assert [len(at) for at in made["addresses"].values()] == [1]
    openstack.do("server delete --wait one")
    assert openstack.show("server list") == []


def test_a_server_is_listed_and_shown(openstack: CommandLine, server: t.Mapping[str, t.Any]) -> None:
    (row,) = openstack.show("server list --long")
    assert (row["ID"], row["Name"], row["Status"], row["Image Name"]) == (server["id"], "web", "ACTIVE", "cirros")
    assert (row["Flavor"], row["Properties"], row["Power State"]) == ("m1.tiny", {"purpose": "shop"}, 1)
    shown = openstack.show("server show web")
    assert shown["addresses"] == row["Networks"]
    assert [name for name, at in shown["addresses"].items() if at] == ["private"]
    assert shown["security_groups"] == [{"name": "default"}]
    assert openstack.show("server list --status SHUTOFF") == []
    assert names(openstack.show("server list --name ^we")) == ["web"]


def test_a_server_is_stopped_started_and_rebooted(openstack: CommandLine, server: t.Mapping[str, t.Any]) -> None:
    openstack.do(f"server stop {server['id']}")
    assert openstack.show("server show web -c status -c OS-EXT-STS:power_state") == {
        "OS-EXT-STS:power_state": 4,
        "status": "SHUTOFF",
    }
    assert "while it is in vm_state stopped" in openstack.refused("server reboot --soft web")
    openstack.do("server start web")
    openstack.do("server reboot web")
    assert openstack.run("server reboot --hard --wait web").code == 0
    assert openstack.show("server show web -c status") == {"status": "ACTIVE"}
    assert "while it is in vm_state active" in openstack.refused("server start web")


def test_a_server_takes_and_loses_metadata(openstack: CommandLine, server: t.Mapping[str, t.Any]) -> None:
    openstack.do("server set --property tier=front --property purpose=crawl --tag blue web")
    shown = openstack.show(f"server show {server['id']}")
    assert (shown["properties"], shown["tags"]) == ({"purpose": "crawl", "tier": "front"}, ["blue"])
    openstack.do("server unset --property tier --tag blue web")
    shown = openstack.show("server show web")
    assert (shown["properties"], shown["tags"]) == ({"purpose": "crawl"}, [])


def test_a_server_changes_its_security_groups(openstack: CommandLine, server: t.Mapping[str, t.Any]) -> None:
    openstack.do("security group create web")
    openstack.do(f"server add security group {server['id']} web")
    openstack.do("server remove security group web default")
    assert openstack.show("server show web")["security_groups"] == [{"name": "web"}]
    assert "in use" in openstack.refused("security group delete web")
    openstack.do("server add security group web default")
    openstack.do("server remove security group web web")
    openstack.do("security group delete web")


def test_a_locked_server_stays(openstack: CommandLine, server: t.Mapping[str, t.Any]) -> None:
    openstack.do("server lock --reason mine web")
    assert f"Instance {server['id']} is locked" in openstack.refused("server delete web")
    assert openstack.show("server show web")["locked_reason"] == "mine"
    openstack.do("server unlock web")


def test_a_floating_address_shows_at_its_server(openstack: CommandLine, server: t.Mapping[str, t.Any]) -> None:
    address = openstack.show("floating ip create public")["floating_ip_address"]
    openstack.do(f"server add floating ip web {address}")
    assert address in openstack.show(f"server show {server['id']}")["addresses"]["private"]
    openstack.do(f"server remove floating ip web {address}")
    assert address not in openstack.show("server show web")["addresses"]["private"]
    openstack.do(f"floating ip delete {address}")


def test_what_nova_refuses_is_told(openstack: CommandLine, shared_sim: Simulator) -> None:
    assert "No Server found for nobody" in openstack.refused("server show nobody")
    assert "No Image found for nothing" in openstack.refused(f"server create {ORDER} --image nothing one")
    shared_sim.set_quota("alpha", instances=0)
    refused = openstack.refused(f"server create {ORDER} one")
    shared_sim.set_quota("alpha", instances=20)
    assert "Quota exceeded for instances: Requested 1, but already used 0 of 0 instances" in refused
    assert openstack.show("server list") == []


def test_a_server_that_does_not_come_up_tells_why(openstack: CommandLine, shared_sim: Simulator) -> None:
    shared_sim.behave(preset="no_valid_host", cloud="alpha", times=1)
    openstack.do(f"server create {ORDER} broken")
    until(lambda: [each["status"] for each in shared_sim.servers()] == ["ERROR"])
    shown = openstack.show("server show broken")
    assert (shown["status"], shown["fault"]["code"]) == ("ERROR", 500)
    assert shown["fault"]["message"].startswith("No valid host was found.")
    openstack.do("server delete broken")
    until(lambda: not shared_sim.servers())


def test_wrong_passwords_are_refused(shared_sim: Simulator, openstack: CommandLine) -> None:
    refused = openstack.refused("--os-password wrong token issue")
    assert "The request you have made requires authentication" in refused
    assert json.loads(openstack.do("token issue --format json"))["id"]


def test_the_program_itself_ends_as_its_command_does(shared_sim: Simulator, tmp_path: Path) -> None:
    ends = [
        subprocess.run(
            [VENV / "bin/openstack", "--os-cloud", "gamma", "server", *command],
            env=environment(shared_sim, tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
        for command in (["list", "--format", "json"], ["show", "nobody"])
    ]
    assert [(each.returncode, each.stdout.strip()) for each in ends] == [(0, "[]"), (1, "")]
    assert "No Server found for nobody" in ends[1].stderr
