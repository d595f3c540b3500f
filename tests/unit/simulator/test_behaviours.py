# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
import time
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.tests.simulator import ManualClock
from ansible_collections.openmultistack.cloud.tests.simulator.behaviours import Behaviours, Occasion

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member

DROPPED = (http.client.RemoteDisconnected, ConnectionResetError)


def occasion(event: str = "server.create", region: str = "r", **fields: t.Any) -> Occasion:
    return Occasion(words=(event, "compute", "any"), cloud="alpha", region=region, **fields)


def deeds(raw: dict[str, t.Any], count: int = 6, **fields: t.Any) -> list[str]:
    behaviours = Behaviours(ManualClock())
    behaviours.declare(raw)
    decided = [behaviours.decide(occasion(**fields)) for _number in range(count)]
    return [each[0].do if each else "-" for each in decided]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"event": "server.create", "do": "drop"}, "drop drop drop drop drop drop"),
        ({"event": "compute", "do": "drop"}, "drop drop drop drop drop drop"),
        ({"event": "image", "do": "drop"}, "- - - - - -"),
        ({"event": "any", "do": "hang", "after": 4}, "- - - - hang hang"),
        ({"event": "any", "do": "hang", "every": 2}, "- hang - hang - hang"),
        ({"event": "any", "do": "hang", "times": 2}, "hang hang - - - -"),
        ({"event": "any", "do": "hang", "after": 1, "every": 2, "times": 1}, "- - hang - - -"),
        ({"event": "any", "do": "hang", "chance": 0.0}, "- - - - - -"),
        ({"event": "any", "do": "hang", "cloud": "beta"}, "- - - - - -"),
        ({"event": "any", "do": "hang", "name": "^b"}, "- - - - - -"),
        ({"event": "any", "steps": [{"do": "drop"}, {"do": "pass"}, {"do": "hang"}]}, "drop - hang - - -"),
        ({"event": "any", "steps": [{"do": "drop"}, {"do": "pass"}], "repeat": True}, "drop - drop - drop -"),
    ],
)
def test_it_is_whose_turn_it_is(raw: dict[str, t.Any], expected: str) -> None:
    assert " ".join(deeds(raw, name="abc")) == expected


def test_counts_every_location_for_itself() -> None:
    behaviours = Behaviours(ManualClock())
    behaviours.declare({"event": "any", "do": "drop", "times": 1})
    fired = [bool(behaviours.decide(occasion(region=region))) for region in ("east", "west", "east", "west")]
    assert fired == [True, True, False, False]


def test_an_outage_has_a_beginning_and_an_end() -> None:
    clock = ManualClock()
    behaviours = Behaviours(clock)
    behaviours.declare({"event": "any", "do": "drop", "start": 2, "stop": 4})
    seen = []
    for _second in range(6):
        seen.append(behaviours.decide(occasion()) is not None)
        clock.advance(1)
    assert seen == [False, False, True, True, False, False]


@pytest.mark.parametrize(
    "raw",
    [
        {"event": "server.create", "do": "explode"},
        {"event": "server.build", "do": "hang"},
        {"event": "any", "do": "drop", "cluod": "alpha"},
        {"preset": "nonsense"},
    ],
)
def test_a_slip_is_refused(raw: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match=r"preset|can do|has no"):
        Behaviours(ManualClock()).declare(raw)


def test_answers_instead_of_nova(lab: Lab, member: Member) -> None:
    lab.sim.behave(preset="quota", cloud="alpha", after=1)
    assert [member.order(f"n{number}").status for number in range(3)] == [202, 403, 403]
    assert member.names() == ["n0"]
    assert lab.member("beta").order().status == 202


@pytest.mark.parametrize(("commit", "made"), [(False, []), (True, ["one"])])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_comes_before_or_after_the_commit(
    lab: Lab, member: Member, commit: bool, made: list[str], status: int
) -> None:
    lab.sim.behave(event="server.create", do="answer", status=status, commit=commit)
    assert member.order().status == status
    assert member.names() == made


@pytest.mark.parametrize(("commit", "made"), [(False, []), (True, ["one"])])
@pytest.mark.parametrize("reset", [True, False])
def test_a_dropped_connection_says_nothing(
    lab: Lab, member: Member, commit: bool, made: list[str], reset: bool
) -> None:
    lab.sim.behave(event="server.create", do="drop", commit=commit, reset=reset)
    with pytest.raises(DROPPED):
        member.order()
    assert member.names() == made


def test_a_post_can_land_late(lab: Lab, member: Member) -> None:
    lab.sim.behave(preset="late_post", commit_after=5)
    give_up(lab, member)
    lab.wait(4)
    assert member.names() == []
    lab.wait(1)
    assert member.names() == ["one"]


def test_a_deleted_group_fences_a_late_post(lab: Lab, member: Member) -> None:
    group = {"name": "fence", "policy": "soft-anti-affinity"}
    group_id = member.ask("POST", "/os-server-groups", {"server_group": group}).json["server_group"]["id"]
    assert member.order("first", hints={"group": group_id}).status == 202
    lab.sim.behave(preset="late_post", commit_after=5)
    give_up(lab, member, hints={"group": group_id})
    assert member.ask("DELETE", f"/os-server-groups/{group_id}").status == 204
    lab.wait(5)
    assert member.names() == ["first"]


