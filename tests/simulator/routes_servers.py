# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: servers, their metadata and tags."""

from __future__ import annotations

import json
import typing as t
import urllib.parse

from flask import Response, request

from . import context, server_view
from .compute import blueprint, minor
from .identifiers import new_password
from .lifecycle import begin_delete, soft_delete
from .order import create_servers
from .order_checks import Customer
from .refusal import Refused, no_instance, unexpected
from .server_list import Page, listed

if t.TYPE_CHECKING:
    from .server import Server

_CONNECT_FAILURE = "keystoneauth1.exceptions.connection.ConnectFailure"


@blueprint.get("/v2.1/servers")
def list_servers() -> Response:
    """The index."""
    page, region = _listed(), context.region()
    rows = [server_view.basic_json(region, server) for server in page.servers]
    unknown = [server_view.unknown_basic(region, server) for server in page.unknown]
    return _answered([*rows, *(json.dumps(row).encode() for row in unknown)], page, "servers")


@blueprint.get("/v2.1/servers/detail")
def list_details() -> Response:
    """The index with all that Nova tells; where there is anything, this needs Neutron."""
    page, region, version = _listed(), context.region(), minor()
    if page.servers:
        _need_neutron()
    rows = [server_view.detail_json(region, server, version) for server in page.servers]
    unknown = [server_view.unknown_detail(region, server) for server in page.unknown]
    return _answered([*rows, *(json.dumps(row).encode() for row in unknown)], page, "servers/detail")


@blueprint.post("/v2.1/servers")
def create_server() -> Response:
    """Order servers."""
    body = context.body()
    customer = Customer(project_id=context.project().id, user_id=context.user().id, minor=minor())
    first = create_servers(context.region(), customer, body)[0]
    asked = body["server"]
    if str(asked.get("return_reservation_id", "")).lower() in {"true", "1"}:
        return context.answer(202, {"reservation_id": first.reservation_id})
    links = server_view.links(context.region(), first.id)
    view = {
        "id": first.id,
        "links": links,
        "OS-DCF:diskConfig": first.disk_config,
        "security_groups": asked.get("security_groups", [{"name": "default"}]),
        "adminPass": asked.get("adminPass") or new_password(context.region().randomness),
    }
    return context.answer(202, {"server": view}, {"Location": links[0]["href"]})


@blueprint.get("/v2.1/servers/<server_id>")
def show_server(server_id: str) -> Response:
    """One server."""
    server = found(server_id)
    region = context.region()
    if not region.cell_is_up(server):
        if minor() < 69:
            raise unexpected("nova.exception.CellTimeout")
        return context.answer(200, {"server": server_view.unknown_show(region, server, minor())})
    _need_neutron()
    return context.answer(200, {"server": server_view.show(region, server, minor())})


@blueprint.put("/v2.1/servers/<server_id>")
def update_server(server_id: str) -> Response:
    """Rename, describe."""
    server = found(server_id)
    given = context.body().get("server") or {}
    changes = {key: given[key] for key in ("name", "description") if key in given}
    region = context.region()
    changed = region.change(server.id, region.clock(), **changes)
    return context.answer(200, {"server": server_view.show(region, changed, minor())})


@blueprint.delete("/v2.1/servers/<server_id>")
def delete_server(server_id: str) -> Response:
    """Delete."""
    server = reachable(server_id)
    refuse_locked(server)
    region = context.region()
    if region.settings.soft_delete and server.launched and server.vm_state != "soft-delete":
        soft_delete(region, server)
    elif server.vm_state != "soft-delete":
        begin_delete(region, server)
    return Response(status=204, mimetype="application/json")


@blueprint.get("/v2.1/servers/<server_id>/ips")
def show_ips(server_id: str) -> Response:
    """Addresses only."""
    view = server_view.detail(context.region(), found(server_id), minor())
    return context.answer(200, {"addresses": view["addresses"]})


def found(server_id: str) -> Server:
    """The project's server of that id, or Nova's 404."""
    server = context.region().servers.get(server_id)
    if server is None or (server.project_id != context.project().id and not context.user().admin):
        raise no_instance(server_id)
    return server


def reachable(server_id: str) -> Server:
    """The same, if its cell answers."""
    server = found(server_id)
    if not context.region().cell_is_up(server):
        raise unexpected("nova.exception.CellTimeout")
    return server


def refuse_locked(server: Server) -> None:
    """Members cannot change a locked server."""
    if server.locked and not context.user().admin:
        raise Refused(409, f"Instance {server.id} is locked")


def refuse_states(server: Server, action: str, allowed: t.Container[str]) -> None:
    """Nova's 409 for an action that the server's state does not allow."""
    if server.vm_state not in allowed:
        attribute, state = "vm_state", server.vm_state
    elif server.task_state is not None:
        attribute, state = "task_state", server.task_state
    else:
        return
    raise Refused(409, f"Cannot '{action}' instance {server.id} while it is in {attribute} {state}")


def _need_neutron() -> None:
    region = context.region()
    if region.behaviours.is_dead("network", region.cloud, region.name):
        raise unexpected(_CONNECT_FAILURE)


def _listed() -> Page:
    admin = context.user().admin
    everybody = request.args.get("all_tenants", "").lower() in {"1", "true"}
    if everybody and not admin:
        kind = "detail" if request.path.endswith("/detail") else "index"
        raise context.policy(f"os_compute_api:servers:{kind}:get_all_tenants")
    project_id = None if everybody else context.project().id
    return listed(context.region(), project_id, request.args, minor(), admin)


def _answered(rows: list[bytes], page: Page, path: str) -> Response:
    text = b'{"servers": [' + b", ".join(rows) + b"]"
    if page.more:
        query = [(key, value) for key, value in request.args.items(multi=True) if key != "marker"]
        again = urllib.parse.urlencode([*query, ("marker", page.servers[-1].id)])
        href = f"{context.region().base_url}/compute/v2.1/{path}?{again}"
        text += b', "servers_links": ' + json.dumps([{"rel": "next", "href": href}]).encode()
    return Response(text + b"}", mimetype="application/json")
