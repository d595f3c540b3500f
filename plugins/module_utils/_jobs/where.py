# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Conditions in JMESPath over the rows that a user sees."""

from __future__ import annotations

import typing as t

from .._core.listing import listing
from .._errors import MissingLibraryError, OrderError

if t.TYPE_CHECKING:
    from .._core.answer import Row

Condition = t.Callable[["Row"], bool]


def condition(expression: str, known: t.Collection[str] = ()) -> Condition:
    """Whether a row fits the expression, by JMESPath's own idea of truth; an empty expression fits every row.

    Where the ``known`` fields of a row are given, any other is refused: it would only ever find nothing.
    """
    if not expression.strip():
        return lambda _row: True
    try:
        import jmespath  # noqa: PLC0415
        from jmespath.exceptions import JMESPathError  # noqa: PLC0415
    except ImportError as exc:
        raise MissingLibraryError(
            f"where: jmespath cannot be imported ({exc}); install it for the Python that runs this: "
            "python -m pip install jmespath"
        ) from exc
    try:
        compiled = jmespath.compile(expression)
    except (JMESPathError, RecursionError) as exc:
        raise _wrong(expression, exc) from exc
    for name in _fields(compiled.parsed) if known else ():
        if name not in known:
            raise OrderError(f'where: no server has "{name}"; each has {listing(known, name, len(known))}')
    search = compiled.search

    def fits(row: Row) -> bool:
        try:
            return _is_true(search(row))
        except (JMESPathError, RecursionError) as exc:
            raise _wrong(expression, exc, f" of {row['name']} at {row['location']}") from exc

    return fits


def _is_true(value: object) -> bool:
    """False, nothing, and what is empty are false; 0 is not."""
    return value is not None and value is not False and value not in ("", [], {})


def _wrong(expression: str, exc: Exception, whose: str = "") -> OrderError:
    why = " ".join(str(exc).split()) or type(exc).__name__
    made = f"cannot be asked{whose}" if whose else "is no JMESPath expression"
    return OrderError(f"where: \"{expression}\" {made}: {why}; write for example status == 'ACTIVE'")


# What follows the first part of these looks into what that part found, no longer into the row.
_DEEPER = frozenset(
    {"subexpression", "index_expression", "pipe", "projection", "value_projection", "flatten", "filter_projection"}
)


def _fields(tree: t.Any) -> t.Iterator[str]:
    """The fields of the row itself that a parsed expression names."""
    kind = tree["type"]
    if kind == "field":
        yield tree["value"]
    for child in [] if kind == "expref" else tree["children"][: 1 if kind in _DEEPER else None]:
        yield from _fields(child)
