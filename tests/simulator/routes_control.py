# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control endpoint: what a test asks the simulator itself. Nothing of it is logged or disturbed."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, request

from . import context
from .refusal import Refused

blueprint = Blueprint("control", __name__, url_prefix="/_control")


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    return context.answer(error.status, {"error": error.message})


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(KeyError)
@blueprint.errorhandler(TypeError)
def _mistaken(error: Exception) -> Response:
    return context.answer(400, {"error": str(error)})


@blueprint.get("/ready")
def ready() -> Response:
    """Whether it is up."""
    return context.answer(200, {"ready": True, "now": context.controls().world.clock()})


@blueprint.get("/wire")
def wire() -> Response:
    """The wire log; the query cuts it: ?cloud=alpha&method=POST."""
    wanted: dict[str, t.Any] = request.args.to_dict()
    if "status" in wanted:
        wanted["status"] = int(wanted["status"])
    return context.answer(200, {"requests": context.controls().log.lines(**wanted)})


@blueprint.delete("/wire")
def clear_wire() -> Response:
    """Forget the wire log."""
    context.controls().log.clear()
    return Response(status=204)


@blueprint.get("/servers")
def servers() -> Response:
    """All servers as they truly are."""
    where = {key: request.args[key] for key in ("cloud", "region") if key in request.args}
    return context.answer(200, {"servers": context.controls().servers(**where)})


@blueprint.post("/servers")
def add_server() -> Response:
    """Put a server there: {"cloud": "alpha", "region": null, "name": "crawl-001", "metadata": {…}, …}."""
    raw = dict(context.body())
    server_id = context.controls().add_server(raw.pop("cloud"), raw.pop("region", None), **raw)
    return context.answer(201, {"id": server_id})


@blueprint.delete("/servers/<server_id>")
def remove_server(server_id: str) -> Response:
    """Let a server vanish."""
    context.controls().remove_server(server_id)
    return Response(status=204)


@blueprint.post("/servers/<server_id>")
def change_server(server_id: str) -> Response:
    """Change a server behind everybody's back: {"vm_state": "error"}."""
    context.controls().change_server(server_id, **context.body())
    return Response(status=204)


@blueprint.get("/behaviours")
def behaviours() -> Response:
    """What is in force."""
    return context.answer(200, {"behaviours": context.controls().behaviours()})


@blueprint.post("/behaviours")
def behave() -> Response:
    """Put a behaviour, or a list of them, in force."""
    given = context.body()
    many = given if isinstance(given, list) else [given]
    return context.answer(201, {"ids": [context.controls().behave(each) for each in many]})


@blueprint.delete("/behaviours")
@blueprint.delete("/behaviours/<int:number>")
def heal(number: int | None = None) -> Response:
    """End one behaviour, or all."""
    context.controls().heal(number)
    return Response(status=204)


@blueprint.put("/quota")
def set_quota() -> Response:
    """Change quotas: {"cloud": "alpha", "region": null, "instances": 5}."""
    raw = dict(context.body())
    context.controls().set_quota(raw.pop("cloud", None), raw.pop("region", None), **raw)
    return Response(status=204)


@blueprint.put("/settings")
def set_region() -> Response:
    """Change settings of regions: {"cloud": "alpha", "clock_skew": 30, "down_cells": [0], "build_seconds": 5}."""
    raw = dict(context.body())
    context.controls().set_region(raw.pop("cloud", None), raw.pop("region", None), **raw)
    return Response(status=204)


@blueprint.post("/expire-tokens")
def expire_tokens() -> Response:
    """Let all tokens of a cloud, or of all, expire now."""
    context.controls().expire_tokens((context.body() or {}).get("cloud"))
    return Response(status=204)


@blueprint.post("/unplug/<cloud_name>")
def unplug(cloud_name: str) -> Response:
    """From now on connections to a cloud with a port of its own are refused."""
    context.controls().unplug(cloud_name)
    return Response(status=204)


@blueprint.post("/plug/<cloud_name>")
def plug(cloud_name: str) -> Response:
    """Let a cloud with a port of its own be reached again."""
    context.controls().plug(cloud_name)
    return Response(status=204)


@blueprint.post("/reset")
def reset() -> Response:
    """Back to the beginning: no behaviours, no log, only the servers of the configuration."""
    context.controls().reset()
    return Response(status=204)
