# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stock: what a site has to offer: an image, flavors, networks, and zones of its compute hosts."""

from __future__ import annotations

import time
import typing as t

from .accounts import ADMINISTRATOR, USER
from .api import Api
from .settings import RigError

if t.TYPE_CHECKING:
    from .settings import Settings
    from .sites import Site

IMAGE = "cirros"
# Cores, MiB and GiB. No host has room for the last one.
FLAVORS = {
    "m1.nano": (1, 64, 1),
    "m1.tiny": (1, 512, 1),
    "m1.small": (1, 2048, 20),
    "m1.medium": (2, 4096, 40),
    "m1.large": (4, 8192, 80),
    "m1.impossible": (2, 2048, 100000),
}
ZONES = ("az1", "az2")
_HEALTHY_SECONDS = 90.0


def furnish(settings: Settings, site: Site) -> None:
    """Make what is missing, once."""
    mark = settings.home(site) / "furnished"
    api = Api(site, ADMINISTRATOR)
    if not mark.exists():
        _image(api)
        _flavors(api)
        _networks(api, Api(site, USER), site)
        _zones(api, site)
        mark.touch()
    _wait_until_healthy(api, site)


def floating_ips(site: Site) -> dict[str, str | None]:
    """Each floating IP, and the address that it leads to."""
    ips = Api(site, ADMINISTRATOR).get("neutron", "/v2.0/floatingips")["floatingips"]
    return {ip["floating_ip_address"]: ip["fixed_ip_address"] for ip in ips}


def _image(api: Api) -> None:
    if not api.get("glance", f"/v2/images?name={IMAGE}")["images"]:
        words = {"name": IMAGE, "disk_format": "raw", "container_format": "bare", "visibility": "public"}
        image = api.post("glance", "/v2/images", {**words, "min_disk": 0, "min_ram": 0})
        api.put("glance", f"/v2/images/{image['id']}/file", b"not a bootable one\n" * 64)


def _flavors(api: Api) -> None:
    there = {flavor["name"] for flavor in api.get("nova", "/v2.1/flavors")["flavors"]}
    for number, (name, (cores, memory, disk)) in enumerate(FLAVORS.items(), 1):
        if name not in there:
            words = {"name": name, "id": str(number), "vcpus": cores, "ram": memory, "disk": disk}
            api.post("nova", "/v2.1/flavors", {"flavor": words})


def _networks(api: Api, user: Api, site: Site) -> None:
    """Make a public network, and a private one that its router joins to it."""
    there = {network["name"]: network["id"] for network in api.get("neutron", "/v2.0/networks")["networks"]}
    if "public" not in there:
        provider = {"provider:network_type": "flat", "provider:physical_network": "public"}
        there["public"] = _make(api, "network", {"name": "public", "router:external": True, **provider})
        _subnet(api, "public", there["public"], site.public_addresses, dhcp=False)
    if "private" not in there:
        network = _make(user, "network", {"name": "private"})
        subnet = _subnet(user, "private", network, site.private_addresses, dhcp=True)
        gateway = {"network_id": there["public"]}
        router = _make(user, "router", {"name": "router1", "external_gateway_info": gateway})
        user.put("neutron", f"/v2.0/routers/{router}/add_router_interface", {"subnet_id": subnet})


def _subnet(api: Api, name: str, network: str, addresses: str, *, dhcp: bool) -> str:
    where = {"network_id": network, "ip_version": 4, "cidr": addresses, "enable_dhcp": dhcp}
    return _make(api, "subnet", {"name": f"{name}-subnet", **where})


def _make(api: Api, kind: str, wanted: dict[str, t.Any]) -> str:
    return str(api.post("neutron", f"/v2.0/{kind}s", {kind: wanted})[kind]["id"])


def _zones(api: Api, site: Site) -> None:
    """Let the hosts take turns in being of one zone or the other."""
    there = {found["name"]: found for found in api.get("nova", "/v2.1/os-aggregates")["aggregates"]}
    for zone in ZONES:
        if zone not in there:
            words = {"name": zone, "availability_zone": zone}
            there[zone] = api.post("nova", "/v2.1/os-aggregates", {"aggregate": words})["aggregate"]
    for number, host in enumerate(site.hosts):
        aggregate = there[ZONES[number % len(ZONES)]]
        if host not in (aggregate.get("hosts") or ()):
            api.post("nova", f"/v2.1/os-aggregates/{aggregate['id']}/action", {"add_host": {"host": host}})


def _wait_until_healthy(api: Api, site: Site) -> None:
    """Wait until Nova calls all its services up, and Placement knows all hosts."""
    deadline = time.monotonic() + _HEALTHY_SECONDS
    while True:
        services = api.get("nova", "/v2.1/os-services")["services"]
        computes = [service for service in services if service["binary"] == "nova-compute"]
        ailing = [f"{service['binary']} of {service['host']}" for service in services if service["state"] != "up"]
        if len(computes) >= len(site.hosts) and not ailing and _known(api) >= len(site.hosts):
            return
        if time.monotonic() > deadline:
            raise RigError(f"{site.name}: not up: {', '.join(ailing) or 'some computes'}")
        time.sleep(0.5)


def _known(api: Api) -> int:
    return len(api.get("placement", "/resource_providers", "placement 1.20")["resource_providers"])
