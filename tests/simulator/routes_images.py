# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Glance v2: images."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
import urllib.parse

from flask import Blueprint, Response, request

from . import context
from .identifiers import is_uuid, new_uuid
from .image_checks import HEAD, check_data, check_description
from .image_list import in_order, shown, wanted
from .imaging import check_quota, import_later, usage
from .refusal import Refused
from .resources import Image

if t.TYPE_CHECKING:
    from .uploads import Upload

blueprint = Blueprint("image", __name__, url_prefix="/<cloud>/<region>/image")
blueprint.url_value_preprocessor(context.locate)
_HTML = """<html>
 <head>
  <title>{0}</title>
 </head>
 <body>
  <h1>{0}</h1>
  {1}<br /><br />



 </body>
</html>"""
_REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
_REASONS |= {413: "Request Entity Too Large", 415: "Unsupported Media Type"}
_NO_CREDENTIALS = (
    "This server could not verify that you are authorized to access the document you requested. Either you supplied"
    " the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials"
    " required."
)
_FIELDS = frozenset({"name", "visibility", "min_disk", "min_ram", "disk_format", "container_format", "tags", "id"})


@blueprint.before_request
def _enter() -> None:
    if request.endpoint != "image.versions":
        context.authenticate()


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    title = f"{error.status} {_REASONS.get(error.status, 'Error')}"
    text = _NO_CREDENTIALS if error.status == 401 else error.message
    return Response(_HTML.format(title, text), error.status, mimetype="text/html")


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["x-openstack-request-id"] = context.request_id()
    return response


@blueprint.get("/")
@blueprint.get("/versions")
def versions() -> Response:
    """All versions."""
    links = [{"rel": "self", "href": f"{context.region().base_url}/image/v2/"}]
    names = ("v2.16", "v2.15", "v2.9", "v2.8", "v2.7", "v2.5", "v2.0")
    shown = [{"id": name, "status": "CURRENT" if name == "v2.16" else "SUPPORTED", "links": links} for name in names]
    return context.answer(300, {"versions": shown})


@blueprint.get("/v2/info/import")
def import_info() -> Response:
    """How an image may be imported."""
    value = list(context.region().settings.import_methods)
    about = {"description": "Import methods available.", "type": "array", "value": value}
    return context.answer(200, {"import-methods": about})


@blueprint.get("/v2/info/usage")
def usage_info() -> Response:
    """What the project has, and may."""
    return context.answer(200, {"usage": usage(context.region(), context.project().id)})


@blueprint.get("/v2/images")
def list_images() -> Response:
    """The images a project sees, newest first unless it says otherwise."""
    images = in_order([image for image in context.region().images.values() if _visible(image) and wanted(image)])
    marker, limit = request.args.get("marker"), int(request.args.get("limit") or 25)
    if marker:
        position = next((number for number, image in enumerate(images) if image.id == marker), None)
        if position is None:
            raise Refused(400, f"Marker {marker} could not be found.")
        images = images[position + 1 :]
    page: dict[str, t.Any] = {"images": [shown(image) for image in images[:limit]], "first": "/v2/images"}
    if len(images) > limit:
        query = {**request.args.to_dict(), "marker": images[limit - 1].id}
        page["next"] = f"/v2/images?{urllib.parse.urlencode(query)}"
    return context.answer(200, page | {"schema": "/v2/schemas/images"})


@blueprint.get("/v2/images/<image_id>")
def show_image(image_id: str) -> Response:
    """One image, by id only."""
    return context.answer(200, shown(_found(image_id)))


@blueprint.post("/v2/images")
def create_image() -> Response:
    """An image without data yet."""
    given = context.body()
    check_description(given)
    region = context.region()
    image_id = given.get("id") or new_uuid(region.randomness)
    if image_id in region.images:
        raise Refused(409, f"Image ID {image_id} already exists!")
    _check_visibility(given.get("visibility"))
    check_quota(region, context.project().id, "image_count_total")
    fields = {key: given[key] for key in _FIELDS & set(given) - {"id", "tags"}}
    image = Image(
        **{"name": "", "visibility": "shared", "disk_format": None, "container_format": None, **fields},
        id=image_id,
        owner=context.project().id,
        created=region.now(),
        status="queued",
        size=None,
        tags=tuple(given.get("tags", ())),
        properties={key: value for key, value in given.items() if key not in _FIELDS},
    )
    region.images[image_id] = image
    return context.answer(201, shown(image), {"Location": f"{region.base_url}/image/v2/images/{image_id}"})


