# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member


def fill(lab: Lab, member: Member, count: int) -> None:
    assert member.order("full", min_count=count).status == 202
    lab.wait(3)


def test_the_21st_is_refused(lab: Lab, member: Member) -> None:
    fill(lab, member, 20)
    answer = member.order()
    text = "Quota exceeded for instances: Requested 1, but already used 20 of 20 instances"
    assert (answer.status, answer.message) == (403, text)


def test_names_every_resource_that_is_short(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", cores=20)
    fill(lab, member, 15)
    answer = member.order(min_count=6, max_count=30)
    text = "Quota exceeded for cores, instances: Requested 30, 6-30, but already used 15, 15 of 20, 20 cores, instances"
    assert answer.message == text
    assert len(member.names()) == 15


def test_makes_as_many_as_there_is_room_for(lab: Lab, member: Member) -> None:
    fill(lab, member, 15)
    assert member.order("more", min_count=1, max_count=30).status == 202
    assert len(member.names("?name=^more-")) == 5


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"cores": 3}, "Quota exceeded for cores: Requested 4, but already used 0 of 3 cores"),
        ({"ram": 1000}, "Quota exceeded for ram: Requested 8192, but already used 0 of 1000 ram"),
        ({"instances": 0}, "Quota exceeded for instances: Requested 1, but already used 0 of 0 instances"),
    ],
)
def test_counts_cores_and_ram_too(lab: Lab, member: Member, limits: dict[str, int], text: str) -> None:
    lab.sim.set_quota("alpha", **limits)
    assert member.order(flavorRef="5").message == text


def test_no_limit_is_minus_one(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", instances=-1, cores=-1, ram=-1)
    assert member.order(min_count=50).status == 202


def test_orders_at_once_are_all_accepted_and_all_fail(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", instances=1)
    assert [member.order(f"n{number}").status for number in range(3)] == [202, 202, 202]
    assert member.get("/limits")["limits"]["absolute"]["totalInstancesUsed"] == 0
    lab.wait(3)
    rows = member.get("/servers/detail")["servers"]
    assert {row["status"] for row in rows} == {"ERROR"}
    fault = rows[0]["fault"]
    assert fault["code"] == 413
    assert fault["message"] == "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances"


def test_orders_one_after_another_are_refused_in_time(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", instances=1)
    first = member.made("first")
    lab.wait(2)
    assert member.order("second").status == 403
    lab.wait(20)
    assert member.show(first)["status"] == "ACTIVE"


def test_an_error_holds_its_quota_until_it_is_deleted(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", instances=1)
    lab.sim.behave(preset="no_valid_host", times=1)
    failed = member.made("failed")
    lab.wait(3)
    assert member.order("next").status == 403
    assert member.ask("DELETE", f"/servers/{failed}").status == 204
    assert member.order("next").status == 202


def test_ports_are_counted_as_well(lab: Lab, member: Member) -> None:
    lab.sim.set_quota("alpha", port=1)
    assert member.order("two", min_count=2).message == "Maximum number of ports exceeded"
    assert member.order("up-to-two", min_count=1, max_count=2).status == 202
    assert member.names() == ["up-to-two"]


def test_limits_show_what_is_used(lab: Lab, member: Member) -> None:
    member.order(flavorRef="4")
    lab.wait(3)
    absolute = member.get("/limits")["limits"]["absolute"]
    shown = {key: value for key, value in absolute.items() if key.startswith("total")}
    assert shown == {
        "totalInstancesUsed": 1,
        "totalCoresUsed": 2,
        "totalRAMUsed": 4096,
        "totalServerGroupsUsed": 0,
    }
    assert absolute["maxTotalInstances"] == 20
    detail = member.get(f"/os-quota-sets/{member.project_id}/detail")["quota_set"]
    assert detail["cores"] == {"limit": 40, "in_use": 2, "reserved": 0}
