# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sites: a site is one region of one cloud, with a Nova, Neutron, Glance and Placement of its own."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu")
SERVICES = ("keystone", "glance", "placement", "nova", "neutron", "cinder")  # in the order of their ports
HOSTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where it is. The second region of a cloud shares the first one's Keystone."""

    cloud: str
    number: int
    base: int
    second: bool = False

    @property
    def name(self) -> str:
        """What commands, folders and databases call it."""
        return f"{self.cloud}2" if self.second else self.cloud

    @property
    def region(self) -> str:
        return "RegionTwo" if self.second else "RegionOne"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The compute hosts."""
        return tuple(f"{self.name}-cpu{number + 1}" for number in range(HOSTS))

    @property
    def public_gateway(self) -> str:
        """Our own address in the public network."""
        return f"203.0.{self._octet(113)}.1"

    @property
    def public_addresses(self) -> str:
        return f"203.0.{self._octet(113)}.0/24"

    @property
    def private_addresses(self) -> str:
        return f"10.{self._octet(10)}.0.0/20"

    def _octet(self, first: int) -> int:
        return first + self.number + (50 if self.second else 0)

    def port(self, service: str) -> int:
        shift = 50 if self.second and service != "keystone" else 0
        return self.base + 100 * (self.number + 1) + shift + SERVICES.index(service)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.port(service)}"

    def services(self, cinder: bool) -> tuple[str, ...]:
        """What runs for it; Keystone first, because the others ask it, and Nova last, because it asks the others."""
        shared = () if self.second else ("keystone",)
        return (*shared, "placement", "glance", "neutron", *(("cinder",) if cinder else ()), "nova")

    def databases(self, cinder: bool) -> tuple[str, ...]:
        services = set(self.services(cinder))
        return tuple(name for name in DATABASES if DATABASES[name] in services)

    def database(self, name: str) -> str:
        """What MariaDB calls one of its databases."""
        return f"{self.name}_{name}"


# Each database, and whose it is.
DATABASES = {
    "keystone": "keystone",
    "glance": "glance",
    "placement": "placement",
    "neutron": "neutron",
    "nova_api": "nova",
    "nova_cell0": "nova",
    "nova": "nova",
    "cinder": "cinder",
}
