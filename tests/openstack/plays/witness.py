# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The witness: what openstacksdk, by other people's code, sees in each cloud; and how tests clean up."""

from __future__ import annotations

import typing as t

import openstack

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from openstack.connection import Connection

T = t.TypeVar("T")
# What a test makes, in the order in which it can be taken away.
KINDS: dict[str, Callable[[Connection], Iterator[t.Any]]] = {
    "servers": lambda cloud: cloud.compute.servers(),
    "keys": lambda cloud: cloud.compute.keypairs(),
    "images": lambda cloud: cloud.image.images(visibility="private"),
    "groups": lambda cloud: cloud.network.security_groups(),
    "networks": lambda cloud: cloud.network.networks(),
    "routers": lambda cloud: cloud.network.routers(),
}


class Witness:
    """Sees all clouds of a clouds.yaml in all their regions, by location: ``cloud:region``."""

    def __init__(self, clouds_yaml: Path) -> None:
        loader = openstack.config.OpenStackConfig(config_files=[str(clouds_yaml)], load_envvars=False)
        found = {f"{each.name}:{each.region_name}": each for each in loader.get_all()}
        self.clouds = {label: openstack.connection.Connection(config=found[label]) for label in sorted(found)}

    def named(self, kind: str, prefix: str) -> dict[str, list[t.Any]]:
        """The things of a kind whose names begin so, by location."""
        return {
            name: sorted(
                (each for each in KINDS[kind](cloud) if each.name.startswith(prefix)), key=lambda row: row.name
            )
            for name, cloud in self.clouds.items()
        }

    def each(self, what: T) -> dict[str, T]:
        """The same of every location."""
        return dict.fromkeys(self.clouds, what)

    def names(self, kind: str, prefix: str) -> dict[str, list[str]]:
        return {cloud: [each.name for each in found] for cloud, found in self.named(kind, prefix).items()}
