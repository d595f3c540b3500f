# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a region holds beside servers: values, replaced and never changed."""

from __future__ import annotations

import dataclasses
import typing as t

Properties = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """A size of server."""

    id: str
    name: str
    vcpus: int
    ram: int
    disk: int
    ephemeral: int = 0
    swap: int = 0
    is_public: bool = True
    description: str | None = None
    extra_specs: Properties = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image in Glance."""

    id: str
    name: str
    created: float
    owner: str
    updated: float = 0.0
    status: str = "active"
    visibility: str = "public"
    size: int | None = 1_048_576
    min_disk: int = 0
    min_ram: int = 0
    disk_format: str | None = "qcow2"
    container_format: str | None = "bare"
    checksum: str | None = None
    digest: str | None = None
    importing: bool = False
    tags: tuple[str, ...] = ()
    properties: Properties = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A Neutron network."""

    id: str
    name: str
    project_id: str
    created: float
    shared: bool = False
    external: bool = False
    mtu: int = 1450
    description: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A range of addresses on a network."""

    id: str
    name: str
    network_id: str
    project_id: str
    cidr: str
    created: float
    description: str = ""
    gateway: str | None = None
    dhcp: bool = True
    dns: tuple[str, ...] = ()
    ra_mode: str | None = None
    address_mode: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """A router, perhaps with a way out; its interfaces are ports."""

    id: str
    name: str
    project_id: str
    created: float
    description: str = ""
    external_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A Neutron port; `preset` when the user made it and Nova must leave it behind."""

    id: str
    network_id: str
    subnet_id: str
    project_id: str
    address: str
    mac: str
    created: float
    name: str = ""
    device_id: str = ""
    device_owner: str = ""
    status: str = "DOWN"
    description: str = ""
    security_groups: tuple[str, ...] = ()
    preset: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FloatingIp:
    """A floating IP, perhaps on a port."""

    id: str
    project_id: str
    network_id: str
    address: str
    created: float
    port_id: str | None = None
    fixed_address: str | None = None
    description: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A Neutron security group; rules are kept as Neutron shows them."""

    id: str
    name: str
    project_id: str
    created: float
    description: str = ""
    rules: tuple[Properties, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Keypair:
    """A public key of a user."""

    name: str
    user_id: str
    public_key: str
    fingerprint: str
    created: float
    number: int
    type: str = "ssh"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServerGroup:
    """A server group; who is in it may have been deleted meanwhile."""

    id: str
    name: str
    project_id: str
    user_id: str
    policy: str
    rules: Properties = dataclasses.field(default_factory=dict)
    members: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A Cinder volume."""

    id: str
    name: str
    project_id: str
    user_id: str
    size: int
    created: float
    status: str = "available"
    description: str | None = None
    bootable: bool = False
    image_id: str | None = None
    server_id: str | None = None
    ready_at: float = 0.0
    delete_on_termination: bool = False
    metadata: Properties = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A keystone project of one cloud."""

    id: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A keystone user of one cloud and the projects it may use."""

    id: str
    name: str
    password: str
    projects: tuple[str, ...]
    admin: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A keystone token."""

    id: str
    user: User
    project: Project | None
    issued: float
    expires: float
    methods: tuple[str, ...] = ("password",)
