# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is not tried again for a while, how far that reaches, and how it grows."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.holds import held, hold
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Location, Offer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Tables

from .world import order_of

BIG, TINY = (Flavor(id=name, name=name, vcpus=1, ram=1) for name in ("big", "tiny"))
OFFERS = [Offer(location="a:1", flavor=flavor, zone=zone) for flavor in (BIG, TINY) for zone in ("az1", "az2")]
ELSEWHERE = Offer(location="b:1", flavor=BIG, zone="az1")


def tables() -> Tables:
    return Tables(order_of(1), [Location(label="a:1"), Location(label="b:1")], 0.0)


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        (Kind.QUOTA, "big az1, big az2, tiny az1, tiny az2"),
        (Kind.BUILD_FAILED, "big az1, tiny az1"),
        (Kind.NO_FLAVOR, "big az1, big az2"),
        (Kind.NO_HOST, "big az1"),
        (Kind.VANISHED, ""),
    ],
)
def test_a_fault_reaches_as_far_as_its_scope(kind: Kind, reached: str) -> None:
    some = tables()
    hold(some, OFFERS[0], Fault(kind=kind), now=0.0)
    found = [f"{each.flavor.name} {each.zone}" for each in OFFERS if held(some, each, 1.0)]
    assert ", ".join(found) == reached
    assert held(some, ELSEWHERE, 1.0) is None


def test_grows_with_each_repetition() -> None:
    some, now = tables(), 0.0
    for minutes in (1, 2, 4, 8):
        hold(some, OFFERS[0], Fault(kind=Kind.QUOTA), now)
        found = held(some, OFFERS[0], now)
        assert found is not None
        assert found.until == now + 60 * minutes
        now = found.until
        assert held(some, OFFERS[0], now) is None


def test_a_burst_counts_once() -> None:
    some = tables()
    for now in (0.0, 0.1, 0.2):
        hold(some, OFFERS[0], Fault(kind=Kind.QUOTA), now)
    found = held(some, OFFERS[0], 1.0)
    assert found is not None
    assert (found.until, found.times) == (60.2, 0)


def test_lasts_at_least_as_long_as_the_cloud_asks_for() -> None:
    some = tables()
    hold(some, OFFERS[0], Fault(kind=Kind.RATE_LIMIT, retry_after=500.0), 0.0)
    hold(some, OFFERS[0], Fault(kind=Kind.RATE_LIMIT), 1.0)
    found = held(some, OFFERS[0], 2.0)
    assert found is not None
    assert found.until == 500.0


def test_some_last_for_the_rest_of_the_run() -> None:
    some = tables()
    hold(some, OFFERS[0], Fault(kind=Kind.INVALID), 0.0)
    assert held(some, OFFERS[0], 1e9)
