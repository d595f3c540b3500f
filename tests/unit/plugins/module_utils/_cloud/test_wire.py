# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import transport
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.wire import Request
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Line,
    Loopback,
    Says,
    accounts_of,
    entry,
)

if t.TYPE_CHECKING:
    import pathlib

LIMITS = "GET /v2.1/limits"
SERVERS = "POST /v2.1/servers"
POST = Request(method="POST", path="/servers", body=lambda version: {"server": {"spoken": list(version)}})


def failure(line: Line, request: Request | str, patience: float = 5.0) -> CallError:
    request = Request(path=request) if isinstance(request, str) else request
    with pytest.raises(CallError) as caught:
        line.wire.send(request, line.until(patience))
    return caught.value


def test_a_get_costs_one_request_beside_the_token(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({"limits": {}}))
    for _each in range(3):
        assert line.wire.get("/limits", line.until()).content == {"limits": {}}
    assert [each.path for each in service.asked] == ["/v3/auth/tokens", *["/v2.1/limits"] * 3]
    assert line.meter.totals() == {"alpha:here": 4}


def test_requests_name_us_the_microversion_and_the_token(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({}))
    line.wire.get("/limits", line.until())
    headers = service.asked[-1].headers
    assert headers["User-Agent"].startswith("openmultistack.cloud/")
    assert headers["OpenStack-API-Version"] == "compute 2.79"
    assert headers["X-OpenStack-Nova-API-Version"] == "2.79"
    assert headers["X-Auth-Token"] == "token-1"


def test_the_date_of_an_answer_is_kept(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({}))
    assert line.wire.get("/limits", line.until()).date == pytest.approx(line.clock.wall(), abs=3)


def test_regions_of_one_identity_share_a_token_and_others_do_not(service: Loopback, tmp_path: pathlib.Path) -> None:
    service.catalog_region = "one,two"
    service.says(LIMITS, Says({}))
    both = {**entry(service.url), "regions": ["one", {"name": "two", "values": {"multi_stack": {"priority": 1}}}]}
    other = entry(service.url, region_name="one")
    other["auth"]["username"] = "other"
    line = Line(accounts_of(tmp_path, {"alpha": both, "again": entry(service.url, region_name="one"), "other": other}))
    for wire in line.wires:
        wire.get("/limits", line.until())
    assert service.tokens == 2
    assert line.meter.totals() == {"alpha:one": 2, "alpha:two": 1, "again:one": 1, "other:one": 2}


def test_many_threads_fetch_one_token(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({}))
    threads = [threading.Thread(target=line.wire.get, args=("/limits", line.until())) for _each in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.tokens == 1
    assert len(service.asked_for(LIMITS)) == 16


@pytest.mark.parametrize("how", ["reset", "closed"])
def test_a_get_survives_a_broken_connection(line: Line, service: Loopback, how: str) -> None:
    service.says(LIMITS, Says(how=how), Says({"limits": 1}))
    assert line.wire.get("/limits", line.until()).content == {"limits": 1}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_get_is_sent_again_when_the_service_is_busy(line: Line, service: Loopback, status: int) -> None:
    service.says(LIMITS, Says(status=status), Says({}))
    assert line.wire.get("/limits", line.until()).content == {}


@pytest.mark.parametrize("what", [LIMITS, "POST /v3/auth/tokens"])
def test_a_get_is_sent_again_when_413_means_429(line: Line, service: Loopback, what: str) -> None:
    usual = {LIMITS: Says({}), "POST /v3/auth/tokens": service._token()}
    service.says(LIMITS, Says({}))
    service.says(what, Says(status=413, headers={"Retry-After": "1"}), usual[what])
    assert line.wire.get("/limits", line.until()).content == {}
    assert line.clock.pauses == [1.0]


def test_a_get_is_sent_three_times_at_most(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({"error": {"message": "no <b>more</b>"}}, 503))
    failed = failure(line, "/limits")
    assert (failed.fate, failed.fault.kind, failed.fault.status) == (Fate.LOST, Kind.SERVER_ERROR, 503)
    assert failed.fault.message == "no <b>more</b>"
    assert len(service.asked_for(LIMITS)) == 3
    assert [0.2 <= pause <= 1.0 for pause in line.clock.pauses] == [True, True]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_a_get_is_not_sent_again_for_nothing(line: Line, service: Loopback, status: int) -> None:
    service.says(LIMITS, Says(status=status))
    assert failure(line, "/limits").fault.status == status
    assert len(service.asked_for(LIMITS)) == 1


def test_retry_after_is_kept_to(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says(status=429, headers={"Retry-After": "1"}), Says({}))
    line.wire.get("/limits", line.until())
    assert line.clock.pauses == [1.0]


@pytest.mark.parametrize("header", [{"Retry-After": "7"}, {"x-ratelimit-reset": "7"}])
def test_retry_after_beyond_the_deadline_ends_it_at_once(line: Line, service: Loopback, header: dict[str, str]) -> None:
    service.says(LIMITS, Says(status=429, headers=header))
    failed = failure(line, "/limits")
    assert (failed.fault.kind, failed.fault.retry_after) == (Kind.RATE_LIMIT, 7.0)
    assert line.clock.pauses == []


@pytest.mark.parametrize("said", ["soon", "inf", "nan", "Thu, 01 Jan 1970 00:00:10 GMT"])
def test_an_odd_retry_after_does_no_harm(line: Line, service: Loopback, said: str) -> None:
    service.says(SERVERS, Says(status=429, headers={"Retry-After": said}))
    assert failure(line, POST).fault.retry_after in (None, 0.0)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Says(how="reset"), Kind.UNREACHABLE),
        (Says(how="closed"), Kind.UNREACHABLE),
        (Says({"server": {"id": "x"}}, 202, how="cut"), Kind.BROKEN_ANSWER),
        (Says(b"<html>welcome</html>", 200), Kind.BROKEN_ANSWER),
        (Says(b"[" * 100_000, 200), Kind.BROKEN_ANSWER),
        (Says(b"\xff\xfe", 202), Kind.BROKEN_ANSWER),
        (Says(status=500), Kind.SERVER_ERROR),
        (Says(status=502), Kind.SERVER_ERROR),
        (Says(status=503), Kind.SERVER_ERROR),
        (Says(status=504), Kind.SERVER_ERROR),
    ],
)
def test_a_post_without_a_clear_answer_is_lost_and_never_sent_again(
    line: Line, service: Loopback, answer: Says, kind: Kind
) -> None:
    service.says(SERVERS, answer)
    failed = failure(line, POST)
    assert (failed.fate, failed.fault.kind) == (Fate.LOST, kind)
    assert len(service.asked_for(SERVERS)) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429])
