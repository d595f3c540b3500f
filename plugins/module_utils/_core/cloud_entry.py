# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One account as clouds.yaml and secure.yaml hold it: settings in the one, secrets in the other, nothing twice."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._errors import OrderError
from .auth_secrets import SECRETS
from .openrc import Untold

if t.TYPE_CHECKING:
    from .edits import Tree
    from .openrc import Variables

_BY_CREDENTIAL = "v3applicationcredential"
# What an openrc.sh calls the settings under "auth:"; of several names for one, the later goes before the earlier.
_AUTH = {
    "OS_TENANT_ID": "project_id",
    "OS_TENANT_NAME": "project_name",
    **{
        f"OS_{name.upper()}": name
        for name in (
            *("auth_url", "username", "user_id", "user_domain_name", "user_domain_id", "project_name", "project_id"),
            *("project_domain_name", "project_domain_id", "domain_name", "domain_id", "default_domain"),
            *("application_credential_id", "application_credential_name", "system_scope", "trust_id"),
            *("password", "application_credential_secret", "token", "passcode"),
        )
    },
}
# And those beside it.
_BESIDE = {
    **{"OS_ENDPOINT_TYPE": "interface", "OS_INTERFACE": "interface", "OS_REGION_NAME": "region_name"},
    **{"OS_AUTH_TYPE": "auth_type", "OS_CACERT": "cacert", "OS_CERT": "cert", "OS_KEY": "key", "OS_INSECURE": "verify"},
}
# What is of no use here.
_IDLE = re.compile(r"OS_(?:\w+_API_VERSION|PASSWORD_INPUT|NO_CACHE|CLOUDNAME|CLOUD)")
AUTH_NAMES = frozenset({*_AUTH.values(), "tenant_id", "tenant_name"})
_USER = ("username", "user_id")
_CREDENTIAL = ("application_credential_id", "application_credential_name")
_SOMEONE = ("auth_url", *_USER, *_CREDENTIAL)
_TWINS = (
    _USER,
    _CREDENTIAL,
    ("project_name", "project_id", "tenant_name", "tenant_id"),
    ("user_domain_name", "user_domain_id"),
    ("project_domain_name", "project_domain_id"),
)
_DOMAINS = (
    ("username", "user_id", "user_domain_id", "user_domain_name"),
    ("project_name", "project_id", "project_domain_id", "project_domain_name"),
)
_OLD = re.compile(r"/v2\.0/?$")
_ADDRESS = re.compile(r"https?://[^\s/@]+(?:/[^\s@]*)?")
_OTHERWISE = {
    "region_name": "give regions",
    **{name: f"give {name}" for name in ("interface", "auth_type", "cacert", "verify")},
    **dict.fromkeys(("cert", "key"), "write its value there"),
}
_YES = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be said of an account. ``whole``: it takes the place of what was said of how to log in.

    ``regions`` are all that it is to have, ``region`` is one of them.
    """

    auth: t.Mapping[str, str] = field(default_factory=dict)
    beside: t.Mapping[str, t.Any] = field(default_factory=dict)
    region: str = ""
    regions: tuple[str, ...] = ()
    untold: t.Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return bool(self.auth or self.beside or self.regions or self.whole)


def wanted_by(found: Variables, where: str) -> Wanted:
    """What an openrc.sh says of an account."""
    auth: dict[str, str] = {}
    beside: dict[str, t.Any] = {}
    untold: dict[str, str] = {}
    for names, said in ((_AUTH, auth), (_BESIDE, beside)):
        for variable, name in names.items():
            value = found.values.get(variable, "")
            if isinstance(value, Untold):
                untold[name] = f"{where}: {variable} {value.why}"
            elif value:
                said[name] = value
    region = beside.pop("region_name", "")
    if "verify" in beside:
        beside["verify"] = str(beside["verify"]).lower() not in _YES
    if "interface" in beside:
        beside["interface"] = str(beside["interface"]).removesuffix("URL")
    auth, warnings = _modern(auth, where)
    return Wanted(
        auth=auth,
        beside=beside,
        region=region,
        untold=untold,
        whole=True,
        warnings=warnings + _strangers(found, where),
    )


def _modern(auth: dict[str, str], where: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The old style, of tenants and no domains, as Keystone v3 has it."""
    url, warnings = auth.get("auth_url", ""), []
    if _OLD.search(url):
        auth = {**auth, "auth_url": _OLD.sub("/v3", url)}
        warnings.append(
            f"{where}: it is of the old style: its auth_url ends in /v2.0, and OpenStack has no Keystone v2 since "
            "2018. It is taken as /v3; see by state: verified that this is right, or download a newer openrc.sh"
        )
    lacking = {
        domain_id: "default"
        for named, named_by_id, domain_id, domain_name in _DOMAINS
        if named in auth and not _any(auth, named_by_id, domain_id, domain_name, "default_domain")
    }
    if lacking:
        warnings.append(
            f'{where}: it names no domain, so "default" is taken, where Keystone keeps what was there before v3; '
            "otherwise give auth.user_domain_name and auth.project_domain_name"
        )
    return {**auth, **lacking}, tuple(warnings)


def _any(said: Tree, *names: str) -> bool:
    return any(said.get(name) for name in names)


def _strangers(found: Variables, where: str) -> tuple[str, ...]:
    names = sorted(
        name
        for name in found.values
        if name.startswith("OS_") and name not in _AUTH and name not in _BESIDE and not _IDLE.fullmatch(name)
    )
    if not names:
        return ()
    return (
        f"{where}: {', '.join(names)}: nothing here knows what that is, so it is left out; write it into clouds.yaml",
    )


