# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m tests.openstack.faults --kind kill --rounds 50"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import time
import traceback
import typing as t
from pathlib import Path

from ..rig.settings import RigError
from .book import Book
from .orders import ROOT
from .rig import Rig
from .rounds import KINDS
from .stage import Round, Stage

TROUBLES_IN_A_ROW = 3


def main() -> int:
    """Rounds of each kind in turn, until there are enough of each, or until told to end; 1 for a violation."""
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    book = Book(options.results, options.seed)
    stage = Stage(Rig(), options.folder)
    with contextlib.closing(stage), contextlib.suppress(KeyboardInterrupt):
        _rounds(stage, book, options)
    print(book.summary())
    return int(any(row["verdict"] == "violation" for row in book.rows))


def _end(*_: object) -> t.NoReturn:
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.openstack.faults", description="Faults on real clouds.")
    parser.add_argument("--kind", choices=KINDS, action="append", help="may be given several times; all without it")
    parser.add_argument("--rounds", type=int, default=1, help="of each kind, those already in the results included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=ROOT / ".cache/faults/results.jsonl")
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache/faults/runs", help="of the runs' own files")
    parser.add_argument("--max-seconds", type=float, default=float("inf"), help="begin no round after that")
    options = parser.parse_args()
    for name in ("results", "folder"):
        setattr(options, name, getattr(options, name).resolve())
    return options


def _rounds(stage: Stage, book: Book, options: argparse.Namespace) -> None:
    started, troubles = time.monotonic(), 0
    for kind in options.kind or KINDS:
        while (done := book.next(kind))[0] < options.rounds:
            if time.monotonic() - started > options.max_seconds:
                return
            troubles = 0 if _round(stage, book, Round(kind=kind, number=done[1], seed=options.seed)) else troubles + 1
            if troubles == TROUBLES_IN_A_ROW:
                sys.exit("the rig or this script does not work")


def _round(stage: Stage, book: Book, one: Round) -> bool:
    """One round; whether it could be played."""
    started, trouble = time.monotonic(), ""
    stage.open(one)
    try:
        KINDS[one.kind](stage, one)
    except (RigError, OSError, LookupError, ValueError):
        trouble = traceback.format_exc()
    finally:
        stage.tidy()
    seconds = time.monotonic() - started
    book.write(one, seconds, trouble)
    print(
        f"{one.kind} {one.number}: {'trouble' if trouble else one.verdict}, {seconds:.0f} s, {one.numbers}", flush=True
    )
    if trouble or one.wrongs:
        print(trouble, *one.wrongs, *(answer.story for answer in one.answers), sep="\n", flush=True)
        stage.keep()
        stage.clear()
    return not trouble


if __name__ == "__main__":
    sys.exit(main())
