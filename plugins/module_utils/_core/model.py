# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What was seen of a cloud, as values. Times are seconds: epoch where named so, else the run's own monotonic clock."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes two entries of clouds.yaml the same location: where its servers live, and in which project."""

    endpoint: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the user says of one location, under ``multi_stack:`` in clouds.yaml or in the accounts file.

    ``max_lifetime`` is in seconds.
    """

    available: bool = True
    priority: int = 0
    weight: float = 1.0
    cost: float = 0.0
    max_servers: int | None = None
    max_servers_per_owner: int | None = None
    max_lifetime: int | None = None
    headroom: int = 0
    requests_per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One cloud in one region, as clouds.yaml names it; ``chosen`` says whether this order may place servers there."""

    label: str
    hints: Hints = Hints()
    chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A limit and what is used of it; no limit is None."""

    limit: int | None
    used: int

    @property
    def room(self) -> float:
        return float("inf") if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The compute limits of a project; ``ram`` in MiB."""

    instances: Quota
    cores: Quota
    ram: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a survey counted itself, whoever owns it; ``marked`` are the servers that carry any mark of ours."""

    instances: int = 0
    cores: int = 0
    ram: int = 0
    marked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """A size of server at one location; ``ram`` in MiB."""

    id: str
    name: str
    vcpus: int
    ram: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A location, with flavor and zone, that may take servers."""

    location: str
    flavor: Flavor
    zone: str | None = None


class Phase(enum.Enum):
    """What a server's status and task state mean to a launcher (Nova: api/openstack/common.py)."""

    PENDING = "pending"
    READY = "ready"
    OCCUPIED = "occupied"
    DYING = "dying"
    BROKEN = "broken"
    RELEASED = "released"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address of a server; ``kind`` is fixed or floating."""

    address: str
    network: str
    version: int = 4
    kind: str = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootFault:
    """What a cloud says of a server in ERROR; code and text as Nova gives them."""

    code: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as one answer showed it. ``created`` is epoch seconds by the cloud's clock."""

    id: str
    name: str
    status: str
    task: str | None = None
    created: float = 0.0
    metadata: tuple[tuple[str, str], ...] = ()
    description: str = ""
    addresses: tuple[Address, ...] = ()
    flavor: str = ""
    vcpus: int = 0
    ram: int = 0
    image: str = ""
    zone: str = ""
    key_name: str = ""
    tags: tuple[str, ...] = ()
    locked: bool = False
    fault: BootFault | None = None
    request_id: str = ""

    @property
    def broken(self) -> bool:
        """Whether it is in ERROR, on its way out or not."""
        return self.status == _ERROR

    @property
    def phase(self) -> Phase:
        if self.task in ("deleting", "soft-deleting"):
            return Phase.DYING
        settled = _PHASES.get(self.status, Phase.OCCUPIED)
        # A task on an ACTIVE server is its user's (a snapshot, a pause): it is busy, not being built.
        return Phase.OCCUPIED if settled is Phase.READY and self.task is not None else settled


_ERROR = "ERROR"
_PHASES = {
    "ACTIVE": Phase.READY,
    "BUILD": Phase.PENDING,
    _ERROR: Phase.BROKEN,
    "DELETED": Phase.DYING,
    "SOFT_DELETED": Phase.RELEASED,
    "UNKNOWN": Phase.UNKNOWN,
}
