# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table on the terminal: every row that has runs, with medians and how far they spread."""

from __future__ import annotations

import statistics
import typing as t

if t.TYPE_CHECKING:
    from .book import Book, Run
    from .matrix import Row

HEAD = f"{'':<24}{'seconds, median (min-max)':>28}{'CPU s':>9}{'PSS MB':>8}{'procs':>7}{'requests':>14}{'rounds':>8}"


def table(book: Book, rows: t.Iterable[Row], why_not: t.Callable[[Row], str]) -> t.Iterator[str]:
    """All lines. A row that cannot be measured here says why."""
    for row in rows:
        lines = [line for side in row.rounds for step in row.steps(side) if (line := _line(book, row, side, step))]
        reason = why_not(row)
        if lines:
            yield from ("", row.name, HEAD)
            yield from lines
        else:
            yield f"{row.name}: not measured{f', since {reason}' if reason else ' yet'}"


def _line(book: Book, row: Row, side: str, step: str) -> str:
    runs = book.runs(row, side, step)
    if not runs:
        return ""
    rounds = f"{len(runs)}/{row.rounds[side]}"
    return (
        f"  {step + ' ' + side:<22}{spread([run.seconds for run in runs]):>28}{middle(runs, 'cpu'):>9.2f}"
        f"{middle(runs, 'pss'):>8.0f}{middle(runs, 'processes'):>7.0f}{_requests(runs):>14}{rounds:>8}{_ends(runs)}"
    )


def spread(values: t.Sequence[float], digits: int | None = None) -> str:
    if digits is None:
        digits = 2 if max(values) >= 0.1 else 4
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def middle(runs: t.Iterable[Run], what: str) -> float:
    return statistics.median(float(getattr(run, what)) for run in runs)


def _requests(runs: t.Sequence[Run]) -> str:
    numbers = [run.sent for run in runs]
    least, most = min(numbers), max(numbers)
    return str(least) if least == most else f"{least}-{most}"


def _ends(runs: t.Sequence[Run]) -> str:
    """How they ended, where that is not well: peers may fail where a cloud does."""
    ends = {"killed" if run.killed else f"status {run.code}" for run in runs if run.killed or run.code}
    return f"  {', '.join(sorted(ends))}" if ends else ""
