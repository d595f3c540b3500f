# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: limits, quotas, flavors, zones."""

from __future__ import annotations

import typing as t
import urllib.parse

from flask import Response, request

from . import context
from .compute import blueprint, minor
from .quota import usage
from .refusal import Refused

if t.TYPE_CHECKING:
    from .resources import Flavor

_QUOTAS = ("instances", "cores", "ram", "key_pairs", "metadata_items", "server_groups", "server_group_members")


@blueprint.get("/v2.1/limits")
def show_limits() -> Response:
    """Limits and use of the project."""
    project_id = context.project().id
    if context.user().admin:
        project_id = request.args.get("tenant_id", project_id)
    limits, used = context.region().quota(project_id), usage(context.region(), project_id)
    groups = sum(1 for group in context.region().groups.values() if group.project_id == project_id)
    absolute = {
        "maxTotalInstances": limits["instances"],
        "maxTotalCores": limits["cores"],
        "maxTotalRAMSize": limits["ram"],
        "maxTotalKeypairs": limits["key_pairs"],
        "maxServerMeta": limits["metadata_items"],
        "maxServerGroups": limits["server_groups"],
        "maxServerGroupMembers": limits["server_group_members"],
        "totalInstancesUsed": used.instances,
        "totalCoresUsed": used.cores,
        "totalRAMUsed": used.ram,
        "totalServerGroupsUsed": groups,
    }
    old: dict[str, int] = {"maxImageMeta": limits["metadata_items"]} if minor() < 39 else {}
    if minor() < 57:
        old |= {"maxPersonality": 5, "maxPersonalitySize": 10240}
    if minor() < 36:
        old |= {"maxSecurityGroups": -1, "maxSecurityGroupRules": -1, "maxTotalFloatingIps": -1}
        old |= {"totalFloatingIpsUsed": 0, "totalSecurityGroupsUsed": 0}
    return context.answer(200, {"limits": {"rate": [], "absolute": absolute | old}})


@blueprint.get("/v2.1/os-quota-sets/<project_id>")
@blueprint.get("/v2.1/os-quota-sets/<project_id>/detail")
def show_quota(project_id: str) -> Response:
    """The quota of a project, with its use if asked for."""
    limits, used = context.region().quota(project_id), usage(context.region(), project_id)
    shown: dict[str, t.Any] = {name: limits[name] for name in _QUOTAS}
    if request.path.endswith("/detail"):
        in_use = {"instances": used.instances, "cores": used.cores, "ram": used.ram}
        shown = {name: {"limit": limits[name], "in_use": in_use.get(name, 0), "reserved": 0} for name in _QUOTAS}
    return context.answer(200, {"quota_set": {"id": project_id, **shown}})


@blueprint.put("/v2.1/os-quota-sets/<project_id>")
def update_quota(project_id: str) -> Response:
    """Other limits; for admins only."""
    if not context.user().admin:
        raise context.policy("os_compute_api:os-quota-sets:update")
    given = context.body().get("quota_set") or {}
    limits = context.region().quota(project_id)
    limits.update({name: int(given[name]) for name in _QUOTAS if name in given})
    return context.answer(200, {"quota_set": {name: limits[name] for name in _QUOTAS}})


@blueprint.get("/v2.1/flavors")
def list_flavors() -> Response:
    """Names and ids."""
    return _page([_basic(flavor) for flavor in _flavors()], "flavors")


@blueprint.get("/v2.1/flavors/detail")
def list_flavor_details() -> Response:
    """Sizes as well."""
    return _page([_detail(flavor) for flavor in _flavors()], "flavors/detail")


@blueprint.get("/v2.1/flavors/<flavor_id>")
def show_flavor(flavor_id: str) -> Response:
    """One flavor, by id only."""
    return context.answer(200, {"flavor": _detail(_flavor(flavor_id))})


@blueprint.get("/v2.1/flavors/<flavor_id>/os-extra_specs")
def show_extra_specs(flavor_id: str) -> Response:
    """The extra specs of one flavor."""
    return context.answer(200, {"extra_specs": dict(_flavor(flavor_id).extra_specs)})


@blueprint.get("/v2.1/os-availability-zone")
def list_zones() -> Response:
    """The zones."""
    zones = [
        {"zoneName": zone, "zoneState": {"available": True}, "hosts": None} for zone in context.region().settings.zones
    ]
    return context.answer(200, {"availabilityZoneInfo": zones})


@blueprint.get("/v2.1/os-availability-zone/detail")
def list_zone_details() -> Response:
    """Not for members."""
    raise context.policy("os_compute_api:os-availability-zone:detail")


@blueprint.get("/v2.1/extensions")
def list_extensions() -> Response:
    """None worth a name."""
    return context.answer(200, {"extensions": []})


def _flavors() -> list[Flavor]:
    flavors = list(context.region().flavors.values())
    marker, limit = request.args.get("marker"), int(request.args.get("limit") or 1000)
    if marker:
        position = next((number for number, flavor in enumerate(flavors) if flavor.id == marker), None)
        if position is None:
            raise Refused(400, f"marker [{marker}] not found")
        flavors = flavors[position + 1 :]
    least = {key: int(request.args.get(key) or 0) for key in ("minRam", "minDisk")}
    return [each for each in flavors if each.ram >= least["minRam"] and each.disk >= least["minDisk"]][:limit]


def _page(rows: list[dict[str, t.Any]], path: str) -> Response:
    """A page of flavors; a full one leads to the next."""
    page: dict[str, t.Any] = {"flavors": rows}
    if rows and len(rows) >= int(request.args.get("limit") or 1000):
        query = {**request.args.to_dict(), "marker": rows[-1]["id"]}
        href = f"{context.region().base_url}/compute/v2.1/{path}?{urllib.parse.urlencode(query)}"
        page["flavors_links"] = [{"rel": "next", "href": href}]
    return context.answer(200, page)


def _flavor(flavor_id: str) -> Flavor:
    flavor = context.region().flavors.get(flavor_id)
    if flavor is None:
        raise Refused(404, f"Flavor {flavor_id} could not be found.")
    return flavor


def _basic(flavor: Flavor) -> dict[str, t.Any]:
    base = f"{context.region().base_url}/compute"
    links = [
        {"rel": "self", "href": f"{base}/v2.1/flavors/{flavor.id}"},
        {"rel": "bookmark", "href": f"{base}/flavors/{flavor.id}"},
    ]
    shown: dict[str, t.Any] = {"id": flavor.id, "name": flavor.name, "links": links}
    return shown | ({"description": flavor.description} if minor() >= 55 else {})


def _detail(flavor: Flavor) -> dict[str, t.Any]:
    shown = _basic(flavor) | {
        "ram": flavor.ram,
        "disk": flavor.disk,
        "swap": flavor.swap or (0 if minor() >= 75 else ""),
        "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeral,
        "OS-FLV-DISABLED:disabled": False,
        "vcpus": flavor.vcpus,
        "os-flavor-access:is_public": flavor.is_public,
        "rxtx_factor": 1.0,
    }
    return shown | ({"extra_specs": dict(flavor.extra_specs)} if minor() >= 61 else {})