@blueprint.put("/v2/images/<image_id>/file")
def upload_image(image_id: str) -> Response:
    """The data of an image."""
    image, upload = _found(image_id), t.cast("Upload | None", request.environ.get("simulator.upload"))
    if image.status not in {"queued", "saving"} or image.importing:
        raise Refused(409, f"Image status transition from {image.status} to saving is not allowed")
    if upload is not None:
        size, head, (checksum, digest) = upload.size, upload.head, upload.digests
    else:
        data = request.get_data(cache=False)
        size, head, digest = len(data), data[:HEAD], hashlib.sha512(data).hexdigest()
        checksum = hashlib.md5(data, usedforsecurity=False).hexdigest()
    region = context.region()
    try:
        check_data(image, request.content_type or "", head)
        check_quota(region, context.project().id, "image_size_total")
    except Refused:
        region.images[image_id] = dataclasses.replace(image, status="queued", updated=region.now())
        raise
    region.images[image_id] = dataclasses.replace(
        image, status="active", size=size, checksum=checksum, digest=digest, updated=region.now()
    )
    return Response(status=204)


@blueprint.post("/v2/images/<image_id>/import")
def import_image(image_id: str) -> Response:
    """Have the cloud fetch the data of an image by itself; whether it can shows later."""
    image, region = _found(image_id), context.region()
    method = context.body().get("method", {})
    if method.get("name") not in region.settings.import_methods:
        raise Refused(400, f"Unknown import method name '{method.get('name')}'.")
    if image.status != "queued" or image.importing:
        raise Refused(409, "Image needs to be in 'queued' state to use 'web-download' method")
    import_later(region, image, str(method.get("uri", "")))
    return Response(status=202)


@blueprint.patch("/v2/images/<image_id>")
def update_image(image_id: str) -> Response:
    """Changes as JSON patch."""
    image = _found(image_id)
    if image.owner != context.project().id and not context.user().admin:
        raise Refused(403, f"You are not permitted to modify this image {image_id}.")
    for change in json.loads(request.get_data(cache=False)):
        if "/" in change["path"].removeprefix("/"):
            raise Refused(400, f"Invalid JSON pointer for this resource: '{change['path']}'")
        if change["path"] == "/visibility":
            _check_visibility(change["value"])
        name = change["path"].lstrip("/")
        if name in _FIELDS:
            value: t.Any = tuple(change["value"]) if name == "tags" else change.get("value")
            changes: dict[str, t.Any] = {name: value}
            image = dataclasses.replace(image, **changes)
        else:
            image = dataclasses.replace(image, properties=_patched(image.properties, change, name))
    context.region().images[image_id] = image
    return context.answer(200, shown(image))


@blueprint.delete("/v2/images/<image_id>")
def delete_image(image_id: str) -> Response:
    """Delete one's own image."""
    image = _found(image_id)
    if image.owner != context.project().id and not context.user().admin:
        raise Refused(403, f"You are not authorized to complete delete_image action on image {image_id}.")
    del context.region().images[image_id]
    return Response(status=204)


@blueprint.put("/v2/images/<image_id>/tags/<tag>")
def add_tag(image_id: str, tag: str) -> Response:
    """One tag more."""
    image = _found(image_id)
    tags = (*(each for each in image.tags if each != tag), tag)
    context.region().images[image_id] = dataclasses.replace(image, tags=tags)
    return Response(status=204)


@blueprint.delete("/v2/images/<image_id>/tags/<tag>")
def delete_tag(image_id: str, tag: str) -> Response:
    """One tag less."""
    image = _found(image_id)
    if tag not in image.tags:
        raise Refused(404, "")
    tags = tuple(each for each in image.tags if each != tag)
    context.region().images[image_id] = dataclasses.replace(image, tags=tags)
    return Response(status=204)


def _patched(before: t.Mapping[str, t.Any], change: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    """The properties after one change."""
    if change["op"] != "add" and name not in before:
        raise Refused(409, f"Property {name} does not exist.")
    kept = {key: value for key, value in before.items() if key != name}
    return kept if change["op"] == "remove" else {**kept, name: change["value"]}


def _check_visibility(wanted: str | None) -> None:
    if wanted == "public" and not context.user().admin:
        raise Refused(403, "You are not authorized to complete publicize_image action.")


def _visible(image: Image) -> bool:
    return image.visibility == "public" or image.owner == context.project().id or context.user().admin


def _found(image_id: str) -> Image:
    image = context.region().images.get(image_id)
    if image is None or not _visible(image):
        plain = image_id if is_uuid(image_id) else str(image_id)
        raise Refused(404, f"No image found with ID {plain}")
    return image
