# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that are accepted and then end in ERROR: what their fault says, and what we take it for."""

from __future__ import annotations

import concurrent.futures
import re
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind, boot_fault_of
from ansible_collections.openmultistack.cloud.tests.contract.faults import BAD

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Row, Stage

SPAWN_FAILED = r"Exceeded maximum number of retries\. (Exceeded max scheduling attempts|Exhausted all hosts available)"


def kind_of(server: Row) -> Kind:
    """What we take the fault of a server for."""
    return boot_fault_of(server["fault"]["code"], server["fault"]["message"]).kind


def test_a_flavor_that_fits_on_no_host_finds_none(stage: Stage) -> None:
    server = stage.broken(flavorRef=stage.giant)
    assert (server["fault"]["code"], server["fault"]["message"]) == (500, "No valid host was found. ")
    assert kind_of(server) is Kind.NO_HOST


def test_members_are_not_told_more_of_a_fault_than_its_message(stage: Stage) -> None:
    server = stage.broken(flavorRef=stage.giant)
    assert set(server["fault"]) == {"code", "created", "message"}


def test_a_server_in_error_has_neither_address_nor_zone(stage: Stage) -> None:
    server = stage.broken(flavorRef=stage.giant)
    assert (server["OS-EXT-STS:vm_state"], server["OS-EXT-STS:task_state"]) == ("error", None)
    assert (server["addresses"], server["OS-EXT-AZ:availability_zone"], server["hostId"]) == ({}, "", "")


def test_a_server_in_error_is_listed_with_its_fault(stage: Stage) -> None:
    server = stage.broken(flavorRef=stage.giant)
    (row,) = stage.user.get("/servers/detail")["servers"]
    assert (row["id"], row["fault"]) == (server["id"], server["fault"])


def test_anti_affinity_needs_a_host_for_each(stage: Stage) -> None:
    body = {"server_group": {"name": "contract-apart", "policy": "anti-affinity"}}
    group = stage.user.send("POST", "/os-server-groups", body, "compute")["server_group"]["id"]
    zone = stage.names["zone"]
    found: list[Row] = []
    # No zone has more hosts than this.
    for number in range(4):
        name = f"contract-{number}"
        server_id = stage.made(name, hints={"group": group}, availability_zone=zone)
        found.append(stage.settled(server_id))
        if found[-1]["status"] == "ERROR":
            break
    failed = stage.excused(found[-1]["id"])
    assert failed["fault"]["message"] == "No valid host was found. There are not enough hosts available."
    assert kind_of(failed) is Kind.NO_HOST
    hosts = [server["hostId"] for server in found[:-1]]
    assert len(set(hosts)) == len(hosts) > 0


@pytest.mark.breaks
def test_what_no_host_can_spawn_ends_in_error(stage: Stage) -> None:
    assert stage.faults
    stage.faults.fail_spawning()
    server = stage.broken(f"{BAD}-1")
    assert server["fault"]["code"] == 500
    assert re.match(SPAWN_FAILED, server["fault"]["message"]), server["fault"]
    assert kind_of(server) is Kind.BUILD_FAILED
    assert stage.ready("contract-good")["status"] == "ACTIVE"


@pytest.mark.breaks
def test_what_was_not_spawned_leaves_no_port(stage: Stage) -> None:
    assert stage.faults
    stage.faults.fail_spawning()
    server_id = stage.broken(f"{BAD}-1", networks=stage.wired)["id"]
    path = f"/ports?device_id={server_id}"
    stage.until(lambda: not stage.user.get(path, "network")["ports"])


@pytest.mark.breaks
def test_a_server_in_error_that_had_a_host_is_deleted(stage: Stage) -> None:
    assert stage.faults
    stage.faults.fail_spawning()
    server_id = stage.broken(f"{BAD}-1")["id"]
    assert stage.delete(server_id).status == 204
    assert stage.gone(server_id).status == 404


def test_a_network_without_a_free_address(stage: Stage) -> None:
    network = stage.user.send("POST", "/networks", {"network": {"name": "contract-narrow"}})["network"]["id"]
    subnet = {"network_id": network, "ip_version": 4, "cidr": "10.214.0.0/30"}
    stage.user.send("POST", "/subnets", {"subnet": subnet})
    stage.ready("contract-first", networks=[{"uuid": network}])
    server = stage.broken("contract-second", networks=[{"uuid": network}])
    words = f"No fixed IP addresses available for network: {network}"
    assert words in server["fault"]["message"]
    assert kind_of(server) is Kind.NO_ADDRESS


def test_a_network_that_leads_outside_is_not_for_servers(stage: Stage) -> None:
    (outside, *_others) = stage.user.get("/networks?router:external=true", "network")["networks"]
    server = stage.broken(networks=[{"uuid": outside["id"]}])
    assert "Failed to allocate the network(s), not rescheduling." in server["fault"]["message"]
    assert kind_of(server) is Kind.BUILD_FAILED


def test_the_last_port_of_a_quota_is_had_by_one_of_two(stage: Stage) -> None:
    taken = stage.user.get(f"/quotas/{stage.user.project_id}/details.json", "network")["quota"]["port"]["used"]
    stage.quota(port=taken + 1)
    answers = [stage.order(f"contract-{number}", networks=stage.wired) for number in range(2)]
    for answer in answers:
        assert answer.status == 202 or answer.means.fault.kind is Kind.PORT_QUOTA
    servers = [stage.settled(answer.json["server"]["id"]) for answer in answers if answer.status == 202]
    assert [server["status"] for server in servers].count("ACTIVE") == 1
    for server in servers:
        if server["status"] == "ERROR":
            assert re.match(SPAWN_FAILED, stage.excused(server["id"])["fault"]["message"])


def test_however_many_ask_at_once_no_more_run_than_the_quota_allows(stage: Stage) -> None:
    stage.quota(instances=1)
    stage.user.get("/servers")
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda number: stage.order(f"contract-{number}"), range(3)))
    for answer in answers:
        assert answer.status in (202, 403)
        assert answer.status == 202 or answer.means.fault.kind is Kind.QUOTA
    accepted = [answer.json["server"]["id"] for answer in answers if answer.status == 202]
    servers = [stage.settled(each) for each in accepted]
    assert sum(server["status"] == "ACTIVE" for server in servers) <= 1
    for server in servers:
        if server["status"] == "ERROR":
            failed = stage.excused(server["id"])
            assert (failed["fault"]["code"], kind_of(failed)) == (413, Kind.QUOTA)
