# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured, a line of JSON for each step of a turn; the same commit goes on where it ended."""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import typing as t
from dataclasses import asdict, dataclass, field

from . import wire
from .scene import ROOT

if t.TYPE_CHECKING:
    from pathlib import Path

    from .matrix import Row, Turn

_MEASURED = ("plugins", "tests/bench", "tests/simulator")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one process cost, with everything that it started. Memory is in MB, and proportional (PSS)."""

    commit: str
    row: str
    side: str
    step: str
    round: int
    seconds: float
    cpu: float = 0.0
    pss: float = 0.0
    processes: int = 1
    requests: t.Mapping[str, int] = field(default_factory=dict)
    code: int = 0
    killed: bool = False
    load: float = 0.0
    clouds: int = 0
    locations: int = 0
    servers: int = 0
    trouble: str = ""

    @property
    def sent(self) -> int:
        return sum(self.requests.values())

    @property
    def beyond(self) -> list[str]:
        """The kinds of requests of which it sent more than the design says."""
        sent = wire.Sent(self.clouds, self.locations, self.servers, self.seconds)
        return wire.beyond(self.step, self.requests, sent)


class Book:
    """The runs of one commit; of a step that was measured twice in a round the last counts."""

    def __init__(self, path: Path, commit: str) -> None:
        self._path, self.commit = path, commit
        self._runs: dict[tuple[str, str, str, int], Run] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for run in (Run(**json.loads(line)) for line in lines):
            if run.commit == commit:
                self._keep(run)

    def _keep(self, run: Run) -> None:
        self._runs[run.row, run.side, run.step, run.round] = run

    def write(self, run: Run) -> None:
        self._keep(run)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(run)) + "\n")

    def has(self, turn: Turn) -> bool:
        """Whether this turn was played to its end, and well."""
        runs = (self._runs.get((turn.row.name, turn.side, step, turn.round)) for step in turn.row.steps(turn.side))
        return all(run is not None and not run.trouble for run in runs)

    def runs(self, row: Row, side: str, step: str) -> list[Run]:
        """The runs that went well, by round."""
        found = [run for key, run in self._runs.items() if key[:3] == (row.name, side, step) and not run.trouble]
        return sorted(found, key=lambda run: run.round)

    @property
    def every(self) -> list[Run]:
        return list(self._runs.values())


def median(runs: t.Iterable[Run], what: str = "seconds") -> float | None:
    """Of an attribute of these runs; None if there are none."""
    values = [float(getattr(run, what)) for run in runs]
    return statistics.median(values) if values else None


def this_commit() -> str:
    """The commit, and what of the product or of the bench differs from it."""
    commit = _git("rev-parse", "--short=12", "HEAD").strip()
    others = _git("ls-files", "--others", "--exclude-standard", *_MEASURED).split()
    changes = _git("diff", "HEAD", "--", *_MEASURED) + "".join((ROOT / path).read_text() for path in others)
    return f"{commit}+{hashlib.sha256(changes.encode()).hexdigest()[:8]}" if changes else commit


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
