# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured is not measured again, unless it went wrong or the commit is another."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.tests.bench.book import median
from ansible_collections.openmultistack.cloud.tests.bench.matrix import Turn
from ansible_collections.openmultistack.cloud.tests.unit.bench.runs import book_in, row_of, run_of

if t.TYPE_CHECKING:
    from pathlib import Path

ROW = {"job": "launch", "real": True, "servers": 30}


def test_a_turn_is_there_when_all_its_steps_are(tmp_path: Path) -> None:
    row = row_of(**ROW)
    for step in ("launch", "rerun", "destroy"):
        assert not book_in(tmp_path).has(Turn(row, "ours", 1))
        book_in(tmp_path).write(run_of(row, "ours", step))
    assert book_in(tmp_path).has(Turn(row, "ours", 1))
    assert not book_in(tmp_path).has(Turn(row, "ours", 2))
    assert not book_in(tmp_path).has(Turn(row, "floor", 1))


def test_another_commit_begins_anew(tmp_path: Path) -> None:
    row = row_of("clock", locations=5)
    book_in(tmp_path).write(run_of(row, "ours", "clock"))
    assert book_in(tmp_path).has(Turn(row, "ours", 1))
    assert not book_in(tmp_path, "another").has(Turn(row, "ours", 1))
    assert book_in(tmp_path, "another").every == []


def test_what_went_wrong_counts_for_nothing_until_it_goes_well(tmp_path: Path) -> None:
    row = row_of("clock", locations=5)
    book_in(tmp_path).write(run_of(row, "ours", "clock", seconds=9.0, trouble="ended with 1"))
    assert book_in(tmp_path).runs(row, "ours", "clock") == []
    assert not book_in(tmp_path).has(Turn(row, "ours", 1))
    book_in(tmp_path).write(run_of(row, "ours", "clock", seconds=2.0))
    assert median(book_in(tmp_path).runs(row, "ours", "clock")) == 2.0
    assert [run.trouble for run in book_in(tmp_path).every] == [""]


def test_there_is_no_median_of_nothing() -> None:
    row = row_of("clock", locations=5)
    runs = [run_of(row, "ours", seconds=seconds, cpu=cpu) for seconds, cpu in ((1.0, 7.0), (9.0, 5.0), (2.0, 6.0))]
    assert (median([]), median(runs), median(runs, "cpu")) == (None, 2.0, 6.0)
