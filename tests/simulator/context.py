# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a request handler knows: which cloud and region, who asks, at which microversion."""

from __future__ import annotations

import json
import typing as t

from flask import Response, g, request

from .identifiers import new_uuid
from .refusal import Refused

if t.TYPE_CHECKING:
    from .controls import Controls
    from .region import Region
    from .resources import Project, Token, User
    from .world import Cloud

_UNAUTHORIZED = "The request you have made requires authentication."
_JSON = "application/json"


def controls() -> Controls:
    """The controls of the simulator that was asked."""
    return t.cast("Controls", request.environ["simulator.controls"])


def locate(_endpoint: str | None, values: dict[str, t.Any] | None) -> None:
    """Find the cloud and region of the path and bring the region up to the present."""
    values = values if values is not None else {}
    cloud = controls().world.clouds.get(values.pop("cloud", ""))
    if cloud is None:
        raise Refused(404, "The resource could not be found.")
    g.cloud = cloud
    if "region" not in values:
        return
    g.region = cloud.regions.get(values.pop("region"))
    if g.region is None:
        raise Refused(404, "The resource could not be found.")
    g.region.advance()


def authenticate() -> None:
    """Refuse whoever has no valid, project-scoped token of this cloud."""
    token = cloud().token(request.headers.get("X-Auth-Token"))
    if token is None or token.project is None:
        raise Refused(401, _UNAUTHORIZED)
    g.token = token


def cloud() -> Cloud:
    """The cloud of this request."""
    return t.cast("Cloud", g.cloud)


def region() -> Region:
    """The region of this request."""
    return t.cast("Region", g.region)


def token() -> Token:
    """The token of this request."""
    return t.cast("Token", g.token)


def user() -> User:
    """Who asks."""
    return token().user


def project() -> Project:
    """For which project."""
    found = token().project
    assert found is not None
    return found


def body() -> t.Any:
    """The JSON body of this request, or the refusal of a malformed one."""
    try:
        return json.loads(request.get_data(cache=False))
    except ValueError:
        raise Refused(400, "Malformed request body") from None


def answer(status: int, content: t.Any = None, headers: t.Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    text = "" if content is None else json.dumps(content)
    return Response(text, status, headers=dict(headers or {}), mimetype=_JSON)


def policy(rule: str) -> Refused:
    """Nova's refusal of what only admins may do."""
    return Refused(403, f"Policy doesn't allow {rule} to be performed.")


def request_id() -> str:
    """A fresh request id."""
    found = g.get("cloud")
    return f"req-{new_uuid(found.randomness)}" if found else "req-00000000-0000-0000-0000-000000000000"


def unauthorized_body() -> dict[str, t.Any]:
    """The 401 of all services but Glance."""
    return {"error": {"code": 401, "title": "Unauthorized", "message": _UNAUTHORIZED}}