def over(first: Wanted, then: Wanted) -> Wanted:
    """What both say; where both say something, the latter."""
    auth = {**without_twins(first.auth, then.auth), **then.auth}
    known = {*then.auth, *then.beside, *({"region_name"} if then.regions else ())}
    return Wanted(
        auth=auth,
        beside={**first.beside, **then.beside},
        region="" if then.regions else first.region,
        regions=then.regions,
        untold={name: why for name, why in without_twins(first.untold, then.auth).items() if name not in known},
        whole=first.whole or then.whole,
        warnings=first.warnings + then.warnings,
    )


def without_twins(said: Tree, newer: Tree) -> dict[str, t.Any]:
    """What was said, without the name of what is now given by id, and the other way round."""
    dropped = {
        name for twins in _TWINS if newer.keys() & {*twins} for name in twins if name not in newer and name in said
    }
    return {name: value for name, value in said.items() if name not in dropped}


def checked_address(url: str, where: str) -> str:
    """An auth_url that can be one; a password in it would be in every message and list that names the cloud."""
    if "@" in url:
        raise OrderError(
            f"{where}: auth_url holds a user or a password (https://USER:PASSWORD@...); leave it out there, and give "
            "auth.username and auth.password"
        )
    if not _ADDRESS.fullmatch(url):
        raise OrderError(f"{where}: auth_url is no address; it looks like https://keystone.example.net:5000/v3")
    return url


def secrets_in_address(url: str) -> tuple[str, ...]:
    """The password that an address holds, as it is written there; none where it holds none."""
    _user, _colon, password = url.partition("//")[2].rpartition("@")[0].partition(":")
    return (password,) if password else ()


def login_after(before: Tree, secure: Tree, wanted: Wanted) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What stands under "auth:" in clouds.yaml and in secure.yaml. Secrets move to the latter; unknown names stay."""
    old = {**before, **secure}
    if wanted.whole:
        same = all(old.get(name) == wanted.auth.get(name) for name in _SOMEONE)
        kept = {name: value for name, value in old.items() if name not in AUTH_NAMES or (same and name in SECRETS)}
    elif _names_someone(wanted.auth) and _is_credential(wanted.auth) != _is_credential(old):
        kept = {name: value for name, value in old.items() if name not in AUTH_NAMES or name == "auth_url"}
    else:
        kept = without_twins(old, wanted.auth)
    after = {**kept, **wanted.auth}
    unfit = _unfit_secrets(after)
    after = {name: value for name, value in after.items() if name not in unfit}
    apart = {*SECRETS, *secure}
    return (
        {name: value for name, value in after.items() if name not in apart},
        {name: value for name, value in after.items() if name in apart},
    )


def _unfit_secrets(auth: Tree) -> tuple[str, ...]:
    """The secrets of another way to log in, which would be of no use any more."""
    if _is_credential(auth):
        return ("password",)
    return ("application_credential_secret",) if _any(auth, *_USER) else ()


def _is_credential(auth: Tree) -> bool:
    return _any(auth, *_CREDENTIAL)


def _names_someone(auth: Tree) -> bool:
    return _any(auth, *_USER, *_CREDENTIAL)


def settings_after(before: Tree, auth: Tree, wanted: Wanted) -> dict[str, t.Any]:
    """The entry in clouds.yaml, whose settings that nothing is said of stay as they are."""
    after = {"auth": dict(auth), **{name: value for name, value in before.items() if name != "auth"}}
    after |= wanted.beside
    if "auth_type" not in wanted.beside:
        if _is_credential(auth):
            after["auth_type"] = _BY_CREDENTIAL
        elif wanted.whole or after.get("auth_type") == _BY_CREDENTIAL:
            after.pop("auth_type", None)
    return _with_regions(after, wanted)


def _with_regions(entry: dict[str, t.Any], wanted: Wanted) -> dict[str, t.Any]:
    """The regions as ordered; what was said of one of them stays."""
    if not wanted.regions and not wanted.region:
        return entry
    listed = entry.get("regions")
    known = {name_of_region(each): each for each in listed} if isinstance(listed, list) else {}
    regions = [known.get(each, each) for each in wanted.regions]
    if wanted.region:
        regions = [*known.values(), *([] if wanted.region in known else [wanted.region])]
    rest = {name: value for name, value in entry.items() if name not in ("regions", "region_name", "region-name")}
    if len(regions) == 1 and not known:
        return {**rest, "region_name": regions[0]}
    return {**rest, "regions": regions}


def name_of_region(region: t.Any) -> str:
    return str(region.get("name", "")) if isinstance(region, dict) else str(region)


def lack_of(entry: Tree, secret: Tree, wanted: Wanted) -> str:
    """What an account lacks to be used, as the end of a sentence; empty where it has all that a login needs."""
    auth = entry.get("auth") or {}
    for name, why in wanted.untold.items():
        if name not in secret:
            return f"{why}; {_OTHERWISE.get(name, f'give auth.{name}')}"
    if not _any(auth, "auth_url") and not _any(entry, "profile", "cloud"):
        return "it has no auth_url; give auth.auth_url, such as https://keystone.example.net:5000/v3, or an openrc"
    if _is_credential(auth):
        return "" if _any(secret, SECRETS[1]) else "its secret is not known; give auth.application_credential_secret"
    if str(entry.get("auth_type") or "password") not in ("password", "v3password", "v2password"):
        return ""
    if not _any(auth, *_USER):
        return "it names no user; give auth.username, or auth.application_credential_id"
    return "" if _any(secret, "password") else "its password is not known; give auth.password"
