# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a server must go, and which fresh read must have shown that before a DELETE may go out."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.desk import Desk, Run
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.learn import learn
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import (
    Identity,
    Location,
    Offer,
    Server,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import AttemptRow, Deletion
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Tables
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verdict import (
    Proof,
    Reason,
    Verdict,
    proven,
    verdict,
)

from .cloud import EPOCH, SMALL
from .world import marked, order_of

LATER = EPOCH + 9999
FRESH: dict[str, t.Any] = {"created": EPOCH + 995.0, "until": LATER}


def desk_of(*servers: Server, **order: t.Any) -> Desk:
    """A run that surveyed these servers at second 1000."""
    asked = order_of(**{"count": 2, **order})
    run = Run(order=asked, started=999.0, run_at=EPOCH + 999, entropy=b"")
    tables = Tables(asked, [Location(label="a:1")], float(EPOCH))
    identity = Identity(endpoint="a", project_id="p")
    learn(tables, m.Surveyed(now=1000.0, location="a:1", started_at=999.9, servers=servers, identity=identity))
    tables.begin()
    return Desk(run=run, tables=tables)


@pytest.mark.parametrize(
    ("server", "order", "reason", "proof"),
    [
        (marked(1, "x"), {}, None, None),
        (marked(1, "x", status="SHUTOFF"), {}, None, None),
        (marked(1, "x", status="ERROR"), {}, Reason.BROKEN, Proof.SHOW),
        (marked(1, "x", status="ERROR", run_at=LATER), {}, Reason.BROKEN, Proof.SHOW),
        (marked(3, "x", status="ERROR"), {}, Reason.BROKEN, Proof.SHOW),
        (marked(1, "x", status="ERROR", task="deleting"), {}, None, None),
        (marked(3, "x"), {}, Reason.SURPLUS, Proof.ROW),
        (marked(3, "x", run_at=LATER), {}, None, None),
        (marked(3, "x", run_at=LATER), {"absent": True, "count": 0}, Reason.ABSENT, Proof.ROW),
        (marked(1, "x", status="ERROR"), {"absent": True, "count": 0}, Reason.ABSENT, Proof.ROW),
        (marked(1, "x", status="BUILD", **FRESH), {}, None, None),
        (marked(1, "x", status="BUILD", **FRESH | {"until": EPOCH + 999}), {}, Reason.STUCK, Proof.SHOW),
        (marked(1, "x", status="BUILD", **FRESH | {"created": EPOCH + 600.0}), {}, Reason.STUCK, Proof.SHOW),
        (marked(1, "x", task="image_uploading"), {}, None, None),
        (marked(1, "x", status="SOFT_DELETED"), {}, None, None),
    ],
)
def test_a_server_goes_for_these_reasons_only(
    server: Server, order: dict[str, t.Any], reason: Reason | None, proof: Proof | None
) -> None:
    desk = desk_of(server, **order)
    found = verdict(desk, desk.tables.servers["x"], 1000.0)
    assert (found and found.reason, found and found.proof) == (reason, proof)


def test_the_boot_timeout_begins_with_the_answer_to_the_post() -> None:
    desk = desk_of()
    offer = Offer(location="a:1", flavor=SMALL)
    desk.tables.add_attempt(AttemptRow(token="xAAAAAAAAAAAAAAA", slot=1, offer=offer, posted_at=1001.0))
    learn(desk.tables, m.Created(now=1051.0, location="a:1", token="xAAAAAAAAAAAAAAA", id="x"))
    server = marked(1, "x", status="BUILD", **FRESH)
    learn(desk.tables, m.Listed(now=1052.0, location="a:1", started_at=1051.5, servers=(server,)))
    row, boot = desk.tables.servers["x"], desk.run.order.patience.boot
    found = [verdict(desk, row, now) for now in (1002.0 + boot, 1052.0 + boot)]
    assert [each and each.reason for each in found] == [None, Reason.STUCK]


@pytest.mark.parametrize(
    ("winner", "goes"),
    [
        ({}, True),
        ({"status": "BUILD", "until": LATER}, False),
        ({"task": "image_uploading"}, False),
        ({"status": "SHUTOFF"}, False),
        ({"status": "ERROR"}, False),
        ({"created": EPOCH + 999.0}, False),
    ],
)
def test_a_twin_goes_only_beside_an_active_server_that_ranks_before_it(winner: dict[str, t.Any], goes: bool) -> None:
    desk = desk_of(marked(1, "winner", **{"created": EPOCH + 990.0, **winner}), marked(1, "x", created=EPOCH + 991.0))
    found = verdict(desk, desk.tables.servers["x"], 1000.0)
    assert (found is not None and (found.reason, found.proof) == (Reason.TWIN, Proof.WINNER)) is goes


@pytest.mark.parametrize("deletion", [Deletion.SENT, Deletion.ACCEPTED, Deletion.UNKNOWN, Deletion.REFUSED])
def test_what_is_on_its_way_or_was_refused_too_often_is_left(deletion: Deletion) -> None:
    desk = desk_of(marked(3, "x"))
    desk.tables.servers["x"].deletion = deletion
    assert verdict(desk, desk.tables.servers["x"], 1000.0) is None


def test_nothing_is_judged_where_nothing_answers_any_more() -> None:
    desk = desk_of(marked(3, "x"))
    for now in (1015.0, 1030.0):
        fault = m.SurveyFailed(now=now, location="a:1", fault=Fault(kind=Kind.UNREACHABLE))
        learn(desk.tables, fault)
    assert verdict(desk, desk.tables.servers["x"], 1030.0) is None


def shown(desk: Desk, server: Server, at: float) -> None:
    learn(desk.tables, m.Shown(now=at + 0.1, location="a:1", id=server.id, started_at=at, server=server))


def asked(desk: Desk, proof: Proof, now: float, since: float = 0.0) -> list[str]:
    return [row.id for row in proven(desk, desk.tables.servers["x"], Verdict(Reason.ABSENT, proof, since), now)]


X, WINNER = marked(1, "x", created=EPOCH + 991.0), marked(1, "winner", created=EPOCH + 990.0)


def test_a_row_of_the_last_ten_seconds_is_proof_for_what_no_status_decides() -> None:
    desk = desk_of(X)
    assert asked(desk, Proof.ROW, 1009.0) == []
    assert asked(desk, Proof.ROW, 1011.0) == ["x"]


def test_a_get_of_the_last_ten_seconds_is_proof_for_a_status() -> None:
    desk = desk_of(X)
    assert asked(desk, Proof.SHOW, 1001.0) == ["x"]
    shown(desk, X, 1001.0)
    assert asked(desk, Proof.SHOW, 1011.0) == []
    assert asked(desk, Proof.SHOW, 1011.1) == ["x"]


def test_what_builds_for_too_long_needs_a_get_from_after_its_time_was_over() -> None:
    building = replace(X, status="BUILD")
    desk = desk_of(building)
    shown(desk, building, 1004.0)
    assert asked(desk, Proof.SHOW, 1006.0, since=1005.0) == ["x"]
    shown(desk, building, 1005.5)
    assert asked(desk, Proof.SHOW, 1006.0, since=1005.0) == []


def test_a_get_that_showed_something_else_is_no_proof() -> None:
    desk = desk_of(X)
    shown(desk, X, 1001.0)
    broken = replace(X, status="ERROR")
    learn(desk.tables, m.Listed(now=1003.0, location="a:1", started_at=1002.0, servers=(broken,)))
    assert asked(desk, Proof.SHOW, 1003.0) == ["x"]
    shown(desk, broken, 1004.0)
    assert asked(desk, Proof.SHOW, 1005.0) == []


def test_a_twin_needs_a_get_of_both() -> None:
    desk = desk_of(X, WINNER)
    assert asked(desk, Proof.WINNER, 1001.0) == ["x", "winner"]
    shown(desk, X, 1001.0)
    assert asked(desk, Proof.WINNER, 1001.5) == ["winner"]
    shown(desk, WINNER, 1002.0)
    assert asked(desk, Proof.WINNER, 1002.5) == []
