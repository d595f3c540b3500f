# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the world out of its settings."""

from __future__ import annotations

import ipaddress
import itertools
import random
import typing as t

from .behaviours import Behaviours
from .identifiers import fixed_hex, fixed_uuid
from .region import Region
from .resources import Flavor, Image, Keypair, Network, Project, SecurityGroup, Subnet, User
from .security_rules import default_rules, egress_rules, with_rules
from .standing import add_server
from .world import Cloud, World

if t.TYPE_CHECKING:
    from .clock import Clock
    from .config import CloudSettings, RegionSettings, WorldSettings

_LONG_AGO = 86_400.0


def build_world(settings: WorldSettings, clock: Clock) -> World:
    """A fresh world."""
    behaviours = Behaviours(clock, settings.seed)
    world = World(clock=clock, behaviours=behaviours)
    numbers = itertools.count()
    for name, cloud_settings in settings.clouds.items():
        cloud = Cloud(
            name=name, settings=cloud_settings, clock=clock, randomness=random.Random(f"{settings.seed}/{name}")
        )
        _people(cloud)
        for region_name, region_settings in cloud_settings.regions.items():
            region = Region(
                cloud=name,
                name=region_name,
                settings=region_settings,
                clock=clock,
                behaviours=behaviours,
                randomness=random.Random(f"{settings.seed}/{name}/{region_name}"),
            )
            cloud.regions[region_name] = region
            _furnish(region, cloud, next(numbers))
        world.clouds[name] = cloud
    for raw in settings.behaviours:
        behaviours.declare(raw)
    return world


def credential_of(settings: CloudSettings) -> tuple[str, str]:
    """The id and the secret of the application credential that the first user of a cloud has."""
    return fixed_hex(settings.name, "credential"), f"{settings.name}-credential-secret"


def _people(cloud: Cloud) -> None:
    for raw in cloud.settings.users:
        projects = tuple(raw.get("projects") or ("demo",))
        for project in projects:
            project_id = fixed_hex(cloud.name, "project", project)
            cloud.projects[project_id] = Project(id=project_id, name=project)
        cloud.users[raw["name"]] = User(
            id=fixed_hex(cloud.name, "user", raw["name"]),
            name=raw["name"],
            password=raw.get("password", f"{raw['name']}-secret"),
            projects=projects,
            admin=bool(raw.get("admin", False)),
        )
    credential, secret = credential_of(cloud.settings)
    cloud.credentials[credential] = (secret, next(iter(cloud.users.values())))


def _furnish(region: Region, cloud: Cloud, number: int) -> None:
    settings, first = region.settings, next(iter(cloud.projects.values()))
    for position, raw in enumerate(settings.flavors):
        flavor = Flavor(**{"id": str(position + 1), **raw})
        region.flavors[flavor.id] = flavor
    for raw in settings.images:
        image = Image(
            **{
                "id": fixed_uuid(region.location, "image", raw["name"]),
                "owner": fixed_hex(region.cloud, "project", "admin"),
                "created": region.now() - _LONG_AGO,
                "checksum": fixed_hex(raw["name"]),
                **raw,
            }
        )
        region.images[image.id] = image
    for raw in settings.networks:
        _network(region, first, number, raw)
    _security_groups(region, cloud, settings)
    for user in cloud.users.values():
        for position, raw in enumerate(settings.keypairs):
            _keypair(region, user, position, raw)
    for raw in settings.servers:
        add_server(region, cloud, raw)


def _network(region: Region, first: Project, number: int, raw: t.Mapping[str, t.Any]) -> None:
    external = bool(raw.get("external", False))
    place = list(region.settings.networks).index(raw)
    inside, outside = f"10.{(10 + number) % 256}.{place * 16 % 256}.0/20", f"203.{number % 256}.{113 + place}.0/24"
    owner = fixed_hex(region.cloud, "project", "admin") if external or raw.get("shared") else first.id
    name, created = raw["name"], region.now() - _LONG_AGO
    cidr = raw.get("cidr", outside if external else inside)
    told = {key: raw[key] for key in raw if key != "cidr"}
    network = Network(
        **{"id": fixed_uuid(region.location, "network", name), "project_id": owner, "created": created, **told}
    )
    region.networks[network.id] = network
    subnet = Subnet(
        id=fixed_uuid(region.location, "subnet", name),
        name=f"{name}-subnet",
        network_id=network.id,
        project_id=network.project_id,
        cidr=cidr,
        created=created,
        gateway=str(ipaddress.ip_network(cidr).network_address + 1),
    )
    region.subnets[subnet.id] = subnet


def _security_groups(region: Region, cloud: Cloud, settings: RegionSettings) -> None:
    named = [{"name": "default", "description": "Default security group"}, *settings.security_groups]
    for project in cloud.projects.values():
        for raw in named:
            group_id = fixed_uuid(region.location, project.id, "security_group", raw["name"])
            group = SecurityGroup(
                id=group_id,
                name=raw["name"],
                project_id=project.id,
                created=region.now() - _LONG_AGO,
                description=raw.get("description", ""),
            )
            first = default_rules(group) if group.name == "default" else egress_rules()
            region.security_groups[group_id] = with_rules(
                group, region.randomness, [*first, *raw.get("rules", ())], group.created
            )


def _keypair(region: Region, user: User, position: int, raw: t.Mapping[str, t.Any]) -> None:
    digest = fixed_hex(region.location, user.id, raw["name"])
    key = Keypair(
        name=raw["name"],
        user_id=user.id,
        public_key=raw.get("public_key", f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{digest} {raw['name']}"),
        fingerprint=":".join(digest[place : place + 2] for place in range(0, 32, 2)),
        created=region.now() - _LONG_AGO,
        number=position + 1,
    )
    region.keypairs[user.id, key.name] = key
