# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identity: projects, users and the catalog of a cloud, in its Keystone."""

from __future__ import annotations

import typing as t

from .accounts import ADMINISTRATOR, SERVICE, USER
from .api import Api

if t.TYPE_CHECKING:
    from .settings import Settings
    from .sites import Site

# Name and type in the catalog, whose it is, and the path of its URL.
_CATALOG = (
    ("keystone", "identity", "keystone", "/v3"),
    ("nova", "compute", "nova", "/v2.1"),
    ("glance", "image", "glance", ""),
    ("neutron", "network", "neutron", ""),
    ("placement", "placement", "placement", ""),
    ("cinder", "block-storage", "cinder", "/v3"),
    ("cinderv3", "volumev3", "cinder", "/v3/$(project_id)s"),
)


def furnish(settings: Settings, site: Site) -> None:
    """Make what is missing. What is there for all its services is not looked at again."""
    services = {"keystone", *site.services(settings.options.cinder)}
    mark = settings.home(site) / "identity"
    if mark.exists() and services <= set(mark.read_text().split()):
        return
    api = Api(site, ADMINISTRATOR)
    if not site.second:
        _accounts(api)
    _catalog(api, site, services)
    mark.write_text(" ".join(sorted(services)))


def _accounts(api: Api) -> None:
    roles = {role["name"]: role["id"] for role in api.get("keystone", "/v3/roles")["roles"]}

    def grant(project: str, user: str, *names: str) -> None:
        for name in names:
            api.put("keystone", f"/v3/projects/{project}/users/{user}/roles/{roles[name]}")

    service = _project(api, SERVICE.project)
    for name in ("nova", "glance", "neutron", "placement", "cinder"):
        grant(service, _user(api, name, SERVICE.password, service), "admin", "service")
    demo = _project(api, USER.project)
    grant(demo, _user(api, USER.user, USER.password, demo), "member", "reader")
    grant(demo, _user(api, ADMINISTRATOR.user, ADMINISTRATOR.password, ""), "admin")


def _project(api: Api, name: str) -> str:
    return _ensured(api, "project", {"name": name, "domain_id": "default"})


def _user(api: Api, name: str, password: str, project: str) -> str:
    words = {"name": name, "domain_id": "default", "password": password, "default_project_id": project}
    return _ensured(api, "user", words)


def _ensured(api: Api, kind: str, wanted: dict[str, str]) -> str:
    """The id of the project or user of that name, which is made where there is none."""
    there = api.get("keystone", f"/v3/{kind}s?name={wanted['name']}")[f"{kind}s"]
    made = there[0] if there else api.post("keystone", f"/v3/{kind}s", {kind: wanted})[kind]
    return str(made["id"])


def _catalog(api: Api, site: Site, services: set[str]) -> None:
    regions = {region["id"] for region in api.get("keystone", "/v3/regions")["regions"]}
    if site.region not in regions:
        api.post("keystone", "/v3/regions", {"region": {"id": site.region}})
    known = {service["name"]: service["id"] for service in api.get("keystone", "/v3/services")["services"]}
    listed = api.get("keystone", f"/v3/endpoints?region_id={site.region}")["endpoints"]
    there = {(endpoint["service_id"], endpoint["interface"]) for endpoint in listed}
    for name, kind, service, path in _CATALOG:
        if service not in services:
            continue
        if name not in known:
            words = {"name": name, "type": kind}
            known[name] = api.post("keystone", "/v3/services", {"service": words})["service"]["id"]
        for interface in ("public", "internal"):
            if (known[name], interface) not in there:
                words = {"service_id": known[name], "interface": interface, "url": site.url(service) + path}
                api.post("keystone", "/v3/endpoints", {"endpoint": {**words, "region_id": site.region}})
