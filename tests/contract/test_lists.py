# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GET /servers/detail: filters by microversion, what each shows, and pages."""

from __future__ import annotations

import time
import typing as t
from urllib.parse import quote, urlsplit

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import name_filter
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage


def names(stage: Stage, query: str, version: str = "2.79") -> list[str]:
    """What a query finds, in its order."""
    return [row["name"] for row in stage.user.get(f"/servers/detail{query}", version=version)["servers"]]


def refused(stage: Stage, query: str, version: str = "2.79") -> Answer:
    answer = stage.user.ask("GET", f"/servers/detail{query}", version=version)
    assert answer.status == 400, answer.raw
    assert answer.word == "badRequest"
    return answer


def pair(stage: Stage, **second: t.Any) -> tuple[str, str]:
    """Two servers without a network, the second with more to it."""
    first = stage.made("contract-one")
    other = stage.made("contract-two", **second)
    stage.settled(first)
    stage.settled(other)
    return first, other


def in_order(stage: Stage) -> list[str]:
    """Two servers as a list shows them; of the same second either may be the first."""
    pair(stage)
    return [row["id"] for row in stage.user.get("/servers/detail")["servers"]]


def test_an_empty_project_has_an_empty_list(stage: Stage) -> None:
    assert stage.user.get("/servers/detail") == {"servers": []}


def test_a_name_is_a_regular_expression_that_may_fit_anywhere(stage: Stage) -> None:
    pair(stage)
    assert names(stage, "?name=tract-t") == ["contract-two"]
    assert sorted(names(stage, f"?name={quote('^contract-[ot][nw][eo]$')}")) == ["contract-one", "contract-two"]
    assert names(stage, f"?name={quote('^tract')}") == []


def test_a_bar_in_a_regular_expression_is_a_bar(stage: Stage) -> None:
    pair(stage)
    assert names(stage, f"?name={quote('one|two')}") == []


def test_our_filter_finds_a_fleet_and_no_other(stage: Stage) -> None:
    for name in ("contract-a-001", "contract-a-1000", "contract-a-x", "contract-a-b-001"):
        stage.made(name)
    found = names(stage, f"?name={quote(name_filter('contract-a'))}")
    assert sorted(found) == ["contract-a-001", "contract-a-1000"]


def test_what_is_no_regular_expression_is_refused(stage: Stage) -> None:
    assert refused(stage, f"?name={quote('[x')}").message.startswith("Invalid input for query parameters name.")


def test_an_unknown_filter_is_refused_from_2_75_and_means_nothing_before(stage: Stage) -> None:
    pair(stage)
    assert refused(stage, "?nope=1", "2.75").message == "'nope' does not match any of the regexes: '^_'"
    assert len(names(stage, "?nope=1", "2.74")) == 2


def test_a_filter_of_metadata_is_dropped_and_all_are_shown(stage: Stage) -> None:
    pair(stage, metadata={"role": "web"})
    assert len(names(stage, f"?metadata={quote(str({'role': 'web'}))}")) == 2


def test_tags_are_a_filter_from_2_26_and_mean_nothing_before(stage: Stage) -> None:
    pair(stage, tags=["contract-t"])
    assert names(stage, "?tags=contract-t") == ["contract-two"]
    assert names(stage, "?not-tags=contract-t") == ["contract-one"]
    assert len(names(stage, "?tags=contract-t", "2.25")) == 2


def test_a_key_is_a_filter_from_2_83_and_means_nothing_before(stage: Stage) -> None:
    pair(stage)
    assert names(stage, "?key_name=nope", "2.83") == []
    assert len(names(stage, "?key_name=nope", "2.82")) == 2


def test_status_is_a_filter(stage: Stage) -> None:
    pair(stage)
    stage.broken("contract-ill", flavorRef=stage.giant)
    assert names(stage, "?status=ERROR") == ["contract-ill"]
    assert names(stage, "?status=error") == ["contract-ill"]
    assert len(names(stage, "?status=ACTIVE")) == 2
    assert len(names(stage, "?status=ACTIVE&status=ERROR")) == 3
    assert names(stage, "?status=BUILD") == []


def test_a_status_that_is_none_is_refused_from_2_38_and_finds_nothing_before(stage: Stage) -> None:
    stage.made()
    assert refused(stage, "?status=NOPE", "2.38").message == "Invalid status value"
    assert names(stage, "?status=NOPE", "2.37") == []


def test_members_do_not_list_what_is_deleted_by_its_status(stage: Stage) -> None:
    answer = stage.user.ask("GET", "/servers/detail?status=DELETED")
    assert (answer.status, answer.word) == (403, "forbidden")


