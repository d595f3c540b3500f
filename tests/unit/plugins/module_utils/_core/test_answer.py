# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run returns: plain data, one shape for success and failure."""

from __future__ import annotations

import json

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.address import preferred
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import answer, diff, server_row
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Address
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import moment

from .cloud import EPOCH, Place, Upset
from .world import World, marked, order_of

KEYS = {"changed", "msg", "fleet", "exact", "as_of", "servers", "planned", "removed", "by_location", "shortfall"}
KEYS |= {"refusals", "unresolved", "unknown", "leftovers", "suspicious", "unready", "adopted", "decisions", "diff"}


def test_is_plain_data_with_the_same_keys_always() -> None:
    lost = World(
        [Place("a:1", quota=3, script=lambda c: Upset.HANG if isinstance(c, m.Create) else None), Place("b:1")]
    )
    lost.add("a:1", marked(1, "one"))
    run = lost.start(order_of(5, min_count=0))
    lost.later(1005, run.stop)
    results = [lost.finish(run), World([Place("a:1", script=lambda c: Upset.HANG)]).launch(1)]
    for result in (*results, World([Place("a:1")]).run(order_of(2), check=True), World([Place("a:1")]).destroy()):
        found = answer(result)
        assert set(found) == KEYS
        assert json.loads(json.dumps(found)) == found


def test_a_server_is_one_flat_row() -> None:
    server = marked(1, "one", expires=EPOCH, owner="ada", flavor="m1.small", key_name="ops")
    assert server_row("conoha:tyo1", server) == {
        "name": "crawl-001",
        "id": "one",
        "location": "conoha:tyo1",
        "cloud": "conoha",
        "region": "tyo1",
        "availability_zone": "nova",
        "status": "ACTIVE",
        "flavor": "m1.small",
        "image": "",
        "key_name": "ops",
        "address": "10.0.0.9",
        "addresses": ["10.0.0.9"],
        "created": "2027-01-15T08:00:10Z",
        "expires": "2027-01-15T08:00:00Z",
        "owner": "ada",
    }
    assert server_row("solo", marked(1, "one"))["expires"] is None


def test_tells_where_it_went_and_what_is_missing() -> None:
    found = answer(World([Place("a:1", quota=2)]).launch(3, min_count=2))
    assert [(each["slot"], each["location"], each["drifted"]) for each in found["servers"]] == [
        (1, "a:1", False),
        (2, "a:1", False),
    ]
    assert found["by_location"]["a:1"] == {
        "state": "known",
        "asked": 2,
        "running": 2,
        "building": 0,
        "refused": 0,
        "deleted": 0,
        "why": "",
    }
    assert found["shortfall"] == {
        "wanted": 3,
        "running": 2,
        "missing": [{"slot": 3, "name": "crawl-003", "location": "", "id": "", "reason": "no room"}],
        "reasons": ["a:1: room for 0, asked 1; instances 2 of 2 used"],
    }
    refused = {"reason": "full", "room": 0, "asked": 1, "resource": "instances", "limit": 2, "used": 2, "message": ""}
    assert found["refusals"] == [{"location": "a:1", **refused}]


def test_tells_what_was_removed_and_why() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(9, "nine"))
    gone = {"location": "a:1", "id": "nine", "name": "crawl-009", "reason": "its slot is beyond the count"}
    assert answer(world.launch(0))["removed"] == [gone]


def test_a_plan_names_each_slot() -> None:
    found = answer(World([Place("a:1", zones=("az1",))]).run(order_of(1), check=True))
    assert found["planned"] == [
        {
            "slot": 1,
            "name": "crawl-001",
            "location": "a:1",
            "cloud": "a",
            "region": "1",
            "availability_zone": "az1",
            "flavor": "m1.small",
        }
    ]


def test_the_diff_is_before_and_after() -> None:
    world = World([Place("a:1")])
    world.launch(2)
    world.add("a:1", marked(9, "nine"))
    planned = diff(world.run(order_of(3), check=True))
    done = diff(world.launch(3))
    before = "crawl-001 a:1\ncrawl-002 a:1\ncrawl-009 a:1\n"
    after = "crawl-001 a:1\ncrawl-002 a:1\ncrawl-003 a:1\n"
    assert planned == done == {"before": before, "after": after}


def test_a_time_is_utc_to_the_second() -> None:
    assert moment(0.9) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("addresses", "best"),
    [
        ((), ""),
        ((Address(address="fe80::1", network="n", version=6),), "fe80::1"),
        ((Address(address="fe80::1", network="n", version=6), Address(address="10.0.0.1", network="n")), "10.0.0.1"),
        ((Address(address="10.0.0.1", network="n"), Address(address="10.0.0.2", network="m")), "10.0.0.1"),
        (
            (Address(address="10.0.0.1", network="n"), Address(address="203.0.113.1", network="n", kind="floating")),
            "203.0.113.1",
        ),
    ],
)
def test_the_preferred_address_is_floating_then_fixed_then_ipv6(addresses: tuple[Address, ...], best: str) -> None:
    assert preferred(addresses) == best
