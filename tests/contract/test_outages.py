# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that does not answer, and what becomes of requests that need it."""

from __future__ import annotations

import time
import typing as t

import pytest
import requests

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.faults import Faults
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage

pytestmark = [pytest.mark.stops, pytest.mark.slow]


def breaking(stage: Stage) -> Faults:
    assert stage.faults
    return stage.faults


def is_a_fault(answer: Answer) -> None:
    """Nova's own error, after which nobody knows whether the request was carried out."""
    assert (answer.status, answer.word) == (500, "computeFault"), answer.raw
    assert answer.message.startswith("Unexpected API Error.")
    assert (answer.means.fault.kind, answer.means.fate) == (Kind.SERVER_ERROR, Fate.LOST)


def test_without_neutron_nothing_is_made_and_details_are_not_told(stage: Stage) -> None:
    server_id = stage.ready(networks=stage.wired)["id"]
    breaking(stage).stop("neutron")
    is_a_fault(stage.order("contract-2", networks=stage.wired))
    is_a_fault(stage.user.ask("GET", "/servers/detail"))
    is_a_fault(stage.user.ask("GET", f"/servers/{server_id}"))
    assert [row["id"] for row in stage.user.get("/servers")["servers"]] == [server_id]


def test_without_neutron_a_project_without_servers_has_an_empty_list(stage: Stage) -> None:
    breaking(stage).stop("neutron")
    assert stage.user.get("/servers/detail") == {"servers": []}


def test_without_glance_nothing_is_made(stage: Stage) -> None:
    breaking(stage).stop("glance")
    is_a_fault(stage.order())
    assert stage.user.get("/servers/detail")["servers"] == []


def test_without_keystone_a_token_that_was_seen_is_still_good(stage: Stage) -> None:
    stage.user.get("/servers")
    breaking(stage).stop("keystone")
    with pytest.raises(requests.ConnectionError):
        stage.user.authenticate()
    assert stage.user.ask("GET", "/servers").status == 200


def test_a_service_that_hangs_takes_the_request_and_says_nothing(stage: Stage) -> None:
    breaking(stage).freeze("nova")
    with pytest.raises(requests.ReadTimeout):
        stage.user.ask("GET", "/servers", timeout=1)


def test_what_hosts_that_died_unnoticed_should_build_stays_in_build(stage: Stage) -> None:
    breaking(stage).lose_hosts(hosts_of(stage))
    server_id = stage.made()
    time.sleep(2)
    server = stage.show(server_id)
    assert (server["status"], server["OS-EXT-STS:task_state"]) == ("BUILD", "scheduling")
    breaking(stage).heal()
    stage.until(lambda: stage.settled(stage.made("contract-2"))["status"] == "ACTIVE")
    assert stage.delete(server_id).status == 204
    assert stage.gone(server_id).status == 404


def hosts_of(stage: Stage) -> list[str]:
    """The compute hosts of a cloud, as its administrator sees them; the simulator has none to show."""
    answer = stage.admin.ask("GET", "/os-services?binary=nova-compute")
    return [row["host"] for row in answer.json["services"]] if answer.status == 200 else []


def test_without_nova_its_address_is_silent_and_the_others_go_on(stage: Stage) -> None:
    breaking(stage).stop("nova")
    with pytest.raises(requests.ConnectionError):
        stage.user.ask("GET", "/servers")
    assert stage.user.ask("GET", "/networks", service="network").status == 200
    assert stage.user.ask("GET", "/images", service="image").status == 200
