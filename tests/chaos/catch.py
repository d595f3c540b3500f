# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets a mutant of the engine play world after world until an invariant notices."""

from __future__ import annotations

import typing as t

from .draw import draw
from .judge import violations
from .stage import play
from .swap import Mutant, swapped


class Caught(t.NamedTuple):
    """Which world told a mutant from the engine, and what it said; the world's number is None where none did."""

    seed: int | None
    said: str


def catch(mutant: Mutant, seeds: t.Iterable[int]) -> Caught:
    """The first world that the mutant breaks as expected, and that the real engine does not break."""
    for seed in seeds:
        said = next(iter(_expected(mutant, seed)), "")
        if said:
            return Caught(seed, said)
    return Caught(None, "")


def _expected(mutant: Mutant, seed: int) -> list[str]:
    scenario = mutant.shape(draw(seed))
    with swapped(mutant.swaps):
        found = [each for each in violations(play(scenario)) if each.split(":")[0] in mutant.breaks]
    if not found:
        return []
    usual = {each.split(":")[0] for each in violations(play(scenario))}
    return [each for each in found if each.split(":")[0] not in usual]
