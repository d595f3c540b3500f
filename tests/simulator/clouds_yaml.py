# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clouds.yaml of the simulated clouds."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

from .furnish import credential_of

if t.TYPE_CHECKING:
    from .world import Cloud, World


def clouds_yaml(world: World, user: str | None = None) -> dict[str, t.Any]:
    """The content, for the first user of each cloud or for the one of that name."""
    return {"clouds": {name: _entry(cloud, user) for name, cloud in world.clouds.items()}}


def write_clouds_yaml(world: World, path: pathlib.Path | str, user: str | None = None) -> pathlib.Path:
    """Write it, readable for the owner alone."""
    path = pathlib.Path(path)
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(clouds_yaml(world, user), sort_keys=False), encoding="utf-8")
    return path


def _entry(cloud: Cloud, user: str | None) -> dict[str, t.Any]:
    settings = cloud.settings
    entry: dict[str, t.Any] = {"auth": _auth(cloud, user), "identity_api_version": "3"}
    if settings.auth == "application_credential":
        entry["auth_type"] = "v3applicationcredential"
    if settings.region_entries == "values":
        entry["regions"] = [_region(name, dict(each.multi_stack)) for name, each in settings.regions.items()]
    elif len(settings.regions) == 1:
        entry["region_name"] = next(iter(settings.regions))
    else:
        entry["regions"] = list(settings.regions)
    if settings.multi_stack:
        entry["multi_stack"] = _plain(settings.multi_stack)
    return {**entry, **_plain(settings.clouds_yaml)}


def _auth(cloud: Cloud, user: str | None) -> dict[str, t.Any]:
    url = f"{cloud.base_url}/identity/v3"
    if cloud.settings.auth == "application_credential":
        credential, secret = credential_of(cloud.settings)
        return {"auth_url": url, "application_credential_id": credential, "application_credential_secret": secret}
    person = cloud.users[user] if user else next(iter(cloud.users.values()))
    return {
        "auth_url": url,
        "username": person.name,
        "password": person.password,
        "project_name": person.projects[0],
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }


def _region(name: str, hints: dict[str, t.Any]) -> t.Any:
    return {"name": name, "values": {"multi_stack": _plain(hints)}} if hints else name


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
