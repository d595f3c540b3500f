# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Names in a sentence: where one is wrong, those that may have been meant come first."""

from __future__ import annotations

import difflib
import typing as t


def listing(names: t.Iterable[str], wanted: str = "", most: int = 10) -> str:
    """Names for a sentence: what resembles the wanted one first, and not more than can be read."""
    every = sorted(set(names))
    close = difflib.get_close_matches(wanted, every, n=most, cutoff=0.5)
    return first_of(close + [name for name in every if name not in close], most) or "none"


def first_of(names: t.Iterable[str], most: int) -> str:
    """Names for a sentence, in their order, and how many there are beyond what can be read."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
