# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A project, a user and a network of our own on a real cloud, for as long as the tests last."""

from __future__ import annotations

import contextlib
import time
import typing as t

from ansible_collections.openmultistack.cloud.tests.contract.client import Client

PREFIX = "contract"
"""What everything that the suite makes is called, to begin with."""

GIANT, BARE = f"{PREFIX}-giant", f"{PREFIX}-bare"
"""Flavors that fit on no host, and that have no disk of their own."""

FLAVORS: tuple[t.Mapping[str, t.Any], ...] = (
    {"name": GIANT, "vcpus": 1, "ram": 512, "disk": 100_000},
    {"name": BARE, "vcpus": 1, "ram": 512, "disk": 0},
)
ROOM = {"instances": 20, "cores": 40, "ram": 51200, "server_groups": 10, "server_group_members": 10, "key_pairs": 100}
_PASSWORD = "contract-secret"
_GONE_SECONDS = 120


@contextlib.contextmanager
def tenancy(entry: t.Mapping[str, t.Any], admin: Client, suffix: str) -> t.Iterator[dict[str, t.Any]]:
    """The entry of clouds.yaml for a user of our own; what an earlier session left is removed first."""
    name = PREFIX + suffix
    _evict(entry, admin, name)
    try:
        project = _made(admin, "project", name=name, domain_id="default")
        user = _made(admin, "user", name=name, domain_id="default", password=_PASSWORD)
        roles = admin.get("/roles?name=member", "identity")["roles"]
        _grant(admin, project["id"], user["id"], roles[0]["id"])
        admin.send("PUT", f"/os-quota-sets/{project['id']}", {"quota_set": {**ROOM, "force": True}}, "compute")
        _furnish_flavors(admin, project["id"], suffix)
        client = Client(_entry(entry, name))
        network = client.send("POST", "/networks", {"network": {"name": f"{name}-home"}})["network"]
        subnet = {"network_id": network["id"], "ip_version": 4, "cidr": "10.213.0.0/24"}
        client.send("POST", "/subnets", {"subnet": subnet})
        yield _entry(entry, name)
    finally:
        _evict(entry, admin, name)


def sweep(client: Client, keep: str = "") -> None:
    """Delete all that is in the project, but for the network of that id."""
    assert str(client.entry["auth"]["project_name"]).startswith(PREFIX), "this is somebody else's project"
    _sweep_servers(client)
    for group in _ours(client, "/os-server-groups", "server_groups"):
        client.ask("DELETE", f"/os-server-groups/{group['id']}")
    for key in client.get("/os-keypairs")["keypairs"]:
        client.ask("DELETE", f"/os-keypairs/{key['keypair']['name']}")
    for image in _ours(client, f"/images?owner={client.project_id}", "images", "image"):
        client.ask("DELETE", f"/images/{image['id']}", service="image")
    _sweep_networks(client, keep)


def _sweep_networks(client: Client, keep: str) -> None:
    for router in _ours(client, "/routers", "routers", "network"):
        for port in client.get(f"/ports?device_id={router['id']}", "network")["ports"]:
            path, body = f"/routers/{router['id']}/remove_router_interface", {"port_id": port["id"]}
            client.ask("PUT", path, body, service="network")
        client.ask("DELETE", f"/routers/{router['id']}", service="network")
    for kind in ("ports", "networks", "security-groups"):
        for each in _ours(client, f"/{kind}", kind.replace("-", "_"), "network"):
            if each["id"] != keep:
                client.ask("DELETE", f"/{kind}/{each['id']}", service="network")


def _sweep_servers(client: Client) -> None:
    end = time.monotonic() + _GONE_SECONDS
    asked: set[str] = set()
    while servers := _ours(client, "/servers/detail", "servers"):
        assert time.monotonic() < end, f"these servers do not go: {servers}"
        for server in servers:
            if server["locked"]:
                client.ask("POST", f"/servers/{server['id']}/action", {"unlock": None})
            if server["id"] not in asked or server["status"] == "ERROR":
                client.ask("DELETE", f"/servers/{server['id']}")
                asked.add(server["id"])
        time.sleep(0.3)


def _ours(client: Client, path: str, key: str, service: str = "compute") -> list[t.Any]:
    """What a list shows of the project's own: some show what is everybody's, too."""
    rows = client.get(path, service)[key]
    owners = ("project_id", "tenant_id", "owner")
    return [row for row in rows if client.project_id in [row[each] for each in owners if each in row]]


def _entry(entry: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    auth = {"username": name, "password": _PASSWORD, "project_name": name}
    domains = {"user_domain_name": "Default", "project_domain_name": "Default"}
    return {**entry, "auth": {"auth_url": entry["auth"]["auth_url"], **auth, **domains}}


def _made(admin: Client, kind: str, **fields: t.Any) -> t.Any:
    return admin.send("POST", f"/{kind}s", {kind: fields}, "identity")[kind]


def _grant(admin: Client, project_id: str, user_id: str, role_id: str) -> None:
    admin.send("PUT", f"/projects/{project_id}/users/{user_id}/roles/{role_id}", service="identity")


def _furnish_flavors(admin: Client, project_id: str, suffix: str) -> None:
    """Make the flavors that only our project sees."""
    for flavor in FLAVORS:
        name = flavor["name"] + suffix
        told = {**flavor, "name": name, "id": name, "os-flavor-access:is_public": False}
        admin.send("POST", "/flavors", {"flavor": told}, "compute")
        admin.send("POST", f"/flavors/{name}/action", {"addTenantAccess": {"tenant": project_id}}, "compute")


def _evict(entry: t.Mapping[str, t.Any], admin: Client, name: str) -> None:
    """Remove the project with all that is in it."""
    users = admin.get(f"/users?name={name}", "identity")["users"]
    projects = admin.get(f"/projects?name={name}", "identity")["projects"]
    if users and projects:
        with contextlib.suppress(AssertionError):  # a project that nobody can log in to is empty: it was half made
            sweep(Client(_entry(entry, name)))
    for project in projects:
        admin.ask("DELETE", f"/os-quota-sets/{project['id']}")
        admin.ask("DELETE", f"/quotas/{project['id']}", service="network")
        for group in admin.get(f"/security-groups?project_id={project['id']}", "network")["security_groups"]:
            admin.ask("DELETE", f"/security-groups/{group['id']}", service="network")
        admin.send("DELETE", f"/projects/{project['id']}", service="identity")
    for user in users:
        admin.send("DELETE", f"/users/{user['id']}", service="identity")
    for flavor in admin.get("/flavors?is_public=None")["flavors"]:
        if flavor["id"] in {each["name"] + name.removeprefix(PREFIX) for each in FLAVORS}:
            admin.ask("DELETE", f"/flavors/{flavor['id']}")
