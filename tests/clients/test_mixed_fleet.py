# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers of a fleet that openstack.cloud touches, and servers of openstack.cloud beside a fleet."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.clients.ansible_runs import Ansible
    from tests.simulator import Simulator

OURS, INFO = "openmultistack.cloud.multi_stack_server", "openmultistack.cloud.multi_stack_server_info"
THEIRS, ACTION = "openstack.cloud.server", "openstack.cloud.server_action"
SPEC: dict[str, t.Any] = {"image": "cirros", "flavor": "m1.tiny", "network": "private"}
ORDER = {"fleet": "web", "count": 3, **SPEC}


def launched(ansible: Ansible, **options: t.Any) -> dict[str, t.Any]:
    return ansible.module(OURS, **{**ORDER, **options})


def told(answer: dict[str, t.Any]) -> dict[str, t.Any]:
    """The servers of an answer, by name."""
    return {each["name"]: each for each in answer["servers"]}


def there(sim: Simulator) -> dict[str, t.Any]:
    """The servers as they truly are, by name."""
    return {each["name"]: each for each in sim.servers()}


def test_what_is_deleted_by_others_comes_again(ansible: Ansible, sim: Simulator) -> None:
    before = told(launched(ansible))
    lost = before["web-002"]
    assert ansible.module(THEIRS, cloud=lost["cloud"], name="web-002", state="absent")["changed"]
    assert sorted(there(sim)) == ["web-001", "web-003"]
    again = launched(ansible)
    assert (again["changed"], again["exact"]) == (True, True)
    now = told(again)
    assert {name for name in before if now[name]["id"] != before[name]["id"]} == {"web-002"}


def test_what_is_stopped_by_others_is_told_and_repaired_if_wanted(ansible: Ansible, sim: Simulator) -> None:
    before = told(launched(ansible))
    stopped = before["web-001"]
    assert ansible.module(ACTION, cloud=stopped["cloud"], server=stopped["id"], action="stop")["changed"]
    seen = launched(ansible, on_shortfall="accept")
    assert (seen["changed"], seen["exact"], told(seen)["web-001"]["status"]) == (False, False, "SHUTOFF")
    assert told(seen)["web-001"]["id"] == stopped["id"]
    repaired = launched(ansible, repair=True)
    assert (repaired["changed"], repaired["exact"]) == (True, True)
    assert [each["id"] for each in repaired["removed"]] == [stopped["id"]]
    assert {each["status"] for each in sim.servers()} == {"ACTIVE"}


def test_metadata_of_others_is_kept(ansible: Ansible, sim: Simulator) -> None:
    one = told(launched(ansible, lifetime="1h"))["web-001"]
    marks = there(sim)["web-001"]["metadata"]
    theirs = {"role": "front", "group": "shop"}
    assert ansible.module("openstack.cloud.server_metadata", cloud=one["cloud"], server=one["id"], metadata=theirs)[
        "changed"
    ]
    again = launched(ansible, lifetime="1h")
    assert (again["changed"], again["exact"]) == (False, True)
    assert there(sim)["web-001"]["metadata"] == {**marks, **theirs}


def test_a_server_whose_metadata_is_erased_is_still_ours_and_gets_its_end_back_on_demand(
    ansible: Ansible, sim: Simulator
) -> None:
    one = told(launched(ansible, lifetime="1h"))["web-001"]
    update = {"cloud": one["cloud"], "name": "web-001", "auto_ip": False, **SPEC}
    assert ansible.module(THEIRS, **update, metadata={"role": "front"})["changed"]
    assert there(sim)["web-001"]["metadata"] == {"role": "front"}
    again = launched(ansible, lifetime="1h")
    assert (again["changed"], again["exact"], again["suspicious"]) == (False, True, [])
    assert told(again)["web-001"]["id"] == one["id"]
    ends = {name: each["expires"] for name, each in told(again).items()}
    assert ends.pop("web-001") is None
    mended = launched(ansible, lifetime="1h", adopt=True)
    assert (mended["changed"], mended["exact"], mended["adopted"][0]["name"]) == (True, True, "web-001")
    # The clouds' clocks differ, and the second in which they are asked: the latest end of the fleet is handed down.
    assert {name: each["expires"] for name, each in told(mended).items()} == {**ends, "web-001": max(ends.values())}
    assert there(sim)["web-001"]["metadata"].items() > {"role": "front"}.items()
    assert launched(ansible, lifetime="1h", adopt=True)["changed"] is False
    ansible.module(OURS, fleet="web", state="absent")
    assert sim.servers() == []


