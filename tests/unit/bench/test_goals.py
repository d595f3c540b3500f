# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each goal: met on one side of its limit, not met on the other, and neither without a measurement."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

import pytest

from ansible_collections.openmultistack.cloud.tests.bench.chart import bars, chart
from ansible_collections.openmultistack.cloud.tests.bench.goals import Verdict, verdicts
from ansible_collections.openmultistack.cloud.tests.bench.table import table
from ansible_collections.openmultistack.cloud.tests.unit.bench.runs import book_in, row_of, run_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.tests.bench.book import Book

REAL = {"job": "launch", "real": True, "servers": 30}
SIMULATED = {"job": "launch", "real": False, "servers": 30, "latency": 0.1}
READ = {"job": "inventory", "real": True}
LARGE = {"job": "inventory", "servers": 10_000, "latency": 0.1}
THOUSAND = {"job": "launch", "servers": 1000, "latency": 0.0}
GROWING = [{"job": "launch", "locations": number, "latency": 0.1} for number in (5, 50, 250)]
START = {"job": "start"}
ONE = {"job": "launch", "servers": 1, "latency": 0.1}

Told = tuple[dict[str, t.Any], str, str, dict[str, t.Any]]


def grown(what: str, values: tuple[float, float, float]) -> list[Told]:
    """A launch at each number of locations, with that much for each location, or server beyond the first."""
    told: list[Told] = []
    for row, value in zip(GROWING, values, strict=True):
        number = row["locations"]
        servers = {"servers": 20 * number}
        fact = (
            {"cpu": 2.0 + value * (20 * number - 1)} if what == "cpu" else {"requests": {"list": int(value * number)}}
        )
        told.append(({**row, **servers}, "ours", "launch", fact))
    return told


def took(row: dict[str, t.Any], step: str, **seconds: float) -> list[Told]:
    return [(row, side, step, {"seconds": each}) for side, each in seconds.items()]


def used(row: dict[str, t.Any], side: str, step: str, **facts: t.Any) -> list[Told]:
    return [(row, side, step, facts)]


STARTED = took(START, "start", floor=0.5) + used(START, "ours", "start", seconds=2.0, cpu=2.0)
CLOCK = [{"job": "clock", "locations": number} for number in (5, 250)]
STOPPED, FROZEN = {**READ, "fault": "stopped"}, {**READ, "fault": "frozen"}
BY_LOCATION = "requests per location the same within 20 % at 5, 50 and 250 locations, at 100"
BY_SERVER = "CPU per further server the same within 20 % at 5, 50 and 250 locations, at 100"
NOT_SLOW = "inventory 60 on real clouds: at most the floor"

CASES: list[tuple[str, list[Told], bool | None]] = [
    ("start cost (", STARTED + took(START, "start", ping=1.0, ansible=0.5), True),
    ("start cost (", STARTED + took(START, "start", ours=3.1, ping=1.0, ansible=0.5), False),
    ("start cost (", STARTED, None),
    ("1.10 times the floor", STARTED + took(REAL, "launch", ours=34.5, floor=30.0), True),
    ("1.10 times the floor", STARTED + took(REAL, "launch", ours=34.6, floor=30.0), False),
    ("1.10 times the floor", took(REAL, "launch", ours=34.6, floor=30.0), None),
    ("5.5 times", took(REAL, "launch", ours=10.0, loop=55.0), True),
    ("5.5 times", took(REAL, "launch", ours=10.0, loop=54.0), False),
    ("2.5 times faster", took(REAL, "launch", ours=10.0, **{"async": 25.0}), True),
    ("2.5 times faster", took(REAL, "launch", ours=10.0, **{"async": 24.0}), False),
    ("rerun of 30", took(REAL, "rerun", ours=1.0, loop=10.0), True),
    ("rerun of 30", took(REAL, "rerun", ours=1.0, loop=9.9), False),
    ("destruction of 30", took(REAL, "destroy", ours=10.0, loop=80.0), True),
    ("destruction of 30", took(REAL, "destroy", ours=10.0, loop=79.0), False),
    ("a tenth of", used(REAL, "ours", "launch", cpu=2.0) + used(REAL, "loop", "launch", cpu=20.0), True),
    ("a tenth of", used(REAL, "ours", "launch", cpu=2.1) + used(REAL, "loop", "launch", cpu=20.0), False),
    ("at least 15 times", took(SIMULATED, "launch", ours=1.0, loop=15.0), True),
    ("at least 15 times", took(SIMULATED, "launch", ours=1.0, loop=14.0), False),
    ("PSS", used(THOUSAND, "ours", "launch", pss=179.0), True),
    ("PSS", used(THOUSAND, "ours", "launch", pss=181.0), False),
    ("requests within", used(REAL, "ours", "rerun", requests={"list": 1}, locations=1), True),
    ("requests within", used(REAL, "ours", "rerun", requests={"create": 1}, locations=1), False),
    ("requests within", used(REAL, "loop", "rerun", requests={"create": 1}, locations=1), None),
    ("requests within", used(READ, "ours", "read", requests={"list": 5}, locations=3), False),
    ("requests within", used(STOPPED, "ours", "read", requests={"list": 5}, locations=3), None),
    (NOT_SLOW, took(READ, "read", ours=2.3, floor=1.5, ansible=0.5), True),
    (NOT_SLOW, took(READ, "read", ours=2.4, floor=1.5, ansible=0.5), False),
    ("at 100 ms, export: at most", took(LARGE, "export", ours=1.3, static=1.0), True),
    ("at 100 ms, read: at most", took(LARGE, "read", ours=1.4, static=1.0), False),
    ("one frozen", took(READ, "read", ours=1.0) + took(FROZEN, "read", ours=11.4), True),
    ("one stopped", took(READ, "read", ours=1.0) + took(STOPPED, "read", ours=21.0), False),
    (BY_LOCATION, grown("requests", (30, 34, 36)), True),
    (BY_LOCATION, grown("requests", (30, 34, 50)), False),
    (BY_SERVER, used(ONE, "ours", "launch", cpu=2.0) + grown("cpu", (0.010, 0.011, 0.009)), True),
    (BY_SERVER, used(ONE, "ours", "launch", cpu=2.0) + grown("cpu", (0.010, 0.011, 0.019)), False),
    (BY_SERVER, grown("cpu", (0.010, 0.011, 0.009)), None),
    ("virtual clock", took(CLOCK[0], "clock", ours=6.0) + took(CLOCK[1], "clock", ours=7.1), True),
    ("virtual clock", took(CLOCK[0], "clock", ours=6.0) + took(CLOCK[1], "clock", ours=7.3), False),
]


