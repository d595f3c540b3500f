# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A dozen orders, whose run is killed after each of its commands in turn; the next run makes it good."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .found import FOUND
from .judge import violations
from .scenario import Happening, Scenario, Site, Turn
from .stage import play

_BEGIN = 1000.0
_TWO = (Site(label="a:1"), Site(label="b:1", build=9.0, latency=0.3))
_ONE = (Site(label="a:1"),)
_NUMBER = {server.id: number for number, server in enumerate(FOUND)}
_UPSET = replace(_ONE[0], upsets=1.0, late=50.0)


def _found(*ids: str) -> tuple[tuple[str, int], ...]:
    return tuple(("a:1", _NUMBER[each]) for each in ids)


def _run(count: int, **facts: t.Any) -> tuple[Turn, ...]:
    return (Turn(at=_BEGIN + facts.pop("after", 0.0), count=count, absent=count == 0, **facts),)


ORDERS: dict[str, Scenario] = {
    "a launch": Scenario(seed=1, sites=_TWO, turns=_run(5)),
    "a launch with zones and flavors": Scenario(
        seed=1, sites=(replace(_ONE[0], zones=3, flavors=3, cores=9), *_TWO[1:]), turns=_run(5)
    ),
    "more of it": Scenario(seed=1, sites=_TWO, turns=_run(5), found=_found("old-1", "bare-2")),
    "fewer of it": Scenario(seed=1, sites=_TWO, turns=_run(2), found=_found("old-1", "old-7", "locked-8", "error-9")),
    "twins": Scenario(seed=1, sites=_TWO, turns=_run(2), found=_found("old-1", "twin-1", "third-1")),
    "a server in ERROR": Scenario(seed=1, sites=_TWO, turns=_run(3), found=_found("old-1", "error-3", "error-9")),
    "boots that fail": Scenario(seed=5, sites=(replace(_ONE[0], broken=0.6),), turns=_run(4)),
    "a boot that never ends": Scenario(seed=3, sites=(replace(_ONE[0], endless=0.6),), turns=_run(3, timeout=400.0)),
    "a server that never finished building": Scenario(seed=1, sites=_TWO, turns=_run(2), found=_found("stuck-2")),
    "a lost POST": Scenario(
        seed=1, sites=(replace(_UPSET, only=("Create lost",)), _TWO[1]), turns=_run(2, timeout=60.0)
    ),
    "a POST that landed unseen": Scenario(
        seed=1, sites=(replace(_UPSET, only=("Create landed",)), _TWO[1]), turns=_run(2, timeout=60.0)
    ),
    "a late POST": Scenario(
        seed=1, sites=(replace(_UPSET, only=("Create late",)), _TWO[1]), turns=_run(2, timeout=60.0)
    ),
    "a POST that is rolled back": Scenario(
        seed=1, sites=(replace(_UPSET, only=("Create undone",)), _TWO[1]), turns=_run(2, timeout=60.0)
    ),
    "soft deletion": Scenario(
        seed=1, sites=(replace(_ONE[0], soft_deletes=True),), turns=_run(1), found=_found("old-1", "twin-1", "old-7")
    ),
    "quota races": Scenario(
        seed=1, sites=(replace(_ONE[0], quota=4, races=True), _TWO[1]), turns=(*_run(5), *_run(5, after=0.05))
    ),
    "absent": Scenario(seed=1, sites=_TWO, turns=_run(0), found=_found("old-1", "twin-1", "bare-2", "locked-3")),
    "a location that goes and returns": Scenario(
        seed=1,
        sites=_TWO,
        turns=_run(4),
        happenings=(Happening(what="down", site="b:1", at=_BEGIN + 1.0, length=30.0),),
    ),
    "launch against absent": Scenario(seed=1, sites=_TWO, turns=(*_run(3), *_run(0, after=1.0))),
}


def crash_points(scenario: Scenario) -> int:
    """How many commands the first run sends where nobody kills it: it can die after each of them."""
    return len(play(scenario).runs[0][1].sent)


def crashed(scenario: Scenario, number: int) -> list[str]:
    """What is wrong where the first run dies after this many commands; the closing runs come after it."""
    first, *others = scenario.turns
    return violations(play(replace(scenario, turns=(replace(first, dies_after=number), *others))))
