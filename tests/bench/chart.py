# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chart: launch, rerun and destruction of thirty servers, a bar for each side, as an SVG without any library."""

from __future__ import annotations

import typing as t
from html import escape

from .book import median
from .matrix import ASYNC, FLOOR, LOOP, OURS, ROWS

if t.TYPE_CHECKING:
    from .book import Book

_SIDES = {
    OURS: ("multi_stack_server", "#1f6fb4"),
    FLOOR: ("the least that is possible", "#8f9aa5"),
    ASYNC: ("openstack.cloud.server, async", "#e0a030"),
    LOOP: ("openstack.cloud.server, loop", "#c8553d"),
}
_STEPS = {"launch": "Launch of 30 servers", "rerun": "The same again, no change", "destroy": "Destruction of all"}
_WIDTH, _LEFT, _RIGHT, _BAR, _GAP, _GROUP, _TOP = 760, 210, 90, 18, 4, 44, 40
_LICENCE = """<!--
Copyright (c) 2026, openmultistack.cloud contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""


class Bar(t.NamedTuple):
    """One side of one step, with the seconds of its median, quickest and slowest run."""

    step: str
    side: str
    middle: float
    least: float
    most: float


def bars(book: Book) -> list[Bar]:
    """What there is to show; without a bar of a peer it says nothing."""
    row = next(each for each in ROWS if each.job == "launch" and each.real and each.servers == 30)
    found = []
    for step in _STEPS:
        for side in _SIDES:
            runs = book.runs(row, side, step)
            middle, seconds = median(runs), [run.seconds for run in runs]
            if middle is not None:
                found.append(Bar(step, side, middle, min(seconds), max(seconds)))
    return found if {LOOP, ASYNC} & {drawn.side for drawn in found} else []


def chart(shown: t.Sequence[Bar]) -> str:
    """The SVG. A line through the end of a bar reaches from the quickest run to the slowest."""
    scale = (_WIDTH - _LEFT - _RIGHT) / max(drawn.most for drawn in shown)
    parts, y, step = [], _TOP, ""
    for drawn in shown:
        if drawn.step != step:
            y += _GROUP if step else 0
            step = drawn.step
            parts.append(_text(0, y - 8, _STEPS[step], "bold"))
        parts += _bar(drawn, y, scale)
        y += _BAR + _GAP
    title = "Seconds on three real clouds: medians, and the quickest and the slowest run"
    size = f'viewBox="0 0 {_WIDTH} {y + 30}" width="{_WIDTH}" height="{y + 30}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="12">'
    paper = f'<rect width="{_WIDTH}" height="{y + 30}" fill="#ffffff"/>'
    return "\n".join([_LICENCE + head, f"<title>{title}</title>", paper, *parts, _text(0, y + 18, title), "</svg>", ""])


def _bar(drawn: Bar, y: int, scale: float) -> list[str]:
    name, colour = _SIDES[drawn.side]
    middle, least, most = (_LEFT + value * scale for value in drawn[2:])
    line = y + _BAR / 2
    return [
        _text(_LEFT - 8, y + 13, name, anchor="end"),
        f'<rect x="{_LEFT}" y="{y}" width="{middle - _LEFT:.1f}" height="{_BAR}" fill="{colour}"/>',
        f'<path d="M{least:.1f} {line}H{most:.1f}" stroke="#222222"/>',
        _text(max(middle, most) + 6, y + 13, f"{drawn.middle:.1f} s"),
    ]


def _text(x: float, y: float, words: str, weight: str = "normal", anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-weight="{weight}" text-anchor="{anchor}">{escape(words)}</text>'
