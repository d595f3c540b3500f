# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What makes the files of an account as ordered: edits of clouds.yaml, secure.yaml and the accounts file."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._errors import OrderError
from .auth_secrets import SECRETS
from .cloud_entry import (
    Wanted,
    checked_address,
    lack_of,
    login_after,
    name_of_region,
    settings_after,
)
from .edits import Edit, Tree, edits_between, shown_edits, without_user

CLOUDS, SECURE, HINTS = "clouds.yaml", "secure.yaml", "accounts file"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]*")
_TAKEN = frozenset({"envvars", "defaults"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the three files hold, as plain data; one that is not there holds nothing."""

    clouds: Tree = field(default_factory=dict)
    secure: Tree = field(default_factory=dict)
    hints: Tree = field(default_factory=dict)

    def entry(self, file: str, name: str) -> dict[str, t.Any]:
        """What one of them says of one cloud."""
        clouds = _mapping(self.of(file).get("clouds"), f'{file}: "clouds"')
        return dict(_mapping(clouds.get(name), f'{file}: cloud "{name}"'))

    def of(self, file: str) -> Tree:
        return {CLOUDS: self.clouds, SECURE: self.secure, HINTS: self.hints}[file]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """One account as it is to be; ``hints`` are of one ``region`` of it where that is named, else of all."""

    name: str
    wanted: Wanted = Wanted()
    hints: Tree = field(default_factory=dict)
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """The edits by file. ``new``: clouds.yaml did not name the account."""

    name: str
    edits: t.Mapping[str, tuple[Edit, ...]]
    new: bool = False

    @property
    def named(self) -> bool:
        """Whether this changes what is an account to openstacksdk, and not only hints."""
        return bool(self.edits[CLOUDS] or self.edits[SECURE])

    @property
    def diff(self) -> dict[str, str]:
        shown = [
            shown_edits((_below(each) for each in edits), f"{file}: {self.name}") for file, edits in self.edits.items()
        ]
        return {"before": "".join(each[0] for each in shown), "after": "".join(each[1] for each in shown)}


def account_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise OrderError(
            f'name: "{name}" cannot be the name of an account; it takes letters, digits and _ . @ -, '
            "and openstacksdk keeps envvars and defaults to itself"
        )
    return name


def plan_present(order: AccountOrder, held: Held) -> AccountPlan:
    """What brings the account there, or changes it; a sentence where it could not be used then."""
    entry, secure = held.entry(CLOUDS, order.name), held.entry(SECURE, order.name)
    if not entry and not order.wanted.anything:
        raise OrderError(
            f'there is no account "{order.name}" in clouds.yaml; give openrc, or auth with auth_url, username, '
            "password and project_name"
        )
    after = {CLOUDS: entry, SECURE: secure, HINTS: held.entry(HINTS, order.name)}
    if order.wanted.anything:
        after[CLOUDS], after[SECURE] = _with_login(order, entry, secure)
    if order.hints:
        after[HINTS] = _with_hints(order, after[HINTS], after[CLOUDS])
    return AccountPlan(
        name=order.name,
        edits={file: _edits(held, file, order.name, content) for file, content in after.items()},
        new=not entry,
    )


def plan_absent(name: str, held: Held) -> AccountPlan:
    """What takes the account out of all files."""
    return AccountPlan(name=name, edits={file: _edits(held, file, name, {}) for file in (CLOUDS, SECURE, HINTS)})


def account_row(name: str, held: Held) -> dict[str, t.Any]:
    """What may be told of an account: no secrets, but which there are."""
    entry, secure = held.entry(CLOUDS, name), held.entry(SECURE, name)
    auth = {**(entry.get("auth") or {}), **(secure.get("auth") or {})}
    regions = entry.get("regions") or entry.get("region_name") or []
    listed = [regions] if isinstance(regions, str) else list(regions)
    return {
        "name": name,
        "auth_url": without_user(str(auth.get("auth_url") or "")),
        "user": str(auth.get("username") or auth.get("user_id") or auth.get("application_credential_name") or ""),
        "project": str(auth.get("project_name") or auth.get("project_id") or ""),
        "regions": [name_of_region(each) for each in listed],
        "secrets": sorted(each for each in SECRETS if auth.get(each)),
        "hints": held.entry(HINTS, name),
    }


def _with_login(order: AccountOrder, entry: Tree, secure: Tree) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    wanted, where = order.wanted, f'cloud "{order.name}"'
    if wanted.auth.get("auth_url"):
        checked_address(str(wanted.auth["auth_url"]), where)
    before = _mapping(entry.get("auth"), f'{CLOUDS}: "auth" of {where}')
    apart = _mapping(secure.get("auth"), f'{SECURE}: "auth" of {where}')
    auth, secret = login_after(before, apart, wanted)
    after = settings_after(entry, auth, wanted)
    lack = lack_of({**after, "auth": {**auth, **secret}}, secret, wanted)
    if lack:
        raise OrderError(f"{where} cannot be used so: {lack}")
    rest = {name: value for name, value in secure.items() if name != "auth"}
    return after, {**({"auth": secret} if secret else {}), **rest}


def _with_hints(order: AccountOrder, hints: Tree, entry: Tree) -> dict[str, t.Any]:
    """The hints over those that are there: names are merged, and null forgets."""
    if not order.region:
        return _merged(hints, order.hints)
    regions = _mapping(hints.get("regions"), f'{HINTS}: "regions" of cloud "{order.name}"')
    there = entry.get("regions") or entry.get("region_name") or []
    known = [name_of_region(each) for each in ([there] if isinstance(there, str) else there)]
    if order.region not in known:
        said = f"it has {', '.join(known)}" if known else "clouds.yaml names none of it"
        raise OrderError(f'region: cloud "{order.name}" has no region "{order.region}"; {said}')
    return _merged(hints, {"regions": {order.region: _merged(regions.get(order.region) or {}, order.hints) or None}})


def _merged(before: Tree, over: Tree) -> dict[str, t.Any]:
    """Both, where a mapping is merged name by name, and None takes away; what has become empty goes."""
    after = dict(before)
    for name, value in over.items():
        old = after.get(name)
        after[name] = _merged(old if isinstance(old, dict) else {}, value) if isinstance(value, dict) else value
    return {name: value for name, value in after.items() if value is not None and value != {}}


def _edits(held: Held, file: str, name: str, content: Tree) -> tuple[Edit, ...]:
    before = _mapping(held.of(file).get("clouds"), f'{file}: "clouds"')
    after = {**before, name: dict(content)} if content else {key: each for key, each in before.items() if key != name}
    if "clouds" not in held.of(file):
        return (Edit(path=("clouds",), after=after),) if after else ()
    return edits_between(dict(before), after, ("clouds",))


def _below(edit: Edit) -> Edit:
    """An edit as it is seen from the account: without the way to it."""
    if len(edit.path) > 1:
        return Edit(path=edit.path[2:], before=edit.before, after=edit.after)
    return Edit(path=(), before=edit.before, after=next(iter(edit.after.values())))


def _mapping(value: t.Any, what: str) -> Tree:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise OrderError(f"{what} is to be a mapping (key: value); correct it")
    return value
