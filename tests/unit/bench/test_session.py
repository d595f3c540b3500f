# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session on small simulated clouds: sides do the job, it is counted, and a second session has nothing left to do."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.tests.bench.matrix import Row
from ansible_collections.openmultistack.cloud.tests.bench.session import Session
from ansible_collections.openmultistack.cloud.tests.bench.sides import Kinds
from ansible_collections.openmultistack.cloud.tests.unit.bench.runs import book_in

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LAUNCH = Row(job="launch", servers=4, locations=2, rounds={"ours": 1, "floor": 1})
READ = Row(job="inventory", servers=6, locations=6, rounds={"ours": 1, "floor": 1, "static": 1})


def session_in(folder: Path, minutes: float = 5.0) -> Session:
    ends = time.monotonic() + 60 * minutes
    return Session(book_in(folder), Kinds(), folder, None, (), ends)


def test_a_launch_is_done_and_counted_by_both_sides_once(tmp_path: Path) -> None:
    session_in(tmp_path).play([LAUNCH])
    book = book_in(tmp_path)
    runs = {run.side: run for run in book.every}
    assert {side: run.trouble for side, run in runs.items()} == {"ours": "", "floor": ""}
    assert {run.requests["create"] for run in runs.values()} == {4}
    assert {(run.clouds, run.locations, run.servers) for run in runs.values()} == {(1, 2, 4)}
    assert runs["ours"].beyond == []
    assert runs["ours"].pss > runs["floor"].pss > 10
    assert runs["ours"].processes > 1
    session_in(tmp_path).play([LAUNCH])
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 2


def test_an_inventory_is_read_by_every_side(tmp_path: Path) -> None:
    session_in(tmp_path).play([READ])
    runs = {(run.side, run.step): run for run in book_in(tmp_path).every}
    assert set(runs) == {
        ("ours", "read"),
        ("ours", "export"),
        ("static", "read"),
        ("static", "export"),
        ("floor", "read"),
    }
    assert {run.trouble for run in runs.values()} == {""}
    assert runs["ours", "read"].requests == {"token": 2, "list": 6} == runs["floor", "read"].requests
    assert not runs["static", "read"].requests


def test_a_session_begins_nothing_that_would_end_too_late(tmp_path: Path) -> None:
    session_in(tmp_path, minutes=0.1).play([LAUNCH])
    assert book_in(tmp_path).every == []


def test_rows_of_real_clouds_are_left_out_without_any(tmp_path: Path) -> None:
    row = Row(job="launch", servers=4, real=True, rounds={"ours": 1})
    session = session_in(tmp_path)
    session.play([row])
    assert session.why_not(row) == "no real clouds are given (--clouds)"
    assert book_in(tmp_path).every == []


def test_what_goes_wrong_is_told_and_is_no_measurement(tmp_path: Path) -> None:
    row = Row(job="launch", servers=4, locations=2, rounds={"loop": 1})  # there are no peers in this folder
    session_in(tmp_path).play([row])
    book = book_in(tmp_path)
    assert book.runs(row, "loop", "launch") == []
