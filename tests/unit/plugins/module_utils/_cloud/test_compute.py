# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import time
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import compute
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.compute import Resolved
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.messages import Create
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Offer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Spec
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Line,
    Loopback,
    Says,
)

DETAIL = "GET /v2.1/servers/detail"
SERVERS = "POST /v2.1/servers"
CREATE = Create(
    location="alpha",
    slot=1,
    token="T",
    name="crawl-001",
    offer=Offer(location="alpha", flavor=Flavor(id="f1", name="m1.small", vcpus=1, ram=512), zone="az1"),
    metadata=(("multi_stack", "mark"),),
    description="mark",
)
RICH = Spec(userdata="#!/bin/sh\n", tags=("a",), config_drive=True)
IDS = Resolved(image="i1", networks=("n1", "n2"), security_groups=("g1",), key_name="ops")
BARE: dict[str, t.Any] = {
    "name": "crawl-001",
    "imageRef": "i1",
    "flavorRef": "f1",
    "metadata": {"multi_stack": "mark"},
    "availability_zone": "az1",
}
MADE = {"server": {"id": "s1"}}


def spoken(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": f"compute {version}"}


def row(number: int, **more: t.Any) -> dict[str, t.Any]:
    return {"id": f"s{number}", "name": f"crawl-{number:03}", "status": "ACTIVE", **more}


def page(*rows: t.Any, more: bool = False) -> Says:
    links = [{"rel": "next", "href": "http://192.0.2.1/steal?marker=x"}] if more else []
    return Says({"servers": list(rows), **({"servers_links": links} if links else {})})


def body_of(line: Line, service: Loopback, spec: Spec, ids: Resolved, **more: t.Any) -> t.Any:
    service.says(SERVERS, Says(MADE, 202))
    assert compute.create(line.wire, replace(CREATE, **more), (spec, ids), line.until()) == "s1"
    return service.asked_for(SERVERS)[-1].body


def test_a_server_is_ordered_with_all_that_was_asked(line: Line, service: Loopback) -> None:
    assert body_of(line, service, RICH, IDS, group="g9") == {
        "server": {
            **BARE,
            "description": "mark",
            "networks": [{"uuid": "n1"}, {"uuid": "n2"}],
            "security_groups": [{"name": "g1"}],
            "key_name": "ops",
            "user_data": base64.b64encode(b"#!/bin/sh\n").decode(),
            "config_drive": True,
            "tags": ["a"],
        },
        "os:scheduler_hints": {"group": "g9"},
    }


@pytest.mark.parametrize(
    ("version", "more"),
    [
        ("2.79", {"description": "mark", "networks": "auto"}),
        ("2.37", {"description": "mark", "networks": "auto"}),
        ("2.36", {"description": "mark"}),
        ("2.19", {"description": "mark"}),
        ("2.18", {}),
        ("2.1", {}),
    ],
)
def test_an_older_nova_is_asked_for_less(line: Line, service: Loopback, version: str, more: dict[str, t.Any]) -> None:
    service.says(DETAIL, Says({"servers": []}, headers=spoken(version)))
    compute.sight(line.wire, line.clock, line.until())
    assert body_of(line, service, Spec(), Resolved(image="i1")) == {"server": {**BARE, **more}}


@pytest.mark.parametrize(
    ("spec", "ids"), [(Spec(tags=("a",)), Resolved(image="i1")), (Spec(), Resolved(image="i1", networks=("none",)))]
)
def test_what_an_older_nova_cannot_do_is_not_asked_of_it(
    line: Line, service: Loopback, spec: Spec, ids: Resolved
) -> None:
    service.says(DETAIL, Says({"servers": []}, headers=spoken("2.30")))
    compute.sight(line.wire, line.clock, line.until())
    with pytest.raises(CallError) as caught:
        compute.create(line.wire, CREATE, (spec, ids), line.until())
    assert (caught.value.fate, caught.value.fault.kind) == (Fate.REFUSED, Kind.INVALID)
    assert "too old" in caught.value.fault.message
    assert service.asked_for(SERVERS) == []


@pytest.mark.parametrize("word", ["auto", "none"])
def test_a_word_for_networks_is_passed_on(line: Line, service: Loopback, word: str) -> None:
    assert body_of(line, service, Spec(), Resolved(image="i1", networks=(word,)))["server"]["networks"] == word


@pytest.mark.parametrize("answer", [{}, {"server": {}}, {"server": {"id": 7}}, [], None])
def test_an_answer_without_an_id_may_hide_a_server(line: Line, service: Loopback, answer: object) -> None:
    service.says(SERVERS, Says(answer, 202))
    with pytest.raises(CallError) as caught:
        compute.create(line.wire, CREATE, (Spec(), IDS), line.until())
    assert (caught.value.fate, caught.value.fault.kind) == (Fate.LOST, Kind.BROKEN_ANSWER)


def test_the_project_is_listed_without_any_filter(line: Line, service: Loopback) -> None:
    service.says(DETAIL, page(row(1), row(2, status="UNKNOWN"), {"id": "s3"}))
    seen = compute.sight(line.wire, line.clock, line.until())
    assert [each.path for each in service.asked[1:]] == ["/v2.1/servers/detail"]
    assert [server.id for server in seen.servers] == ["s1"]
    assert seen.unknown_ids == {"s2", "s3"}
    assert (seen.partial, seen.usage.instances) == (False, 3)


def test_rows_without_an_id_make_a_list_partial(line: Line, service: Loopback) -> None:
    service.says(DETAIL, page(row(1), {"name": "x"}, None))
    seen = compute.sight(line.wire, line.clock, line.until())
    assert (seen.partial, [server.id for server in seen.servers]) == (True, ["s1"])


def test_a_fleet_is_listed_by_its_quoted_pattern(line: Line, service: Loopback) -> None:
    service.says(DETAIL, page())
    compute.sight(line.wire, line.clock, line.until(), "^crawl-[0-9]+$")
    assert service.asked[-1].path == "/v2.1/servers/detail?name=%5Ecrawl-%5B0-9%5D%2B%24"


def test_only_full_pages_are_followed_and_never_to_where_they_say(line: Line, service: Loopback) -> None:
    service.says(DETAIL, page(row(1), row(2), more=True), page(row(2), row(3), more=True), page(row(4)))
    seen = compute.sight(line.wire, line.clock, line.until(), "^x$")
    assert [server.id for server in seen.servers] == ["s1", "s2", "s3", "s4"]
    paths = [each.path.partition("?")[2] for each in service.asked[1:]]
    assert paths == ["name=%5Ex%24", "name=%5Ex%24&marker=s2", "name=%5Ex%24&marker=s3"]


def test_pages_that_go_in_circles_end(line: Line, service: Loopback) -> None:
    service.says(DETAIL, page(row(1), more=True))
    seen = compute.sight(line.wire, line.clock, line.until())
    assert [server.id for server in seen.servers] == ["s1"]
    assert len(service.asked_for(DETAIL)) == 2


def lost_marker() -> Says:
    return Says({"badRequest": {"message": "marker [s1] not found"}}, 400)


def test_a_lost_marker_starts_again(line: Line, service: Loopback) -> None:
    service.says(DETAIL, page(row(1), more=True), lost_marker(), page(row(2)))
    seen = compute.sight(line.wire, line.clock, line.until())
    assert [server.id for server in seen.servers] == ["s2"]


def test_a_marker_that_is_lost_for_ever_fails(line: Line, service: Loopback) -> None:
    service.says(DETAIL, *[page(row(1), more=True), lost_marker()] * 5)
    with pytest.raises(CallError):
        compute.sight(line.wire, line.clock, line.until())
    assert len(service.asked_for(DETAIL)) == 8


@pytest.mark.parametrize("content", [{}, [], {"servers": None}, {"servers": {"id": "x"}}, None])
def test_no_list_is_no_empty_list(line: Line, service: Loopback, content: object) -> None:
    service.says(DETAIL, Says(content))
    with pytest.raises(CallError) as caught:
        compute.sight(line.wire, line.clock, line.until())
    assert caught.value.fault.kind is Kind.BROKEN_ANSWER


def test_a_server_of_a_dead_cell_is_not_shown_and_not_gone(line: Line, service: Loopback) -> None:
    service.says("GET /v2.1/servers/s1", Says({"server": {"id": "s1", "status": "UNKNOWN"}}))
    with pytest.raises(CallError) as caught:
        compute.show(line.wire, "s1", line.until())
    assert not caught.value.missing


METADATA = "/v2.1/servers/s1/metadata"


def test_a_mark_is_read_back(line: Line, service: Loopback) -> None:
    service.says(f"POST {METADATA}", Says({"metadata": {"a": "1"}}))
    service.says(f"GET {METADATA}", Says({"metadata": {}}), Says({"metadata": {"a": "1", "b": "2"}}))
    compute.mark(line.wire, "s1", {"a": "1"}, line.until())
    assert [each.body for each in service.asked_for(f"POST {METADATA}")] == [{"metadata": {"a": "1"}}] * 2


def test_a_mark_that_somebody_undoes_is_given_up(line: Line, service: Loopback) -> None:
    service.says(f"POST {METADATA}", Says({}))
    service.says(f"GET {METADATA}", Says({"metadata": {"a": "other"}}))
    with pytest.raises(CallError) as caught:
        compute.mark(line.wire, "s1", {"a": "1"}, line.until())
    assert caught.value.fault.kind is Kind.CONFLICT
    assert len(service.asked_for(f"POST {METADATA}")) == 3


@pytest.mark.parametrize(
    ("version", "policy"),
    [("2.79", {"policy": "soft-anti-affinity"}), ("2.63", {"policies": ["soft-anti-affinity"]})],
)
def test_a_fence_is_a_group_that_refuses_nothing(
    line: Line, service: Loopback, version: str, policy: dict[str, t.Any]
) -> None:
    service.says(DETAIL, Says({"servers": []}, headers=spoken(version)))
    service.says("POST /v2.1/os-server-groups", Says({"server_group": {"id": "g1"}}))
    compute.sight(line.wire, line.clock, line.until())
    assert compute.open_fence(line.wire, "fence", line.until()) == "g1"
    assert service.asked[-1].body == {"server_group": {"name": "fence", **policy}}


def test_a_fence_that_is_gone_is_shut_and_one_that_cannot_be_deleted_is_not(line: Line, service: Loopback) -> None:
    compute.shut_fence(line.wire, "g1", line.until())
    service.says("DELETE /v2.1/os-server-groups/g1", Says(status=403))
    with pytest.raises(CallError):
        compute.shut_fence(line.wire, "g1", line.until())


def test_ids_are_quoted(line: Line, service: Loopback) -> None:
    with pytest.raises(CallError):
        compute.delete(line.wire, "../limits?x", line.until())
    assert service.asked[-1].path == "/v2.1/servers/..%2Flimits%3Fx"


@pytest.mark.parametrize(
    "complaint",
    [
        Says(status=429, headers={"Retry-After": "30"}),
        Says({"overLimit": {"message": "This request was rate-limited."}}, 413, {"Retry-After": "30"}),
        Says(status=413, headers={"Retry-After": "30"}),
        Says(status=503, headers={"Retry-After": "30"}),
    ],
)
def test_a_location_that_asks_for_patience_gets_no_new_servers_meanwhile(
    line: Line, service: Loopback, complaint: Says
) -> None:
    service.says(DETAIL, complaint, page())
    with pytest.raises(CallError):
        compute.sight(line.wire, line.clock, line.until())
    with pytest.raises(CallError) as caught:
        compute.create(line.wire, CREATE, (Spec(), IDS), line.until())
    assert (caught.value.fate, caught.value.fault.kind) == (Fate.NOT_SENT, Kind.RATE_LIMIT)
    assert caught.value.fault.retry_after == pytest.approx(30, abs=5)
    assert service.asked_for(SERVERS) == []


@pytest.mark.parametrize("status", [413, 429, 503])
def test_patience_that_keystone_asks_for_counts_as_well(line: Line, service: Loopback, status: int) -> None:
    service.says("POST /v3/auth/tokens", Says(status=status, headers={"Retry-After": "30"}))
    with pytest.raises(CallError) as caught:
        compute.sight(line.wire, line.clock, line.until())
    assert caught.value.fault.retry_after == 30
    assert (caught.value.fault.kind is Kind.RATE_LIMIT) == (status != 503)
    assert line.wire.rest() == pytest.approx(30, abs=5)


def test_patience_is_remembered_even_where_the_second_try_was_answered(line: Line, service: Loopback) -> None:
    service.says(DETAIL, Says(status=429), page())
    compute.sight(line.wire, line.clock, line.until())
    assert 0 < line.wire.rest() <= 5


@pytest.mark.parametrize(
    "complaint",
    [Says(status=503), Says(status=429, headers={"Retry-After": "0"}), Says(status=403, headers={"Retry-After": "9"})],
)
def test_a_location_that_asks_for_no_patience_gets_servers_at_once(
    line: Line, service: Loopback, complaint: Says
) -> None:
    service.says("GET /v2.1/servers/s1", complaint)
    with pytest.raises(CallError):
        compute.show(line.wire, "s1", line.until())
    assert body_of(line, service, Spec(), IDS)


def test_patience_ends(line: Line, service: Loopback) -> None:
    service.says(DETAIL, Says(status=429, headers={"Retry-After": "0.2"}), page())
    compute.sight(line.wire, line.clock, line.until())
    time.sleep(0.3)
    assert body_of(line, service, Spec(), IDS)
