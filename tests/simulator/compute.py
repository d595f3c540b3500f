# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The blueprint of Nova: discovery, microversions, and how it wraps its answers."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, g, request

from . import context
from .microversion import OLDEST, asked_for
from .refusal import Refused, nova_body

blueprint = Blueprint("compute", __name__, url_prefix="/<cloud>/<region>/compute")
blueprint.url_value_preprocessor(context.locate)
_OPEN = frozenset({"compute.versions", "compute.version_document"})


@blueprint.before_request
def _enter() -> None:
    g.minor = OLDEST
    if request.endpoint in _OPEN:
        return
    context.authenticate()
    g.minor = asked_for(request.headers, context.region().settings.max_microversion)


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    if error.status == 401:
        return context.answer(401, context.unauthorized_body(), {"WWW-Authenticate": "Keystone uri=''"})
    response = context.answer(error.status, nova_body(error.status, error.message))
    response.headers["Content-Type"] = "application/json; charset=UTF-8"
    return response


@blueprint.after_request
def _headers(response: Response) -> Response:
    number = context.request_id()
    headers = [("x-openstack-request-id", number), ("x-compute-request-id", number)]
    version = g.get("minor")
    if version:
        headers += [
            ("OpenStack-API-Version", f"compute 2.{version}"),
            ("X-OpenStack-Nova-API-Version", f"2.{version}"),
            ("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version"),
        ]
    response.headers.extend(headers)
    return response


def minor() -> int:
    """The microversion of this request: 96 is 2.96."""
    return int(g.minor)


@blueprint.get("/")
def versions() -> Response:
    """All versions."""
    old = {
        "id": "v2.0",
        "status": "SUPPORTED",
        "version": "",
        "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": f"{context.region().base_url}/compute/v2/"}],
    }
    return context.answer(200, {"versions": [old, _current()]})


@blueprint.get("/v2.1")
@blueprint.get("/v2.1/")
def version_document() -> Response:
    """The one version."""
    described = {"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"}
    version = _current()
    media = {"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}
    return context.answer(200, {"version": version | {"links": [*version["links"], described], "media-types": [media]}})


def _current() -> dict[str, t.Any]:
    newest = context.region().settings.max_microversion
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": f"2.{newest}",
        "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{context.region().base_url}/compute/v2.1/"}],
    }
