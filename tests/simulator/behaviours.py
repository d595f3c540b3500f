# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declared faults: when something happens that meets the criteria, this happens instead.

{"event": "server.create", "cloud": "alpha", "after": 10, "do": "answer", "status": 500}
{"event": "server.build", "name": "^crawl-", "every": 2, "do": "error", "message": "No valid host was found. "}
{"event": "any", "cloud": "beta", "region": "east", "steps": [{"do": "drop"}, {"do": "pass"}], "repeat": true}
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
import typing as t

from .presets import expanded

if t.TYPE_CHECKING:
    from .clock import Clock

Raw = t.Mapping[str, t.Any]
Place = tuple[str, str | None]

REQUEST_DEEDS = frozenset({"answer", "hang", "drop", "truncate", "drip", "delay", "pass"})
WORLD_DEEDS = frozenset({"error", "stall", "delay", "ignore", "bare", "pass"})
WORLD_EVENTS = frozenset({"server.build", "server.remove"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something that happens, as behaviours see it; `words` are all events that it counts as."""

    words: tuple[str, ...]
    cloud: str
    region: str | None
    name: str = ""
    method: str = ""
    path: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which occasions are meant.

    Counting (`after`, `every`, `times`) is by location; `start` and `stop` are seconds since it was declared.
    """

    event: str = "any"
    cloud: str | None = None
    region: str | None = None
    name: str | None = None
    method: str | None = None
    path: str | None = None
    after: int = 0
    every: int = 1
    times: int | None = None
    chance: float = 1.0
    start: float = 0.0
    stop: float | None = None

    def meets(self, occasion: Occasion) -> bool:
        """Whether the occasion is one of those, whatever the count."""
        return (
            self.event in occasion.words
            and self.cloud in (None, occasion.cloud)
            and self.region in (None, occasion.region)
            and self.method in (None, occasion.method)
            and (self.name is None or re.search(self.name, occasion.name) is not None)
            and (self.path is None or re.search(self.path, occasion.path) is not None)
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens once. `commit`: the request is carried out before; `commit_after`: later, and in any case."""

    do: str
    commit: bool = False
    commit_after: float | None = None
    seconds: float = 0.0
    status: int = 500
    message: str = ""
    body: t.Any = None
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    reset: bool = True
    code: int = 500
    stage: str = "scheduling"
    bytes_per_second: float = 1.0
    at_bytes: int = 0


@dataclasses.dataclass(kw_only=True)
class Declared:
    """One declaration and how often it was met and carried out, by location."""

    id: int
    criteria: Criteria
    steps: tuple[Step, ...]
    repeat: bool
    raw: Raw
    since: float
    met: dict[Place, int] = dataclasses.field(default_factory=dict)
    done: dict[Place, int] = dataclasses.field(default_factory=dict)

    def in_force(self, now: float) -> bool:
        """Whether this is its time."""
        stop = self.criteria.stop
        return self.criteria.start <= now - self.since and (stop is None or now - self.since < stop)

    def step(self, occasion: Occasion, now: float, randomness: random.Random) -> Step | None:
        """What this declaration does now, if it is its turn."""
        criteria, place = self.criteria, (occasion.cloud, occasion.region)
        if not criteria.meets(occasion) or not self.in_force(now):
            return None
        met = self.met[place] = self.met.get(place, 0) + 1
        done = self.done.get(place, 0)
        due = met > criteria.after and (met - criteria.after) % criteria.every == 0
        spent = criteria.times is not None and done >= criteria.times
        if not due or spent or (done >= len(self.steps) and not self.repeat):
            return None
        if criteria.chance < 1.0 and randomness.random() >= criteria.chance:
            return None
        self.done[place] = done + 1
        return self.steps[done % len(self.steps)]


class Behaviours:
    """All declarations in force; the first whose turn it is decides."""

    def __init__(self, clock: Clock, seed: int = 0) -> None:
        self._clock = clock
        self._declared: list[Declared] = []
        self._numbers = itertools.count(1)
        self._randomness = random.Random(seed)

    def declare(self, raw: Raw) -> int:
        """Put a behaviour in force; answers its number."""
        declared = _parsed(raw, next(self._numbers), self._clock())
        self._declared.append(declared)
        return declared.id

    def withdraw(self, number: int | None = None) -> None:
        """End one behaviour, or all."""
        self._declared = [each for each in self._declared if number not in (None, each.id)]

    def listed(self) -> list[dict[str, t.Any]]:
        """What is in force, with how often it was met and carried out."""
        return [
            {
                **each.raw,
                "id": each.id,
                "met": sum(each.met.values()),
                "done": sum(each.done.values()),
            }
            for each in self._declared
        ]

    def decide(self, occasion: Occasion) -> tuple[Step, int] | None:
        """The step for an occasion and the number of its declaration; None is the normal course."""
        now = self._clock() if self._declared else 0.0
        for declared in self._declared:
            step = declared.step(occasion, now, self._randomness)
            if step:
                return None if step.do == "pass" else (step, declared.id)
        return None

    def is_dead(self, service: str, cloud: str, region: str | None) -> bool:
        """Whether a service as a whole answers nothing: Nova looks at this before it asks Neutron or Glance."""
        place, now = (cloud, region), self._clock()
        return any(
            each.criteria.event == service
            and each.in_force(now)
            and each.criteria.cloud in (None, cloud)
            and each.criteria.region in (None, region)
            and each.steps[0].do in {"drop", "hang"}
            and not each.criteria.after
            and (each.criteria.times is None or each.done.get(place, 0) < each.criteria.times)
            for each in self._declared
        )


_CRITERIA = {field.name for field in dataclasses.fields(Criteria)}
_STEP = {field.name for field in dataclasses.fields(Step)}


def _parsed(raw: Raw, number: int, now: float) -> Declared:
    plain = expanded(raw)
    criteria = Criteria(**{key: plain[key] for key in plain if key in _CRITERIA})
    rest = {key: plain[key] for key in plain if key not in _CRITERIA and key not in {"steps", "repeat"}}
    many = plain.get("steps")
    steps = tuple(_step({**rest, **each}, criteria) for each in (many if many is not None else [{}]))
    repeat = plain.get("repeat", many is None)
    return Declared(id=number, criteria=criteria, steps=steps, repeat=repeat, raw=dict(raw), since=now)


def _step(raw: Raw, criteria: Criteria) -> Step:
    unknown = sorted(set(raw) - _STEP)
    if unknown:
        raise ValueError(f"a behaviour has no {', '.join(unknown)}")
    deeds = WORLD_DEEDS if criteria.event in WORLD_EVENTS else REQUEST_DEEDS
    if raw.get("do") not in deeds:
        raise ValueError(f"{criteria.event} can do {', '.join(sorted(deeds))}; not {raw.get('do')!r}")
    return Step(**raw)
