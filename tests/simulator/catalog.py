# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service catalog of a cloud."""

from __future__ import annotations

import typing as t

from .identifiers import fixed_hex

if t.TYPE_CHECKING:
    from .region import Region
    from .resources import Project
    from .world import Cloud

_SERVICES = (
    ("compute", "nova", "/compute/v2.1"),
    ("image", "glance", "/image"),
    ("network", "neutron", "/network"),
    ("block-storage", "cinder", "/volume/v3/{project}"),
)


def catalog_of(cloud: Cloud, project: Project | None) -> list[dict[str, t.Any]]:
    """The catalog as keystone puts it into a token: keystone itself in each region, the services region by region."""
    project_id = project.id if project else ""
    services = [_service(cloud, "identity", "keystone", dict.fromkeys(cloud.regions, f"{cloud.base_url}/identity"))]
    for kind, name, path in _SERVICES:
        urls = {
            region: each.base_url + _path(kind, path, each).format(project=project_id)
            for region, each in cloud.regions.items()
            if kind not in each.settings.absent_services
        }
        services.append(_service(cloud, kind, name, urls))
    return services


def _path(kind: str, path: str, region: Region) -> str:
    return path + "/{project}" if kind == "compute" and region.settings.project_in_url else path


def _service(cloud: Cloud, kind: str, name: str, urls: t.Mapping[str, str]) -> dict[str, t.Any]:
    endpoints = [
        {
            "id": fixed_hex(cloud.name, region, kind, interface),
            "interface": interface,
            "region": region,
            "region_id": region,
            "url": url,
        }
        for region, url in urls.items()
        for interface in ("public", "internal")
    ]
    return {"id": fixed_hex(cloud.name, kind), "type": kind, "name": name, "endpoints": endpoints}
