# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Changes of nested mappings, as data: what a file needs to come from one content to another, and how that is shown.

A value is shown only where its name is known to be no secret: who may see a diff is not who may log in.
"""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass

Tree = t.Mapping[str, t.Any]


class Gone(enum.Enum):
    """Stands for what is not there; None is a value that a file may hold."""

    GONE = "gone"


GONE = Gone.GONE
_USERINFO = re.compile(r"//[^/\s]*@")
_HIDDEN = "(not shown)"
_NEW_HIDDEN = "(not shown, another)"
_OPEN = frozenset(
    {
        *("auth_url", "auth_type", "username", "user_id", "project_name", "project_id", "tenant_name", "tenant_id"),
        *("user_domain_name", "user_domain_id", "project_domain_name", "project_domain_id", "domain_name", "domain_id"),
        *("default_domain", "application_credential_id", "application_credential_name", "system_scope", "trust_id"),
        *("region_name", "regions", "name", "interface", "cacert", "cert", "verify", "identity_api_version", "profile"),
        *("status", "priority", "weight", "cost", "max_servers", "max_servers_per_owner", "max_lifetime", "headroom"),
        *("requests_per_second", "ssh_user", "jump_host"),
    }
)
_OPEN_MAPS = frozenset({"image", "flavor", "network", "security_groups", "key_name", "ssh_user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One value at one place: what it was, and what it is to be."""

    path: tuple[str, ...]
    before: t.Any = GONE
    after: t.Any = GONE


def edits_between(before: t.Any, after: t.Any, path: tuple[str, ...] = ()) -> tuple[Edit, ...]:
    """The smallest changes from one to the other; what is the same in both is left alone."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = [*before, *(name for name in after if name not in before)]
        return tuple(
            edit
            for name in names
            for edit in edits_between(before.get(name, GONE), after.get(name, GONE), (*path, name))
        )
    return () if _same(before, after) else (Edit(path=path, before=before, after=after),)


def _same(one: t.Any, other: t.Any) -> bool:
    """Equal and of one type: true is not 1 in a file."""
    return type(one) is type(other) and bool(one == other)


def shown_edits(edits: t.Iterable[Edit], what: str) -> tuple[str, str]:
    """The lines of a diff before and after; ``what`` is changed stands before each."""
    before, after = [], []
    for edit in edits:
        before += _lines(edit.path, edit.before, what, _HIDDEN)
        after += _lines(edit.path, edit.after, what, _HIDDEN if edit.before is GONE else _NEW_HIDDEN)
    return "".join(before), "".join(after)


def _lines(path: tuple[str, ...], value: t.Any, what: str, hidden: str) -> list[str]:
    if value is GONE:
        return []
    if isinstance(value, dict) and value:
        return [line for name, each in value.items() for line in _lines((*path, str(name)), each, what, hidden)]
    told = shown(path, value)
    return [f"{what}: {'.'.join(map(str, path))}: {hidden if told is None else told}\n"]


def shown(path: tuple[str, ...], value: t.Any) -> str | None:
    """A value as it may be seen; None where it may not."""
    last = path[-1:] or ("",)
    if isinstance(value, list):
        every = [shown((*path[:-1], "name"), each.get("name") if isinstance(each, dict) else each) for each in value]
        return ", ".join(each or _HIDDEN for each in every) if last[0] in _OPEN else None
    if last[0] in _OPEN or (path[-2:-1] and path[-2] in _OPEN_MAPS):
        return "" if value is None else without_user(str(value))
    return "" if value in (None, {}) else None


def without_user(url: str) -> str:
    """A text in which no URL holds a user or a password."""
    return _USERINFO.sub("//", url)


def applied(content: Tree, edits: t.Iterable[Edit]) -> dict[str, t.Any]:
    """The content with the edits made; what was given is left as it is."""
    after = dict(content)
    for edit in edits:
        after = _with(after, edit.path, edit.after)
    return after


def _with(content: t.Any, path: tuple[str, ...], value: t.Any) -> dict[str, t.Any]:
    after = dict(content) if isinstance(content, dict) else {}
    first, rest = path[0], path[1:]
    if rest:
        after[first] = _with(after.get(first), rest, value)
    elif value is GONE:
        after.pop(first, None)
    else:
        after[first] = value
    return after
