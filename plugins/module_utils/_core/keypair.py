# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Public keys as Nova keeps them: by name, each user's own; two are the same when their fingerprints are."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from .._errors import OrderError
from .readiness import Plan, Step

_NAME = re.compile(r"[A-Za-z0-9_.@ -]{1,255}")
_KINDS = frozenset(
    {
        *("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
        *("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A line such as OpenSSH keeps in id_ed25519.pub."""

    text: str

    @property
    def fingerprint(self) -> str:
        """As Nova tells it: MD5 of the key itself, without its comment."""
        digest = hashlib.md5(base64.b64decode(self.text.split()[1]), usedforsecurity=False).hexdigest()
        return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypairOrder:
    """One key under one name; ``public`` is None where it is to be absent."""

    name: str
    public: PublicKey | None = None
    replace: bool = False


def public_key(text: str, where: str) -> PublicKey:
    """The key in a text; ``where`` it was found is told of one that is none."""
    words = text.split()
    if "PRIVATE" in text:
        raise OrderError(f"{where}: it is a private key, which is sent nowhere; give the public one (mostly *.pub)")
    if len(text.strip().splitlines()) != 1 or len(words) < 2 or words[0] not in _KINDS:  # noqa: PLR2004
        raise OrderError(f'{where}: it is no public key; one is a single line such as "ssh-ed25519 AAAA... name"')
    try:
        blob = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        blob = b""
    if _parts(blob)[:1] != [words[0].encode()]:
        raise OrderError(f"{where}: it is damaged: what follows {words[0]} is no such key; copy it anew")
    return PublicKey(text=" ".join(words))


def _parts(blob: bytes) -> list[bytes]:
    """The parts of a key, each with its length before it (RFC 4251, section 5); none where they do not fit."""
    parts = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        parts.append(blob[4 : 4 + size])
        if len(parts[-1]) != size:
            return []
        blob = blob[4 + size :]
    return parts if len(parts) > 1 else []


def keypair_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise OrderError(f'name: "{name}" cannot be the name of a key; it takes letters, digits, spaces and _ . @ -')
    return name


def plan_keypair(order: KeypairOrder, name: str, fingerprint: str | None) -> Plan:
    """What makes a location, where the key has this name, as ordered; a fingerprint of None says there is no such key.

    Nova cannot change a key: another in its place is a removal and a creation. Servers keep the key they booted with.
    """
    before = None if fingerprint is None else {"name": name, "fingerprint": fingerprint}
    remove = Step(what="delete", told=f"delete key {name}")
    if order.public is None:
        return Plan(steps=(remove,) if before else (), before=before)
    wanted = order.public.fingerprint
    after = {"name": name, "fingerprint": wanted}
    if fingerprint == wanted:
        return Plan(before=before, after=before)
    create = Step(what="create", told=f"create key {name}", facts={"public_key": order.public.text})
    return Plan(steps=(remove, create) if before else (create,), before=before, after=after)


def differs(order: KeypairOrder, fingerprint: str | None) -> bool:
    """Whether another key has the name, which is replaced only where the order says so."""
    other = fingerprint is not None and order.public is not None and fingerprint != order.public.fingerprint
    return other and not order.replace
