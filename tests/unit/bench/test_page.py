# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of docs/performance.md."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.openmultistack.cloud.tests.bench.page import page
from ansible_collections.openmultistack.cloud.tests.unit.bench.runs import book_in, row_of, run_of

PAGE = pathlib.Path(__file__).parents[3] / "docs/performance.md"


def test_what_was_measured_stands_in_its_place_and_the_words_around_it_stay(tmp_path: pathlib.Path) -> None:
    book = book_in(tmp_path)
    launch = row_of("launch", real=True, servers=30)
    for number, seconds in enumerate((10.0, 14.0, 11.0), 1):
        book.write(run_of(launch, "ours", seconds=seconds, round=number, cpu=5.25, pss=102.4, requests={"GET": 9}))
    book.write(run_of(launch, "loop", seconds=60.0, cpu=80.0))
    text = PAGE.read_text(encoding="utf-8")
    written = page(text, book)
    assert (
        "| launch 30 | ours | 11.0 (10.0-14.0) | 5.2 | 102 | 9 |\n|  | openstack.cloud, loop | 60.0 | 80.0 | 0 | 0 |"
        in written
    )
    assert (
        "| launch of 30: at least 5.5 times faster than the loop | **not met**: 5.5 times (60.00 / 11.00) |" in written
    )
    words = [line for line in text.splitlines() if not line.startswith("|")]
    assert [line for line in written.splitlines() if not line.startswith("|")] == words
    assert page(written, book) == written


def test_a_page_without_a_place_for_a_table_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="no place for launches"):
        page("nothing", book_in(tmp_path))
