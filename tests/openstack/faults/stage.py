# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stage: what a round uses to start runs and to look at the clouds. It leaves nothing running."""

from __future__ import annotations

import itertools
import random
import shutil
import time
import typing as t
from dataclasses import dataclass, field

from ..rig.settings import RigError
from . import judge
from .orders import ABSENT, Answer, Order, Run
from .rig import INSTANCES, Rig
from .witness import Sight, Witness

if t.TYPE_CHECKING:
    from pathlib import Path

SETTLING_SECONDS = 30.0


@dataclass(kw_only=True)
class Round:
    """One round: its chances, and what came of it."""

    kind: str
    number: int
    seed: int
    numbers: dict[str, t.Any] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    missed: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed} {self.kind} {self.number}")

    @property
    def verdict(self) -> str:
        return "violation" if self.wrongs else "missed" if self.missed else "ok"

    def blame(self, wrongs: t.Iterable[str], when: str = "") -> None:
        self.wrongs += [f"{when}: {wrong}" if when else wrong for wrong in wrongs]


class Stage:
    """The clouds, their witness, and the one fleet that a round may hand on to the next."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig, self.witness, self.folder = rig, Witness(rig), folder
        self.lengths: dict[str, float] = {}
        self.held: Answer | None = None  # the exact answer of the fleet that stands
        self.sight = Sight()
        self._runs: list[Run] = []
        self._folders = itertools.count(1)
        self._old: frozenset[str] = frozenset()
        self._since = time.time()
        self._instances = 0
        self.limit(INSTANCES)
        self.clear()
        self._bare = self.sight

    def open(self, one: Round) -> None:
        """Begin a round."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.round = one
        self._runs.clear()

    def close(self) -> None:
        """End what still runs, let go of the services, and leave the quota as it was."""
        self.tidy()
        self.limit(INSTANCES)

    def tidy(self) -> None:
        """End what still runs, and let go of the services."""
        for run in self._runs:
            run.close()
        self.rig.mend()

    def clear(self) -> None:
        """Take every server of the project away, not by the collection, so that the next round begins afresh."""
        self.held = None
        self.rig.mend()
        self.witness.delete(self.look().servers)
        if self.calm().servers:
            raise RigError(f"cannot be cleared away: {', '.join(map(str, self.sight.servers))}")

    def keep(self) -> None:
        """Leave this round's files for whoever wants to know more."""
        kept = self.folder.with_name(f"{self.folder.name}-{self.round.kind}-{self.round.number}")
        shutil.rmtree(kept, ignore_errors=True)
        self.folder.rename(kept)

    def limit(self, instances: int) -> None:
        """Let the users' quota be that, at every site."""
        if instances != self._instances:
            self.witness.limit_instances(instances)
            self._instances = instances

    # Looking

    def look(self) -> Sight:
        self.sight = self.witness.look(self._since)
        return self.sight

    def calm(self, seconds: float = SETTLING_SECONDS) -> Sight:
        """Look until nothing is on its way any more, or as long as that."""
        deadline = time.monotonic() + seconds
        while not self.look().calm and time.monotonic() < deadline:
            time.sleep(1)
        return self.sight

    def count_from_here(self) -> None:
        """Servers that are made from now on count for `made`. There was a look since the last were deleted."""
        self._old = frozenset(seen.id for seen in self.sight.servers)
        self._since = time.time()

    @property
    def made(self) -> int:
        return len(self.sight.changed - self._old)

    def leaks(self) -> list[str]:
        """What is there that was not there in the beginning, and does not go."""
        return judge.no_leaks(self._bare, self.sight) and judge.no_leaks(self._bare, self.calm())

    # Ordering

    def start(self, order: Order) -> Run:
        run = self.prepare(order)
        run.go()
        return run

    def prepare(self, order: Order) -> Run:
        """A run that begins when it is told to."""
        run = Run(order, self.folder / f"{next(self._folders):04d}-{order.fleet}", self.rig.clouds_yaml)
        self._runs.append(run)
        return run

    def finish(self, run: Run) -> Answer:
        answer = run.answer()
        self.round.answers.append(answer)
        return answer

    def settle(self, order: Order, when: str, used: frozenset[str] = frozenset()) -> Answer:
        """One order alone, which must make all exact and leave alone what is in use."""
        answer = self.finish(self.start(order))
        sight = self.look()
        wrongs = judge.exact(answer, sight) + judge.no_errors(sight) + judge.kept(used, sight, "it was in use")
        self.round.blame(wrongs, when)
        self.round.numbers[f"{when} seconds"] = round(answer.seconds, 1)
        self.held = None if wrongs or order.count == ABSENT else answer
        if order.count == ABSENT and not wrongs:
            self.round.blame(self.leaks(), when)
        return answer

    def have(self, fleet: str, count: int) -> frozenset[str]:
        """Let exactly that fleet stand, or none at all, with the clouds' own quota; the servers that run now."""
        self.limit(INSTANCES)
        if self.held and (self.held.order.fleet != fleet or not count):
            self.settle(Order(fleet=self.held.order.fleet, count=ABSENT), "absent")
        if count and (self.held is None or self.held.order.count != count):
            self.settle(Order(fleet=fleet, count=count), "before")
        return self.held.ids if self.held else frozenset()
