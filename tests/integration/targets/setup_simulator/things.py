# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells as JSON what each simulated cloud has besides servers, as openstacksdk sees it: {"alpha": {"keys": [NAME]}}."""

from __future__ import annotations

import json
import os

import openstack
import yaml


def names(things: object) -> list[str]:
    return sorted(each.name for each in things)  # type: ignore[attr-defined]


def main() -> None:
    with open(os.environ["OS_CLIENT_CONFIG_FILE"], encoding="utf-8") as file:
        clouds = sorted(yaml.safe_load(file)["clouds"])
    told = {}
    for name in clouds:
        cloud = openstack.connect(name)
        told[name] = {
            "keys": names(cloud.compute.keypairs()),
            "groups": names(cloud.network.security_groups()),
            "networks": names(cloud.network.networks()),
            "routers": names(cloud.network.routers()),
            "images": names(cloud.image.images()),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
