# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many orders in simulated worlds, or the story of one: `python -m tests.chaos`; what it checks is in `judge`."""

from __future__ import annotations

import argparse
import os
import sys
import time

from .draw import draw
from .invariants.same_trace import trace_of
from .judge import violations
from .many import play_all
from .shrink import shrink
from .stage import play
from .story import story
from .tally import LEAST_EXACT, LEAST_OFTEN, Tally

_MOST_TOLD = 3
_TWICE = 50
_ENOUGH_FAIR = 200
_LINES = 80
_EVERY = 20.0


def main() -> int:
    """0 where everything held."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.chaos")
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds to play")
    parser.add_argument("--first", type=int, default=0, help="the first one's number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--story", type=int, metavar="SEED", help="tell the story of this one instead")
    parser.add_argument("--small", action="store_true", help="make it as small as it still fails, then tell it")
    asked = parser.parse_args()
    if asked.story is not None:
        return _tell(asked.story, small=asked.small)
    return _play(range(asked.first, asked.first + asked.seeds), asked.jobs)


def _tell(seed: int, *, small: bool, most: int | None = None) -> int:
    scenario = draw(seed)
    played = play(shrink(scenario) if small else scenario)
    found = violations(played)
    lines = [*story(played), *found]
    print(*(lines if most is None else _short(lines, most)), sep="\n")
    return 1 if found else 0


def _short(lines: list[str], most: int) -> list[str]:
    """The beginning, and the end, where it says what is wrong."""
    left_out = len(lines) - most
    return lines if left_out <= 0 else [*lines[: most // 2], f"  … {left_out} lines …", *lines[-most // 2 :]]


def _play(seeds: range, jobs: int) -> int:
    begun = time.monotonic()
    total = play_all(seeds, jobs, _Progress(begun))
    took = time.monotonic() - begun
    twice = range(seeds.start, seeds.stop, max(1, len(seeds) // _TWICE))
    unlike = [seed for seed in twice if trace_of(play(draw(seed))) != trace_of(play(draw(seed)))]
    _report(total, took, unlike)
    for seed in sorted(total.broken)[:_MOST_TOLD]:
        print(f"\nThe smallest that still fails, of {seed} (SEED={seed} STORY=1 tells all of it):")
        _tell(seed, small=True, most=_LINES)
    return 1 if total.broken or unlike or not _convincing(total) else 0


class _Progress:
    """Says now and then how far it is."""

    def __init__(self, begun: float) -> None:
        self._told_at = begun

    def __call__(self, total: Tally) -> None:
        if time.monotonic() - self._told_at >= _EVERY:
            self._told_at = time.monotonic()
            told = f"{dict(total.kinds)} in {sorted(total.broken)}" if total.broken else "none"
            print(f"{total.orders} orders, violations: {told}", file=sys.stderr, flush=True)


def _report(total: Tally, took: float, unlike: list[int]) -> None:
    print(f"{total.orders} orders in {total.plays} worlds, {total.orders / took:.0f} a second")
    for name, times in sorted(total.fallen.items()):
        print(f"  {times:7} {name}")
    print(*(f"{name}: {value}" for name, value in total.figures.items()), sep=", ")
    share = total.exact / total.fair if total.fair else 0.0
    print(f"exact: {total.exact} of {total.fair} undisturbed runs with room, {share:.2%}; not: {total.inexact[:9]}")
    if total.never:
        print(f"never happened: {', '.join(total.never)}")
    if unlike:
        print(f"I10: not twice the same: {unlike}")
    print(f"violations: {dict(total.kinds) or 'none'}")
    for seed, found in sorted(total.broken.items())[:20]:
        print(f"  {seed}: {found[0]}")


def _convincing(total: Tally) -> bool:
    """I12: every fault fell, and where nothing stood in the way runs ended exact; few worlds need not show that."""
    often = total.orders < LEAST_OFTEN or not total.never
    return often and (total.fair < _ENOUGH_FAIR or total.exact >= LEAST_EXACT * total.fair)


if __name__ == "__main__":
    sys.exit(main())
