# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: POST /servers/ID/action."""

from __future__ import annotations

import typing as t

from flask import Response

from . import context
from .compute import blueprint, minor
from .identifiers import new_uuid
from .lifecycle import remove_now
from .order_schema import invalid
from .refusal import Refused
from .resources import Image
from .routes_server_security import add_group, remove_group
from .routes_servers import reachable, refuse_locked, refuse_states
from .server import RUNNING, Server

Change = tuple[frozenset[str], dict[str, t.Any]]

_ACTIVE = frozenset({"active"})
_STATE_CHANGES: dict[str, Change] = {
    "os-stop": (frozenset({"active", "error"}), {"vm_state": "stopped", "power_state": 4}),
    "os-start": (frozenset({"stopped"}), {"vm_state": "active", "power_state": RUNNING}),
    "pause": (_ACTIVE, {"vm_state": "paused", "power_state": 3}),
    "unpause": (frozenset({"paused"}), {"vm_state": "active", "power_state": RUNNING}),
    "suspend": (_ACTIVE, {"vm_state": "suspended", "power_state": 4}),
    "resume": (frozenset({"suspended"}), {"vm_state": "active", "power_state": RUNNING}),
    "shelve": (frozenset({"active", "stopped", "paused", "suspended"}), {"vm_state": "shelved_offloaded"}),
    "unshelve": (frozenset({"shelved", "shelved_offloaded"}), {"vm_state": "active", "power_state": RUNNING}),
    "restore": (frozenset({"soft-delete"}), {"vm_state": "active", "power_state": RUNNING}),
}
_REBOOTED: Change = (
    frozenset({"active", "stopped", "paused", "suspended", "error"}),
    {"vm_state": "active", "power_state": RUNNING},
)
_KINDS = ("HARD", "Hard", "hard", "SOFT", "Soft", "soft")
_VERBS = {"os-stop": "stop", "os-start": "start"}


@blueprint.post("/v2.1/servers/<server_id>/action")
def act(server_id: str) -> Response:
    """Carry out an action."""
    body = context.body()
    if not isinstance(body, dict) or not body:
        raise Refused(400, "There is no such action: None")
    action, details = next(iter(body.items()))
    server = reachable(server_id)
    if action in _STATE_CHANGES:
        return _change_state(server, action)
    handler = _ACTIONS.get(action)
    if handler is None:
        raise Refused(400, f"There is no such action: {action}")
    return handler(server, details or {})


def _change_state(server: Server, action: str) -> Response:
    return _changed(server, _VERBS.get(action, action), _STATE_CHANGES[action])


def _changed(server: Server, verb: str, change: Change) -> Response:
    refuse_locked(server)
    allowed, changes = change
    refuse_states(server, verb, allowed)
    context.region().change(server.id, context.region().clock(), **changes)
    return Response(status=202)


def _reboot(server: Server, details: t.Mapping[str, t.Any]) -> Response:
    kind = details.get("type")
    if kind not in _KINDS:
        why = "'type' is a required property" if kind is None else f"{kind!r} is not one of {list(_KINDS)}"
        raise invalid("type", kind, why)
    allowed, changes = _REBOOTED
    return _changed(server, "reboot", (_ACTIVE if kind.upper() == "SOFT" else allowed, changes))


def _lock(server: Server, details: t.Mapping[str, t.Any]) -> Response:
    reason = details.get("locked_reason") if minor() >= 73 else None
    context.region().change(server.id, context.region().clock(), locked=True, locked_reason=reason)
    return Response(status=202)


def _unlock(server: Server, _details: t.Mapping[str, t.Any]) -> Response:
    context.region().change(server.id, context.region().clock(), locked=False, locked_reason=None)
    return Response(status=202)


def _force_delete(server: Server, _details: t.Mapping[str, t.Any]) -> Response:
    refuse_locked(server)
    remove_now(context.region(), server.id)
    return Response(status=202)


def _console_output(server: Server, details: t.Mapping[str, t.Any]) -> Response:
    if not server.launched and server.vm_state == "building":
        raise Refused(409, f"Instance {server.id} is not ready")
    if server.host is None:
        raise Refused(404, "Unable to get console")
    lines = [f"{server.hostname} login: ", "Cloud-init finished.", "Linux started.", "SeaBIOS"][::-1]
    length = details.get("length")
    kept = lines[-int(length) :] if length else lines
    return context.answer(200, {"output": "\n".join(kept)})


def _create_image(server: Server, details: t.Mapping[str, t.Any]) -> Response:
    refuse_states(server, "createImage", frozenset({"active", "stopped", "paused", "suspended"}))
    region = context.region()
    image = Image(
        id=new_uuid(region.randomness),
        name=details["name"],
        created=region.now(),
        owner=server.project_id,
        visibility="private",
        properties=dict(details.get("metadata") or {}),
    )
    region.images[image.id] = image
    if minor() >= 45:
        return context.answer(202, {"image_id": image.id})
    return Response(status=202, headers={"Location": f"{region.base_url}/image/v2/images/{image.id}"})


def _add_floating_ip(_server: Server, _details: t.Mapping[str, t.Any]) -> Response:
    raise Refused(404, "The resource could not be found.")


_ACTIONS: dict[str, t.Callable[[Server, t.Mapping[str, t.Any]], Response]] = {
    "reboot": _reboot,
    "addSecurityGroup": add_group,
    "removeSecurityGroup": remove_group,
    "lock": _lock,
    "unlock": _unlock,
    "forceDelete": _force_delete,
    "os-getConsoleOutput": _console_output,
    "createImage": _create_image,
    "addFloatingIp": _add_floating_ip,
}
