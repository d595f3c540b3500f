# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be reached: each goal with its figure, computed from medians, and whether it is met."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .book import Book, median
from .matrix import ANSIBLE, ASYNC, DEADLINE, FLOOR, LOOP, OURS, PING, ROWS, STATIC, Row

MOST_START = 2.5
SLACK = 0.5  # seconds by which two reads of an inventory differ on a machine that has other work
MOST_GROWTH = 1.2


@dataclass(frozen=True)
class Verdict:
    """A goal, the figure that was measured, and whether that will do; neither, where something was not measured."""

    goal: str
    figure: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        word = {True: "met", False: "NOT MET", None: "not measured"}[self.met]
        return f"{word:<14}{self.goal}{f': {self.figure}' if self.figure else ''}"


@dataclass(frozen=True)
class Medians:
    """Medians of one row."""

    book: Book
    row: Row

    def of(self, side: str, step: str, what: str = "seconds") -> float | None:
        return median(self.book.runs(self.row, side, step), what)


def verdicts(book: Book) -> list[Verdict]:
    start = Medians(book, _row("start"))
    real, simulated = (
        Medians(book, _row("launch", servers=30, real=True)),
        Medians(book, _row("launch", servers=30, real=False, latency=0.1)),
    )
    return [
        _start(start),
        _launch(real, start),
        _times("launch of 30: at least 5.5 times faster than the loop", real, LOOP, ("launch", 5.5)),
        _times("launch of 30: at least 2.5 times faster than async", real, ASYNC, ("launch", 2.5)),
        _times("rerun of 30: at least 10 times faster than the loop", real, LOOP, ("rerun", 10)),
        _times("destruction of 30: at least 8 times faster than the loop", real, LOOP, ("destroy", 8)),
        _times("launch of 30: at most a tenth of the loop's CPU", real, LOOP, ("launch", 10), "cpu"),
        _times(
            "launch of 30, simulated at 100 ms: at least 15 times faster than the loop", simulated, LOOP, ("launch", 15)
        ),
        _memory(book),
        _requests(book),
        *(_inventory(book, row) for row in ROWS if row.job == "inventory" and not row.fault),
        *(_static(book, row, step) for row in _rows("inventory", servers=10_000) for step in ("read", "export")),
        *(_fault(book, row) for row in _rows("inventory", real=True) if row.fault),
        *(_growth(book, latency, what) for latency in (0.0, 0.1) for what in ("requests", "cpu")),
        _clock(book),
    ]


def _rows(job: str, **facts: t.Any) -> list[Row]:
    return [row for row in ROWS if row.job == job and all(getattr(row, key) == value for key, value in facts.items())]


def _row(job: str, **facts: t.Any) -> Row:
    return _rows(job, **facts)[0]


def _start(start: Medians) -> Verdict:
    goal = f"start cost (beyond the floor's, one server planned at one location) below {MOST_START} s"
    cost, ping, ansible = _start_cost(start), start.of(PING, "start"), start.of(ANSIBLE, "start")
    if cost is None or ping is None or ansible is None:
        return Verdict(goal)
    parts = f"{cost:.2f} s; ping, in the same form, takes {ping:.2f} s, ansible --version {ansible:.2f} s"
    return Verdict(goal, parts, cost < MOST_START)


def _start_cost(start: Medians) -> float | None:
    ours, floor = start.of(OURS, "start"), start.of(FLOOR, "start")
    return None if ours is None or floor is None else ours - floor


def _launch(real: Medians, start: Medians) -> Verdict:
    goal = "launch of 30: at most 1.10 times the floor, and the start cost"
    ours, floor, cost = real.of(OURS, "launch"), real.of(FLOOR, "launch"), _start_cost(start)
    if ours is None or floor is None or cost is None:
        return Verdict(goal)
    most = 1.1 * floor + cost
    return Verdict(goal, f"{ours:.2f} s of {most:.2f} s", ours <= most)


def _times(goal: str, medians: Medians, side: str, least: tuple[str, float], what: str = "seconds") -> Verdict:
    """How many times as much the other side takes for a step."""
    step, factor = least
    ours, theirs = medians.of(OURS, step, what), medians.of(side, step, what)
    if ours is None or theirs is None:
        return Verdict(goal)
    return Verdict(goal, f"{theirs / ours:.1f} times ({theirs:.2f} / {ours:.2f})", theirs / ours >= factor)


