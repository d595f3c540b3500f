# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What was made by us where nothing but its description can say so."""

from __future__ import annotations

from .._errors import OrderError

_SIGN = "made by openmultistack.cloud"
_MOST = 200


def described(text: str) -> str:
    """The description of a thing that we make: the user's text, and that it is ours."""
    return f"{text} ({_SIGN})" if text else _SIGN


def is_ours(description: str) -> bool:
    return description == _SIGN or description.endswith(f"({_SIGN})")


def description_given(text: str | None, where: str = "description") -> str | None:
    """What the user gives as a description, which is to be as long as Neutron takes it, with our sign."""
    if text is not None and len(text) > _MOST:
        raise OrderError(f"{where}: it has {len(text)} letters, and {_MOST} are the most")
    return text
