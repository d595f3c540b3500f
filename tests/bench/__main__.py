# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m tests.bench [--quick] [--only launch] [--rounds 3] [--clouds clouds.yaml --rig COMMAND]

Measures what was not measured for this commit yet, and prints the table of all that was. Tells each run as it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import time
import typing as t
from pathlib import Path

from . import environments, matrix
from .book import Book, this_commit
from .chart import bars, chart
from .goals import verdicts
from .page import page
from .scene import ROOT
from .session import Session
from .sides import Kinds
from .table import table

CHART, PAGE = ROOT / "docs/performance.svg", ROOT / "docs/performance.md"


def main() -> int:
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    rows = matrix.chosen(options.only, options.rounds, options.quick)
    book = Book(options.results, options.commit or this_commit())
    session = Session(
        book=book,
        kinds=Kinds(image=options.image, flavor=options.flavor, network=options.network),
        peers=environments.FOLDER / "venv/bin",
        clouds_yaml=options.clouds,
        rig=tuple(shlex.split(options.rig)),
        ends=time.monotonic() + 60 * options.minutes,
    )
    if not options.table:
        if any(side in matrix.PEERS for row in rows for side in row.rounds if not session.why_not(row)):
            environments.programs_of_the_peers()
        with contextlib.suppress(KeyboardInterrupt):
            session.play(rows)
    print(f"\nCommit {book.commit}", *table(book, rows, session.why_not), sep="\n")
    print("", *verdicts(book), sep="\n")
    _draw(book, options.docs)
    return int(_troubles(book))


def _end(*_: object) -> t.NoReturn:
    raise KeyboardInterrupt


def _draw(book: Book, docs: bool) -> None:
    """The chart beside the results; where it is wished, it and the tables into the documentation."""
    shown = bars(book)
    for path in (environments.FOLDER / CHART.name, *([CHART] if docs else [])):
        if shown:
            path.write_text(chart(shown), encoding="utf-8")
            print(f"\nThe chart is in {path.relative_to(ROOT)}.")
    if docs:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), book), encoding="utf-8")


def _troubles(book: Book) -> bool:
    wrongs = [f"{run.row}, {run.side}, {run.step}: {run.trouble}" for run in book.every if run.trouble]
    if wrongs:
        print("", "What went wrong; the same command again tries it again:", *wrongs, sep="\n")
    return bool(wrongs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench", description="What the collection costs.")
    parser.add_argument("--only", action="append", default=[], help="rows whose names have this word; more than once")
    parser.add_argument("--rounds", type=int, help="at most so many")
    parser.add_argument("--quick", action="store_true", help="the smallest row of each kind, once")
    parser.add_argument("--minutes", type=float, default=45.0, help="what would take longer is left for the next time")
    parser.add_argument("--clouds", type=Path, help="clouds.yaml of real clouds; else OS_CLIENT_CONFIG_FILE, if set")
    parser.add_argument(
        "--rig", default="", help="command that takes stop, start, freeze or thaw, a cloud, and a service"
    )
    for name, value in vars(Kinds()).items():
        parser.add_argument(f"--{name}", default=value, help=f"on real clouds ({value})")
    parser.add_argument("--results", type=Path, default=environments.FOLDER / "results.jsonl")
    parser.add_argument("--commit", help="show and go on with the results of another commit")
    parser.add_argument("--table", action="store_true", help="measure nothing, print what there is")
    parser.add_argument(
        "--docs", action="store_true", help=f"write the chart and the tables into {PAGE.parent.relative_to(ROOT)} too"
    )
    options = parser.parse_args()
    if not options.clouds and os.environ.get("OS_CLIENT_CONFIG_FILE"):
        options.clouds = Path(os.environ["OS_CLIENT_CONFIG_FILE"])
    if options.clouds:
        options.clouds = options.clouds.resolve(strict=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
