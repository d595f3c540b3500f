# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What sort of thing each key of clouds.yaml takes, as far as openstacksdk stumbles over anything else.

Told before it stumbles: what it then says is about its own code. A value is never quoted: it may be a password.
"""

from __future__ import annotations

import re
import typing as t

from .._errors import AccountsError

_NOTHING = type(None)  # as openstacksdk writes it where a variable of the environment is not set
_SHAPES: dict[str, tuple[str, tuple[type[t.Any], ...]]] = {
    **dict.fromkeys(("profile", "cloud", "cacert", "cert", "key"), ("a text", (str, _NOTHING))),
    "auth_type": ("a text", (str,)),
    **dict.fromkeys(("region_name", "region-name"), ("a text", (str, int, list))),
    "regions": ("a list", (list, str)),
    "networks": ("a list", (list,)),
    "verify": ("true, false or a path", (bool, str, _NOTHING)),
}
_SORTS: tuple[tuple[type[t.Any], str], ...] = (
    (dict, "a mapping"),
    (list, "a list"),
    (str, "a text"),
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (_NOTHING, "nothing"),
)
_MISSING = re.compile(r"missing \d+ required .*?: (.+)")
_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'")


def sort_of(value: object) -> str:
    """What sort of thing stands in a YAML file."""
    return next((word for sort, word in _SORTS if isinstance(value, sort)), "a date")


def mapping(value: object, where: str, what: str) -> t.Mapping[t.Any, t.Any]:
    """A mapping from a file, where nothing at all is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AccountsError(f"{where}: {what} is to be a mapping (key: value), not {sort_of(value)}")
    return value


def refuse_misshapen(entry: t.Mapping[str, t.Any], where: str) -> None:
    """An account with something in it that is of another sort than belongs there."""
    for key in filter(entry.__contains__, _SHAPES):
        wanted, sorts = _SHAPES[key]
        if not _fits(entry[key], sorts):
            raise AccountsError(
                f"{where}: {key} is to be {wanted}, not {sort_of(entry[key])}; correct it, or leave it out"
            )
    _refuse_parts(entry, where)
    for key, value in mapping(entry.get("auth"), where, "auth").items():
        if isinstance(value, (dict, list)):
            raise AccountsError(f"{where}: {key} of auth is to be a text, not {sort_of(value)}; correct it")


def _refuse_parts(entry: t.Mapping[str, t.Any], where: str) -> None:
    """What stands in the lists of an account."""
    for region in entry.get("regions", ()):
        named = region.get("name", "") if isinstance(region, dict) else region
        if not isinstance(named, (str, int)):
            raise AccountsError(f"{where}: the name of each region is to be a text, not {sort_of(named)}")
    for each in entry.get("networks", ()):
        if not isinstance(each, dict):
            raise AccountsError(f"{where}: each of networks is to be a mapping (key: value), not {sort_of(each)}")


def _fits(value: object, sorts: tuple[type[t.Any], ...]) -> bool:
    """Python takes true and false for numbers."""
    return isinstance(value, sorts) and (not isinstance(value, bool) or bool in sorts)


def complaint(exc: BaseException) -> str:
    """What a library says of an account; what Python says of the library's code is turned into what it means."""
    text = " ".join(str(exc).split()).rstrip(".")
    missing, unexpected = _MISSING.search(text), _UNEXPECTED.search(text)
    if missing:
        return f"its auth lacks {missing[1].replace(chr(39), '')}"
    if unexpected:
        return f'its auth does not take "{unexpected[1]}" with its auth_type'
    if isinstance(exc, (TypeError, AttributeError, LookupError)) or not text:
        return f"something in it is of another sort than belongs there ({type(exc).__name__})"
    return text
