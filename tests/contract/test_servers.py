# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of a server: POST, what is shown of it, actions, DELETE in each state."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.servers import epoch
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Row, Stage


def is_missing(answer: Answer) -> bool:
    """Nova's own word that there is no such server."""
    return (answer.status, answer.word) == (404, "itemNotFound") and answer.means.missing


def test_a_post_is_accepted_with_an_id(stage: Stage) -> None:
    answer = stage.order()
    assert answer.status == 202
    server = answer.json["server"]
    assert set(server) == {"id", "links", "OS-DCF:diskConfig", "security_groups", "adminPass"}
    assert answer.headers["Location"].endswith(f"/servers/{server['id']}")
    assert "Date" in answer.headers
    assert answer.headers["x-openstack-request-id"].startswith("req-")


def test_what_was_accepted_is_shown_and_listed_at_once(stage: Stage) -> None:
    server_id = stage.made(metadata={"a": "b"}, description="told")
    shown = stage.show(server_id)
    (listed,) = stage.user.get("/servers/detail")["servers"]
    for each in (shown, listed):
        assert (each["id"], each["name"], each["metadata"]) == (server_id, "contract-1", {"a": "b"})
        assert each["description"] == "told"


def test_a_server_that_is_built_has_no_address_and_no_fault(stage: Stage) -> None:
    server = stage.show(stage.made(networks=stage.wired))
    assert (server["status"], server["OS-EXT-STS:vm_state"]) == ("BUILD", "building")
    assert server["OS-EXT-STS:task_state"] in ("scheduling", None, "networking", "block_device_mapping", "spawning")
    assert server["addresses"] == {}
    assert "fault" not in server


def test_a_server_that_runs_has_its_address(stage: Stage) -> None:
    server = stage.ready(networks=stage.wired)
    assert (server["OS-EXT-STS:vm_state"], server["OS-EXT-STS:task_state"]) == ("active", None)
    ((network, addresses),) = server["addresses"].items()
    assert network == stage.names["network"]
    assert [(each["version"], each["OS-EXT-IPS:type"]) for each in addresses] == [(4, "fixed")]
    assert addresses[0]["addr"]
    assert addresses[0]["OS-EXT-IPS-MAC:mac_addr"]


def test_a_server_shows_what_it_was_ordered_with(stage: Stage) -> None:
    zone = stage.names["zone"]
    told: Row = {"metadata": {"multi_stack": "1;a"}, "tags": ["contract-tag"], "description": "who it is"}
    server = stage.ready(**told, availability_zone=zone, config_drive=True, user_data="IyEvYmluL3NoCg==")
    assert {key: server[key] for key in told} == told
    assert server["OS-EXT-AZ:availability_zone"] == zone
    assert server["image"]["id"] == stage.image
    assert server["flavor"]["original_name"] == stage.names["flavor"]
    assert (server["flavor"]["vcpus"], server["flavor"]["ram"]) == (1, 512)
    assert (server["key_name"], server["locked"]) == (None, False)
    assert (server["tenant_id"], server["user_id"]) == (stage.user.project_id, stage.user.user_id)
    assert epoch(server["created"]) > 1_700_000_000


def test_without_a_description_there_is_none(stage: Stage) -> None:
    assert stage.show(stage.made())["description"] is None


def test_a_server_without_a_network_has_no_address(stage: Stage) -> None:
    assert stage.ready(networks="none")["addresses"] == {}


def test_the_only_network_is_found_without_being_named(stage: Stage) -> None:
    assert list(stage.ready(networks="auto")["addresses"]) == [stage.names["network"]]


def test_two_servers_may_have_the_same_name(stage: Stage) -> None:
    first, second = stage.made("contract-twin"), stage.made("contract-twin")
    assert first != second
    assert {row["id"] for row in stage.user.get("/servers/detail")["servers"]} == {first, second}


def test_a_server_that_never_was_is_missing(stage: Stage) -> None:
    answer = stage.user.ask("GET", f"/servers/{NOWHERE}")
    assert is_missing(answer)
    assert answer.message == f"Instance {NOWHERE} could not be found."
    assert is_missing(stage.delete(NOWHERE))
    assert is_missing(stage.act(NOWHERE, {"unlock": None}))
    assert is_missing(stage.act(NOWHERE, {"os-getConsoleOutput": {"length": 30}}))


