# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rig: real OpenStack clouds on this machine, brought up, taken down, and forgotten."""

from __future__ import annotations

import shutil
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from . import accounts, debian, environment, guests, identity, schema, stock
from .configuration import files
from .database import MARIADB, MEMCACHED, Database
from .drivers import knobs, namespace
from .processes import Processes
from .services import Services, name_of
from .settings import RigError, Settings, remember

if t.TYPE_CHECKING:
    from .processes import Program
    from .settings import Options
    from .sites import Site

_STOPPED_AT_ONCE = 16
_HEEDED_SECONDS = 60.0


class Rig:
    """What the settings describe."""

    def __init__(self, settings: Settings, tell: t.Callable[[str], None] = print) -> None:
        self.settings, self.tell = settings, tell
        self.processes = Processes(settings.data / "pids")
        self.services = Services(settings, self.processes)
        self._database = Database(settings, self.processes)

    @property
    def up(self) -> bool:
        """Whether any process runs."""
        return any(map(self.processes.pid, self.processes.names))

    def bring_up(self) -> None:
        """Install what is missing, start what does not run, and furnish what is new."""
        self.install()
        remember(self.settings)
        if self.settings.options.guests:
            namespace.make(self.settings.namespace, [site.public_gateway for site in self.settings.options.sites])
        self._database.start()
        self._tell_of("migrated the schemas of", schema.migrate(self.settings, self._database))
        for site in self.settings.options.sites:
            files.write(self.settings, site)
            schema.load(self.settings, self._database, site)
        self.tell("databases and settings are ready")
        self._start_all()
        self._each(self._furnish)
        accounts.write(self.settings)

    def install(self) -> None:
        """Make the folder, the services' environment, and with guests their Debian."""
        debian.install(self.settings)
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor() as pool:  # each of them keeps one processor busy for a minute
            services = pool.submit(environment.install, self.settings)
            debian_of_guests = pool.submit(guests.install, self.settings) if self.settings.options.guests else None
        if services.result():
            self.tell("installed OpenStack")
        if debian_of_guests and debian_of_guests.result():
            self.tell("installed the Debian of the guests")

    def take_down(self) -> None:
        """Leave no process, mount or namespace; data is kept."""
        services = [name for name in self.processes.names if name not in (MARIADB, MEMCACHED)]
        with ThreadPoolExecutor(_STOPPED_AT_ONCE) as pool:
            stopped = sum(pool.map(self.processes.stop, services))
        self._database.stop()
        off = guests.power_off(self.settings)
        namespace.delete(self.settings.namespace)
        self.tell(f"stopped {stopped} services" + (f", turned {off} guests off" if off else ""))

    def reset(self) -> None:
        """Take down, and forget all data of the clouds."""
        self.take_down()
        shutil.rmtree(self.settings.data, ignore_errors=True)
        for path in (self.settings.folder / "options.json", *self.settings.files):
            path.unlink(missing_ok=True)

    def enter(self) -> None:
        """Be where the clouds can be reached."""
        if self.settings.options.guests:
            if not namespace.exists(self.settings.namespace):
                raise RigError("the clouds are not up")
            namespace.enter(self.settings.namespace)

    def turn(self, site: Site, told: dict[str, t.Any]) -> None:
        """Turn the knobs of a site, and wait until its Nova heeds them, if it runs."""
        home, nova = self.settings.home(site), name_of(site, "nova")
        knobs.write(home, told)
        latest = time.monotonic() + _HEEDED_SECONDS
        while self.processes.pid(nova) and not self.processes.frozen(nova) and not knobs.heeded(home):
            if time.monotonic() > latest:
                raise RigError(f"{site.name}'s hosts do not heed the knobs; see {home / 'log'}")
            time.sleep(0.1)

    def _start_all(self) -> None:
        """Keystone first, whom all others ask; Nova when Placement is there, where its hosts make themselves known."""
        started: dict[str, dict[Site, Program]] = {}
        for service in ("keystone", "placement", "glance", "neutron", "cinder"):
            started[service] = self._start(service)
        self._wait(started["keystone"])
        self._each(lambda site: identity.furnish(self.settings, site))
        self._wait(started["placement"])
        started["nova"] = self._start("nova")
        for programs in started.values():
            self._wait(programs)
        self.tell("all services listen")

    def _start(self, service: str) -> dict[Site, Program]:
        return {site: self.services.start(site, service) for site, name in self.settings.services if name == service}

    def _wait(self, programs: dict[Site, Program]) -> None:
        for program in programs.values():
            self.services.wait(program)

    def _furnish(self, site: Site) -> None:
        stock.furnish(self.settings, site)
        if self.settings.options.guests:
            for address, fixed in stock.floating_ips(site).items():
                namespace.lead(address, fixed)

    def _each(self, act: t.Callable[[Site], None]) -> None:
        """Act on all clouds at once, on the regions of one cloud in turn."""

        def act_on_all(sites: t.Sequence[Site]) -> None:
            for site in sites:
                act(site)

        clouds = accounts.by_cloud(self.settings).values()
        with ThreadPoolExecutor(len(clouds)) as pool:
            list(pool.map(act_on_all, clouds))

    def _tell_of(self, what: str, names: t.Sequence[str]) -> None:
        if names:
            self.tell(f"{what} {', '.join(names)}")


def refuse_change(before: Options, wanted: Options) -> None:
    """What runs cannot change its port, lose a cloud, or move into a network namespace."""
    kept = ("port", "guests", "regions")
    changed = [name for name in kept if getattr(before, name) != getattr(wanted, name)]
    fewer = wanted.clouds < before.clouds or (before.cinder and not wanted.cinder)
    if changed or fewer or (before.regions and before.clouds != wanted.clouds):
        raise RigError("the clouds are up with other options: take them down first (make openstack-down)")