def _memory(book: Book) -> Verdict:
    goal = "PSS of all processes at 1,000 servers at most 180 MB"
    sizes = [Medians(book, row).of(OURS, "launch", "pss") for row in _rows("launch", servers=1000)]
    known = [size for size in sizes if size is not None]
    return Verdict(goal, f"{max(known):.0f} MB", max(known) <= 180) if known else Verdict(goal)


def _requests(book: Book) -> Verdict:
    """Every run of ours that went well; where a cloud does not answer, it is asked again."""
    goal = "requests within the design in every row"
    faulty = {row.name for row in ROWS if row.fault}
    runs = [run for run in book.every if run.side == OURS and run.sent and not run.trouble and run.row not in faulty]
    wrongs = [f"{run.row}, {run.step}: {', '.join(run.beyond)}" for run in runs if run.beyond]
    if not runs:
        return Verdict(goal)
    return Verdict(goal, "; ".join(sorted(set(wrongs))) or f"all {len(runs)} runs", not wrongs)


def _inventory(book: Book, row: Row) -> Verdict:
    goal = f"{row.name}: at most the floor, Ansible's start and 0.3 s"
    medians = Medians(book, row)
    ours, floor, ansible = (medians.of(side, "read") for side in (OURS, FLOOR, ANSIBLE))
    if ours is None or floor is None or ansible is None:
        return Verdict(goal)
    return Verdict(goal, f"{ours - floor - ansible:.2f} s more", ours - floor - ansible <= 0.3)


def _static(book: Book, row: Row, step: str) -> Verdict:
    goal = f"{row.name}, {step}: at most 1.3 times the same from a static script"
    medians = Medians(book, row)
    ours, static = medians.of(OURS, step), medians.of(STATIC, step)
    if ours is None or static is None:
        return Verdict(goal)
    return Verdict(goal, f"{ours / static:.2f} times ({ours:.2f} / {static:.2f} s)", ours <= 1.3 * static)


def _fault(book: Book, row: Row) -> Verdict:
    goal = f"{row.name}: it costs at most the deadline of {DEADLINE:.0f} s, once"
    well = Medians(book, _row("inventory", real=True, fault="")).of(OURS, "read")
    ours = Medians(book, row).of(OURS, "read")
    if ours is None or well is None:
        return Verdict(goal)
    return Verdict(goal, f"{ours - well:.2f} s more", ours - well <= DEADLINE + SLACK)


def _growth(book: Book, latency: float, what: str) -> Verdict:
    """How much it differs from the middle one. Of CPU, that of one server is taken off: Ansible, and waiting for it."""
    unit = "requests per location" if what == "requests" else "client CPU per further server"
    goal = f"{unit} the same within 20 % at 5, 50 and 250 locations, at {latency * 1000:.0f} ms"
    rows = [_row("launch", servers=20 * number, locations=number, latency=latency) for number in (5, 50, 250)]
    if what == "requests":
        each = [_each(median(book.runs(row, OURS, "launch"), "sent"), 0.0, row.locations) for row in rows]
    else:
        one = median(book.runs(_row("launch", servers=1, locations=1, latency=latency), OURS, "launch"), "cpu")
        each = [_each(median(book.runs(row, OURS, "launch"), "cpu"), one, row.servers - 1) for row in rows]
    known = [value for value in each if value is not None]
    if len(known) < len(rows):
        return Verdict(goal)
    middle = sorted(known)[1]
    figure = ", ".join(f"{value:.4g}" for value in known)
    return Verdict(goal, figure, all(abs(value - middle) <= 0.2 * middle for value in known))


def _each(whole: float | None, first: float | None, number: int) -> float | None:
    return None if whole is None or first is None else (whole - first) / number


def _clock(book: Book) -> Verdict:
    goal = f"a launch over 250 locations on the virtual clock at most {MOST_GROWTH} times one over 5"
    few, many = (median(book.runs(_row("clock", locations=number), OURS, "clock")) for number in (5, 250))
    if few is None or many is None:
        return Verdict(goal)
    return Verdict(goal, f"{many / few:.2f} times ({many:.1f} / {few:.1f} s)", many <= MOST_GROWTH * few)
