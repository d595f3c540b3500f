# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the settings files of all services are made of."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..accounts import SERVICE

if t.TYPE_CHECKING:
    from pathlib import Path

    from ..settings import Settings
    from ..sites import Site

Section = dict[str, object]
Sections = dict[str, Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One site, and what its services have in common."""

    settings: Settings
    site: Site

    @property
    def home(self) -> Path:
        return self.settings.home(self.site)

    @property
    def etc(self) -> Path:
        return self.home / "etc"

    @property
    def keystone(self) -> str:
        return f"{self.site.url('keystone')}/v3"

    @property
    def controller(self) -> str:
        """The host of everything but the computes."""
        return f"{self.site.name}-ctl"

    @property
    def common(self) -> Sections:
        return {
            "oslo_concurrency": {"lock_path": self.home / "lock"},
            "oslo_messaging_notifications": {"driver": "noop"},
        }

    def address(self, database: str) -> str:
        """The URL of a database."""
        where = f"unix_socket={self.settings.database_socket}&charset=utf8mb3"
        return f"mysql+pymysql://root@localhost/{self.site.database(database)}?{where}"

    def database(self, name: str) -> Section:
        pool = {"max_pool_size": 10, "max_overflow": 20, "connection_recycle_time": 3600}
        return {"connection": self.address(name), **pool}

    def account(self, user: str) -> Section:
        """How a service logs in where it asks another one."""
        return {
            "auth_type": "password",
            "auth_url": self.keystone,
            "username": user,
            "password": SERVICE.password,
            "project_name": SERVICE.project,
            "user_domain_name": "Default",
            "project_domain_name": "Default",
            "region_name": self.site.region,
        }

    def tokens(self, user: str) -> Section:
        """How a service checks the tokens of who asks it."""
        return {
            **self.account(user),
            "www_authenticate_uri": self.keystone,
            "memcached_servers": f"127.0.0.1:{self.settings.memcached_port}",
            "token_cache_time": 300,
            "service_token_roles_required": True,
        }


def text(sections: Sections) -> str:
    """A settings file."""
    blocks = (f"[{name}]\n" + "".join(map(_line, section.items())) for name, section in sections.items())
    return "\n".join(blocks)


def _line(item: tuple[str, object]) -> str:
    name, value = item
    return f"{name} = {str(value).lower() if isinstance(value, bool) else value}\n"
