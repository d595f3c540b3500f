# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts: who can log in to the clouds, and the files that tell clients so."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from pathlib import Path

    from .settings import Settings
    from .sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of one project."""

    user: str
    password: str
    project: str


ADMINISTRATOR = Account(user="admin", password="admin-secret", project="admin")
USER = Account(user="demo", password="demo-secret", project="demo")
SERVICE = Account(user="", password="service-secret", project="service")


def write(settings: Settings) -> None:
    """Write clouds.yaml for users, and one for administrators, where every cloud has "-admin" behind its name."""
    for path, suffix, account in (
        (settings.clouds_yaml, "", USER),
        (settings.administrators_yaml, "-admin", ADMINISTRATOR),
    ):
        _write(path, {f"{cloud}{suffix}": entry(sites, account) for cloud, sites in by_cloud(settings).items()})


def by_cloud(settings: Settings) -> dict[str, list[Site]]:
    """The sites of each cloud."""
    clouds: dict[str, list[Site]] = {}
    for site in settings.options.sites:
        clouds.setdefault(site.cloud, []).append(site)
    return clouds


def entry(sites: t.Sequence[Site], account: Account) -> dict[str, object]:
    """What clouds.yaml says of one cloud."""
    regions = [site.region for site in sites]
    auth = {
        "auth_url": f"{sites[0].url('keystone')}/v3",
        "username": account.user,
        "password": account.password,
        "project_name": account.project,
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }
    where = {"region_name": regions[0]} if len(regions) == 1 else {"regions": regions}
    return {"auth": auth, **where, "identity_api_version": 3}


def _write(path: Path, clouds: dict[str, dict[str, object]]) -> None:
    """Write YAML of a kind that people can read, a value of JSON behind each key."""
    lines = ["clouds:"]
    for cloud, told in clouds.items():
        lines.append(f"  {cloud}:")
        for key, value in told.items():
            if isinstance(value, dict):
                lines += [f"    {key}:", *(f"      {name}: {json.dumps(inner)}" for name, inner in value.items())]
            else:
                lines.append(f"    {key}: {json.dumps(value)}")
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
