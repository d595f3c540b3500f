# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays many numbers on all processors."""

from __future__ import annotations

import multiprocessing
import os
import typing as t

from .draw import draw
from .stage import play
from .tally import Tally, tally_of

_CHUNK = 25


def play_all(seeds: range, jobs: int | None = None, heard: t.Callable[[Tally], None] = lambda sum_: None) -> Tally:
    """The tally of all these numbers; ``heard`` is told how it grows."""
    chunks = [seeds[begin : begin + _CHUNK] for begin in range(0, len(seeds), _CHUNK)]
    total = Tally()
    with multiprocessing.get_context("fork").Pool(jobs or os.cpu_count()) as pool:
        for each in pool.imap_unordered(_play_some, chunks):
            total.add(each)
            heard(total)
    return total


def _play_some(seeds: range) -> Tally:
    total = Tally()
    for seed in seeds:
        total.add(_play_one(seed))
    return total


def _play_one(seed: int) -> Tally:
    """A number whose play breaks down is a violation too, and keeps none of the others from being played."""
    try:
        return tally_of(play(draw(seed)))
    except Exception as exc:
        return Tally(plays=1, broken={seed: [f"broke down: {type(exc).__name__}: {exc}"]})
