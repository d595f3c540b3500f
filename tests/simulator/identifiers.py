# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ids: random ones for what users make, repeatable ones for what the world begins with."""

from __future__ import annotations

import string
import typing as t
import uuid

if t.TYPE_CHECKING:
    import random

_SPACE = uuid.UUID("6f1d4d0e-7f0c-4a5c-9f53-0d6c3d2b8a11")
_PASSWORD_LETTERS = string.ascii_letters + string.digits


def fixed_uuid(*names: str) -> str:
    """The same uuid for the same names, in every run."""
    return str(uuid.uuid5(_SPACE, "/".join(names)))


def fixed_hex(*names: str) -> str:
    """The same 32 hex digits for the same names: keystone's kind of id."""
    return uuid.uuid5(_SPACE, "/".join(names)).hex


def new_uuid(randomness: random.Random) -> str:
    """A random uuid out of the given randomness."""
    digits = f"{randomness.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def new_password(randomness: random.Random) -> str:
    """Twelve letters and digits, like Nova's adminPass."""
    return "".join(randomness.choices(_PASSWORD_LETTERS, k=12))


def new_reservation(randomness: random.Random) -> str:
    """A reservation id like r-4ee2953p."""
    return "r-" + "".join(randomness.choices(string.ascii_lowercase + string.digits, k=8))


def is_uuid(value: object) -> bool:
    """Whether Nova's schema would take this as a uuid."""
    if not isinstance(value, str):
        return False
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
