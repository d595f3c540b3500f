# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches one rule of the engine off at a time, and prints what that breaks or costs."""

from __future__ import annotations

import argparse
import sys
import typing as t
from dataclasses import dataclass

from .many import play_all
from .rules import RULES
from .swap import swapped

if t.TYPE_CHECKING:
    from collections import Counter

    from .tally import Tally

_TOLD = ("POSTs", "DELETEs", "reads", "exact", "missing", "unresolved", "leftovers", "errors", "seconds")
_LESS_IS_WORSE = ("exact", "fair exact")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule is good for: in how many worlds its absence broke what, and the change of each figure in percent."""

    broken: Counter[str]
    changes: dict[str, float]

    def matters(self, figure: str) -> bool:
        """Whether anything broke that did not break before, or its own figure got worse."""
        change = self.changes.get(figure, 0.0)
        return bool(self.broken) or (change < 0 if figure in _LESS_IS_WORSE else change > 0)


def effect_of(name: str, seeds: range, usual: Tally) -> Effect:
    """Play these worlds without one rule."""
    with swapped(RULES[name].swaps):
        without = play_all(seeds, shape=RULES[name].shape)
    figures, before = _figures(without), _figures(usual)
    changes = {each: 100.0 * (figures[each] / before[each] - 1) for each in before if before[each]}
    return Effect(without.kinds - usual.kinds, changes)


def _figures(tally: Tally) -> dict[str, float]:
    return {
        **{name: tally.figures[name] for name in _TOLD},
        "fair exact": tally.exact / tally.fair if tally.fair else 0.0,
    }


def main() -> int:
    """0 where each rule is good for something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default="", help="rules whose name holds this")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    chosen = [name for name in RULES if asked.only in name]
    usual = {shape: play_all(seeds, shape=shape) for shape in {RULES[name].shape for name in chosen}}
    for shape, each in usual.items():
        broken = dict(each.kinds) or "no violation"
        print(f"{each.orders} orders in {each.plays} worlds {shape.__name__}; with every rule: {broken}", flush=True)
    idle = [name for name in chosen if not _tell(name, effect_of(name, seeds, usual[RULES[name].shape]))]
    if idle:
        print(f"good for nothing here: {'; '.join(idle)}")
    return 1 if idle else 0


def _tell(name: str, effect: Effect) -> bool:
    broken = ", ".join(f"{kind} in {times}" for kind, times in sorted(effect.broken.items()))
    changed = sorted(((each, by) for each, by in effect.changes.items() if abs(by) >= 1), key=_greatest)
    figures = ", ".join(f"{each} {by:+.0f} %" for each, by in changed[:4])
    print(f"without: {name:50} {broken or '-':40} {figures}", flush=True)
    return effect.matters(RULES[name].figure)


def _greatest(change: tuple[str, float]) -> float:
    return -abs(change[1])


if __name__ == "__main__":
    sys.exit(main())
