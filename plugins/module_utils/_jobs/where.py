# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Conditions in JMESPath over the rows that a user sees."""

from __future__ import annotations

import typing as t

from .._errors import MissingLibraryError, OrderError

if t.TYPE_CHECKING:
    from .._core.answer import Row

Condition = t.Callable[["Row"], bool]


def condition(expression: str) -> Condition:
    """Whether a row fits the expression, by JMESPath's own idea of truth; an empty expression fits every row."""
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
        search = jmespath.compile(expression).search
    except (JMESPathError, RecursionError) as exc:
        raise _wrong(expression, exc) from exc

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
