# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a project may have, and what counts as had: Nova's limits and Neutron's quotas."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.servers import limits_from

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage


def used(stage: Stage) -> tuple[int, int, int]:
    """Instances, cores and RAM."""
    limits = limits_from(stage.user.get("/limits"))
    return limits.instances.used, limits.cores.used, limits.ram.used


def test_limits_are_told_as_they_are_set(stage: Stage) -> None:
    stage.quota(instances=7, cores=9, ram=4096)
    absolute = stage.user.get("/limits")["limits"]["absolute"]
    told = (absolute["maxTotalInstances"], absolute["maxTotalCores"], absolute["maxTotalRAMSize"])
    assert told == (7, 9, 4096)


def test_no_limit_is_minus_one(stage: Stage) -> None:
    stage.quota(cores=-1)
    assert stage.user.get("/limits")["limits"]["absolute"]["maxTotalCores"] == -1


def test_an_empty_project_uses_nothing(stage: Stage) -> None:
    assert used(stage) == (0, 0, 0)


def test_a_server_that_runs_counts(stage: Stage) -> None:
    stage.ready()
    assert used(stage) == (1, 1, 512)


@pytest.mark.breaks
def test_a_server_counts_while_it_is_built(stage: Stage) -> None:
    assert stage.faults
    stage.faults.build_slowly(3)
    server_id = stage.made()
    stage.until(lambda: used(stage) == (1, 1, 512))
    assert stage.show(server_id)["status"] == "BUILD"


def test_a_server_in_error_counts_until_it_is_deleted(stage: Stage) -> None:
    server_id = stage.broken(flavorRef=stage.giant)["id"]
    assert used(stage) == (1, 1, 512)
    stage.delete(server_id)
    stage.gone(server_id)
    assert used(stage) == (0, 0, 0)


def test_a_server_that_is_off_counts(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    stage.act(server_id, {"os-stop": None})
    stage.settled(server_id, "ACTIVE")
    assert used(stage) == (1, 1, 512)


def test_room_is_there_again_once_a_server_is_gone(stage: Stage) -> None:
    stage.quota(instances=1)
    server_id = stage.ready()["id"]
    assert stage.order("contract-2").status == 403
    stage.delete(server_id)
    stage.gone(server_id)
    assert stage.order("contract-2").status == 202


def test_a_limit_below_what_is_there_refuses_and_takes_nothing_away(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    stage.quota(instances=0)
    absolute = stage.user.get("/limits")["limits"]["absolute"]
    assert (absolute["maxTotalInstances"], absolute["totalInstancesUsed"]) == (0, 1)
    assert stage.order("contract-2").status == 403
    assert stage.show(server_id)["status"] == "ACTIVE"


def test_neutron_tells_what_is_used_of_each_quota(stage: Stage) -> None:
    path = f"/quotas/{stage.user.project_id}/details.json"
    stage.quota(port=77)
    before = stage.user.get(path, "network")["quota"]
    for kind in ("network", "subnet", "port", "router", "security_group", "security_group_rule"):
        assert {"limit", "used", "reserved"} <= set(before[kind])
    assert before["port"]["limit"] == 77
    stage.ready(networks=stage.wired)
    after = stage.user.get(path, "network")["quota"]
    assert after["port"]["used"] == before["port"]["used"] + 1


def test_of_another_project_neutron_tells_nothing(stage: Stage) -> None:
    path = f"/quotas/{stage.admin.project_id}/details.json"
    assert stage.user.ask("GET", path, service="network").status == 403
