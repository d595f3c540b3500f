# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings: what is asked of the rig, and where everything that it makes lies."""

from __future__ import annotations

import dataclasses
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from .sites import NAMES, Site

ROOT = Path(__file__).parents[3]
PORT = 25000


class RigError(RuntimeError):
    """The rig cannot do what it was told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the clouds are brought up with. It is kept beside their data, for all later commands."""

    clouds: int = 3
    guests: bool = False
    cinder: bool = False
    regions: bool = True
    port: int = dataclasses.field(default_factory=lambda: int(os.environ.get("OPENSTACK_PORT") or PORT))

    def __post_init__(self) -> None:
        if not 1 <= self.clouds <= len(NAMES):
            raise RigError(f"1 to {len(NAMES)} clouds can be had, not {self.clouds}")

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every region of every cloud; the last cloud has a second one where regions are wanted."""
        firsts = [Site(cloud=NAMES[number], number=number, base=self.port) for number in range(self.clouds)]
        return (*firsts, *([dataclasses.replace(firsts[-1], second=True)] if self.regions else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The rig's folder, and its options."""

    folder: Path = ROOT / ".cache/openstack"
    options: Options = dataclasses.field(default_factory=Options)

    @property
    def environment(self) -> Path:
        """The services' virtual environment."""
        return self.folder / "venv"

    @property
    def python(self) -> Path:
        return self.environment / "bin/python"

    @property
    def data(self) -> Path:
        """What `reset` forgets."""
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def schemas(self) -> Path:
        """The databases' schemas, migrated once."""
        return self.folder / "schemas"

    @property
    def guest_root(self) -> Path:
        """The Debian that all guests share."""
        return self.folder / "guestroot"

    @property
    def clouds_yaml(self) -> Path:
        return self.folder / "clouds.yaml"

    @property
    def administrators_yaml(self) -> Path:
        return self.folder / "clouds-admin.yaml"

    @property
    def files(self) -> tuple[Path, Path]:
        """What clients read."""
        return self.clouds_yaml, self.administrators_yaml

    @property
    def database_socket(self) -> Path:
        return self.data / "mariadb.sock"

    @property
    def memcached_port(self) -> int:
        return self.options.port + 1

    @property
    def namespace(self) -> str:
        """The network namespace in which the clouds are while they have guests."""
        return f"openstack-{self.options.port}-{zlib.crc32(str(self.folder).encode()) & 0xFFFF:04x}"

    @property
    def services(self) -> tuple[tuple[Site, str], ...]:
        """Every service of every site."""
        return tuple((site, service) for site in self.options.sites for service in site.services(self.options.cinder))

    def home(self, site: Site) -> Path:
        """The folder of one site: its settings files, logs, images."""
        return self.data / site.name

    def site(self, name: str) -> Site:
        """The site of that name."""
        for site in self.options.sites:
            if site.name == name:
                return site
        raise RigError(f"there is no {name}, but {', '.join(site.name for site in self.options.sites)}")


def remembered(folder: Path = Settings().folder) -> Settings:
    """The settings of the last `up`, or those that the first one would have."""
    path = folder / "options.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    return Settings(folder=folder, options=Options(**known))


def remember(settings: Settings) -> None:
    settings.folder.mkdir(parents=True, exist_ok=True)
    (settings.folder / "options.json").write_text(json.dumps(dataclasses.asdict(settings.options)))
