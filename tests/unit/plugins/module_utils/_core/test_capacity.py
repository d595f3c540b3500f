# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking all locations what they have, and reckoning what they take as a launch reckons it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.advice import advice
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.capacity import (
    Catalogue,
    capacity_rows,
    skew,
    unknown_rows,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.desk import Run
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.inquiry import Inquirer, Inquiry
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import (
    Flavor,
    Hints,
    Identity,
    Limits,
    Location,
    Offer,
    Quota,
    Usage,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Patience, Spec

from .cloud import EPOCH
from .world import marked

if t.TYPE_CHECKING:
    Events = list[m.Event]
    Row = dict[str, t.Any]

SMALL = Flavor(id="3", name="m1.small", vcpus=2, ram=2048)
DOWN = Fault(kind=Kind.UNREACHABLE, message="down")
NO_FLAVOR = Fault(kind=Kind.NO_FLAVOR, message='no flavor "m1.small"; it has m1.tiny')
NO_HINTS = Hints()
LIMITS = Limits(instances=Quota(limit=20, used=5), cores=Quota(limit=None, used=5), ram=Quota(limit=20480, used=2048))


def inquirer(*locations: Location | str, flavor: str = "m1.small", look_up: bool = True) -> Inquirer:
    places = [each if isinstance(each, Location) else Location(label=each) for each in locations]
    order = Order(fleet="", spec=Spec(flavors=(flavor,) if flavor else ()), patience=Patience(timeout=10.0))
    return Inquirer(Run(order=order, started=0.0, run_at=EPOCH, entropy=b"", check=True), places, look_up=look_up)


def surveyed(label: str, **facts: t.Any) -> m.Surveyed:
    usual: Row = {"now": 2.0, "location": label, "started_at": 1.5, "servers": (), "limits": LIMITS, "user": "demo"}
    usual |= {"identity": Identity(endpoint=label, project_id="p"), "usage": Usage(instances=7, marked=3)}
    return m.Surveyed(**usual | facts)


def looked_up(label: str, **facts: t.Any) -> m.LookedUp:
    return m.LookedUp(**{"now": 3.0, "location": label, "offers": (Offer(location=label, flavor=SMALL),)} | facts)


def inquiry_of(commands: t.Sequence[m.Command]) -> Inquiry:
    [finish] = commands
    assert isinstance(finish, m.Finish)
    assert isinstance(finish.result, Inquiry)
    return finish.result


def row_of(*events: m.Event, hints: Hints = NO_HINTS) -> Row:
    engine = inquirer(Location(label="a:1", hints=hints))
    engine.begin(0.0)
    [row] = capacity_rows(inquiry_of(engine.step(3.0, [*events, m.Woke(now=10.0)])), {}, (), float(EPOCH))
    return row


def test_asks_for_names_only_where_the_survey_brought_an_answer() -> None:
    engine = inquirer("a:1", "b:1")
    asked = [m.Survey(location=label, limits=True) for label in ("a:1", "b:1")]
    assert engine.begin(0.0) == [*asked, m.WakeAt(at=10.0)]
    assert engine.step(1.0, [m.SurveyFailed(now=1.0, location="b:1", fault=DOWN)]) == []
    assert engine.step(2.0, [surveyed("a:1")]) == [m.LookUp(location="a:1")]
    inquiry = inquiry_of(engine.step(3.0, [looked_up("a:1")]))
    assert list(inquiry.surveyed) == ["a:1"]
    assert [row["location"] for row in unknown_rows(inquiry.desk)] == ["b:1"]


def test_asks_for_no_names_where_none_matter() -> None:
    engine = inquirer("a:1", flavor="", look_up=False)
    engine.begin(0.0)
    inquiry = inquiry_of(engine.step(2.0, [surveyed("a:1")]))
    [row] = capacity_rows(inquiry, {}, (), 0.0)
    assert (row["room"], row["bound"], row["flavor"], row["why"]) == (None, None, None, "")


def test_no_location_ends_at_once() -> None:
    assert capacity_rows(inquiry_of(inquirer().begin(0.0)), {}, (), 0.0) == []


@pytest.mark.parametrize("end", [m.Woke(now=10.0), m.Stop(now=10.0, why="SIGTERM")])
def test_ends_with_what_there_is_when_the_time_is_over(end: m.Event) -> None:
    engine = inquirer("a:1", "b:1")
    engine.begin(0.0)
    engine.step(2.0, [surveyed("a:1")])
    inquiry = inquiry_of(engine.step(10.0, [end]))
    first, second = capacity_rows(inquiry, {}, (), 0.0)
    assert (first["state"], first["room"], first["why"]) == ("known", None, "it did not answer")
    assert (second["state"], second["reason"], second["room"]) == ("unasked", "it did not answer", None)
    assert second["advice"].startswith("give it more time (timeout, ")


def test_another_name_of_a_location_is_told_and_not_asked_further() -> None:
    engine = inquirer("a:1", "b:1")
    engine.begin(0.0)
    same = Identity(endpoint="same", project_id="p")
    asked = engine.step(2.0, [surveyed("a:1", identity=same), surveyed("b:1", identity=same)])
    assert asked == [m.LookUp(location="a:1")]
    inquiry = inquiry_of(engine.step(3.0, [looked_up("a:1")]))
    row = capacity_rows(inquiry, {}, (), 0.0)[1]
    assert (row["state"], row["room"]) == ("merged", None)
    assert row["reason"] == "it is a:1 by another name, and counts once"
    assert unknown_rows(inquiry.desk) == []


def test_room_is_what_a_launch_would_find() -> None:
    row = row_of(surveyed("a:1"), looked_up("a:1", ports_left=100))
    assert (row["room"], row["why"], row["ports_left"]) == (9, "", 100)
    assert row["bound"] == {"resource": "ram", "limit": 20480, "used": 2048, "left": 18432}
    assert row["limits"]["instances"] == {"resource": "instances", "limit": 20, "used": 7, "left": 13}
    assert row["limits"]["cores"] == {"resource": "cores", "limit": None, "used": 5, "left": None}
    assert row["flavor"] == {"id": "3", "name": "m1.small", "vcpus": 2, "ram": 2048}


@pytest.mark.parametrize(
    ("hints", "room", "why"),
    [
        (Hints(available=False), 0, "its hint status: unavailable keeps new servers away"),
        (Hints(max_servers=3), 0, "max_servers 3 of 3 used"),
        (Hints(max_servers=5), 2, ""),
        (Hints(headroom=13), 0, "instances 7 of 20 used, and 13 kept free by headroom"),
        (Hints(max_servers_per_owner=1), 0, "max_servers_per_owner 1 of 1 used"),
    ],
)
def test_room_minds_the_hints(hints: Hints, room: int, why: str) -> None:
    limits = Limits(instances=LIMITS.instances, cores=LIMITS.cores, ram=Quota(limit=None, used=0))
    survey = surveyed("a:1", limits=limits, servers=(marked(1, "one"),))
    row = row_of(survey, looked_up("a:1"), hints=hints)
    assert (row["room"], row["why"]) == (room, why)
    assert row["status"] == ("available" if hints.available else "unavailable")
    assert row["hints"]["max_servers"] == hints.max_servers


def test_headroom_is_what_bounds_where_it_leaves_the_least() -> None:
    row = row_of(surveyed("a:1"), looked_up("a:1"), hints=Hints(headroom=13))
    assert (row["room"], row["bound"]["resource"]) == (0, "instances")


def test_nothing_bounds_a_location_without_limits() -> None:
    free = Quota(limit=None, used=0)
    row = row_of(surveyed("a:1", limits=Limits(instances=free, cores=free, ram=free)), looked_up("a:1"))
    assert (row["room"], row["bound"], row["why"]) == (10**9, None, "")


@pytest.mark.parametrize(
    ("fault", "room"),
    [(NO_FLAVOR, 0), (DOWN, None), (Fault(kind=Kind.FORBIDDEN, status=403, message="policy"), None)],
)
def test_no_such_flavor_is_no_room_and_no_answer_is_not_known(fault: Fault, room: int | None) -> None:
    row = row_of(surveyed("a:1"), m.LookUpFailed(now=3.0, location="a:1", fault=fault))
    assert (row["room"], row["why"]) == (room, fault.message)


def test_limits_that_were_not_told_leave_room_unknown() -> None:
    row = row_of(surveyed("a:1", limits=None), looked_up("a:1"))
    assert (row["limits"], row["room"], row["why"]) == (None, None, "it did not tell its limits")
    assert row["servers"] == 7
    assert row["advice"]


def test_a_location_that_shows_a_part_is_not_known() -> None:
    row = row_of(surveyed("a:1", partial=True), looked_up("a:1"))
    assert (row["state"], row["room"]) == ("partial", None)
    assert row["reason"].startswith("it did not show all of its servers")


def test_what_was_asked_for_beside_is_told_or_why_not() -> None:
    engine = inquirer("a:1")
    engine.begin(0.0)
    inquiry = inquiry_of(engine.step(2.0, [surveyed("a:1"), looked_up("a:1")]))
    found = Catalogue(rows={"zones": ({"name": "az1"},)}, faults={"images": DOWN})
    [row] = capacity_rows(inquiry, {"a:1": found}, ("zones", "images", "networks"), 0.0)
    assert (row["zones"], row["images"], row["flavors"]) == ([{"name": "az1"}], None, None)
    assert row["failures"] == {"images": "down", "networks": "it did not answer"}


def test_times_are_told_by_the_answer() -> None:
    row = row_of(surveyed("a:1", date=EPOCH + 62.0), looked_up("a:1"))
    assert (row["response_seconds"], row["clock_skew_seconds"]) == (0.5, 60)
    silent = row_of(m.SurveyFailed(now=3.0, location="a:1", fault=DOWN))
    assert (silent["response_seconds"], silent["clock_skew_seconds"], silent["servers"]) == (None, None, None)


@pytest.mark.parametrize(
    ("date", "seconds"), [(None, None), (100.0, 0), (101.0, 0), (99.0, 0), (110.0, 9), (90.0, -9), (98.0, -1)]
)
def test_a_clock_is_wrong_only_where_its_date_fits_no_moment_of_the_answer(
    date: float | None, seconds: int | None
) -> None:
    assert skew(date, (100.0, 101.0) if date != 98.0 else (100.0, 100.5)) == seconds


@pytest.mark.parametrize("kind", Kind)
def test_there_is_something_to_do_about_every_fault(kind: Kind) -> None:
    assert advice(Fault(kind=kind))