def test_a_server_that_lost_two_signs_is_left_alone_until_it_is_adopted(ansible: Ansible, sim: Simulator) -> None:
    one = told(launched(ansible))["web-001"]
    update = {"cloud": one["cloud"], "name": "web-001", "auto_ip": False, **SPEC}
    assert ansible.module(THEIRS, **update, description="no longer a mark")["changed"]
    shown = ansible.module(INFO)
    assert [each["name"] for each in shown["suspicious"]] == ["web-001"]
    assert [each["name"] for each in shown["servers"]] == ["web-002", "web-003"]
    adopted = launched(ansible, adopt=True)
    assert (adopted["changed"], adopted["exact"], adopted["suspicious"]) == (True, True, [])
    assert told(adopted)["web-001"]["id"] == one["id"]
    assert len(sim.servers()) == 3


def test_servers_of_others_are_foreign_and_never_touched(ansible: Ansible, sim: Simulator) -> None:
    for cloud in ("alpha", "beta"):
        made = ansible.module(
            THEIRS, cloud=cloud, name=f"shop-{cloud}", metadata={"fleet": "web"}, auto_ip=False, **SPEC
        )
        assert made["server"]["status"] == "ACTIVE"
    theirs = there(sim)
    launched(ansible)
    shown = ansible.module(INFO, foreign=True)
    assert sorted(each["name"] for each in shown["foreign"]) == ["shop-alpha", "shop-beta"]
    assert [each["name"] for each in shown["servers"]] == ["web-001", "web-002", "web-003"]
    hosts = ansible.inventory("openmultistack.yml", plugin="openmultistack.cloud.multi_stack", show_all=True)
    assert sorted(hosts["_meta"]["hostvars"]) == ["shop-alpha", "shop-beta", "web-001", "web-002", "web-003"]
    assert hosts["fleet_web"]["hosts"] == ["web-001", "web-002", "web-003"]
    launched(ansible, count=1)
    ansible.module(OURS, fleet="web", state="absent")
    assert there(sim) == theirs


def test_a_server_of_others_with_a_name_of_ours_is_suspicious(ansible: Ansible, sim: Simulator) -> None:
    ansible.module(THEIRS, cloud="gamma", name="web-002", auto_ip=False, **SPEC)
    theirs = sim.servers()
    made = launched(ansible)
    assert (len(made["servers"]), [each["name"] for each in made["suspicious"]]) == (3, ["web-002"])
    assert len(sim.servers()) == 4
    ansible.module(OURS, fleet="web", state="absent")
    assert sim.servers() == theirs


def test_others_make_servers_where_the_placement_says(ansible: Ansible, sim: Simulator) -> None:
    sim.set_quota("beta", instances=1)
    rows = ansible.lookup("openmultistack.cloud.placement", count=4, strategy="pack", max_per_location=2, **SPEC)
    for row in rows:
        made = ansible.module(
            THEIRS,
            cloud=row["cloud"],
            region_name=row["region"],
            name=f"shop-{row['slot']}",
            image=row["image"],
            flavor=row["flavor"],
            nics=row["nics"],
            auto_ip=False,
        )
        assert made["server"]["status"] == "ACTIVE", made
    assert sorted(each["cloud"] for each in sim.servers()) == sorted(row["cloud"] for row in rows)
    full = ansible.lookup("openmultistack.cloud.placement", count=36, **SPEC)
    assert len(full) == 36
    assert [row for row in full if row["cloud"] == "beta"] == []