def give_up(lab: Lab, member: Member, **fields: t.Any) -> None:
    """Order, and go away without an answer."""
    before = len(lab.sim.wire(event="server.create"))
    with pytest.raises(TimeoutError):
        member.order(timeout=0.05, **fields)
    while len(lab.sim.wire(event="server.create")) == before:
        time.sleep(0.01)


def test_a_slow_answer_comes(lab: Lab, member: Member) -> None:
    lab.sim.behave(event="limits", do="delay", seconds=0.1)
    began = time.monotonic()
    member.get("/limits")
    assert time.monotonic() - began >= 0.1


def test_others_do_not_wait_for_the_hung(lab: Lab, member: Member) -> None:
    lab.sim.behave(preset="hung", cloud="alpha", region="RegionOne")
    with pytest.raises(TimeoutError):
        member.ask("GET", "/servers", timeout=0.05)
    assert lab.member("beta").names() == []
    lab.sim.heal()
    assert member.names() == []


def test_half_an_answer_is_noticed(lab: Lab, member: Member) -> None:
    member.order()
    lab.sim.behave(preset="truncated")
    with pytest.raises(http.client.IncompleteRead):
        member.get("/servers/detail")


def test_a_drip_defeats_the_timeout_between_two_bytes(lab: Lab, member: Member) -> None:
    lab.sim.behave(event="limits", do="drip", bytes_per_second=4000)
    began = time.monotonic()
    member.ask("GET", "/limits", timeout=5)
    assert time.monotonic() - began > 0.05


def test_too_many_requests(lab: Lab, member: Member) -> None:
    lab.sim.behave(preset="rate_limited", times=1)
    answer = member.ask("GET", "/limits")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert member.ask("GET", "/limits").status == 200


def test_a_provider_limits_the_rate(lab: Lab, member: Member) -> None:
    lab.sim.set_region("alpha", rate_limits={"compute": 2})
    assert [member.ask("GET", "/limits").status for _number in range(3)] == [200, 200, 429]
    lab.wait(1)
    assert member.ask("GET", "/limits").status == 200


@pytest.mark.parametrize(
    ("preset", "state", "code"),
    [
        ("no_valid_host", "ERROR", 500),
        ("late_quota", "ERROR", 413),
        ("spawn_fails", "ERROR", 500),
        ("no_address_left", "ERROR", 500),
        ("error_without_fault", "ERROR", None),
        ("stuck_build", "BUILD", None),
        ("stuck_spawning", "BUILD", None),
        ("no_addresses", "ACTIVE", None),
    ],
)
def test_a_build_goes_wrong(lab: Lab, member: Member, preset: str, state: str, code: int | None) -> None:
    lab.sim.behave(preset=preset, name="^one")
    server_id = member.made()
    lab.wait(1000)
    server = member.show(server_id)
    assert (server["status"], server["addresses"]) == (state, {})
    assert server.get("fault", {}).get("code") == code
    assert "{" not in server.get("fault", {}).get("message", "")
    assert member.ask("DELETE", f"/servers/{server_id}").status == 204
    lab.wait(1000)
    assert member.names() == []


def test_a_delete_goes_wrong(lab: Lab, member: Member) -> None:
    server_id = member.made()
    lab.wait(20)
    stuck = lab.sim.behave(preset="stuck_delete")
    member.ask("DELETE", f"/servers/{server_id}")
    lab.wait(1000)
    assert member.show(server_id)["OS-EXT-STS:task_state"] == "deleting"
    lab.sim.heal(stuck)
    lab.sim.change_server(server_id, task_state=None)
    lab.sim.behave(preset="failed_delete", times=1)
    for status in ("ERROR", None):
        assert member.ask("DELETE", f"/servers/{server_id}").status == 204
        lab.wait(10)
        assert [row["status"] for row in member.get("/servers/detail")["servers"]] == ([status] if status else [])


def test_nova_needs_neutron_and_glance(lab: Lab, member: Member) -> None:
    server_id, body = member.made(), member.body()
    lab.sim.behave(preset="neutron_dead")
    with pytest.raises(DROPPED):
        member.get("/networks", "network/v2.0")
    failure = "<class 'keystoneauth1.exceptions.connection.ConnectFailure'>"
    for method, path, given in (
        ("GET", "/servers/detail", None),
        ("GET", f"/servers/{server_id}", None),
        ("POST", "/servers", body),
    ):
        answer = member.ask(method, path, given)
        assert (answer.status, failure in answer.message) == (500, True), path
    assert member.names() == ["one"]
    lab.sim.heal()
    lab.sim.behave(preset="glance_dead")
    assert "GlanceConnectionFailed" in member.ask("POST", "/servers", body).message


def test_nova_goes_on_with_old_tokens_when_keystone_is_dead(lab: Lab, member: Member) -> None:
    lab.sim.behave(preset="keystone_dead")
    assert member.names() == []
    with pytest.raises(DROPPED):
        member.login()
