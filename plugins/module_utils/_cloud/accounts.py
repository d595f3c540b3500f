# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The user's accounts: one for each region of each cloud in clouds.yaml, as openstacksdk finds and reads it.

A given path is read alone, with the secure.yaml beside it (or the one that OS_CLIENT_SECURE_FILE names). Without one,
openstacksdk looks where it always does: OS_CLIENT_CONFIG_FILE, the working folder, ~/.config/openstack, /etc/openstack.
The OS_* variables of a single cloud count only where no clouds.yaml names any. Nothing here asks the network: settings
that only a remote profile knows are fetched when a location is first asked.
"""

from __future__ import annotations

import copy
import fnmatch
import os
import sys
import typing as t
from dataclasses import dataclass, field

from .._core.listing import listing
from .._core.model import Hints, Location
from .._errors import AccountsError, MissingLibraryError
from .hints import SECTION, Guide, NameMaps, Notes, notes_from
from .sdk import config_loader
from .shapes import complaint, mapping, refuse_misshapen, sort_of
from .whole_files import reason
from .yaml_text import parsed

if t.TYPE_CHECKING:
    from openstack.config.cloud_region import CloudRegion
    from openstack.config.loader import OpenStackConfig

ACCOUNTS_FILE = "OPENMULTISTACK_ACCOUNTS_FILE"
CLOUDS_FILE = "OS_CLIENT_CONFIG_FILE"
SECURE_FILE = "OS_CLIENT_SECURE_FILE"
_NO_ADDRESS = ("none", "admin_token", "token_endpoint", "http_basic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One cloud in one region; ``region`` is empty where clouds.yaml names none."""

    cloud: str
    region: str = ""
    notes: Notes = field(default_factory=Notes)

    @property
    def label(self) -> str:
        return f"{self.cloud}:{self.region}" if self.region else self.cloud

    @property
    def hints(self) -> Hints:
        return self.notes.hints

    @property
    def image_format(self) -> str:
        return self.notes.image_format

    @property
    def names(self) -> NameMaps:
        return self.notes.names

    def ssh_user(self, image: str) -> str:
        """The user whom SSH logs in as, on a server of that image."""
        users = self.notes.ssh_user
        return users if isinstance(users, str) else users.get(image, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All accounts, in the order of clouds.yaml, and what to warn the user of."""

    all: tuple[Account, ...]
    source: str
    warnings: tuple[str, ...] = ()
    config: OpenStackConfig = field(repr=False)

    def settings(self, account: Account, **more: str) -> CloudRegion:
        """The SDK's settings of one account; without ``more`` no credentials are looked at. May ask a remote profile.

        The SDK works through all regions of a cloud to find one, so it is shown only that one: 0.1 ms instead of 2.4.
        """
        entry = dict(self.config.cloud_config["clouds"][account.cloud])
        if entry.get("regions"):
            entry["regions"] = [each for each in entry["regions"] if _region_name(each) == account.region]
        only = copy.copy(self.config)
        only.cloud_config = {**self.config.cloud_config, "clouds": {account.cloud: entry}}
        choice: dict[str, t.Any] = {"region_name": account.region, **more}
        return only.get_one(account.cloud, validate=bool(more), **choice)

    def locations(self, chosen: t.Collection[str]) -> tuple[Location, ...]:
        return tuple(Location(label=each.label, hints=each.hints, chosen=each.label in chosen) for each in self.all)


def load_accounts(clouds_yaml_path: str | None = None, accounts_file: str | None = None) -> Accounts:
    """The accounts of clouds.yaml, with the hints of the accounts file over theirs; a blank path is not set."""
    config = _config((clouds_yaml_path or "").strip())
    guide = _guide((accounts_file or "").strip() or os.environ.get(ACCOUNTS_FILE, "").strip())
    source = config.config_filename or "OS_* variables"
    clouds = {name: mapping(entry, source, f'cloud "{name}"') for name, entry in _clouds(config, source).items()}
    regions = {name: _regions(name, entry, source) for name, entry in clouds.items()}
    found = tuple(
        Account(cloud=name, region=region, notes=_notes(guide, source, (name, region), (clouds[name], values)))
        for name, each in regions.items()
        for region, values in each.items()
    )
    return Accounts(all=found, source=source, warnings=guide.strangers(regions), config=config)


def choose(accounts: Accounts, locations: t.Sequence[str], exclude: t.Sequence[str]) -> frozenset[str]:
    """The labels that may get new servers: those that the patterns name (all, without any), without the excluded."""
    every = frozenset(each.label for each in accounts.all)
    chosen = _fitting(accounts, locations, "locations") if locations else every
    chosen -= _fitting(accounts, exclude, "exclude")
    if not chosen:
        raise AccountsError(
            f"locations, exclude: together they leave no location; loosen one; there is {listing(every)}"
        )
    return chosen


def _fitting(accounts: Accounts, patterns: t.Sequence[str], option: str) -> frozenset[str]:
    """The labels that any pattern fits; a pattern that fits nothing is a mistake that the user wants to hear of."""
    found: set[str] = set()
    for pattern in patterns:
        fits = {
            each.label
            for each in accounts.all
            if fnmatch.fnmatchcase(each.label, pattern) or fnmatch.fnmatchcase(each.cloud, pattern)
        }
        if not fits:
            there = listing((each.label for each in accounts.all), pattern)
            raise AccountsError(f'{option}: "{pattern}" fits no location of {accounts.source}; there is {there}')
        found |= fits
    return frozenset(found)


def _config(path: str) -> OpenStackConfig:
    """The SDK's reading of clouds.yaml. What it cannot read it skips with a line in a log: here that is an error."""
    loader = sdk_loader()
    named = path or os.environ.get(CLOUDS_FILE, "")
    if named and not os.path.exists(named):
        who = "clouds_yaml_path" if path else CLOUDS_FILE
        raise AccountsError(
            f"{named}: there is no such file, but {who} names it; correct it, or put a clouds.yaml there"
        )
    there = next(filter(os.path.exists, [named] if named else loader.CONFIG_FILES), "")
    config: OpenStackConfig
    try:
        if path:
            config = loader.OpenStackConfig([path], secure_files=secure_files(path), load_envvars=False)
        else:
            config = loader.OpenStackConfig()
    except Exception as exc:
        if there and (_content(there) or {"clouds": None}) == {"clouds": None}:
            raise _no_cloud(there) from exc
        _refuse_misshapen(there)
        what = there or "OS_* variables"
        raise AccountsError(f"{what}: {complaint(exc)}; correct it, or what stands beside it") from exc
    if there and there != config.config_filename:
        _content(there)
    return config


def sdk_loader() -> t.Any:
    """The SDK's module that reads clouds.yaml."""
    try:
        return config_loader()
    except ImportError as exc:
        raise MissingLibraryError(
            f"openstacksdk cannot be imported ({exc}); install it for the Python that runs this: "
            f"{sys.executable} -m pip install openstacksdk"
        ) from exc


def secure_files(path: str) -> list[str]:
    """Where the secrets of a given clouds.yaml are looked for."""
    named = os.environ.get(SECURE_FILE)
    folder = os.path.dirname(os.path.abspath(path))
    return [named] if named else [os.path.join(folder, f"secure.{suffix}") for suffix in ("yaml", "yml", "json")]


def _refuse_misshapen(there: str) -> None:
    """Tell of a file, or of the secrets beside it, that the SDK stumbles over because it holds no clouds by name."""
    for path in filter(os.path.exists, [there, *secure_files(there)] if there else ()):
        content = mapping(_content(path), path, "the file")
        for key in ("client", "cache", "metrics"):
            if not isinstance(content.get(key, {}), dict):
                raise AccountsError(f"{path}: {key} is to be a mapping (key: value), not {sort_of(content[key])}")
        clouds = content.get("clouds", {})
        if clouds is None:
            raise _no_cloud(path)
        if not isinstance(clouds, dict):
            raise AccountsError(
                f'{path}: "clouds" is to name each cloud with its settings under it, and is {sort_of(clouds)}; '
                'write "clouds: {alpha: {auth: ...}}" or the same on lines of its own'
            )


def _clouds(config: OpenStackConfig, source: str) -> dict[str, t.Any]:
    """The clouds by name. The SDK adds one made of OS_* variables, or of nothing but its defaults."""
    clouds: t.Mapping[str, t.Any] = mapping(config.cloud_config["clouds"], source, '"clouds"')
    from_file = {str(name): entry for name, entry in clouds.items() if name not in (config.envvar_key, "defaults")}
    from_environment = {name: entry for name, entry in clouds.items() if name == config.envvar_key}
    if not all(map(_addressed, from_file.values())):
        named = _named(config.config_filename)
        from_file = {name: entry for name, entry in from_file.items() if name in named}
    if from_file:
        return from_file
    if any(entry.get("auth_url") for entry in from_environment.values()):
        return from_environment
    if config.config_filename:
        raise _no_cloud(source)
    raise AccountsError(
        "no clouds.yaml was found in the working folder, ~/.config/openstack or /etc/openstack; "
        f"put one there, name it by {CLOUDS_FILE}, or give clouds_yaml_path"
    )


def _addressed(entry: object) -> bool:
    """Whether a cloud says where it is; one that only a secure.yaml names does not, wherever the SDK found that."""
    auth = entry.get("auth") if isinstance(entry, dict) else None
    return isinstance(auth, dict) and bool(auth.get("auth_url"))


def _named(path: str | None) -> set[str]:
    """The clouds that clouds.yaml itself names. The SDK adds those of any secure.yaml that lies in its usual places."""
    content = _content(path) if path else None
    clouds = content.get("clouds") if isinstance(content, dict) else None
    return set(map(str, clouds)) if isinstance(clouds, dict) else set()


def _no_cloud(source: str) -> AccountsError:
    return AccountsError(f'{source}: it names no cloud; write at least one under "clouds:"')


def _regions(name: str, entry: t.Mapping[str, t.Any], source: str) -> dict[str, t.Mapping[str, t.Any]]:
    """The regions of a cloud with the values that each has of its own, in the order of clouds.yaml."""
    listed = _listed(entry) or _of_profile(name, entry, source) or [""]
    refuse_misshapen(entry, f'{source}: cloud "{name}"')
    found: dict[str, t.Mapping[str, t.Any]] = {}
    for each in listed:
        region = _region_name(each)
        if region in found:
            raise AccountsError(f'{source}: cloud "{name}" has region "{region}" twice; remove one of them')
        found[region] = _values(each, source, f'region "{region}" of cloud "{name}"')
        _refuse_unusable(name, (entry, found[region]), source)
    return found


def _values(region: t.Any, source: str, what: str) -> t.Mapping[str, t.Any]:
    """What one region overrides; the SDK takes a region's name, or a mapping of name and values."""
    if not isinstance(region, dict):
        return {}
    strange = listing(str(key) for key in region if key not in ("name", "values"))
    if strange != "none":
        raise AccountsError(f'{source}: {what} takes "name" and "values", not {strange}')
    values = mapping(region.get("values"), source, f'"values" of {what}')
    refuse_misshapen(values, f"{source}: {what}")
    return values


def _listed(entry: t.Mapping[str, t.Any]) -> list[t.Any]:
    """What a cloud says of its regions, in the three ways that the SDK knows."""
    said = entry.get("regions") or entry.get("region_name") or entry.get("region-name") or []
    return said.split(",") if isinstance(said, str) else said if isinstance(said, list) else [str(said)]


def _region_name(region: t.Any) -> str:
    return str(region.get("name", "")) if isinstance(region, dict) else str(region)


def _of_profile(name: str, entry: t.Mapping[str, t.Any], source: str) -> list[t.Any]:
    """The regions that a vendor profile shipped with the SDK knows; a remote one would have to be fetched."""
    from openstack.config import vendors  # noqa: PLC0415

    profile = str(entry.get("profile") or entry.get("cloud") or "")
    remote = profile if "://" in profile else ""
    shipped = {} if remote else vendors.get_profile(profile) or {}
    remote = remote or str(shipped.get("profile", ""))
    if remote:
        raise AccountsError(
            f'{source}: the regions of cloud "{name}" are known only to the remote profile {remote}; '
            "write them down (regions: [...])"
        )
    return _listed(shipped)


def _refuse_unusable(name: str, said: t.Sequence[t.Mapping[str, t.Any]], source: str) -> None:
    """An account that leads nowhere is a mistake: the cloud and its region together name no Keystone, nor need any."""
    auths = [each.get("auth") or {} for each in said]
    addressed = any(each.get(key) for each in said for key in ("auth_url", "profile", "cloud"))
    if addressed or any(each.get("auth_type") in _NO_ADDRESS for each in said):
        return
    if not any(auth.get("auth_url") for auth in auths):
        raise AccountsError(
            f'{source}: cloud "{name}" has no auth_url; write "auth:" with auth_url, username, password, '
            "project_name and the domains of user and project (or an application credential), or remove the cloud"
        )


def _notes(
    guide: Guide, source: str, place: tuple[str, str], said: tuple[t.Mapping[str, t.Any], t.Mapping[str, t.Any]]
) -> Notes:
    cloud, region = place
    entry, values = said
    where = f'{source}: cloud "{cloud}"'
    layers = [(where, entry.get(SECTION)), (f'{where}, region "{region}"', values.get(SECTION))]
    return notes_from(layers + guide.layers(cloud, region))


def _guide(path: str) -> Guide:
    return Guide(path, _content(path)) if path else Guide()


def _content(path: str) -> object:
    """A YAML file's content."""
    try:
        with open(path, encoding="utf-8") as file:
            return parsed(file.read(), path)
    except OSError as exc:
        raise AccountsError(f"{path}: it cannot be read: {reason(exc)}; correct the path, or its permissions") from exc
    except UnicodeDecodeError:
        raise AccountsError(
            f"{path}: this is no valid YAML (it is not UTF-8); correct it there or just before"
        ) from None
