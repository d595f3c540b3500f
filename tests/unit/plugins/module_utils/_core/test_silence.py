# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is learnt of a location itself: its clock, its silence, its other name."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.learn import learn
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Identity, Location, Server
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import Knowledge
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Filling, Tables

from .cloud import EPOCH
from .world import marked, order_of

ONE = marked(1, "one")
BUILDING = marked(1, "one", status="BUILD")
DOWN = Fault(kind=Kind.UNREACHABLE)
LOST = Fault(kind=Kind.TIMED_OUT)


def tables() -> Tables:
    return Tables(order_of(3), [Location(label="a:1"), Location(label="b:1")], float(EPOCH))


def surveyed(at: float, *servers: Server, location: str = "a:1", **facts: t.Any) -> m.Surveyed:
    identity = Identity(endpoint="a", project_id="p")
    return m.Surveyed(now=at, location=location, started_at=at - 0.1, servers=servers, identity=identity, **facts)


def test_the_offset_is_the_locations_clock_less_ours() -> None:
    some = tables()
    learn(some, surveyed(10.0, date=EPOCH + 25.0))
    learn(some, surveyed(11.0))
    assert some.locations["a:1"].offset == 15.0


@pytest.mark.parametrize(("fault", "silent_at"), [(DOWN, 21.0), (LOST, 41.0)])
def test_a_location_falls_silent_after_two_failures_and_a_while(fault: Fault, silent_at: float) -> None:
    some = tables()
    learn(some, surveyed(10.0, BUILDING))
    for at in range(15, 50):
        learn(some, m.ListFailed(now=float(at), location="a:1", fault=fault))
        if some.silent("a:1"):
            break
    assert abs(at - silent_at) <= 1
    some.settle()
    assert some.filling(1) is Filling.EMPTY


def test_one_failure_after_a_long_quiet_time_is_no_silence() -> None:
    some = tables()
    learn(some, surveyed(10.0, ONE))
    learn(some, m.SurveyFailed(now=500.0, location="a:1", fault=DOWN))
    assert some.locations["a:1"].knowledge is Knowledge.KNOWN


def test_a_location_that_fails_at_first_is_unreachable() -> None:
    some = tables()
    learn(some, m.SurveyFailed(now=1.0, location="a:1", fault=DOWN))
    assert some.locations["a:1"].knowledge is Knowledge.UNREACHABLE
    learn(some, surveyed(9.0))
    assert (some.locations["a:1"].knowledge, some.locations["a:1"].fault) == (Knowledge.KNOWN, None)


@pytest.mark.parametrize(("first", "second"), [("a:1", "b:1"), ("b:1", "a:1")])
def test_of_two_names_the_first_in_the_file_stays_until_the_run_has_begun(first: str, second: str) -> None:
    for begun in (False, True):
        some = tables()
        learn(some, surveyed(1.0, ONE, location=first))
        some.begun = begun
        learn(some, surveyed(2.0, ONE, location=second))
        stays = first if begun else "a:1"
        assert some.servers["one"].location == stays
        merged = {label for label, row in some.locations.items() if row.knowledge is Knowledge.MERGED}
        assert merged == {"a:1", "b:1"} - {stays}


def test_a_throttle_is_never_shortened() -> None:
    some = tables()
    some.locations["a:1"].pace.complained(30.0)
    some.locations["a:1"].pace.complained(9.0)
    assert some.locations["a:1"].pace.quiet_until == 30.0
