# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clouds of tests/openstack/rig, and how their services are frozen, stopped, killed and let go."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
import typing as t

from ..rig.rig import Rig as Machine
from ..rig.services import name_of
from ..rig.settings import RigError, remembered

if t.TYPE_CHECKING:
    from pathlib import Path

    from ..rig.sites import Site

INSTANCES = 20  # the quota that the clouds come with


class Rig:
    """The services of clouds that are up. What was done to them is undone by `mend`, which may be called at any time.

    A cloud with two regions counts for two here: each is a site.
    """

    def __init__(self) -> None:
        self._machine = Machine(remembered())
        self._frozen: set[tuple[str, str]] = set()
        self._stopped: set[tuple[str, str]] = set()
        self._knobs: set[str] = set()
        if not self._machine.up:
            raise RigError("no clouds are up: make openstack-up")
        self._machine.enter()

    @property
    def sites(self) -> tuple[Site, ...]:
        return self._machine.settings.options.sites

    @property
    def clouds_yaml(self) -> Path:
        return self._machine.settings.clouds_yaml

    @property
    def administrators_yaml(self) -> Path:
        return self._machine.settings.administrators_yaml

    @property
    def client(self) -> Path:
        return self._machine.settings.environment / "bin/openstack"

    def freeze(self, site: str, service: str) -> None:
        """Make one service hang: it accepts connections and answers nothing."""
        self._frozen.add((site, service))
        self._machine.processes.signal(self._name(site, service), signal.SIGSTOP)

    def thaw(self, site: str, service: str) -> None:
        if (site, service) in self._frozen:
            with contextlib.suppress(RigError):  # it may be gone
                self._machine.processes.signal(self._name(site, service), signal.SIGCONT)
            self._frozen.discard((site, service))

    def stop(self, site: str, service: str) -> None:
        self._stopped.add((site, service))
        self._machine.processes.stop(self._name(site, service))

    def crash(self, site: str, service: str) -> None:
        """Kill one service in the middle of whatever it does."""
        self._stopped.add((site, service))
        self._machine.processes.signal(self._name(site, service), signal.SIGKILL)

    def start(self, site: str, service: str) -> None:
        services = self._machine.services
        services.wait(services.start(self._machine.settings.site(site), service))
        self._stopped.discard((site, service))

    def lose_host(self, site: str, number: int) -> None:
        """Stop one of the compute services, which Nova does not notice for 20 seconds."""
        self._knobs.add(site)
        self._turn(site, {"dead_hosts": [f"{site}-cpu{number}"]})

    def find_host(self, site: str) -> None:
        self._turn(site, {})
        self._knobs.discard(site)

    def mend(self) -> None:
        """Let go of all that is frozen, stopped or lost: the frozen first, which costs nothing."""
        for site, service in list(self._frozen):
            self.thaw(site, service)
        for site in list(self._knobs):
            self.find_host(site)
        for site, service in list(self._stopped):
            self.start(site, service)

    def _turn(self, site: str, told: dict[str, t.Any]) -> None:
        self._machine.turn(self._machine.settings.site(site), told)

    def _name(self, site: str, service: str) -> str:
        return name_of(self._machine.settings.site(site), service)


def bounded(command: list[str], seconds: float, **how: t.Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with a limit."""
    try:
        return subprocess.run(command, timeout=seconds, check=False, text=True, **how)
    except subprocess.TimeoutExpired as error:
        raise RigError(f"{' '.join(command)} did not end within {seconds:.0f} s") from error


def pause(until: float) -> None:
    """Sleep until that time of the monotonic clock."""
    time.sleep(max(0.0, until - time.monotonic()))
