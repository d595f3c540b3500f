# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose servers are, how fleets are counted, and what is said of what was not seen."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.census import Census
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.fleets import (
    Sightings,
    as_of,
    fleet_rows,
    foreign_rows,
    known_fields,
    of_fleet,
    our_rows,
    sightings,
    suspicious_rows,
    unseen_rows,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Identity, Server

from .cloud import EPOCH
from .world import marked

STRANGER = Server(id="s", name="mail", status="ACTIVE", created=float(EPOCH))
LOOKALIKE = Server(id="l", name="crawl-007", status="ACTIVE", created=float(EPOCH))


def surveyed(label: str, *servers: Server, **facts: t.Any) -> m.Surveyed:
    identity = Identity(endpoint=label, project_id="p")
    return m.Surveyed(
        **{"now": 2.0, "location": label, "started_at": 1.0, "servers": servers, "identity": identity} | facts
    )


def seen(*surveys: m.Surveyed) -> Sightings:
    return sightings(Census(seen=surveys, unreachable=(), merged=()), float(EPOCH))


def test_a_fleet_is_counted_by_the_state_of_its_servers() -> None:
    found = seen(
        surveyed("a:1", marked(1, "one"), marked(2, "two", status="BUILD"), marked(3, "three", status="ERROR")),
        surveyed("b:1", marked(4, "four", status="SHUTOFF"), marked(9, "nine", task="deleting"), STRANGER),
    )
    [row] = fleet_rows(found)
    counts = ("servers", "slots", "highest_slot", "running", "building", "broken", "deleting", "other", "twins")
    assert [row[name] for name in counts] == [5, 3, 9, 1, 1, 1, 1, 1, 0]
    assert row["by_location"] == {"a:1": 3, "b:1": 2}
    assert (row["owners"], row["expires"], row["unlimited"]) == (["demo"], None, 5)
    assert len(row["specs"]) == 1


def test_the_earliest_end_is_told_and_what_is_over_by_the_clouds_own_clock() -> None:
    one, two = marked(1, "one", expires=EPOCH + 100), marked(2, "two", expires=EPOCH + 50)
    [row] = fleet_rows(seen(surveyed("a:1", one, date=EPOCH + 60.0), surveyed("b:1", two, date=EPOCH + 60.0)))
    assert (row["expires"], row["expired"], row["unlimited"]) == ("2027-01-15T08:00:50Z", 1, 0)


def test_without_a_date_our_own_clock_tells_what_is_over() -> None:
    found = seen(surveyed("a:1", marked(1, "one", expires=EPOCH + 1), marked(2, "two", expires=EPOCH + 3)))
    assert [row["expired"] for row in our_rows(found)] == [True, False]


def test_the_one_that_ranks_first_is_no_twin_and_broken_ones_never_are() -> None:
    younger = marked(1, "young", created=EPOCH + 20.0)
    broken = marked(1, "broken", created=EPOCH + 5.0, status="ERROR")
    found = seen(surveyed("a:1", younger, broken), surveyed("b:1", marked(1, "old")))
    assert {row["id"]: row["twin"] for row in our_rows(found)} == {"old": False, "young": True, "broken": False}
    assert fleet_rows(found)[0]["twins"] == 1


def test_rows_tell_the_mark_and_keep_the_users_metadata_only() -> None:
    server = marked(1, "one", fault=BootFault(code=500, message="no luck"), tags=("red",), replaced_at=EPOCH)
    server = replace(server, metadata=(*server.metadata, ("rack", "7")))
    [row] = our_rows(seen(surveyed("a:1", server)))
    assert (row["fleet"], row["slot"], row["metadata"], row["tags"]) == ("crawl", 1, {"rack": "7"}, ["red"])
    assert (row["ordered"], row["order_ends"]) == ("2027-01-15T08:00:00Z", "2027-01-15T08:15:00Z")
    assert (row["replacement"], row["fault"], row["state"]) == (True, "no luck", "ready")


def test_what_only_looks_like_ours_says_what_speaks_for_it() -> None:
    found = seen(surveyed("a:1", LOOKALIKE, STRANGER))
    [row] = suspicious_rows(found)
    assert row["fleets"] == ["crawl"]
    assert row["reason"] == (
        "its name says slot 7 of crawl, its metadata says nothing, its description says nothing; "
        "two of them have to agree"
    )
    assert [each["name"] for each in foreign_rows(found)] == ["mail"]
    assert fleet_rows(found) == our_rows(found) == []


def test_one_that_is_named_otherwise_says_so() -> None:
    torn = replace(marked(1, "one"), name="mail", description="")
    assert "its metadata says slot 1 of crawl" in suspicious_rows(seen(surveyed("a:1", torn)))[0]["reason"]


def test_one_fleet_is_told_without_the_others() -> None:
    found = of_fleet(seen(surveyed("a:1", marked(1, "one"), marked(1, "two", fleet="web"), LOOKALIKE, STRANGER)), "web")
    assert [row["id"] for row in our_rows(found)] == ["two"]
    assert suspicious_rows(found) == []
    assert [row["id"] for row in foreign_rows(found)] == ["s"]


def test_every_field_of_a_row_is_known() -> None:
    found = seen(surveyed("a:1", marked(1, "one"), LOOKALIKE, STRANGER))
    rows = [*our_rows(found), *suspicious_rows(found), *foreign_rows(found)]
    assert {field for row in rows for field in row} == known_fields()


def test_what_was_not_seen_is_named_with_reason_and_advice() -> None:
    census = Census(
        seen=(surveyed("a:1"), surveyed("b:1", unknown_ids=frozenset("xy")), surveyed("c:1", partial=True)),
        unreachable=(("d:1", Fault(kind=Kind.UNREACHABLE, message="down")),),
        merged=(),
    )
    rows = {row["location"]: row for row in unseen_rows(census)}
    assert list(rows) == ["d:1", "b:1", "c:1"]
    assert rows["d:1"]["reason"] == "down"
    assert "does not show 2 of its servers" in rows["b:1"]["reason"]
    assert "does not show all of its servers" in rows["c:1"]["reason"]
    assert all(row["advice"] for row in rows.values())


def test_the_oldest_answer_dates_the_whole() -> None:
    census = Census(seen=(surveyed("a:1", started_at=9.0), surveyed("b:1")), unreachable=(), merged=())
    assert as_of(census, float(EPOCH)) == "2027-01-15T08:00:01Z"
    assert as_of(Census(seen=(), unreachable=(), merged=()), float(EPOCH)) is None
