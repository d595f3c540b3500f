# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: keypairs."""

from __future__ import annotations

import base64
import binascii
import hashlib
import typing as t

from flask import Response

from . import context
from .clock import iso_micro
from .compute import blueprint, minor
from .order_schema import check_text, invalid
from .refusal import Refused
from .resources import Keypair

_PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nsimulated\n-----END OPENSSH PRIVATE KEY-----\n"


@blueprint.get("/v2.1/os-keypairs")
def list_keypairs() -> Response:
    """The user's keypairs."""
    mine = [key for key in context.region().keypairs.values() if key.user_id == context.user().id]
    return context.answer(200, {"keypairs": [{"keypair": _basic(key)} for key in mine]})


@blueprint.post("/v2.1/os-keypairs")
def create_keypair() -> Response:
    """Import a key, or (before 2.92) have one made."""
    given = context.body().get("keypair") or {}
    check_text("name", given.get("name"), empty=False)
    region, user_id, name = context.region(), context.user().id, given["name"]
    public = given.get("public_key")
    if public is None and minor() >= 92:
        raise invalid("keypair", given, "'public_key' is a required property")
    made = public is None
    public = public or "ssh-rsa " + base64.b64encode(name.encode().ljust(48, b"=")).decode() + " Generated-by-Nova"
    fingerprint = _fingerprint(public)
    if (user_id, name) in region.keypairs:
        raise Refused(409, f"Key pair '{name}' already exists.")
    mine = sum(1 for owner, _name in region.keypairs if owner == user_id)
    if 0 <= region.quota(context.project().id)["key_pairs"] <= mine:
        raise Refused(403, "Quota exceeded, too many key pairs.")
    key = Keypair(
        name=name,
        user_id=user_id,
        public_key=public,
        fingerprint=fingerprint,
        created=region.now(),
        number=len(region.keypairs) + 1,
    )
    region.keypairs[user_id, name] = key
    shown = _basic(key) | {"user_id": user_id} | ({"private_key": _PRIVATE} if made else {})
    return context.answer(201 if minor() >= 2 else 200, {"keypair": shown})


@blueprint.get("/v2.1/os-keypairs/<name>")
def show_keypair(name: str) -> Response:
    """One keypair."""
    key = _found(name)
    more = {
        "user_id": key.user_id,
        "id": key.number,
        "created_at": iso_micro(key.created),
        "updated_at": None,
        "deleted": False,
        "deleted_at": None,
    }
    return context.answer(200, {"keypair": _basic(key) | more})


@blueprint.delete("/v2.1/os-keypairs/<name>")
def delete_keypair(name: str) -> Response:
    """Delete one."""
    key = _found(name)
    del context.region().keypairs[key.user_id, key.name]
    return Response(status=204 if minor() >= 2 else 202)


def _found(name: str) -> Keypair:
    key = context.region().keypairs.get((context.user().id, name))
    if key is None:
        raise Refused(404, f"Keypair {name} not found for user {context.user().id}")
    return key


def _basic(key: Keypair) -> dict[str, t.Any]:
    shown: dict[str, t.Any] = {"name": key.name, "public_key": key.public_key, "fingerprint": key.fingerprint}
    return shown | ({"type": key.type} if minor() >= 2 else {})


def _fingerprint(public: str) -> str:
    try:
        blob = base64.b64decode(public.split()[1], validate=True)
    except (IndexError, binascii.Error):
        raise Refused(400, "Keypair data is invalid: failed to generate fingerprint") from None
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[place : place + 2] for place in range(0, 32, 2))