def test_what_is_no_id_is_missing_too(stage: Stage) -> None:
    assert is_missing(stage.user.ask("GET", "/servers/contract-1"))


def test_a_path_that_is_none_proves_nothing(stage: Stage) -> None:
    answer = stage.user.ask("GET", "/contract-nothing")
    assert answer.status == 404
    assert not answer.means.missing


def test_a_server_that_runs_is_deleted(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    answer = stage.delete(server_id)
    assert (answer.status, answer.raw) == (204, b"")
    assert is_missing(stage.gone(server_id))
    assert stage.user.get("/servers/detail")["servers"] == []


def test_until_it_is_gone_a_deleted_server_keeps_its_status(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    seen: set[tuple[str, str | None]] = set()
    stage.delete(server_id)
    while (answer := stage.user.ask("GET", f"/servers/{server_id}")).status == 200:
        server = answer.json["server"]
        seen.add((server["status"], server["OS-EXT-STS:task_state"]))
    # For a moment Nova shows what it has already deleted.
    assert seen <= {("ACTIVE", "deleting"), ("DELETED", "deleting"), ("DELETED", None)}
    assert is_missing(answer)


def test_a_deleted_server_is_deleted_again(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    stage.delete(server_id)
    assert stage.delete(server_id).status in (204, 404)
    stage.gone(server_id)
    assert is_missing(stage.delete(server_id))


@pytest.mark.slow
@pytest.mark.breaks
def test_a_server_that_is_built_is_deleted(stage: Stage) -> None:
    assert stage.faults
    stage.faults.build_slowly(2)
    server_id = stage.made()
    stage.until(lambda: stage.show(server_id)["OS-EXT-STS:task_state"] == "spawning")
    assert stage.delete(server_id).status == 204
    assert is_missing(stage.gone(server_id))


def test_a_server_is_deleted_before_anybody_builds_it(stage: Stage) -> None:
    server_id = stage.made()
    assert stage.delete(server_id).status == 204
    assert is_missing(stage.gone(server_id))


def test_a_server_that_is_off_is_deleted(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    assert stage.act(server_id, {"os-stop": None}).status == 202
    assert stage.settled(server_id, "ACTIVE")["status"] == "SHUTOFF"
    assert stage.delete(server_id).status == 204
    assert is_missing(stage.gone(server_id))


def test_a_server_that_no_host_took_is_gone_at_once(stage: Stage) -> None:
    server_id = stage.broken(flavorRef=stage.giant)["id"]
    assert stage.delete(server_id).status == 204
    assert is_missing(stage.user.ask("GET", f"/servers/{server_id}"))


def test_a_locked_server_is_not_deleted(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    assert stage.act(server_id, {"lock": None}).status == 202
    assert stage.show(server_id)["locked"] is True
    answer = stage.delete(server_id)
    assert (answer.status, answer.word, answer.message) == (
        409,
        "conflictingRequest",
        f"Instance {server_id} is locked",
    )
    assert answer.means.fault.kind is Kind.LOCKED


def test_a_server_that_is_unlocked_is_deleted(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    stage.act(server_id, {"lock": None})
    answer = stage.act(server_id, {"unlock": None})
    assert (answer.status, answer.raw) == (202, b"")
    assert stage.show(server_id)["locked"] is False
    assert stage.delete(server_id).status == 204


def test_unlocking_what_is_not_locked_does_nothing(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    assert stage.act(server_id, {"unlock": None}).status == 202


def test_the_console_of_a_server_is_a_text(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    answer = stage.act(server_id, {"os-getConsoleOutput": {"length": 30}})
    assert answer.status == 200
    assert isinstance(answer.json["output"], str)


def test_a_server_that_no_host_took_has_no_console(stage: Stage) -> None:
    server_id = stage.broken(flavorRef=stage.giant)["id"]
    answer = stage.act(server_id, {"os-getConsoleOutput": {"length": 30}})
    assert answer.status in (404, 409)
