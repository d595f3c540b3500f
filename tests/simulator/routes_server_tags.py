# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: the tags of a server (nova/api/openstack/compute/server_tags.py)."""

from __future__ import annotations

import typing as t

from flask import Response

from . import context
from .compute import blueprint, minor
from .order_schema import check_tags
from .refusal import Refused
from .routes_servers import found, reachable

if t.TYPE_CHECKING:
    from .server import Server

_PATH = "/v2.1/servers/<server_id>/tags"
_CHANGEABLE = frozenset({"active", "paused", "suspended", "stopped"})


@blueprint.get(_PATH)
def show_tags(server_id: str) -> Response:
    """All tags."""
    return context.answer(200, {"tags": list(_known(server_id).tags)})


@blueprint.put(_PATH)
def replace_tags(server_id: str) -> Response:
    """All tags anew."""
    server, given = _changeable(server_id, "update tags"), context.body().get("tags", [])
    check_tags(given)
    _write(server, tuple(dict.fromkeys(given)))
    return context.answer(200, {"tags": given})


@blueprint.delete(_PATH)
def delete_tags(server_id: str) -> Response:
    """No tags at all."""
    _write(_changeable(server_id, "delete tags"), ())
    return Response(status=204)


@blueprint.get(f"{_PATH}/<tag>")
def has_tag(server_id: str, tag: str) -> Response:
    """Whether it has that tag."""
    if tag not in _known(server_id).tags:
        raise Refused(404, f"Server {server_id} has no tag '{tag}'")
    return Response(status=204)


@blueprint.put(f"{_PATH}/<tag>")
def add_tag(server_id: str, tag: str) -> Response:
    """One tag more."""
    server = _changeable(server_id, "update tag")
    if tag in server.tags:
        return Response(status=204)
    check_tags([*server.tags, tag])
    _write(server, (*server.tags, tag))
    place = f"{context.region().base_url}/compute/v2.1/servers/{server_id}/tags/{tag}"
    return Response(status=201, headers={"Location": place})


@blueprint.delete(f"{_PATH}/<tag>")
def delete_tag(server_id: str, tag: str) -> Response:
    """One tag less."""
    server = _changeable(server_id, "delete tag")
    if tag not in server.tags:
        raise Refused(404, f"Instance {server_id} has no tag '{tag}'")
    _write(server, tuple(each for each in server.tags if each != tag))
    return Response(status=204)


def _known(server_id: str) -> Server:
    if minor() < 26:
        raise Refused(404, "The resource could not be found.")
    return found(server_id)


def _changeable(server_id: str, verb: str) -> Server:
    _known(server_id)
    server = reachable(server_id)
    if server.vm_state not in _CHANGEABLE:
        raise Refused(409, f"Cannot '{verb}' instance {server_id} while it is in vm_state {server.vm_state}")
    return server


def _write(server: Server, tags: tuple[str, ...]) -> None:
    context.region().change(server.id, context.region().clock(), tags=tags)
