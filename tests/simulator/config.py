# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a world is made of, read from a dict or a YAML or JSON file."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import yaml

from .microversion import minor_of

Raw = t.Mapping[str, t.Any]

DEFAULT_FLAVORS: tuple[Raw, ...] = (
    {"name": "m1.nano", "vcpus": 1, "ram": 64, "disk": 1},
    {"name": "m1.tiny", "vcpus": 1, "ram": 512, "disk": 1},
    {"name": "m1.small", "vcpus": 1, "ram": 2048, "disk": 20},
    {"name": "m1.medium", "vcpus": 2, "ram": 4096, "disk": 40},
    {"name": "m1.large", "vcpus": 4, "ram": 8192, "disk": 80},
)
DEFAULT_QUOTA: t.Mapping[str, int] = {
    "instances": 20,
    "cores": 40,
    "ram": 51200,
    "key_pairs": 100,
    "metadata_items": 128,
    "server_groups": 10,
    "server_group_members": 10,
    "port": 500,
    "network": 100,
    "subnet": 100,
    "router": 10,
    "floatingip": 50,
    "security_group": 10,
    "security_group_rule": 100,
    "image_count_total": -1,
    "image_size_total": -1,
    "volumes": 10,
    "gigabytes": 1000,
    "snapshots": 10,
    "per_volume_gigabytes": -1,
    "backups": 10,
    "backup_gigabytes": 1000,
    "groups": 10,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RegionSettings:
    """How one region is furnished and how it behaves in good health."""

    quota: t.Mapping[str, int] = dataclasses.field(default_factory=lambda: DEFAULT_QUOTA)
    build_seconds: tuple[float, float] = (1.0, 3.0)
    delete_seconds: float = 0.5
    schedule_seconds: float = 0.04
    recheck_seconds: float = 0.02
    latency: t.Mapping[str, float] = dataclasses.field(default_factory=lambda: {"server.create": 0.05})
    flavors: tuple[Raw, ...] = DEFAULT_FLAVORS
    images: tuple[Raw, ...] = ({"name": "cirros"}, {"name": "debian-13", "size": 335_544_320})
    import_methods: tuple[str, ...] = ("glance-direct",)
    web: t.Mapping[str, Raw] = dataclasses.field(default_factory=dict)
    networks: tuple[Raw, ...] = ({"name": "private"}, {"name": "public", "external": True})
    security_groups: tuple[Raw, ...] = ()
    keypairs: tuple[Raw, ...] = ()
    zones: tuple[str, ...] = ("nova",)
    hosts: int = 3
    capacity: int | None = None
    max_microversion: int = 96
    clock_skew: float = 0.0
    cells: int = 1
    down_cells: frozenset[int] = frozenset()
    soft_delete: bool = False
    max_page: int = 1000
    absent_services: tuple[str, ...] = ()
    project_in_url: bool = False
    rate_limits: t.Mapping[str, float] = dataclasses.field(default_factory=dict)
    servers: tuple[Raw, ...] = ()
    multi_stack: Raw = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CloudSettings:
    """One cloud: who may use it, and its regions."""

    name: str
    regions: t.Mapping[str, RegionSettings]
    shared: RegionSettings = dataclasses.field(default_factory=RegionSettings)
    users: tuple[Raw, ...] = (
        {"name": "demo", "password": "demo-secret", "projects": ("demo",)},
        {"name": "admin", "password": "admin-secret", "projects": ("admin", "demo"), "admin": True},
    )
    token_seconds: float = 3600.0
    auth: t.Literal["password", "application_credential"] = "password"
    own_port: bool = False
    unplugged: bool = False
    multi_stack: Raw = dataclasses.field(default_factory=dict)
    clouds_yaml: Raw = dataclasses.field(default_factory=dict)
    region_entries: t.Literal["names", "values"] = "names"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorldSettings:
    """Everything that a world begins with."""

    clouds: t.Mapping[str, CloudSettings]
    seed: int = 0
    behaviours: tuple[Raw, ...] = ()


_REGION_KEYS = {field.name for field in dataclasses.fields(RegionSettings)}
_CLOUD_KEYS = {field.name for field in dataclasses.fields(CloudSettings)} - {
    "name",
    "regions",
    "region_entries",
    "shared",
}


def raw_config(source: Raw | str | pathlib.Path | None) -> dict[str, t.Any]:
    """What is in a dict, or in the file of that name."""
    if isinstance(source, (str, pathlib.Path)):
        return dict(yaml.safe_load(pathlib.Path(source).read_text(encoding="utf-8")) or {})
    return dict(source or {})


def read_config(source: Raw | str | pathlib.Path | None) -> WorldSettings:
    """The settings in a dict, or in the file of that name; None is three plain clouds."""
    raw = raw_config(source)
    clouds = raw.pop("clouds", None) or ("alpha", "beta", "gamma")
    defaults = raw.pop("defaults", None) or {}
    entries: Raw = clouds if isinstance(clouds, dict) else dict.fromkeys(clouds)
    _refuse_unknown("the world", raw, {"seed", "behaviours"})
    return WorldSettings(
        clouds={name: _cloud(name, _merged(defaults, entry or {})) for name, entry in entries.items()},
        seed=raw.get("seed", 0),
        behaviours=tuple(raw.get("behaviours") or ()),
    )


def region_settings(raw: Raw, base: RegionSettings | None = None) -> RegionSettings:
    """Settings of a region with these changes over the base."""
    _refuse_unknown("a region", raw, _REGION_KEYS)
    base = base or RegionSettings()
    return dataclasses.replace(base, **{key: _region_value(key, value, base) for key, value in raw.items()})


def _cloud(name: str, raw: Raw) -> CloudSettings:
    _refuse_unknown(f"cloud {name}", raw, _CLOUD_KEYS | _REGION_KEYS | {"regions"})
    regions = raw.get("regions") or ("RegionOne",)
    entries: Raw = regions if isinstance(regions, dict) else dict.fromkeys(regions)
    shared = region_settings({key: raw[key] for key in raw if key in _REGION_KEYS and key != "multi_stack"})
    own = {key: raw[key] for key in raw if key in _CLOUD_KEYS}
    if "users" in own:
        own["users"] = tuple(own["users"])
    settings = {region: region_settings(entry or {}, shared) for region, entry in entries.items()}
    with_values = any(entry.multi_stack for entry in settings.values())
    entries_as: t.Literal["names", "values"] = "values" if with_values else "names"
    return CloudSettings(name=name, regions=settings, shared=shared, region_entries=entries_as, **own)


def _region_value(key: str, value: t.Any, base: RegionSettings) -> t.Any:
    if key == "quota":
        return {**base.quota, **value}
    if key == "latency":
        return {**base.latency, **(value if isinstance(value, dict) else {"any": value, "server.create": value})}
    return _READERS[key](value) if key in _READERS else value


def _span(value: t.Any) -> tuple[float, float]:
    low, high = value if isinstance(value, (list, tuple)) else (value, value)
    return float(low), float(high)


def _named(value: t.Iterable[t.Any]) -> tuple[Raw, ...]:
    return tuple({"name": entry} if isinstance(entry, str) else entry for entry in value)


_READERS: t.Mapping[str, t.Callable[[t.Any], t.Any]] = {
    "build_seconds": _span,
    "max_microversion": lambda value: minor_of(str(value)),
    "down_cells": frozenset,
    "zones": tuple,
    "absent_services": tuple,
    **dict.fromkeys(("flavors", "images", "networks", "security_groups", "keypairs", "servers"), _named),
}


def _merged(below: Raw, above: Raw) -> dict[str, t.Any]:
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return both


def _refuse_unknown(where: str, raw: Raw, known: t.Iterable[str]) -> None:
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise ValueError(f"{where} has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
