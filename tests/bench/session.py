# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session: turn after turn is played, measured and written down, until all are done or the time is up."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

from . import matrix, wire
from .book import Book, Run
from .scene import Scene, SceneError, settled, simulated
from .sides import EXPORT, Job, Kinds, environment, exported, exporting, write_inventories

MEASURE = str(Path(__file__).with_name("measure.py"))
LARGEST = 1536  # bytes of variables of one host
_KILLED_SECONDS = 120.0


@dataclass
class Session:
    """What stays the same for all turns."""

    book: Book
    kinds: Kinds
    peers: Path
    clouds_yaml: Path | None
    rig: tuple[str, ...]
    ends: float  # on the monotonic clock; a turn that would be over later is left for the next session

    def play(self, rows: t.Sequence[matrix.Row]) -> None:
        for turns in matrix.visits([row for row in rows if not self.why_not(row)]):
            left = [turn for turn in turns if not self.book.has(turn) and self._fits(turn)]
            if left:
                try:
                    self._visit(left)
                except (SceneError, OSError, subprocess.SubprocessError) as error:
                    print(f"{left[0].row.name} cannot be played: {error}", file=sys.stderr, flush=True)

    def why_not(self, row: matrix.Row) -> str:
        """Why a row cannot be measured here; empty if it can."""
        if row.real and not self.clouds_yaml:
            return "no real clouds are given (--clouds)"
        if row.fault and not self.rig:
            return "nothing is given that stops or freezes a cloud (--rig)"
        return ""

    def _fits(self, turn: matrix.Turn) -> bool:
        return time.monotonic() + turn.row.seconds(turn.side) < self.ends

    def _visit(self, turns: list[matrix.Turn]) -> None:
        with tempfile.TemporaryDirectory(prefix="bench-") as name, contextlib.ExitStack() as stack:
            folder = Path(name)
            (folder / "home").mkdir()
            scene = self._scene(stack, turns[0].row, folder)
            for row, group in itertools.groupby(turns, key=lambda turn: turn.row):
                with scene.fault(row.fault):
                    for turn in group:
                        if self._fits(turn):
                            self._turn(turn, scene)

    def _scene(self, stack: contextlib.ExitStack, row: matrix.Row, folder: Path) -> Scene:
        if row.real:
            scene = Scene(clouds_yaml=t.cast("Path", self.clouds_yaml), folder=folder, rig=self.rig)
            self._clear(row, scene)
            stack.callback(self._clear, row, scene)
        elif row.job not in {"plan", "clock"}:
            scene = stack.enter_context(simulated(row, folder))
        else:
            scene = Scene(clouds_yaml=folder / "clouds.yaml", folder=folder)
        if row.job == "inventory":
            self._furnish(row, scene)
        return scene

    def _furnish(self, row: matrix.Row, scene: Scene) -> None:
        """Let there be servers to read, and see that ours exports every one of them, and twice the same bytes."""
        if row.real:
            launch = replace(row, job="launch")
            self._must(Job(row=launch, side=matrix.OURS, step="launch", **self._given(scene)))
        job = Job(row=row, side=matrix.OURS, step="export", **self._given(scene))
        write_inventories(scene.folder, job.deadline)
        for name in (EXPORT, "again.json"):
            output = str(scene.folder / name)
            self._quiet(exporting(scene.folder, output), job)
        if (scene.folder / EXPORT).read_bytes() != (scene.folder / "again.json").read_bytes():
            raise SceneError("two exports of the same inventory differ")
        hosts = exported(scene.folder)
        largest = max(len(json.dumps(variables)) for variables in hosts.values())
        if len(hosts) < row.servers or largest > LARGEST:
            raise SceneError(f"{len(hosts)} hosts of {row.servers}, of which the largest has {largest} bytes")

    def _clear(self, row: matrix.Row, scene: Scene) -> None:
        """Leave nothing on real clouds, whoever made it."""
        if row.real:
            self._must(Job(row=replace(row, job="launch"), side=matrix.FLOOR, step="destroy", **self._given(scene)))

    def _must(self, job: Job) -> None:
        said = self._quiet(job.command(), job)
        if wrong := job.wrong(0, said):
            raise SceneError(f"{job.side} {job.step}: {wrong}")

    def _given(self, scene: Scene) -> dict[str, t.Any]:
        kinds = Kinds() if scene.url else self.kinds
        return {"scene": scene, "kinds": kinds, "peers": self.peers}

    def _turn(self, turn: matrix.Turn, scene: Scene) -> None:
        """All steps of one side; what is left by one that failed is taken away before the next side has its turn."""
        scene.renew()
        settled()
        for step in turn.row.steps(turn.side):
            job = Job(row=turn.row, side=turn.side, step=step, **self._given(scene))
            run = self._measured(job, turn.round)
            self.book.write(run)
            print(_line(run), file=sys.stderr, flush=True)
            if run.trouble and turn.row.job == "launch":
                self._clear(turn.row, scene)
                return

    def _measured(self, job: Job, number: int) -> Run:
        log, said = job.scene.folder / "wire.log", job.scene.folder / "said.txt"
        log.unlink(missing_ok=True)
        limit = ["--seconds", str(job.row.most_seconds), "--said", str(said), "--"]
        cost = json.loads(self._quiet([sys.executable, MEASURE, *limit, *job.command()], job, log))
        text = said.read_text(encoding="utf-8", errors="replace")
        trouble = job.wrong(cost["code"], text)
        if job.engine_alone and not trouble:
            cost["seconds"] = json.loads(text)["seconds"]
        places = [] if job.engine_alone else job.scene.locations
        return Run(
            commit=self.book.commit,
            row=job.row.name,
            side=job.side,
            step=job.step,
            round=number,
            requests=wire.counted(log),
            clouds=len({place["cloud"] for place in places}),
            locations=len(places),
            servers=job.row.servers,
            trouble=trouble,
            **cost,
        )

    def _quiet(self, command: list[str], job: Job, log: Path | None = None) -> str:
        """Run something in the environment of its side; what it printed."""
        home = job.scene.folder / "home"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "ANSIBLE_", "XDG_"))}
        counting = {wire.LOG: str(log), "PYTHONPATH": str(wire.HOOK)} if log and not job.engine_alone else {}
        with subprocess.Popen(
            command,
            cwd=home,
            env={**kept, "HOME": str(home), **environment(job), **counting},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                said, complained = process.communicate(timeout=job.row.most_seconds + _KILLED_SECONDS)
            except BaseException:
                process.terminate()  # measure.py ends what it has started
                raise
        if process.returncode:
            raise SceneError(
                f"{job.side}, {job.step} ended with {process.returncode}: {complained[-400:] or said[-400:]}"
            )
        return said


def _line(run: Run) -> str:
    what = f"{run.row}, {run.side}, {run.step}, round {run.round}"
    return f"{what}: {run.seconds:.2f} s, {run.cpu:.2f} s of CPU, {run.sent} requests. {run.trouble}".rstrip(". ") + "."
