# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading all locations once, and the names that servers have in the inventory."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.census import (
    Census,
    Stale,
    Surveyor,
    with_memories,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.memory import Memory
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import (
    Host,
    Selection,
    hosts_of,
    told_apart,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Identity, Server

from .world import marked

DOWN = Fault(kind=Kind.UNREACHABLE, message="down")


def surveyed(label: str, *servers: Server, endpoint: str = "") -> m.Surveyed:
    identity = Identity(endpoint=endpoint or label, project_id="p")
    return m.Surveyed(now=1.0, location=label, started_at=0.0, servers=servers, identity=identity)


def census_of(commands: t.Sequence[m.Command]) -> Census:
    finish = commands[-1]
    assert isinstance(finish, m.Finish)
    assert isinstance(finish.result, Census)
    return finish.result


def test_asks_every_location_and_ends_with_the_last_answer() -> None:
    surveyor = Surveyor(["a:1", "b:1", "c:1"], limits=True)
    assert surveyor.begin(0.0) == [m.Survey(location=label, limits=True) for label in ("a:1", "b:1", "c:1")]
    late = surveyed("c:1", endpoint="same")
    assert surveyor.step(1.0, [late, m.SurveyFailed(now=1.0, location="b:1", fault=DOWN)]) == ()
    assert surveyor.step(1.5, [m.Woke(now=1.5)]) == ()
    first = surveyed("a:1", endpoint="same")
    census = census_of(surveyor.step(2.0, [first]))
    assert (census.seen, census.unreachable, census.merged) == ((first,), (("b:1", DOWN),), (("c:1", "a:1"),))


def test_no_location_is_an_empty_census() -> None:
    assert census_of(Surveyor([]).begin(0.0)) == Census(seen=(), unreachable=(), merged=())


def test_what_has_not_answered_at_a_stop_is_unreachable_not_empty() -> None:
    surveyor = Surveyor(["a:1", "b:1"])
    surveyor.begin(0.0)
    census = census_of(surveyor.step(1.0, [surveyed("a:1"), m.Stop(now=1.0, why="SIGTERM")]))
    assert [label for label, _fault in census.unreachable] == ["b:1"]


def names(*seen: m.Surveyed) -> list[str]:
    return [host.name for host in hosts_of(Census(seen=seen, unreachable=(), merged=()))]


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, True),
        ({"status": "SHUTOFF"}, True),
        ({"task": "image_uploading"}, True),
        ({"status": "BUILD"}, False),
        ({"status": "ERROR"}, False),
        ({"task": "deleting"}, False),
        ({"status": "SOFT_DELETED"}, False),
        ({"status": "UNKNOWN"}, False),
    ],
)
def test_shows_what_can_be_worked_on(facts: dict[str, t.Any], shown: bool) -> None:
    assert names(surveyed("a:1", marked(1, "one", **facts))) == (["crawl-001"] if shown else [])


def test_the_first_by_rank_keeps_the_plain_name() -> None:
    older, newer = marked(1, "z", created=1.0), marked(1, "a", created=2.0)
    hosts = hosts_of(Census(seen=(surveyed("a:1", newer), surveyed("b:1", older)), unreachable=(), merged=()))
    assert [(host.name, host.server.id, host.location) for host in hosts] == [
        ("crawl-001", "z", "b:1"),
        ("crawl-001.a.1", "a", "a:1"),
    ]


def test_many_of_one_name_at_one_location_are_told_apart_by_id() -> None:
    found = [marked(1, each, created=float(n)) for n, each in enumerate("abc")]
    assert names(surveyed("a:1", *found)) == ["crawl-001", "crawl-001.a.1", "crawl-001.a.1.c"]


def test_ours_comes_before_a_stranger_of_the_same_name() -> None:
    stranger = Server(id="x", name="crawl-001", status="ACTIVE", created=0.0)
    hosts = hosts_of(Census(seen=(surveyed("a:1", stranger, marked(1, "one")),), unreachable=(), merged=()))
    assert [(host.name, host.fleet, host.slot) for host in hosts] == [
        ("crawl-001", "crawl", 1),
        ("crawl-001.a.1", "", None),
    ]


def test_a_name_that_is_made_up_never_meets_one_that_exists() -> None:
    stranger = Server(id="x", name="crawl-001.a.1", status="ACTIVE")
    found = [marked(1, each, created=float(n)) for n, each in enumerate("ab")]
    assert names(surveyed("a:1", *found, stranger)) == ["crawl-001", "crawl-001.a.1", "crawl-001.a.1.b"]


def test_names_never_depend_on_the_order_of_locations() -> None:
    one, two = surveyed("a:1", marked(1, "x")), surveyed("b:1", replace(marked(1, "y"), created=0.0), marked(2, "z"))
    assert names(one, two) == names(two, one)


