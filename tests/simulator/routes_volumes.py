# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cinder v3: volumes."""

from __future__ import annotations

import dataclasses
import typing as t

from flask import Blueprint, Response, request

from . import context
from .clock import iso_micro
from .identifiers import new_uuid
from .refusal import Refused, nova_body
from .resources import Volume
from .volume_use import volume_refusal

blueprint = Blueprint("volume", __name__, url_prefix="/<cloud>/<region>/volume")
blueprint.url_value_preprocessor(context.locate)
_BUILD_SECONDS = 0.2


@blueprint.before_request
def _enter() -> None:
    if request.endpoint not in {"volume.versions", "volume.version_document"}:
        context.authenticate()


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    if error.status == 401:
        return context.answer(401, context.unauthorized_body())
    content: dict[str, t.Any] = nova_body(error.status, error.message)
    if error.status == 413:
        content["overLimit"]["retryAfter"] = "0"
    return context.answer(error.status, content)


@blueprint.get("/")
@blueprint.get("/v3")
@blueprint.get("/v3/")
def versions() -> Response:
    """All versions."""
    href = f"{context.region().base_url}/volume/v3/"
    version = {"id": "v3.0", "status": "CURRENT", "version": "3.71", "min_version": "3.0"}
    shown = {**version, "updated": "2023-08-31T00:00:00Z", "links": [{"rel": "self", "href": href}]}
    return context.answer(300 if request.path.endswith("/volume/") else 200, {"versions": [shown]})


@blueprint.get("/v3/<project_id>/limits")
def show_limits(project_id: str) -> Response:
    """Limits and use."""
    limits, mine = context.region().quota(context.project().id), _mine()
    absolute = {
        "maxTotalVolumes": limits["volumes"],
        "maxTotalVolumeGigabytes": limits["gigabytes"],
        "maxTotalSnapshots": limits["snapshots"],
        "totalVolumesUsed": len(mine),
        "totalGigabytesUsed": sum(volume.size for volume in mine),
        "totalSnapshotsUsed": 0,
        "maxTotalBackups": limits["backups"],
        "maxTotalBackupGigabytes": limits["backup_gigabytes"],
        "totalBackupsUsed": 0,
        "totalBackupGigabytesUsed": 0,
    }
    return context.answer(200, {"limits": {"rate": [], "absolute": absolute}})


@blueprint.get("/v3/<project_id>/volumes")
@blueprint.get("/v3/<project_id>/volumes/detail")
def list_volumes(project_id: str) -> Response:
    """The project's volumes."""
    name, status = request.args.get("name"), request.args.get("status")
    shown = [_shown(volume) for volume in _mine() if name in (None, volume.name)]
    return context.answer(200, {"volumes": [row for row in shown if status in (None, row["status"])]})


@blueprint.post("/v3/<project_id>/volumes")
def create_volume(project_id: str) -> Response:
    """A new volume."""
    given = context.body().get("volume") or {}
    region, owner = context.region(), context.project().id
    image_id = given.get("imageRef")
    if image_id and image_id not in region.images:
        raise Refused(400, f"Invalid image identifier or unable to access requested image: {image_id}.")
    refusal = volume_refusal(region, owner, int(given.get("size") or 1))
    if refusal:
        raise Refused(413, refusal)
    volume = Volume(
        id=new_uuid(region.randomness),
        name=given.get("name") or "",
        project_id=owner,
        user_id=context.user().id,
        size=int(given.get("size") or 1),
        created=region.now(),
        status="creating",
        description=given.get("description"),
        bootable=bool(image_id),
        image_id=image_id,
        ready_at=region.clock() + _BUILD_SECONDS,
        metadata=given.get("metadata") or {},
    )
    region.volumes[volume.id] = volume
    return context.answer(202, {"volume": _shown(volume)})


@blueprint.get("/v3/<project_id>/volumes/<volume_id>")
def show_volume(project_id: str, volume_id: str) -> Response:
    """One volume, by id only."""
    return context.answer(200, {"volume": _shown(_found(volume_id))})


@blueprint.put("/v3/<project_id>/volumes/<volume_id>")
def update_volume(project_id: str, volume_id: str) -> Response:
    """Rename, describe, annotate."""
    given = context.body().get("volume") or {}
    changes = {key: given[key] for key in ("name", "description", "metadata") if key in given}
    changed = dataclasses.replace(_found(volume_id), **changes)
    context.region().volumes[volume_id] = changed
    return context.answer(200, {"volume": _shown(changed)})


@blueprint.delete("/v3/<project_id>/volumes/<volume_id>")
def delete_volume(project_id: str, volume_id: str) -> Response:
    """Delete one that no server has."""
    volume = _found(volume_id)
    if volume.status in {"in-use", "reserved"}:
        text = "Invalid volume: Volume status must be available or error or error_restoring or error_extending or"
        raise Refused(400, f"{text} error_managing and must not be migrating, attached.")
    del context.region().volumes[volume_id]
    return Response(status=202)


@blueprint.get("/v3/<project_id>/os-quota-sets/<owner>")
def show_quota(project_id: str, owner: str) -> Response:
    """The quota of a project."""
    limits = context.region().quota(owner)
    names = (
        "volumes",
        "gigabytes",
        "snapshots",
        "per_volume_gigabytes",
        "backups",
        "backup_gigabytes",
        "groups",
    )
    return context.answer(200, {"quota_set": {"id": owner, **{name: limits[name] for name in names}}})


@blueprint.get("/v3/<project_id>/os-availability-zone")
def list_zones(project_id: str) -> Response:
    """The zones."""
    zones = [{"zoneName": zone, "zoneState": {"available": True}} for zone in context.region().settings.zones]
    return context.answer(200, {"availabilityZoneInfo": zones})


def _mine() -> list[Volume]:
    project_id = context.project().id
    return [volume for volume in context.region().volumes.values() if volume.project_id == project_id]


def _found(volume_id: str) -> Volume:
    volume = context.region().volumes.get(volume_id)
    if volume is None or volume.project_id != context.project().id:
        raise Refused(404, f"Volume {volume_id} could not be found.")
    return volume


def _shown(volume: Volume) -> dict[str, t.Any]:
    ready = volume.status == "creating" and volume.ready_at <= context.region().clock()
    attached = [{"server_id": volume.server_id, "volume_id": volume.id, "device": "/dev/vda", "id": volume.id}]
    return {
        "id": volume.id,
        "name": volume.name,
        "size": volume.size,
        "status": "available" if ready else volume.status,
        "description": volume.description,
        "bootable": str(volume.bootable).lower(),
        "attachments": attached if volume.server_id else [],
        "metadata": dict(volume.metadata),
        "user_id": volume.user_id,
        "os-vol-tenant-attr:tenant_id": volume.project_id,
        "availability_zone": context.region().settings.zones[0],
        "volume_type": "__DEFAULT__",
        "encrypted": False,
        "multiattach": False,
        "snapshot_id": None,
        "source_volid": None,
        "created_at": iso_micro(volume.created),
        "updated_at": iso_micro(volume.created),
    }