def test_what_changed_since_a_moment_has_what_was_deleted_since(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    stage.delete(server_id)
    stage.gone(server_id)
    rows = stage.user.get("/servers/detail?changes-since=2020-01-01T00:00:00Z")["servers"]
    assert [row["status"] for row in rows if row["id"] == server_id] == ["DELETED"]


def test_a_moment_that_is_none_is_refused(stage: Stage) -> None:
    answer = refused(stage, "?changes-since=yesterday")
    assert answer.message.startswith("Invalid input for query parameters changes-since.")


@pytest.mark.parametrize(
    ("field", "since"), [("locked", 9), ("description", 19), ("tags", 26), ("locked_reason", 73), ("key_name", 1)]
)
def test_a_field_is_shown_from_its_microversion(stage: Stage, field: str, since: int) -> None:
    stage.made()
    (row,) = stage.user.get("/servers/detail", version=f"2.{since}")["servers"]
    assert field in row
    if since > 1:
        (row,) = stage.user.get("/servers/detail", version=f"2.{since - 1}")["servers"]
        assert field not in row


def test_a_flavor_is_shown_whole_from_2_47(stage: Stage) -> None:
    stage.made()
    (row,) = stage.user.get("/servers/detail", version="2.46")["servers"]
    assert (row["flavor"]["id"], "vcpus" in row["flavor"]) == (stage.flavor, False)
    (row,) = stage.user.get("/servers/detail", version="2.47")["servers"]
    assert (row["flavor"]["original_name"], "id" in row["flavor"]) == (stage.names["flavor"], False)


def test_without_a_microversion_the_oldest_is_spoken(stage: Stage) -> None:
    answer = stage.user.ask("GET", "/servers/detail", version=None)
    assert answer.headers["OpenStack-API-Version"] == "compute 2.1"
    answer = stage.user.ask("GET", "/servers/detail")
    assert answer.headers["OpenStack-API-Version"] == "compute 2.79"
    assert answer.headers["X-OpenStack-Nova-API-Version"] == "2.79"


def test_the_version_document_says_what_is_offered(stage: Stage) -> None:
    version = stage.user.get("/")["version"]
    assert (version["id"], version["status"], version["min_version"]) == ("v2.1", "CURRENT", "2.1")
    major, _point, minor = version["version"].partition(".")
    assert major == "2"
    assert int(minor) >= 79


@pytest.mark.slow
def test_the_newest_servers_come_first(stage: Stage) -> None:
    for name in ("contract-one", "contract-two"):
        stage.settled(stage.made(name))
        time.sleep(1.1)  # Nova counts in seconds.
    assert names(stage, "") == ["contract-two", "contract-one"]


def test_a_full_page_leads_to_the_next(stage: Stage) -> None:
    first, second = in_order(stage)
    page = stage.user.get("/servers/detail?limit=1")
    assert [row["id"] for row in page["servers"]] == [first]
    (link,) = page["servers_links"]
    assert link["rel"] == "next"
    assert set(urlsplit(link["href"]).query.split("&")) == {"limit=1", f"marker={first}"}
    page = stage.user.get(f"/servers/detail?marker={first}")
    assert [row["id"] for row in page["servers"]] == [second]
    assert "servers_links" not in page


def test_the_last_page_may_be_full_and_the_next_one_empty(stage: Stage) -> None:
    pair(stage)
    page = stage.user.get("/servers/detail?limit=2")
    assert "servers_links" in page
    assert stage.user.get(f"/servers/detail?limit=2&marker={page['servers'][-1]['id']}") == {"servers": []}


def test_pages_and_filters_go_together(stage: Stage) -> None:
    first, second = in_order(stage)
    page = stage.user.get("/servers/detail?name=contract&limit=1")
    assert [row["id"] for row in page["servers"]] == [first]
    assert {"name=contract", "limit=1"} < set(urlsplit(page["servers_links"][0]["href"]).query.split("&"))
    page = stage.user.get(f"/servers/detail?name=contract&marker={first}")
    assert [row["id"] for row in page["servers"]] == [second]


def test_a_marker_that_never_was_is_refused(stage: Stage) -> None:
    pair(stage)
    assert refused(stage, f"?marker={NOWHERE}").message == f"marker [{NOWHERE}] not found"


def test_a_page_goes_on_behind_a_server_that_is_deleted_meanwhile(stage: Stage) -> None:
    first, second = in_order(stage)
    stage.delete(first)
    stage.gone(first)
    page = stage.user.get(f"/servers/detail?marker={first}")
    assert [row["id"] for row in page["servers"]] == [second]


@pytest.mark.parametrize("limit", ["-1", "x"])
def test_a_limit_that_is_none_is_refused(stage: Stage, limit: str) -> None:
    assert refused(stage, f"?limit={limit}").message.startswith("Invalid input for query parameters limit.")


def test_other_projects_are_not_for_members(stage: Stage) -> None:
    answer = stage.user.ask("GET", "/servers/detail?all_tenants=1")
    assert (answer.status, answer.word) == (403, "forbidden")
    assert answer.message.startswith("Policy doesn't allow os_compute_api:servers:detail:get_all_tenants")
