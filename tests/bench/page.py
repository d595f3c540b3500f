# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of docs/performance.md: what stands between `<!-- measured: … -->` and `<!-- end -->` is written anew."""

from __future__ import annotations

import typing as t

from .goals import verdicts
from .matrix import ANSIBLE, ASYNC, DEADLINE, FLOOR, LOOP, OURS, PEER, ROWS, STATIC
from .table import middle, spread

if t.TYPE_CHECKING:
    from .book import Book
    from .matrix import Row

_SIDES = {
    OURS: "ours",
    FLOOR: "floor",
    LOOP: "openstack.cloud, loop",
    ASYNC: "openstack.cloud, async",
    PEER: "openstack.cloud",
    STATIC: "static script",
    ANSIBLE: "`ansible --version`",
}
_FAULTS = {"": "all well", "stopped": "one stopped", "frozen": f"one frozen, deadline {DEADLINE:.0f} s"}
Part = tuple[str, "Row", str]


def page(text: str, book: Book) -> str:
    """The page with the tables of this book."""
    for mark, lines in _tables(book).items():
        before, begin, others = text.partition(f"<!-- measured: {mark} -->\n")
        _old, end, after = others.partition("<!-- end -->")
        if not end:
            raise ValueError(f"the page has no place for {mark}")
        text = "\n".join([before + begin, *lines, "", end + after])
    return text


def _tables(book: Book) -> dict[str, list[str]]:
    real = sorted((row for row in ROWS if row.real and row.job == "launch"), key=lambda row: row.servers)
    simulated = [row for row in ROWS if not row.real and row.job in {"launch", "inventory"}]
    return {
        "launches": _table("servers", book, [(f"{s} {row.servers}", row, s) for row in real for s in row.steps(OURS)]),
        "inventories": _table(
            "clouds", book, [(_FAULTS[row.fault], row, "read") for row in ROWS if row.real and row.job == "inventory"]
        ),
        "simulated": _table("servers", book, [(_label(row, s), row, s) for row in simulated for s in row.steps(OURS)]),
        "goals": _goals(book),
    }


def _label(row: Row, step: str) -> str:
    return row.name if step == row.job else f"{row.name}, {step}"


def _table(title: str, book: Book, parts: t.Iterable[Part]) -> list[str]:
    lines = [f"| {title} | | seconds | CPU s | MB | requests |", "|---|---|---|---|---|---|"]
    for label, row, step in parts:
        found = [f"{name} | {cells} |" for side, name in _SIDES.items() if (cells := _cells(book, row, side, step))]
        lines += [f"| {'' if number else label} | {each}" for number, each in enumerate(found)]
    return lines


def _cells(book: Book, row: Row, side: str, step: str) -> str:
    runs = book.runs(row, side, step)
    if not runs:
        return ""
    seconds = [run.seconds for run in runs]
    taken = spread(seconds, 1) if len(runs) > 1 else f"{seconds[0]:.1f}"
    return f"{taken} | {middle(runs, 'cpu'):.1f} | {middle(runs, 'pss'):.0f} | {middle(runs, 'sent'):.0f}"


def _goals(book: Book) -> list[str]:
    words = {True: "met", False: "**not met**"}
    known = [each for each in verdicts(book) if each.met is not None]
    return ["| goal | |", "|---|---|", *(f"| {each.goal} | {words[bool(each.met)]}: {each.figure} |" for each in known)]