def written(folder: Path, told: t.Iterable[Told]) -> Book:
    book = book_in(folder)
    for row, side, step, facts in told:
        book.write(run_of(row_of(**row), side, step, **facts))
    return book


def verdict_on(words: str, book: Book) -> Verdict:
    (found,) = (verdict for verdict in verdicts(book) if words in verdict.goal)
    return found


@pytest.mark.parametrize(("words", "told", "met"), CASES)
def test_a_goal_is_met_or_not_or_unknown(words: str, told: list[Told], met: bool | None, tmp_path: Path) -> None:
    assert verdict_on(words, written(tmp_path, told)).met is met


def test_without_measurements_no_goal_is_met_and_none_is_missed(tmp_path: Path) -> None:
    assert {verdict.met for verdict in verdicts(book_in(tmp_path))} == {None}


def test_a_kind_of_request_that_is_too_many_is_named(tmp_path: Path) -> None:
    book = written(tmp_path, used(REAL, "ours", "rerun", requests={"create": 1}, locations=1))
    assert verdict_on("requests within", book).figure == "launch 30 on real clouds, rerun: 1 create of at most 0"


def test_the_table_shows_medians_and_says_why_a_row_is_missing(tmp_path: Path) -> None:
    told: list[Told] = []
    for number, seconds in ((1, 9.0), (2, 1.0), (3, 2.0)):
        told += used(REAL, "ours", "launch", seconds=seconds, round=number, requests={"list": number})
    rows = [row_of(**REAL), row_of("clock", locations=5)]
    lines = list(table(written(tmp_path, told), rows, lambda row: "it rains" if row.job == "clock" else ""))
    (line,) = (line for line in lines if "launch ours" in line)
    assert line.split() == ["launch", "ours", "2.00", "(1.00-9.00)", "1.00", "0", "1", "1-3", "3/5"]
    assert lines[-1] == "clock 100 over 5: not measured, since it rains"


def test_the_chart_has_a_bar_for_each_side_of_each_step(tmp_path: Path) -> None:
    sides = {"ours": 30.0, "floor": 28.0, "async": 110.0, "loop": 230.0}
    book = written(tmp_path, took(REAL, "launch", **sides) + took(REAL, "rerun", **sides))
    image = chart(bars(book))
    assert image.count("<rect") == 1 + 8
    root = ElementTree.fromstring(image)
    widths = [float(each.attrib["width"]) for each in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    ours, floor, least, most = (width / widths[0] for width in widths[:4])
    assert (ours, floor, least, most) == pytest.approx((1, 28 / 30, 110 / 30, 230 / 30), rel=0.01)


def test_there_is_no_chart_without_a_peer(tmp_path: Path) -> None:
    assert bars(written(tmp_path, took(REAL, "launch", ours=1.0, floor=1.0))) == []
