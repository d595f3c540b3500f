# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services: the processes of a site. Each runs the drivers' `serve` in the services' environment."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .accounts import ADMINISTRATOR
from .environment import PACKAGE, service_environment
from .processes import Program

if t.TYPE_CHECKING:
    from .processes import Processes
    from .settings import Settings
    from .sites import Site

_THREADS = {"keystone": 4, "placement": 4, "glance": 4, "nova": 16, "neutron": 8, "cinder": 8}
_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Services:
    """Starts and stops them."""

    settings: Settings
    processes: Processes

    def start(self, site: Site, service: str) -> Program:
        """Start one, and do not wait for it."""
        program = self.program(site, service)
        self.processes.start(program)
        return program

    def wait(self, program: Program) -> None:
        self.processes.wait_until_listens(program, _SECONDS)

    def program(self, site: Site, service: str) -> Program:
        home, port = self.settings.home(site), site.port(service)
        words = (service, "--folder", str(home), "--port", str(port), "--threads", str(_THREADS[service]))
        hosts = ("--hosts", *site.hosts) if service == "nova" else ()
        return Program(
            name=name_of(site, service),
            command=(str(self.settings.python), "-m", f"{PACKAGE}.serve", *words, *hosts),
            log=home / f"log/{service}.log",
            port=port,
            environment={**service_environment(self.settings), **self._told(service)},
        )

    def _told(self, service: str) -> dict[str, str]:
        guests = {"OPENSTACK_RIG_GUESTS": str(self.settings.guest_root)} if self.settings.options.guests else {}
        password = {"OPENSTACK_RIG_PASSWORD": ADMINISTRATOR.password} if service == "keystone" else {}
        return {**guests, **password}


def name_of(site: Site, service: str) -> str:
    """What the process is called."""
    return f"{site.name}-{service}"
