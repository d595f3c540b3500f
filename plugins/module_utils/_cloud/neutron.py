# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What Neutron tells of a project beside its things: how many of them it may have, and who uses them."""

from __future__ import annotations

import contextlib
import typing as t
from http import HTTPStatus
from urllib.parse import quote

from .._core.model import Quota
from .failure import CallError
from .servers import fields, number, rows, text
from .wire import Request

if t.TYPE_CHECKING:
    from .everywhere import Site
    from .wire import Wire

Row = t.Mapping[str, t.Any]
_NAMED = 5


def listed(site: Site, path: str, key: str) -> list[Row]:
    """The rows of a list, as far as they have an id."""
    content = fields(site.wire.get(path, site.deadline, "network").content)
    return [row for row in map(fields, rows(content.get(key))) if text(row.get("id"))]


def send(site: Site, method: str, path: str, body: object = None) -> None:
    """One write. What is to be gone and is not there is gone already; whether it is, the next read tells."""
    request = Request(method=method, service="network", path=path, body=None if body is None else lambda _version: body)
    try:
        site.wire.send(request, site.deadline)
    except CallError as failed:
        if failed.fault.status != HTTPStatus.NOT_FOUND or method != "DELETE":
            raise


def quotas(wire: Wire, deadline: float) -> dict[str, Quota]:
    """How many of each kind there are and may be; nothing where a Neutron does not say so."""
    with contextlib.suppress(CallError):
        path = f"/quotas/{quote(wire.ready(deadline).project_id, safe='')}/details.json"
        content = fields(fields(wire.get(path, deadline, "network").content).get("quota"))
        return {name: _quota(fields(row)) for name, row in content.items()}
    return {}


def project(site: Site) -> str:
    return site.wire.ready(site.deadline).project_id


def in_project(row: Row, project_id: str) -> bool:
    return project_id in (row.get("project_id"), row.get("tenant_id"))


def told_users(site: Site, ports: t.Sequence[Row]) -> list[str]:
    """Who has these ports, in words: the first by their names, which only Nova knows."""
    told: dict[str, str] = {}
    for port in ports:
        owner, device = text(port.get("device_owner")), text(port.get("device_id"))
        if owner.startswith("compute:") and device:
            told.setdefault(device, _server(site, device) if len(told) < _NAMED else f"server {device}")
        else:
            told[text(port.get("id"))] = f"port {text(port.get('name')) or text(port.get('id'))} ({owner or 'unowned'})"
    return list(told.values())


def _server(site: Site, server_id: str) -> str:
    with contextlib.suppress(CallError):
        shown = site.wire.get(f"/servers/{quote(server_id, safe='')}", site.deadline).content
        return f"server {text(fields(fields(shown).get('server')).get('name'))} ({server_id})"
    return f"server {server_id}"


def _quota(row: Row) -> Quota:
    limit = row.get("limit")
    most = limit if isinstance(limit, int) and limit >= 0 else None
    return Quota(limit=most, used=number(row.get("used")) + number(row.get("reserved")))