def test_a_post_that_is_refused_made_nothing(line: Line, service: Loopback, status: int) -> None:
    service.says(SERVERS, Says({"x": {"message": "no"}}, status, {"x-openstack-request-id": "req-1"}))
    failed = failure(line, POST)
    assert (failed.fate, failed.fault.status, failed.fault.request_id) == (Fate.REFUSED, status, "req-1")
    assert len(service.asked_for(SERVERS)) == 1


def test_a_post_that_finds_nobody_was_not_sent(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({}, headers={"Connection": "close", "OpenStack-API-Version": "compute 2.79"}))
    line.wire.get("/limits", line.until())
    service.close()
    failed = failure(line, POST)
    assert (failed.fate, failed.fault.kind) == (Fate.NOT_SENT, Kind.UNREACHABLE)
    assert failed.fault.message == f"{service.host} cannot be reached: connection refused"


def test_a_post_without_a_token_was_not_sent(line: Line, service: Loopback) -> None:
    service.says("POST /v3/auth/tokens", Says(how="reset"))
    assert failure(line, POST).fate is Fate.NOT_SENT


def test_a_post_after_its_deadline_is_not_sent(line: Line, service: Loopback) -> None:
    failed = failure(line, POST, patience=0)
    assert (failed.fate, failed.fault.kind) == (Fate.NOT_SENT, Kind.TIMED_OUT)
    assert service.asked == []


@pytest.mark.parametrize("how", ["mute", "drip"])
def test_a_slow_answer_ends_at_the_deadline(line: Line, service: Loopback, how: str) -> None:
    service.says(SERVERS, Says({"x": "y" * 200}, how=how))
    line.wire.ready(line.until())
    begun = line.clock.now()
    failed = failure(line, POST, patience=0.5)
    assert (failed.fate, failed.fault.kind) == (Fate.LOST, Kind.TIMED_OUT)
    assert line.clock.now() - begun < 3


def test_a_slow_token_ends_at_the_deadline(line: Line, service: Loopback) -> None:
    service.says("POST /v3/auth/tokens", Says({"x": "y" * 200}, how="drip"))
    begun = line.clock.now()
    failed = failure(line, POST, patience=0.3)
    assert (failed.fate, failed.fault.kind) == (Fate.NOT_SENT, Kind.TIMED_OUT)
    assert line.clock.now() - begun < 3


def test_an_endless_answer_is_given_up(line: Line, service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 100_000)
    service.says(LIMITS, Says(b"x" * 300_000))
    failed = failure(line, "/limits")
    assert (failed.fault.kind, "more than any honest answer" in failed.fault.message) == (Kind.BROKEN_ANSWER, True)
    assert len(service.asked_for(LIMITS)) == 1


