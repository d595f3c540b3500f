# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member


def states(member: Member, server_id: str) -> tuple[str, str | None]:
    server = member.show(server_id)
    return server["status"], server["OS-EXT-STS:task_state"]


def test_a_build_passes_through_its_stages(lab: Lab, member: Member) -> None:
    server_id = member.made()
    seen = [states(member, server_id)]
    for _second in range(11):
        lab.wait(1)
        state = states(member, server_id)
        if state != seen[-1]:
            seen.append(state)
    assert seen == [
        ("BUILD", "scheduling"),
        ("BUILD", "networking"),
        ("BUILD", "spawning"),
        ("ACTIVE", None),
    ]


def test_addresses_show_only_when_it_is_built(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(5)
    assert member.show(server_id)["addresses"] == {}
    ports = member.get(f"/ports?device_id={server_id}", "network/v2.0")["ports"]
    lab.wait(6)
    (entry,) = member.show(server_id)["addresses"]["private"]
    assert entry["addr"] == ports[0]["fixed_ips"][0]["ip_address"]
    assert entry["OS-EXT-IPS:type"] == "fixed"
    assert entry["OS-EXT-IPS-MAC:mac_addr"] == ports[0]["mac_address"]


def test_no_room_on_the_hosts_fails_a_whole_batch(lab: Lab, member: Member) -> None:
    lab.sim.set_region("alpha", capacity=3)
    member.order("four", min_count=1, max_count=4)
    lab.wait(2)
    rows = member.get("/servers/detail")["servers"]
    text = "No valid host was found. There are not enough hosts available."
    assert [(row["status"], row["fault"]["message"], row["hostId"]) for row in rows] == [("ERROR", text, "")] * 4


def test_no_room_spares_those_that_were_ordered_alone(lab: Lab, member: Member) -> None:
    lab.sim.set_region("alpha", capacity=3)
    for number in range(4):
        member.order(f"n{number}")
    lab.wait(20)
    rows = member.get("/servers/detail")["servers"]
    assert sorted(row["status"] for row in rows) == ["ACTIVE", "ACTIVE", "ACTIVE", "ERROR"]


def test_a_delete_keeps_the_status_until_it_is_done(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    path = f"/servers/{server_id}"
    assert member.ask("DELETE", path).status == 204
    assert states(member, server_id) == ("ACTIVE", "deleting")
    assert member.names("?status=ACTIVE") == ["one"]
    assert member.ask("DELETE", path).status == 204
    lab.wait(5)
    gone = member.ask("GET", path)
    assert gone.status == 404
    assert gone.json == {"itemNotFound": {"code": 404, "message": f"Instance {server_id} could not be found."}}
    assert member.ask("DELETE", path).json == gone.json
    assert member.get("/ports", "network/v2.0")["ports"] == []


def test_a_delete_before_scheduling_is_immediate(member: Member) -> None:
    server_id = member.made()
    member.ask("DELETE", f"/servers/{server_id}")
    assert member.ask("GET", f"/servers/{server_id}").status == 404


def test_a_delete_waits_for_a_build_that_runs(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(5)
    member.ask("DELETE", f"/servers/{server_id}")
    lab.wait(6)
    assert states(member, server_id) == ("BUILD", "deleting")
    lab.wait(5)
    assert member.names() == []


def test_a_lock_stops_a_delete(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    path = f"/servers/{server_id}"
    assert member.ask("POST", f"{path}/action", {"lock": None}).status == 202
    refused = member.ask("DELETE", path)
    assert (refused.status, refused.message) == (409, f"Instance {server_id} is locked")
    member.ask("POST", f"{path}/action", {"unlock": None})
    assert member.ask("DELETE", path).status == 204


@pytest.mark.parametrize("lab", [{"soft_delete": True}], indirect=True)
def test_a_soft_delete_needs_force(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    member.ask("DELETE", f"/servers/{server_id}")
    assert states(member, server_id) == ("SOFT_DELETED", None)
    assert member.get("/limits")["limits"]["absolute"]["totalInstancesUsed"] == 0
    assert member.ask("POST", f"/servers/{server_id}/action", {"forceDelete": None}).status == 202
    assert member.ask("GET", f"/servers/{server_id}").status == 404


def test_metadata_can_be_written_when_it_is_built(lab: Lab, member: Member) -> None:
    server_id = member.made(metadata={"a": "1"})
    path = f"/servers/{server_id}/metadata"
    refused = member.ask("POST", path, {"metadata": {"b": "2"}})
    text = f"Cannot 'update metadata' instance {server_id} while it is in vm_state building"
    assert (refused.status, refused.message) == (409, text)
    lab.wait(20)
    assert member.ask("POST", path, {"metadata": {"b": "2"}}).json == {"metadata": {"a": "1", "b": "2"}}
    assert member.ask("PUT", path, {"metadata": {"c": "3"}}).json == {"metadata": {"c": "3"}}
    assert member.ask("PUT", f"{path}/d", {"meta": {"d": "4"}}).status == 200
    assert member.ask("DELETE", f"{path}/c").status == 204
    assert member.get(path) == {"metadata": {"d": "4"}}


def test_a_dead_cell_hides_its_servers(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    lab.sim.set_region("alpha", down_cells=[0])
    (row,) = member.get("/servers/detail")["servers"]
    assert (row["status"], set(row)) == ("UNKNOWN", {"id", "status", "tenant_id", "created", "links"})
    assert member.names("?limit=5") == []
    assert member.names("?name=one") == []
    assert member.show(server_id)["status"] == "UNKNOWN"
    assert member.ask("DELETE", f"/servers/{server_id}").status == 500
    assert member.get("/limits")["limits"]["absolute"]["totalInstancesUsed"] == 0
    member.minor = 60
    assert member.get("/servers/detail")["servers"] == []
    assert member.ask("GET", f"/servers/{server_id}").status == 500


def test_times_are_those_of_the_regions_own_clock(lab: Lab, member: Member) -> None:
    before = member.show(member.made("early"))["created"]
    lab.sim.set_region("alpha", clock_skew=3600)
    after = member.show(member.made("late"))["created"]
    assert before[11:13] != after[11:13]
    assert member.ask("GET", "/limits").headers["Date"][17:19] == after[11:13]


def test_other_actions_change_the_state_at_once(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    path = f"/servers/{server_id}/action"
    for action, status in (("os-stop", "SHUTOFF"), ("os-start", "ACTIVE"), ("pause", "PAUSED")):
        assert member.ask("POST", path, {action: None}).status == 202
        assert member.show(server_id)["status"] == status
    refused = member.ask("POST", path, {"os-start": None})
    assert refused.message == f"Cannot 'start' instance {server_id} while it is in vm_state paused"
    assert "Linux" in member.ask("POST", path, {"os-getConsoleOutput": {"length": 9}}).json["output"]


def test_only_a_server_that_runs_is_rebooted_gently(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(15)
    assert member.ask("POST", f"/servers/{server_id}/action", {"reboot": {"type": "SOFT"}}).status == 202
    assert member.ask("POST", f"/servers/{server_id}/action", {"os-stop": None}).status == 202
    refused = member.ask("POST", f"/servers/{server_id}/action", {"reboot": {"type": "soft"}})
    assert refused.status == 409
    assert refused.message == f"Cannot 'reboot' instance {server_id} while it is in vm_state stopped"
    assert states(member, server_id) == ("SHUTOFF", None)
    assert member.ask("POST", f"/servers/{server_id}/action", {"reboot": {"type": "Hard"}}).status == 202
    assert states(member, server_id) == ("ACTIVE", None)
    for bad in ({}, {"type": "warm"}, None):
        assert member.ask("POST", f"/servers/{server_id}/action", {"reboot": bad}).status == 400
