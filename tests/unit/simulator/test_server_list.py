# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member


@pytest.fixture
def four(lab: Lab, member: Member) -> Member:
    for name, tags in (("crawl-1", ["a"]), ("crawl-2", ["a", "b"]), ("crawl-2-x", []), ("other", ["b"])):
        member.order(name, tags=tags)
        lab.wait(1)
    return member


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?name=crawl", ["crawl-1", "crawl-2", "crawl-2-x"]),
        ("?name=^crawl-[0-9]%2B$", ["crawl-1", "crawl-2"]),
        ("?name=^CRAWL-1$", ["crawl-1"]),
        ("?tags=a", ["crawl-1", "crawl-2"]),
        ("?tags=a,b", ["crawl-2"]),
        ("?tags-any=a,b", ["crawl-1", "crawl-2", "other"]),
        ("?not-tags-any=a,b", ["crawl-2-x"]),
        ("?status=BUILD", ["crawl-1", "crawl-2", "crawl-2-x", "other"]),
        ("?status=ACTIVE", []),
        ("?status=ACTIVE&status=BUILD&name=other", ["other"]),
        ("?metadata=%7B%22a%22:%22b%22%7D", ["crawl-1", "crawl-2", "crawl-2-x", "other"]),
        ("?uuid=nothing", ["crawl-1", "crawl-2", "crawl-2-x", "other"]),
    ],
)
def test_filters_as_nova_does(four: Member, query: str, names: list[str]) -> None:
    assert four.names(query) == names


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?name=[x", "Invalid input for query parameters name. Value: [x. '[x' is not a 'regex'"),
        (
            "?changes-since=yesterday",
            "Invalid input for query parameters changes-since. Value: yesterday. 'yesterday' is not a 'date-time'",
        ),
        ("?fleet=crawl", "'fleet' does not match any of the regexes: '^_'"),
        ("?status=NONSENSE", "Invalid status value"),
        ("?marker=nothing", "marker [nothing] not found"),
    ],
)
def test_refuses_what_makes_no_sense(member: Member, query: str, message: str) -> None:
    answer = member.ask("GET", f"/servers{query}")
    assert (answer.status, answer.message) == (400, message)


@pytest.mark.parametrize(("query", "since"), [("fleet=x", 75), ("tags=nothing", 26), ("key_name=nothing", 83)])
def test_an_old_nova_ignores_filters_it_does_not_know(four: Member, query: str, since: int) -> None:
    four.minor = since - 1
    assert len(four.names(f"?{query}")) == 4
    four.minor = since
    answer = four.ask("GET", f"/servers?{query}")
    assert answer.status == 400 or answer.json["servers"] == []


def test_an_admin_may_not_filter_by_metadata(lab: Lab) -> None:
    answer = lab.member(user="admin").ask("GET", "/servers?metadata=x")
    assert (answer.status, answer.message) == (400, "Invalid filter field: metadata.")


def test_only_an_admin_lists_what_is_deleted(member: Member) -> None:
    assert member.ask("GET", "/servers?status=DELETED").status == 403


def test_pages_are_linked(four: Member) -> None:
    seen, path = [], "/servers?limit=2"
    while path:
        page = four.get(path)
        seen += [row["name"] for row in page["servers"]]
        links = page.get("servers_links")
        path = links[0]["href"].partition("/compute/v2.1")[2] if links else ""
    assert seen == ["other", "crawl-2-x", "crawl-2", "crawl-1"]


@pytest.mark.parametrize("lab", [{"max_page": 3}], indirect=True)
def test_a_page_has_no_more_than_the_cloud_allows(four: Member) -> None:
    assert len(four.names()) == 3
    assert len(four.names("?limit=1000")) == 3


def test_changes_since_shows_the_deleted_and_not_the_untouched(lab: Lab, member: Member) -> None:
    gone = member.made("gone")
    lab.wait(20)
    member.ask("DELETE", f"/servers/{gone}")
    lab.wait(10)
    member.made("fresh")
    lab.wait(1)
    rows = member.get("/servers/detail?changes-since=2020-01-01T00:00:00Z")["servers"]
    assert [(row["name"], row["status"]) for row in rows] == [("gone", "DELETED")]


def test_a_project_sees_its_own_only(lab: Lab, member: Member) -> None:
    lab.sim.add_server("alpha", name="theirs", user="admin", project="admin")
    lab.sim.add_server("alpha", name="ours")
    assert member.names() == ["ours"]
    assert lab.member(user="admin").names("?all_tenants=1") == ["ours", "theirs"]


@pytest.mark.parametrize(
    ("minor", "fields"),
    [
        (1, {"flavor": {"id", "links"}, "missing": {"locked", "description", "tags", "pinned_availability_zone"}}),
        (47, {"flavor": {"vcpus", "ram", "disk", "ephemeral", "swap", "original_name", "extra_specs"}}),
        (96, {"present": {"locked", "description", "tags", "pinned_availability_zone", "locked_reason"}}),
    ],
)
def test_details_follow_the_microversion(member: Member, minor: int, fields: dict[str, set[str]]) -> None:
    member.made()
    member.minor = minor
    (row,) = member.get("/servers/detail")["servers"]
    assert set(row["flavor"]) == fields.get("flavor", set(row["flavor"]))
    assert not fields.get("missing", set()) & set(row)
    assert fields.get("present", set()) <= set(row)


@pytest.mark.parametrize("lab", [{"max_microversion": "2.60"}], indirect=True)
def test_a_microversion_beyond_the_newest_is_a_406(lab: Lab, member: Member) -> None:
    member.minor = 96
    answer = member.ask("GET", "/servers")
    text = "Version 2.96 is not supported by the API. Minimum is 2.1 and maximum is 2.60."
    assert (answer.status, answer.json) == (406, {"computeFault": {"code": 406, "message": text}})
    member.minor = "latest"
    assert member.ask("GET", "/servers").headers["OpenStack-API-Version"] == "compute 2.60"
    member.minor = None
    assert member.ask("GET", "/servers").headers["X-OpenStack-Nova-API-Version"] == "2.1"
