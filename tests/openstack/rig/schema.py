# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schemas: the services' own migrations run once; what they made is dumped, and loaded for each site."""

from __future__ import annotations

import shutil
import typing as t
import uuid
from concurrent.futures import ThreadPoolExecutor

from .configuration import files
from .configuration.ground import Ground
from .environment import service_environment
from .processes import run
from .sites import Site

if t.TYPE_CHECKING:
    from pathlib import Path

    from .database import Database
    from .settings import Settings

_PATTERN = Site(cloud="pattern", number=90, base=1024)
_AT_ONCE = 3
# How each database is made, the slowest first. That of Nova's cell0 is the same as that of its cell1.
_MIGRATIONS = {
    "neutron": ("neutron-db-manage", "neutron", "upgrade", "heads"),
    "nova": ("nova-manage", "nova", "db", "sync", "--local_cell"),
    "keystone": ("keystone-manage", "keystone", "db_sync"),
    "nova_api": ("nova-manage", "nova", "api_db", "sync"),
    "glance": ("glance-manage", "glance-api", "db_sync"),
    "placement": ("placement-manage", "placement", "db", "sync"),
    "cinder": ("cinder-manage", "cinder", "db", "sync"),
}
_CELL0 = uuid.UUID(int=0)


def migrate(settings: Settings, database: Database) -> tuple[str, ...]:
    """Make the dumps that are missing, and say which."""
    wanted = [name for name in _PATTERN.databases(settings.options.cinder) if name in _MIGRATIONS]
    needed = [name for name in _MIGRATIONS if name in wanted and not _dump(settings, name).exists()]
    if needed:
        settings.schemas.mkdir(parents=True, exist_ok=True)
        files.write(settings, _PATTERN)
        database.do("".join(_anew(_PATTERN.database(name)) for name in needed))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda name: _migrate(settings, database, name), needed))
        database.do("".join(f"DROP DATABASE {_PATTERN.database(name)};" for name in needed))
        shutil.rmtree(settings.home(_PATTERN))
    return tuple(needed)


def load(settings: Settings, database: Database, site: Site) -> None:
    """Give a site the databases that it lacks."""
    mark = settings.home(site) / "databases"
    finished = set(mark.read_text().split()) if mark.exists() else set()
    wanted = site.databases(settings.options.cinder)
    there = finished & {name for name in wanted if site.database(name) in database.names()}
    for name in wanted:
        if name not in there:
            _load(settings, database, site, name)
    mark.write_text(" ".join(sorted(finished | set(wanted))))


def _migrate(settings: Settings, database: Database, name: str) -> None:
    program, file, *words = _MIGRATIONS[name]
    path = settings.environment / "bin" / program
    config = settings.home(_PATTERN) / f"etc/{file}.conf"
    run((path, "--config-file", config, *words), settings.logs / f"schema-{name}.log", service_environment(settings))
    new = _dump(settings, name).with_suffix(".new")
    new.write_text(database.dump(_PATTERN.database(name)))
    new.rename(_dump(settings, name))


def _load(settings: Settings, database: Database, site: Site, name: str) -> None:
    dump = _dump(settings, "nova" if name == "nova_cell0" else name).read_text()
    quick = "SET unique_checks=0; SET foreign_key_checks=0;"
    database.do(f"{_anew(site.database(name))} USE {site.database(name)}; {quick}\n{dump}")
    if name == "nova_api":
        database.do(_cells(Ground(settings=settings, site=site)), site.database(name))


def _cells(ground: Ground) -> str:
    """Nova's two cells: cell0 for what could not be scheduled, and the one with the computes, which needs no broker."""
    cells = ((_CELL0, "cell0", "none:///", "nova_cell0"), (uuid.uuid4(), "cell1", "fake://", "nova"))
    rows = ", ".join(
        f"(now(), '{number}', '{name}', '{transport}', '{ground.address(database)}', 0)"
        for number, name, transport, database in cells
    )
    columns = "created_at, uuid, name, transport_url, database_connection, disabled"
    return f"INSERT INTO cell_mappings ({columns}) VALUES {rows};"


def _anew(name: str) -> str:
    return f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name};"


def _dump(settings: Settings, name: str) -> Path:
    return settings.schemas / f"{name}.sql"
