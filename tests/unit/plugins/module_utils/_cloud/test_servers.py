# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.servers import (
    limits_from,
    server_from,
    usage_of,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import (
    Address,
    BootFault,
    Limits,
    Quota,
    Server,
    Usage,
)

ROW: dict[str, t.Any] = {
    "id": "s1",
    "name": "crawl-001",
    "status": "ACTIVE",
    "OS-EXT-STS:task_state": None,
    "created": "2026-11-21T02:08:37Z",
    "metadata": {"multi_stack": "mark", "role": "web"},
    "description": "mark text",
    "addresses": {
        "private": [
            {"addr": "10.0.0.4", "version": 4, "OS-EXT-IPS:type": "fixed"},
            {"addr": "fd00::4", "version": 6, "OS-EXT-IPS:type": "fixed"},
            {"addr": "203.0.113.7", "version": 4, "OS-EXT-IPS:type": "floating"},
        ]
    },
    "flavor": {"original_name": "m1.small", "vcpus": 1, "ram": 2048, "disk": 20},
    "image": {"id": "i1"},
    "OS-EXT-AZ:availability_zone": "az1",
    "key_name": "ops",
    "tags": ["a", "b"],
    "locked": True,
}


def test_a_server_is_read() -> None:
    assert server_from(ROW) == Server(
        id="s1",
        name="crawl-001",
        status="ACTIVE",
        created=1795226917.0,
        metadata=(("multi_stack", "mark"), ("role", "web")),
        description="mark text",
        addresses=(
            Address(address="10.0.0.4", network="private"),
            Address(address="fd00::4", network="private", version=6),
            Address(address="203.0.113.7", network="private", kind="floating"),
        ),
        flavor="m1.small",
        vcpus=1,
        ram=2048,
        image="i1",
        zone="az1",
        key_name="ops",
        tags=("a", "b"),
        locked=True,
    )


def test_a_fault_is_read() -> None:
    row = {**ROW, "status": "ERROR", "fault": {"code": 500, "message": "No valid host was found. ", "created": "x"}}
    server = server_from(row)
    assert server is not None
    assert server.fault == BootFault(code=500, message="No valid host was found. ")


@pytest.mark.parametrize(
    ("field", "odd", "attribute", "value"),
    [
        ("name", None, "name", ""),
        ("created", "yesterday", "created", 0.0),
        ("created", "2026-11-21T02:08:37", "created", 1795226917.0),
        ("created", 7, "created", 0.0),
        ("created", "0001-01-01T00:00:00+14:00", "created", 0.0),
        ("created", "9999-12-31T23:59:59-14:00", "created", 0.0),
        ("metadata", None, "metadata", ()),
        ("metadata", {"n": 1}, "metadata", (("n", "1"),)),
        ("description", None, "description", ""),
        ("addresses", None, "addresses", ()),
        ("addresses", {"private": None, "x": [None, {}]}, "addresses", ()),
        ("flavor", {"id": "f1"}, "flavor", "f1"),
        ("flavor", {"id": "f1"}, "vcpus", 0),
        ("flavor", None, "flavor", ""),
        ("flavor", {"vcpus": True, "ram": "2048"}, "ram", 0),
        ("image", "", "image", ""),
        ("image", None, "image", ""),
        ("key_name", None, "key_name", ""),
        ("tags", None, "tags", ()),
        ("locked", None, "locked", False),
        ("fault", {}, "fault", None),
        ("fault", {"message": None}, "fault", BootFault(code=None, message="")),
        ("OS-EXT-STS:task_state", "", "task", None),
        ("OS-EXT-STS:task_state", "spawning", "task", "spawning"),
        ("status", "active", "status", "ACTIVE"),
    ],
)
def test_what_is_odd_is_left_empty(field: str, odd: object, attribute: str, value: object) -> None:
    assert getattr(server_from({**ROW, field: odd}), attribute) == value


@pytest.mark.parametrize("field", sorted(set(ROW) - {"id", "status"}))
def test_what_is_missing_is_left_empty(field: str) -> None:
    assert server_from({key: value for key, value in ROW.items() if key != field}) is not None


@pytest.mark.parametrize(
    "row", [{"id": "s1", "status": "UNKNOWN"}, {"id": "s1"}, {"status": "ACTIVE"}, {}, None, [], "s1"]
)
def test_a_row_that_shows_no_server_is_none(row: object) -> None:
    assert server_from(row) is None


def test_what_a_project_uses_is_counted() -> None:
    foreign = {**ROW, "id": "s2", "metadata": {}}
    rows = [ROW, foreign, {"id": "s3", "status": "UNKNOWN"}]
    assert usage_of([server for row in rows if (server := server_from(row))], len(rows)) == Usage(
        instances=3, cores=2, ram=4096, marked=1
    )


@pytest.mark.parametrize(
    ("absolute", "instances"),
    [
        ({"maxTotalInstances": 20, "totalInstancesUsed": 3}, Quota(limit=20, used=3)),
        ({"maxTotalInstances": -1, "totalInstancesUsed": 3}, Quota(limit=None, used=3)),
        ({"maxTotalInstances": 0}, Quota(limit=0, used=0)),
        ({"maxTotalInstances": "20"}, Quota(limit=None, used=0)),
        ({}, Quota(limit=None, used=0)),
    ],
)
def test_limits_are_read(absolute: dict[str, t.Any], instances: Quota) -> None:
    assert limits_from({"limits": {"absolute": absolute}}).instances == instances


@pytest.mark.parametrize("content", [None, {}, {"limits": None}, {"limits": {"absolute": []}}])
def test_no_limits_are_no_limits(content: object) -> None:
    free = Quota(limit=None, used=0)
    assert limits_from(content) == Limits(instances=free, cores=free, ram=free)
