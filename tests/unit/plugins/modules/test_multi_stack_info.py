# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two info modules as Ansible calls them, on simulated clouds: what they tell, and that they only read."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.modules import (
    multi_stack_cloud_info,
    multi_stack_server,
    multi_stack_server_info,
)
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules import called

if t.TYPE_CHECKING:
    import pathlib
    from types import ModuleType

pytestmark = pytest.mark.slow

Answer = dict[str, t.Any]

WORLD = {
    "defaults": {"build_seconds": 0, "quota": {"instances": 10}},
    "clouds": {
        "alpha": {"multi_stack": {"cost": 2, "flavor": {"small": "m1.tiny"}}, "zones": ["az1", "az2"]},
        "beta": {"flavors": [{"name": "small", "vcpus": 1, "ram": 512, "disk": 1}]},
        "gamma": {"multi_stack": {"status": "unavailable"}},
    },
}
ORDER = {"fleet": "crawl", "count": 4, "image": "cirros", "flavor": "small", "network": "private"}


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Doors(called.Door):
    """A launch, and the two modules that look at what there is."""

    def launch(self, **options: t.Any) -> Answer:
        answer = self.run(multi_stack_server, **{**ORDER, **options})
        assert not answer.get("failed"), answer["msg"]
        return answer

    def servers(self, **options: t.Any) -> Answer:
        """What the first of them tells; it has to leave the clouds as they are."""
        return self._reading(multi_stack_server_info, options)

    def room(self, **options: t.Any) -> dict[str, Answer]:
        """The rows that the second tells, by cloud."""
        return {row["cloud"]: row for row in self._reading(multi_stack_cloud_info, options)["locations"]}

    def _reading(self, module: ModuleType, options: t.Mapping[str, t.Any]) -> Answer:
        answer = self.run(module, **options)
        assert self.written() == []
        assert not answer.get("changed")
        return answer


