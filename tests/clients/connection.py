# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections of openstacksdk to the simulated clouds."""

from __future__ import annotations

import typing as t

import openstack

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator import Simulator


def connect(sim: Simulator, folder: Path, cloud: str = "alpha", region_name: str | None = None) -> t.Any:
    """One cloud, as its clouds.yaml says and nothing else."""
    sim.clouds_yaml(folder / "clouds.yaml")
    config = openstack.config.OpenStackConfig(config_files=[str(folder / "clouds.yaml")], load_envvars=False)
    return openstack.connection.Connection(config=config.get_one(cloud=cloud, region_name=region_name))
