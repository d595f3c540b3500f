# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays many numbers on all processors."""

from __future__ import annotations

import functools
import multiprocessing
import os
import typing as t

from .draw import draw
from .scenario import as_drawn
from .stage import play
from .tally import Tally, tally_of

if t.TYPE_CHECKING:
    from .scenario import Shape

_CHUNK = 25


Heard: t.TypeAlias = "t.Callable[[Tally], object]"


def play_all(seeds: range, jobs: int | None = None, heard: Heard = lambda sum_: None, shape: Shape = as_drawn) -> Tally:
    """The tally of all these numbers; ``heard`` is told how it grows."""
    chunks = [seeds[begin : begin + _CHUNK] for begin in range(0, len(seeds), _CHUNK)]
    total = Tally()
    with multiprocessing.get_context("fork").Pool(jobs or os.cpu_count()) as pool:
        for each in pool.imap_unordered(functools.partial(_play_some, shape=shape), chunks):
            total.add(each)
            heard(total)
    return total


def _play_some(seeds: range, shape: Shape) -> Tally:
    total = Tally()
    for seed in seeds:
        total.add(_play_one(seed, shape))
    return total


def _play_one(seed: int, shape: Shape) -> Tally:
    """A number whose play breaks down is a violation too, and keeps none of the others from being played."""
    try:
        return tally_of(play(shape(draw(seed))))
    except Exception as exc:
        return Tally(plays=1, broken={seed: [f"broke down: {type(exc).__name__}: {exc}"]})
