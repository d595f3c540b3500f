# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One key under one name at every location."""

from __future__ import annotations

import typing as t

from .._cloud.keyfiles import public_half, public_key_in
from .._cloud.keypairs import Keypairs
from .._core.keypair import KeypairOrder, PublicKey, keypair_name, public_key
from .bring import brought

if t.TYPE_CHECKING:
    from .ask import Outcome


def keypair(params: t.Mapping[str, t.Any], *, check: bool) -> Outcome:
    """Bring the key to the chosen locations, or take it away there; with ``check`` nothing is written, here neither."""
    name = keypair_name(params["name"])
    public = None if params["state"] == "absent" else _public(params, name, check=check)
    order = KeypairOrder(name=name, public=public, replace=params["replace"])
    outcome = brought(f"key {name}", Keypairs(order), params, check=check)
    outcome.answer["key"] = {
        "name": name,
        "fingerprint": public.fingerprint if public else "",
        "public_key": public.text if public else "",
        "private_key_file": params.get("private_key_file") or "" if public else "",
    }
    return outcome


def _public(params: t.Mapping[str, t.Any], name: str, *, check: bool) -> PublicKey:
    """The key in one of the places where it may be given; the module sees to it that it is one."""
    if params.get("public_key"):
        return public_key(params["public_key"], "public_key")
    if params.get("public_key_file"):
        return public_key_in(params["public_key_file"])
    return public_half(params["private_key_file"], name, make=not check)