def remembered(label: str, *servers: Server, seen_at: float, endpoint: str = "") -> Memory:
    return Memory(seen_at=seen_at, survey=surveyed(label, *servers, endpoint=endpoint))


def silent(*labels: str, seen: t.Sequence[m.Surveyed] = ()) -> Census:
    return Census(seen=tuple(seen), unreachable=tuple((label, DOWN) for label in labels), merged=())


def test_a_silent_location_is_shown_as_it_was() -> None:
    fresh, memory = surveyed("a:1", marked(1, "one")), remembered("b:1", marked(2, "two"), seen_at=900.0)
    census = with_memories(silent("b:1", seen=[fresh]), {"b:1": memory}, now=1000.5, stale_for=100)
    assert census.stale == (Stale(location="b:1", age=100, fault=DOWN),)
    assert (census.unreachable, census.outdated) == ((), ())
    assert [(host.name, host.stale) for host in hosts_of(census)] == [("crawl-001", 0), ("crawl-002", 100)]


def test_what_is_older_than_allowed_is_not_shown() -> None:
    memory = remembered("b:1", marked(2, "two"), seen_at=900.0)
    census = with_memories(silent("b:1", "c:1"), {"b:1": memory}, now=1001.0, stale_for=100)
    assert census.unreachable == (("b:1", DOWN), ("c:1", DOWN))
    assert census.outdated == (Stale(location="b:1", age=101, fault=DOWN),)
    assert (census.seen, census.stale) == ((), ())


def test_a_clock_that_was_set_back_a_little_makes_a_second_of_it() -> None:
    census = with_memories(silent("a:1"), {"a:1": remembered("a:1", seen_at=1010.0)}, now=1000.0, stale_for=100)
    assert [each.age for each in census.stale] == [1]


def test_what_is_seen_counts_before_what_is_remembered_under_another_name() -> None:
    fresh = surveyed("b:1", endpoint="same")
    memory = remembered("a:1", marked(1, "gone"), seen_at=990.0, endpoint="same")
    census = with_memories(silent("a:1", seen=[fresh]), {"a:1": memory}, now=1000.0, stale_for=100)
    assert (census.seen, census.merged, census.stale) == ((fresh,), (("a:1", "b:1"),), ())


def test_two_names_of_one_silent_location_are_one_again() -> None:
    memories = {label: remembered(label, marked(1, "x"), seen_at=990.0, endpoint="same") for label in ("a:1", "b:1")}
    census = with_memories(silent("a:1", "b:1"), memories, now=1000.0, stale_for=100)
    assert [host.location for host in hosts_of(census)] == ["a:1"]
    assert [each.location for each in census.stale] == ["a:1"]


ALL = surveyed(
    "a:1",
    marked(1, "one"),
    marked(2, "two", status="BUILD"),
    Server(id="w", name="web", status="SHUTOFF"),
    Server(id="e", name="broken", status="ERROR"),
    Server(id="n", name="", status="ACTIVE"),
)


@pytest.mark.parametrize(
    ("selection", "shown"),
    [
        (Selection(), ["crawl-001", "n", "web"]),
        (Selection(show_all=True), ["broken", "crawl-001", "crawl-002", "n", "web"]),
        (Selection(statuses=frozenset({"ERROR", "SHUTOFF"})), ["broken", "web"]),
        (Selection(fleets=("cr*", "web")), ["crawl-001"]),
        (Selection(fleets=("*",), show_all=True), ["crawl-001", "crawl-002"]),
        (Selection(fleets=("crawl",), statuses=frozenset({"BUILD"})), ["crawl-002"]),
    ],
)
def test_shows_what_is_asked_for(selection: Selection, shown: list[str]) -> None:
    hosts = hosts_of(Census(seen=(ALL,), unreachable=(), merged=()), selection)
    assert [host.name for host in hosts if selection.takes(host)] == shown


def test_a_name_is_the_same_whatever_is_left_out() -> None:
    seen = (surveyed("a:1", Server(id="x", name="web", status="SHUTOFF", created=1.0)),)
    seen += (surveyed("b:1", Server(id="y", name="web", status="ACTIVE", created=2.0)),)
    selection = Selection(statuses=frozenset({"ACTIVE"}))
    hosts = hosts_of(Census(seen=seen, unreachable=(), merged=()), selection)
    assert [host.name for host in hosts if selection.takes(host)] == ["web.b.1"]


def test_names_of_the_users_own_making_are_told_apart_as_well() -> None:
    hosts = [Host(name="host", location="a:1", server=marked(n, str(n), created=float(n))) for n in (2, 1)]
    assert [(host.name, host.server.id) for host in told_apart(hosts)] == [("host", "1"), ("host.a.1", "2")]
