# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured. A row is a situation; a side is who does the job there; a step is one process that is timed."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t
from dataclasses import dataclass

OURS, FLOOR, PING, ANSIBLE, STATIC = "ours", "floor", "ping", "ansible", "static"
LOOP, ASYNC, PEER = "loop", "async", "openstack"
PEERS = (LOOP, ASYNC, PEER)
STRATEGIES = ("even", "balanced", "weighted", "pack", "single", "cheapest")
DEADLINE = 10.0  # seconds that a location has to answer to an inventory
PATIENCE = 60.0  # for who has no deadline, where a cloud is frozen

# For planning the time of a session only: seconds of one turn, for each server on real clouds, and on simulated ones.
_SECONDS = {LOOP: (14.0, 8.0), ASYNC: (8.0, 2.5), OURS: (1.6, 0.02), FLOOR: (1.6, 0.02)}
_LEAST_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One situation, and how many rounds of it each side has."""

    job: str
    rounds: t.Mapping[str, int]
    servers: int = 0
    real: bool = False
    locations: int = 0  # of simulated clouds; real ones have what they have
    latency: float = 0.0
    fault: str = ""

    @property
    def name(self) -> str:
        words = [self.job, str(self.servers)] if self.servers else [self.job]
        if self.real:
            words += ["on real clouds", *([f"one {self.fault}"] if self.fault else [])]
        elif self.locations:
            words.append(f"over {self.locations}")
            words += [f"at {self.latency * 1000:.0f} ms"] if self.job in {"launch", "inventory"} else []
        return " ".join(words)

    def steps(self, side: str) -> tuple[str, ...]:
        """What a side does in one turn, in this order."""
        if self.job == "launch":
            return ("launch", "rerun", "destroy") if self.real else ("launch",)
        if self.job == "inventory":
            return ("read", "export") if side in {OURS, STATIC} and not self.real else ("read",)
        return STRATEGIES if self.job == "plan" else (self.job,)

    @property
    def stays(self) -> bool:
        """Whether its clouds are set up once for all rounds and faults, because that takes long."""
        return self.job == "inventory" and self.real

    @property
    def most_seconds(self) -> float:
        """After this a process is killed."""
        return PATIENCE if self.fault else 1200.0

    def seconds(self, side: str) -> float:
        """About how long one turn takes."""
        if self.job != "launch":
            return PATIENCE if self.fault == "frozen" and side == PEER else _LEAST_SECONDS
        return _LEAST_SECONDS + self.servers * _SECONDS[side][0 if self.real else 1]


@dataclass(frozen=True)
class Turn:
    """One side's go at one row."""

    row: Row
    side: str
    round: int


_FIVE = {OURS: 5, FLOOR: 5}
_THREE = {OURS: 3, FLOOR: 3}
_ONE = {OURS: 1, FLOOR: 1}
_FAULTS = {"": 3, "stopped": 3, "frozen": 1}  # and rounds of the peer, which waits for a frozen cloud for ever

ROWS: tuple[Row, ...] = (
    Row(job="start", servers=1, locations=1, rounds={**_FIVE, PING: 5, ANSIBLE: 5}),
    Row(job="launch", real=True, servers=30, rounds={**_FIVE, LOOP: 1, ASYNC: 1}),
    Row(job="launch", real=True, servers=10, rounds={**_FIVE, LOOP: 3, ASYNC: 3}),
    Row(job="launch", real=True, servers=60, rounds=_FIVE),
    *(
        Row(job="inventory", real=True, servers=60, fault=fault, rounds={**_THREE, ANSIBLE: 3, PEER: peers})
        for fault, peers in _FAULTS.items()
    ),
    *(
        row
        for latency in (0.1, 0.0)
        for row in (
            Row(job="launch", servers=1, locations=1, latency=latency, rounds={OURS: 3}),
            Row(job="launch", servers=30, locations=5, latency=latency, rounds={**_THREE, LOOP: 1}),
            Row(job="launch", servers=100, locations=5, latency=latency, rounds={**_THREE, ASYNC: 1}),
            Row(job="launch", servers=1000, locations=50, latency=latency, rounds=_THREE),
            Row(job="launch", servers=5000, locations=250, latency=latency, rounds=_ONE),
            *(
                Row(
                    job="inventory",
                    servers=servers,
                    locations=50,
                    latency=latency,
                    rounds={**_THREE, STATIC: 3, ANSIBLE: 3},
                )
                for servers in (100, 1000, 10_000)
            ),
        )
    ),
    Row(job="plan", servers=1000, locations=200, rounds={OURS: 1}),
    Row(job="clock", servers=100, locations=5, rounds={OURS: 1}),
    Row(job="clock", servers=5000, locations=250, rounds={OURS: 1}),
)


def chosen(only: t.Collection[str], rounds: int | None, quick: bool) -> list[Row]:
    """The rows whose names have one of these words, with at most so many rounds; quick takes the smallest of a kind."""
    rows = [row for row in ROWS if not only or any(word in row.name for word in only)]
    if quick:
        smallest: dict[tuple[object, ...], Row] = {}
        for row in rows:
            kind = (row.job, row.real, row.latency, row.fault, FLOOR in row.rounds)
            smallest[kind] = min(smallest.get(kind, row), row, key=lambda each: each.servers)
        rows, rounds = list(smallest.values()), rounds or 1
    most = rounds or max((most for row in rows for most in row.rounds.values()), default=0)
    return [
        dataclasses.replace(row, rounds={side: min(number, most) for side, number in row.rounds.items()})
        for row in rows
    ]


def visits(rows: t.Sequence[Row]) -> t.Iterator[list[Turn]]:
    """All turns, a list for each setting-up of clouds: sides take turns, and change places every second round."""
    last = max((number for row in rows for number in row.rounds.values()), default=0)
    staying = [row for row in rows if row.stays]
    for number in range(1, last + 1):
        for row in rows:
            if not row.stays:
                yield list(_turns(row, number))
            elif number == 1 and row is staying[0]:
                every = itertools.product(range(1, last + 1), staying)
                yield [turn for each, here in every for turn in _turns(here, each)]


def _turns(row: Row, number: int) -> t.Iterator[Turn]:
    for side in row.rounds if number % 2 else reversed(list(row.rounds)):
        if number <= row.rounds[side]:
            yield Turn(row, side, number)
