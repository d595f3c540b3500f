# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server of Nova, and what its states mean."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from .resources import Flavor

_BY_VM_STATE = {
    "active": "ACTIVE",
    "building": "BUILD",
    "stopped": "SHUTOFF",
    "paused": "PAUSED",
    "suspended": "SUSPENDED",
    "rescued": "RESCUE",
    "resized": "VERIFY_RESIZE",
    "error": "ERROR",
    "deleted": "DELETED",
    "soft-delete": "SOFT_DELETED",
    "shelved": "SHELVED",
    "shelved_offloaded": "SHELVED_OFFLOADED",
}
_BY_TASK_STATE = {
    ("active", "rebooting"): "REBOOT",
    ("active", "rebooting_hard"): "HARD_REBOOT",
    ("active", "rebuilding"): "REBUILD",
    ("active", "migrating"): "MIGRATING",
    ("active", "resize_prep"): "RESIZE",
}
STATUSES = frozenset(_BY_VM_STATE.values()) | frozenset(_BY_TASK_STATE.values())
VM_STATE_OF = {status: state for state, status in _BY_VM_STATE.items()}
DELETING = frozenset({"deleting", "soft-deleting"})
RUNNING = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a server is in ERROR."""

    code: int
    message: str
    created: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Destiny:
    """What becomes of a build: decided when the server is ordered, seen when its time has come."""

    build_seconds: float
    outcome: t.Literal["active", "error", "stall"] = "active"
    stage: t.Literal["scheduling", "networking", "spawning"] = "spawning"
    code: int = 500
    message: str = ""
    addresses: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """One network interface that was asked for."""

    network_id: str
    fixed_ip: str = ""
    port_id: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as Nova's database has it; `row` is false while it is only a build request."""

    id: str
    name: str
    project_id: str
    user_id: str
    created: float
    flavor: Flavor
    destiny: Destiny
    image_id: str | None = None
    updated: float | None = None
    launched: float | None = None
    vm_state: str = "building"
    task_state: str | None = "scheduling"
    power_state: int = 0
    key_name: str | None = None
    metadata: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: tuple[str, ...] = ()
    description: str | None = None
    hostname: str = ""
    zone: str | None = None
    host: str | None = None
    host_zone: str = ""
    fault: Fault | None = None
    locked: bool = False
    locked_reason: str | None = None
    config_drive: bool = False
    reservation_id: str = ""
    nics: tuple[Nic, ...] = ()
    security_groups: tuple[str, ...] = ()
    group_id: str | None = None
    cell: int = 0
    row: bool = False
    volumes: tuple[tuple[str, bool], ...] = ()
    new_volumes: tuple[tuple[int, str | None, bool], ...] = ()
    disk_config: str = "MANUAL"
    touched: int = 0

    @property
    def status(self) -> str:
        """The status that users see."""
        special = _BY_TASK_STATE.get((self.vm_state, self.task_state or ""))
        return special or _BY_VM_STATE[self.vm_state]

    @property
    def deleting(self) -> bool:
        """Whether a DELETE was accepted and has not ended."""
        return self.task_state in DELETING


def new_state(server: Server, now: float, **changes: t.Any) -> Server:
    """The server after a change that Nova writes into its database."""
    return dataclasses.replace(server, updated=now, **changes)