@pytest.mark.parametrize("value", [b"[],", b"{},", b"1,"])
def test_a_bomb_of_small_values_is_never_unpacked(line: Line, service: Loopback, value: bytes) -> None:
    service.says(LIMITS, Says(b"[" + value * 4_100_000 + b"1]"))
    failed = failure(line, "/limits")
    assert (failed.fault.kind, "more than any honest answer" in failed.fault.message) == (Kind.BROKEN_ANSWER, True)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(line: Line, service: Loopback, status: int) -> None:
    service.says(SERVERS, Says(status=status, headers={"Location": f"{service.url}/elsewhere"}))
    failed = failure(line, POST)
    assert (failed.fate, failed.fault.kind) == (Fate.REFUSED, Kind.MISCONFIGURED)
    assert not [each for each in service.asked if "elsewhere" in each.path]


def test_a_refused_token_is_replaced_once(line: Line, service: Loopback) -> None:
    service.says(SERVERS, Says(status=401), Says({"server": {}}))
    line.wire.send(POST, line.until())
    assert [each.headers["X-Auth-Token"] for each in service.asked_for(SERVERS)] == ["token-1", "token-2"]
    service.says(SERVERS, Says(status=401))
    failed = failure(line, POST)
    assert (failed.fate, failed.fault.kind) == (Fate.REFUSED, Kind.UNAUTHORIZED)
    assert service.tokens == 3


def test_a_token_that_many_find_refused_is_replaced_once(line: Line, service: Loopback) -> None:
    service.says(LIMITS, Says({}))
    line.wire.get("/limits", line.until())
    service.says(LIMITS, *[Says(status=401, how="late")] * 4, Says({}))
    threads = [threading.Thread(target=line.wire.get, args=("/limits", line.until())) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.tokens == 2


@pytest.mark.parametrize(
    ("document", "spoken"),
    [
        ({"version": {"version": "2.60", "min_version": "2.1"}}, [2, 60]),
        ({"version": {"version": "2.95", "min_version": "2.90"}}, [2, 90]),
        ({"version": {"version": "", "min_version": ""}}, [2, 1]),
        ({"versions": [{"version": "", "min_version": ""}, {"version": "2.9", "min_version": "2.1"}]}, [2, 9]),
    ],
)
def test_an_older_nova_is_spoken_to_as_it_understands(
    line: Line, service: Loopback, document: object, spoken: list[int]
) -> None:
    version = f"{spoken[0]}.{spoken[1]}"
    service.says("GET /v2.1/", Says(document))
    service.says(SERVERS, Says(status=406), Says({"server": {}}, 202, {"OpenStack-API-Version": f"compute {version}"}))
    line.wire.send(POST, line.until())
    assert service.asked_for(SERVERS)[-1].body == {"server": {"spoken": spoken}}
    assert service.asked_for(SERVERS)[-1].headers["OpenStack-API-Version"] == f"compute {version}"
    line.wire.send(POST, line.until())
    assert len(service.asked_for("GET /v2.1/")) == 1


@pytest.mark.parametrize("document", [[], {}, {"versions": []}, {"version": 7}])
def test_a_nova_that_does_not_say_what_it_understands_is_given_up(
    line: Line, service: Loopback, document: object
) -> None:
    service.says("GET /v2.1/", Says(document))
    service.says(SERVERS, Says(status=406))
    failed = failure(line, POST)
    assert (failed.fate, failed.fault.kind) == (Fate.REFUSED, Kind.MICROVERSION)


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"OpenStack-API-Version": "compute 2.79"}, (2, 79)),
        ({"X-OpenStack-Nova-API-Version": "2.25"}, (2, 25)),
        ({}, (2, 1)),
        ({"OpenStack-API-Version": "compute latest"}, (2, 1)),
    ],
)
def test_the_answers_tell_which_microversion_is_spoken(
    line: Line, service: Loopback, headers: dict[str, str], version: tuple[int, int]
) -> None:
    service.says(LIMITS, Says({}, headers=headers))
    line.wire.get("/limits", line.until())
    assert line.wire.version == version


def test_the_users_own_rate_is_kept(service: Loopback, tmp_path: pathlib.Path) -> None:
    service.says(LIMITS, Says({}))
    line = Line(accounts_of(tmp_path, {"alpha": entry(service.url, multi_stack={"requests_per_second": 10})}))
    for _each in range(4):
        line.wire.get("/limits", line.until())
    assert line.clock.pauses == pytest.approx([0.0, 0.1, 0.2, 0.3], abs=0.1)
    failed = failure(line, "/limits", patience=0.01)
    assert (failed.fate, failed.fault.kind) == (Fate.NOT_SENT, Kind.RATE_LIMIT)


def test_only_novas_own_404_says_that_something_is_missing(line: Line, service: Loopback) -> None:
    service.says("GET /v2.1/servers/x", Says({"itemNotFound": {"message": "Instance x could not be found."}}, 404))
    service.says("GET /v2.1/servers/y", Says(b"<html><title>t</title><h1>404 Not Found</h1>nginx</html>", 404))
    missing, page = failure(line, "/servers/x"), failure(line, "/servers/y")
    assert (missing.missing, missing.fault.message) == (True, "Instance x could not be found.")
    assert (page.missing, page.fault.message) == (False, f"{service.host} answered 404 (404 Not Found nginx)")
