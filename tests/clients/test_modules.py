# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules and inventory of openstack.cloud do in the simulated clouds what they do in real ones."""

from __future__ import annotations

import typing as t

import pytest

from tests.clients.connection import connect

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.ansible_runs import Ansible
    from tests.simulator import Simulator

pytestmark = pytest.mark.filterwarnings("ignore")
CLOUDS = ("alpha", "beta", "gamma")
WEB: dict[str, t.Any] = {
    "name": "web",
    "image": "cirros",
    "flavor": "m1.tiny",
    "metadata": {"purpose": "shop", "tier": "front"},
}


def test_what_is_wanted_is_made_once(ansible: Ansible, sim: Simulator) -> None:
    ansible.play("present.yml", first=True)
    made = {each["cloud"]: each["id"] for each in sim.servers()}
    assert sorted(made) == sorted(CLOUDS)
    ansible.play("present.yml", first=False)
    assert {each["cloud"]: each["id"] for each in sim.servers()} == made


def test_what_is_no_longer_wanted_is_taken_away_once(ansible: Ansible, sim: Simulator, tmp_path: Path) -> None:
    for cloud in CLOUDS:
        conn = connect(sim, tmp_path, cloud)
        conn.compute.create_keypair(name="peer")
        conn.network.create_security_group(name="web")
        conn.compute.create_server_group(name="apart", policy="soft-anti-affinity")
        sim.add_server(cloud, **WEB)
    ansible.play("absent.yml", first=True)
    assert sim.servers() == []
    ansible.play("absent.yml", clouds="alpha", first=False)


def test_everything_that_is_there_is_told(ansible: Ansible, sim: Simulator, tmp_path: Path) -> None:
    connect(sim, tmp_path, "gamma").compute.create_keypair(name="ops")
    sim.add_server("gamma", **WEB)
    sim.add_server("gamma", name="other")
    ansible.play("told.yml", clouds="gamma")


def test_a_server_changes_as_it_is_told(ansible: Ansible, sim: Simulator) -> None:
    sim.add_server("beta", **WEB)
    ansible.play("changed.yml", clouds="beta")


def test_the_inventory_has_the_servers_of_all_clouds(ansible: Ansible, sim: Simulator) -> None:
    for cloud in CLOUDS:
        sim.add_server(cloud, **{**WEB, "name": f"web-{cloud}"})
    sim.add_server("alpha", name="broken", status="ERROR")
    shown = ansible.inventory("openstack.yml", plugin="openstack.cloud.openstack", expand_hostvars=True)
    hosts = shown["_meta"]["hostvars"]
    assert sorted(hosts) == ["web-alpha", "web-beta", "web-gamma"]
    assert shown["alpha"]["hosts"] == ["web-alpha"]
    assert sorted(shown["meta-tier_front"]["hosts"]) == sorted(hosts)
    assert hosts["web-beta"]["ansible_host"] == hosts["web-beta"]["openstack"]["addresses"]["private"][0]["addr"]
    everything = ansible.inventory(
        "openstack.yml", plugin="openstack.cloud.openstack", show_all=True, only_clouds=["alpha"]
    )
    assert sorted(everything["_meta"]["hostvars"]) == ["broken", "web-alpha"]


def test_the_inventory_goes_on_without_a_cloud_that_is_dead(ansible: Ansible, sim: Simulator) -> None:
    for cloud in CLOUDS:
        sim.add_server(cloud, **{**WEB, "name": f"web-{cloud}"})
    sim.behave(event="server.list", cloud="beta", do="answer", status=503, message="maintenance")
    shown = ansible.inventory("openstack.yml", plugin="openstack.cloud.openstack")
    assert sorted(shown["_meta"]["hostvars"]) == ["web-alpha", "web-gamma"]