@pytest.fixture
def doors(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Doors:
    return Doors.opened(capsys, clouds, tmp_path)


def test_nothing_at_all_is_an_empty_answer_of_all_locations(doors: Doors) -> None:
    told = doors.servers()
    assert (told["fleets"], told["servers"], told["suspicious"], told["unknown"]) == ([], [], [], [])
    assert [label.partition(":")[0] for label in told["locations"]] == ["alpha", "beta", "gamma"]
    assert set(told["requests"].values()) == {2}


def test_fleets_are_told_with_all_that_belongs_to_them(doors: Doors, clouds: Simulator) -> None:
    made = doors.launch(lifetime="1h")["servers"]
    doors.launch(fleet="web", count=1)
    clouds.add_server("alpha", name="crawl-009")
    clouds.add_server("beta", name="stranger")
    told = doors.servers()
    assert [(row["fleet"], row["running"], row["owners"]) for row in told["fleets"]] == [
        ("crawl", 4, ["demo"]),
        ("web", 1, ["demo"]),
    ]
    assert [row["name"] for row in told["servers"]] == [*(each["name"] for each in made), "web-001"]
    assert [row["name"] for row in told["suspicious"]] == ["crawl-009"]
    assert told["foreign"] == []
    assert [row["expires"] is None for row in told["fleets"]] == [False, True]
    assert [row["name"] for row in doors.servers(foreign=True)["foreign"]] == ["stranger"]
    one = doors.servers(fleet="web")
    assert [row["fleet"] for row in one["fleets"] + one["servers"] + one["suspicious"]] == ["web", "web"]


def test_twins_ends_and_marks_are_told(doors: Doors, clouds: Simulator) -> None:
    mark = "1;crawl;1;AAAAAAAAAAAAAAAA;1790000000;1790000900;{};0a1b2c3d"
    facts: Answer = {"name": "crawl-001", "description": mark.format(0)}
    own = {"multi_stack_owner": "ops", "multi_stack_image": "debian-13", "multi_stack_expires": "1790003600"}
    first = clouds.add_server("alpha", **facts, metadata={"multi_stack": mark.format(0), **own}, age=3600.0)
    twin = clouds.add_server("beta", **facts, metadata={"multi_stack": mark.format(0), **own}, age=60.0)
    told = doors.servers()
    [fleet] = told["fleets"]
    assert (fleet["servers"], fleet["slots"], fleet["twins"], fleet["expired"]) == (2, 1, 1, 2)
    assert (fleet["owners"], fleet["specs"], fleet["expires"]) == (["ops"], ["0a1b2c3d"], "2026-09-21T15:13:20Z")
    rows = {row["id"]: row for row in told["servers"]}
    assert {row["id"]: row["twin"] for row in told["servers"]} == {first: False, twin: True}
    assert [rows[first][field] for field in ("image", "ordered", "order_ends", "expired", "replacement")] == [
        *("debian-13", "2026-09-21T14:13:20Z", "2026-09-21T14:28:20Z", True, False),
    ]
    assert [row["id"] for row in doors.servers(where="twin && expired")["servers"]] == [twin]
    clouds.add_server("alpha", name="crawl-007", metadata={"multi_stack": mark.format(0)})
    [suspect] = doors.servers(fleet="crawl")["suspicious"]
    assert suspect["name"] == "crawl-007"
    assert "its metadata says slot 1 of crawl" in suspect["reason"]


def test_where_chooses_servers_and_fleets_count_all(doors: Doors, clouds: Simulator) -> None:
    made = doors.launch()["servers"]
    clouds.change_server(made[1]["id"], vm_state="stopped")
    told = doors.servers(where="status != 'ACTIVE'")
    assert [row["id"] for row in told["servers"]] == [made[1]["id"]]
    assert told["fleets"][0]["servers"] == 4
    assert doors.servers(where="")["servers"] == doors.servers()["servers"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"where": "status = 'x'"}, "where: \"status = 'x'\" is no JMESPath expression"),
        ({"where": "stauts"}, 'where: no server has "stauts"'),
        ({"locations": ["delta"]}, 'locations: "delta" fits no location of '),
        ({"flet": "x"}, "Unsupported parameters for "),
        ({"on_unreachable": "shrug"}, "value of on_unreachable must be one of: omit, fail"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_cloud_is_asked(
    options: Answer, says: str, doors: Doors, clouds: Simulator
) -> None:
    answer = doors.servers(**options)
    assert answer["failed"]
    assert says in answer["msg"]
    assert clouds.wire() == []


def test_only_the_locations_that_are_named_are_asked(doors: Doors, clouds: Simulator) -> None:
    doors.launch()
    told = doors.servers(locations=["b*"])
    assert told["locations"] == ["beta:RegionOne"]
    assert {row["cloud"] for row in told["servers"]} == {"beta"}
    assert {each["cloud"] for each in clouds.wire()} == {"beta"}


def test_who_does_not_answer_is_named_and_the_others_are_told(doors: Doors, clouds: Simulator) -> None:
    doors.launch()
    clouds.behave(preset="nova_dead", cloud="beta")
    told = doors.servers(timeout=3)
    assert not told.get("failed")
    assert {row["cloud"] for row in told["servers"]} == {"alpha"}
    [unknown] = told["unknown"]
    assert unknown["location"] == "beta:RegionOne"
    assert unknown["reason"]
    assert "status: unavailable" in unknown["advice"]


def test_fail_says_who_did_not_answer_and_what_to_do(doors: Doors, clouds: Simulator) -> None:
    clouds.behave(preset="nova_dead", cloud="beta")
    told = doors.servers(timeout=3, on_unreachable="fail")
    assert told["failed"]
    head, line = told["msg"].splitlines()
    assert head == "not every location answered (on_unreachable: omit is content with the others)"
    assert line.startswith("beta:RegionOne: ")
    assert line.endswith(told["unknown"][0]["advice"])


def test_no_answer_at_all_is_never_an_empty_one(doors: Doors, clouds: Simulator) -> None:
    clouds.behave(preset="nova_hung")
    told = doors.servers(timeout=1)
    assert told["failed"]
    assert told["msg"].splitlines()[0] == "no location answered, so nothing is known of any server"
    assert len(told["msg"].splitlines()) == 4
    assert told["as_of"] is None


def test_a_cell_that_is_down_is_not_passed_over(doors: Doors, clouds: Simulator) -> None:
    doors.launch()
    clouds.set_region("alpha", down_cells=[0])
    told = doors.servers()
    assert [row["location"] for row in told["unknown"]] == ["alpha:RegionOne"]
    assert "a part of it is down" in told["unknown"][0]["reason"]


def test_limits_cost_two_requests_and_a_token(doors: Doors, clouds: Simulator) -> None:
    rows = doors.room()
    assert [row["limits"]["instances"]["left"] for row in rows.values()] == [10, 10, 10]
    assert [(row["room"], row["flavors"], row["hints"]["cost"]) for row in rows.values()] == [
        (None, None, 2.0),
        (None, None, 0.0),
        (None, None, 0.0),
    ]
    assert len(clouds.wire(cloud="alpha")) == 3


def test_room_is_for_what_the_cloud_calls_the_flavor(doors: Doors) -> None:
    doors.launch()
    rows = doors.room(flavor="small")
    assert [row["room"] for row in rows.values()] == [8, 8, 0]
    assert rows["gamma"]["why"].startswith('no flavor "small"; it has m1.small')
    assert rows["alpha"]["flavor"]["name"] == "m1.tiny"
    assert (rows["alpha"]["servers"], rows["alpha"]["marked"], rows["gamma"]["servers"]) == (2, 2, 0)
    assert doors.room(flavor="m1.tiny", locations=["gamma"])["gamma"]["why"].startswith(
        "its hint status: unavailable keeps"
    )


def test_room_agrees_with_what_a_launch_finds(doors: Doors, clouds: Simulator) -> None:
    clouds.set_quota("alpha", instances=3)
    clouds.add_server("beta", name="stranger")
    rows = doors.room(flavor="small")
    made = doors.launch(count=30, on_shortfall="accept")
    running = {label.partition(":")[0]: place["running"] for label, place in made["by_location"].items()}
    assert {name: row["room"] for name, row in rows.items()} == running


def test_more_is_asked_for_only_when_it_is_wanted(doors: Doors) -> None:
    rows = doors.room(gather=["flavors", "images", "networks", "zones", "versions"], locations=["alpha"])
    row = rows["alpha"]
    assert {"m1.tiny", "m1.small"} <= {each["name"] for each in row["flavors"]}
    assert "cirros" in {each["name"] for each in row["images"]}
    assert "private" in {each["name"] for each in row["networks"]}
    assert row["zones"] == [{"name": "az1", "available": True}, {"name": "az2", "available": True}]
    assert row["versions"] == [{"service": "compute", "oldest": "2.1", "newest": "2.96", "spoken": "2.79"}]
    assert row["failures"] == {}
    assert doors.room(gather=["zones"], locations=["alpha"])["alpha"]["images"] is None


def test_a_service_that_is_down_leaves_the_rest(doors: Doors, clouds: Simulator) -> None:
    clouds.behave(preset="glance_dead", cloud="alpha")
    row = doors.room(gather=["images", "zones"], locations=["alpha"], timeout=4)["alpha"]
    assert row["images"] is None
    assert list(row["failures"]) == ["images"]
    assert row["zones"]
    assert row["state"] == "known"


def test_one_that_does_not_answer_has_a_row_with_the_reason(doors: Doors, clouds: Simulator) -> None:
    clouds.behave(preset="hung", cloud="alpha")
    rows = doors.room(flavor="small", gather=["zones"], timeout=2)
    assert (rows["alpha"]["state"], rows["alpha"]["room"], rows["alpha"]["limits"]) == ("unreachable", None, None)
    assert "did not answer" in rows["alpha"]["reason"]
    assert rows["alpha"]["advice"].startswith("give it more time (timeout, ")
    assert rows["beta"]["room"] == 10


def test_clocks_and_times_are_told(doors: Doors, clouds: Simulator) -> None:
    clouds.set_region("beta", clock_skew=90)
    rows = doors.room()
    assert [abs(rows[name]["clock_skew_seconds"] - 90) <= 1 for name in rows] == [False, True, False]
    assert all(0 < row["response_seconds"] < 10 for row in rows.values())
    assert {row["user"] for row in rows.values()} == {"demo"}


def test_an_owner_counts_for_its_own_share(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    hints = tmp_path / "accounts.yaml"
    hints.write_text("clouds: {alpha: {max_servers_per_owner: 3}}", encoding="utf-8")
    doors.launch(owner="me", locations=["alpha"], count=2)
    monkeypatch.setenv("OPENMULTISTACK_OWNER", "me")
    asked: Answer = {"flavor": "small", "locations": ["alpha"], "accounts_file": str(hints)}
    assert doors.room(**asked)["alpha"]["room"] == 1
    assert doors.room(**asked, owner="you")["alpha"]["room"] == 3
