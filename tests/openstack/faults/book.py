# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The book: one JSON line for each round, and what they come to."""

from __future__ import annotations

import json
import statistics
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    from .stage import Round

COUNTED = ("ok", "violation")


class Book:
    """A file to which rounds are appended, so that a session that was broken off goes on."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._seed = path, seed

    @property
    def rows(self) -> list[dict[str, t.Any]]:
        """The rounds of this seed."""
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [row for row in map(json.loads, lines) if row["seed"] == self._seed]

    def next(self, kind: str) -> tuple[int, int]:
        """How many rounds of a kind count, and the number of the next one."""
        rows = [row for row in self.rows if row["kind"] == kind]
        return sum(row["verdict"] in COUNTED for row in rows), max((row["round"] for row in rows), default=0) + 1

    def write(self, one: Round, seconds: float, trouble: str = "") -> None:
        row = {
            "round": one.number,
            "kind": one.kind,
            "seed": one.seed,
            "seconds": round(seconds, 1),
            "verdict": "trouble" if trouble else one.verdict,
            "wrongs": one.wrongs,
            "numbers": one.numbers,
            "messages": [answer.message for answer in one.answers],
            "trouble": trouble,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        with self._path.with_suffix(".stories").open("a") as file:
            stories = (answer.story for answer in one.answers)
            print(f"{one.kind} {one.number} of seed {one.seed}: {row['verdict']}", *stories, sep="\n", file=file)

    def summary(self) -> str:
        """The rounds by kind."""
        rows = self.rows
        lines = [f"{'kind':<10}{'rounds':>8}{'violations':>12}{'missed':>8}{'trouble':>9}{'median s':>10}  medians"]
        for kind in dict.fromkeys(row["kind"] for row in rows):
            these = [row for row in rows if row["kind"] == kind]
            counted = [row for row in these if row["verdict"] in COUNTED]
            cells = [sum(row["verdict"] == verdict for row in these) for verdict in ("violation", "missed", "trouble")]
            seconds = statistics.median(row["seconds"] for row in counted or these)
            counts = f"{len(counted):>8}{cells[0]:>12}{cells[1]:>8}{cells[2]:>9}"
            lines.append(f"{kind:<10}{counts}{seconds:>10.1f}  {_medians(counted)}")
        return "\n".join(lines)


def _medians(rows: list[dict[str, t.Any]]) -> str:
    """The median of each number that rounds of a kind tell."""
    names = dict.fromkeys(name for row in rows for name in row["numbers"])
    told = {name: [row["numbers"][name] for row in rows if name in row["numbers"]] for name in names}
    numeric = {name: values for name, values in told.items() if all(type(v) in (int, float) for v in values)}
    return ", ".join(f"{name} {statistics.median(values):g}" for name, values in numeric.items())
