# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The blueprint of Neutron: discovery, filters and fields of lists, and how it says no."""

from __future__ import annotations

import typing as t

from flask import Blueprint, Response, request

from . import context
from .clock import iso
from .refusal import Refused

blueprint = Blueprint("network", __name__, url_prefix="/<cloud>/<region>/network")
blueprint.url_value_preprocessor(context.locate)
Row = dict[str, t.Any]
_NOT_FILTERS = frozenset({"fields", "limit", "marker", "sort_key", "sort_dir", "page_reverse"})


@blueprint.before_request
def _enter() -> None:
    if request.endpoint not in {"network.versions", "network.version_document"}:
        context.authenticate()


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    if error.status == 401:
        return context.answer(401, context.unauthorized_body())
    content = {"type": error.kind or "HTTPError", "message": error.message, "detail": ""}
    return context.answer(error.status, {"NeutronError": content})


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["X-Openstack-Request-Id"] = context.request_id()
    return response


@blueprint.get("/")
def versions() -> Response:
    """All versions."""
    href = f"{context.region().base_url}/network/v2.0/"
    version = {"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": href}]}
    return context.answer(200, {"versions": [version]})


@blueprint.get("/v2.0")
@blueprint.get("/v2.0/")
def version_document() -> Response:
    """What there is."""
    base = f"{context.region().base_url}/network/v2.0"
    names = ("networks", "subnets", "ports", "routers", "security-groups", "floatingips", "quotas")
    resources = [
        {"name": name.rstrip("s"), "collection": name, "links": [{"rel": "self", "href": f"{base}/{name}"}]}
        for name in names
    ]
    return context.answer(200, {"resources": resources})


def listed(collection: str, rows: t.Iterable[Row]) -> Response:
    """A list, cut to what the query asks for."""
    wanted = [(key, request.args.getlist(key)) for key in request.args if key not in _NOT_FILTERS]
    found = [row for row in rows if all(_matches(row, key, values) for key, values in wanted)]
    marker, limit = request.args.get("marker"), int(request.args.get("limit") or 0)
    if marker:
        position = next((number for number, row in enumerate(found) if row["id"] == marker), None)
        if position is None:
            raise Refused(400, f"Invalid input for operation: marker {marker} could not be found.", "InvalidInput")
        found = found[position + 1 :]
    page: dict[str, t.Any] = {collection: [cut(row) for row in (found[:limit] if limit else found)]}
    if limit and len(found) > limit:
        base = f"{context.region().base_url}/network/v2.0/{collection.replace('_', '-')}"
        href = f"{base}?limit={limit}&marker={found[limit - 1]['id']}"
        page[f"{collection}_links"] = [{"rel": "next", "href": href}]
    return context.answer(200, page)


def cut(row: Row) -> Row:
    """The row with the fields that the query asks for."""
    fields = request.args.getlist("fields")
    return {key: row[key] for key in fields if key in row} if fields else row


def standard(created: float, revision: int = 1) -> Row:
    """What every resource of Neutron tells of its age; changes are not counted."""
    return {"created_at": iso(created), "updated_at": iso(created), "revision_number": revision}


def not_found(kind: str, noun: str, resource_id: str) -> Refused:
    """Neutron's 404."""
    return Refused(404, f"{noun} {resource_id} could not be found.", kind)


def over_quota(resource: str) -> Refused:
    """Neutron's refusal of one too many."""
    return Refused(409, f"Quota exceeded for resources: ['{resource}'].", "OverQuota")


def _matches(row: Row, key: str, values: list[str]) -> bool:
    if key == "fixed_ips":
        return any(_matches_address(row, value) for value in values)
    if key not in row and key != "tenant_id":
        return True
    have = row.get(key, row.get("project_id"))
    if isinstance(have, bool):
        return str(have).lower() in {value.lower() for value in values}
    if isinstance(have, list):
        return any(value in have for value in values)
    return ("" if have is None else str(have)) in values


def _matches_address(row: Row, value: str) -> bool:
    name, _sign, wanted = value.partition("=")
    return any(str(each.get(name)) == wanted for each in row.get("fixed_ips", ()))
