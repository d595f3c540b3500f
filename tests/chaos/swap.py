# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts another function or value in the place of one of the engine's own, for a while: to plant bugs, no more."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .scenario import as_drawn

if t.TYPE_CHECKING:
    from .scenario import Shape


@dataclass(frozen=True, slots=True)
class Swap:
    """``name`` in a module (or a key of a table) becomes what ``make`` makes of the original."""

    where: t.Any
    name: t.Any
    make: t.Callable[[t.Any], t.Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """An engine with a bug, or without a rule: what is swapped, and which invariants are to notice.

    ``seeds`` is within how many worlds; where no invariant can, ``figure`` names what gets worse. ``shape`` bends the
    worlds that are drawn to where it can be noticed.
    """

    swaps: tuple[Swap, ...]
    breaks: frozenset[str] = frozenset()
    seeds: int = 200
    figure: str = ""
    shape: Shape = as_drawn


@contextlib.contextmanager
def swapped(swaps: t.Iterable[Swap]) -> t.Iterator[None]:
    """As long as this lasts; then all is as it was."""
    with contextlib.ExitStack() as undo:
        for swap in swaps:
            original = _get(swap.where, swap.name)
            undo.callback(_set, swap.where, swap.name, original)
            _set(swap.where, swap.name, swap.make(original))
        yield


def _get(where: t.Any, name: t.Any) -> t.Any:
    return where[name] if isinstance(where, dict) else getattr(where, name)


def _set(where: t.Any, name: t.Any, value: t.Any) -> None:
    if isinstance(where, dict):
        where[name] = value
    else:
        setattr(where, name, value)
