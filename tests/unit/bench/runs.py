# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs as a session would write them, for tests of what is made of them."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.tests.bench.book import Book, Run
    from ansible_collections.openmultistack.cloud.tests.bench.matrix import Row

COMMIT = "0a1b2c3d"


def book_in(folder: Path, commit: str = COMMIT) -> Book:
    from ansible_collections.openmultistack.cloud.tests.bench.book import Book  # noqa: PLC0415

    return Book(folder / "results.jsonl", commit)


def run_of(row: Row, side: str, step: str = "launch", **facts: t.Any) -> Run:
    from ansible_collections.openmultistack.cloud.tests.bench.book import Run  # noqa: PLC0415

    usual = {
        "commit": COMMIT,
        "round": 1,
        "seconds": 1.0,
        "cpu": 1.0,
        "locations": row.locations,
        "servers": row.servers,
    }
    return Run(**{**usual, "row": row.name, "side": side, "step": step, **facts})


def row_of(job: str, **facts: t.Any) -> Row:
    """The first row of the matrix with these facts."""
    from ansible_collections.openmultistack.cloud.tests.bench.matrix import ROWS  # noqa: PLC0415

    return next(row for row in ROWS if row.job == job and all(getattr(row, key) == facts[key] for key in facts))
