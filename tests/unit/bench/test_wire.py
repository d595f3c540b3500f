# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests are known by their kinds, and those that the design does not allow are told."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.tests.bench import wire

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.tests.bench.wire import Sent


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("POST /v3/auth/tokens", "token"),
        ("POST /c00/identity/v3/auth/tokens", "token"),
        ("GET /v3", "version"),
        ("GET /", "version"),
        ("GET /c00/r1/compute/v2.1", "version"),
        ("GET /c00/r1/image", "version"),
        ("GET /v2.1/servers/detail?name=^crawl-[0-9]%2B$", "list"),
        ("GET /c00/r1/compute/v2.1/servers/detail?limit=1000&marker=a", "list"),
        ("GET /v2.1/servers?status=BUILD", "list"),
        ("GET /v2.1/servers/11-22", "show"),
        ("POST /v2.1/servers", "create"),
        ("DELETE /v2.1/servers/11-22", "delete"),
        ("GET /v2.1/limits", "limits"),
        ("GET /v2/images?name=cirros", "look-up"),
        ("GET /v2.1/flavors/detail", "look-up"),
        ("GET /v2.0/networks?name=private", "look-up"),
        ("GET /v2.0/quotas/385ca/details.json", "look-up"),
        ("POST /v2.1/servers/11-22/action", "other"),
        ("PUT /v2.1/servers/11-22", "other"),
    ],
)
def test_a_request_is_known_by_its_kind(line: str, kind: str) -> None:
    assert wire.kind_of(*line.split()) == kind


def test_a_log_is_counted_by_kind(tmp_path: Path) -> None:
    log = tmp_path / "wire.log"
    log.write_text("POST 80 /v3/auth/tokens\nGET 80 /v2.1/servers/detail\nGET 81 /v2.1/servers/detail\n")
    assert wire.counted(log) == {"token": 1, "list": 2}
    assert wire.counted(tmp_path / "none.log") == {}


def sent(seconds: float = 0.5) -> Sent:
    return wire.Sent(clouds=3, locations=4, servers=30, seconds=seconds)


@pytest.mark.parametrize(
    ("step", "requests", "beyond"),
    [
        ("rerun", {"token": 3, "list": 4}, []),
        ("rerun", {"token": 3, "list": 4, "look-up": 1}, ["1 look-up of at most 0"]),
        ("rerun", {"token": 4, "list": 5}, ["4 token of at most 3", "5 list of at most 4"]),
        ("launch", {"token": 3, "limits": 4, "look-up": 16, "create": 30, "list": 24}, []),
        ("launch", {"create": 31}, ["31 create of at most 30"]),
        ("launch", {"delete": 1, "other": 1}, ["1 delete of at most 0", "1 other of at most 0"]),
        ("destroy", {"token": 3, "delete": 30, "show": 30, "list": 20}, []),
        ("destroy", {"list": 21}, ["21 list of at most 20"]),
        ("read", {"token": 3, "list": 4}, []),
        ("read", {"list": 5}, ["5 list of at most 4"]),
    ],
)
def test_what_the_design_does_not_allow_is_told(step: str, requests: dict[str, int], beyond: list[str]) -> None:
    assert wire.beyond(step, requests, sent()) == beyond


def test_a_launch_that_takes_longer_may_look_more_often() -> None:
    assert wire.beyond("launch", {"list": 50}, sent())
    assert not wire.beyond("launch", {"list": 50}, sent(seconds=10.0))
