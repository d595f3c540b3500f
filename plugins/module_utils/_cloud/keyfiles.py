# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Key files on this machine. A private key is made here, is readable by its owner alone, and is sent nowhere."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import typing as t

from .._core.keypair import PublicKey, public_key
from .._errors import MissingLibraryError, OrderError
from .key_folder import PUBLIC_SUFFIX
from .whole_files import reason


def public_key_in(path: str) -> PublicKey:
    """The key in a file such as id_ed25519.pub."""
    return public_key(_text(path, "public_key_file"), path)


def public_half(path: str, comment: str, *, make: bool, option: str = "private_key_file") -> PublicKey:
    """The public half of the private key in a file; where there is none, of a new ed25519 key, which ``make`` writes.

    What is there is never written over. Two that make it at once end with the same key. Errors name the ``option``.
    """
    if not os.path.lexists(path):
        private, public = _new_pair(comment)
        if not make:
            return public
        _put(path, private, option)
    elif os.path.exists(path + PUBLIC_SUFFIX):
        return public_key(_text(path + PUBLIC_SUFFIX, option), path + PUBLIC_SUFFIX)
    public = _half_of(path, comment, option)
    if make and not os.path.lexists(path + PUBLIC_SUFFIX):
        _put(path + PUBLIC_SUFFIX, f"{public.text}\n".encode(), option, mode=0o644)
    return public


def _text(path: str, option: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(65536)
    except (OSError, UnicodeDecodeError) as exc:
        raise OrderError(f"{option}: {path} cannot be read ({_reason(exc)}); give another path") from exc


def _put(path: str, content: bytes, option: str, mode: int = 0o600) -> None:
    """Write a file that is whole or not there; where another has put one there meanwhile, that one stays."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        descriptor, draft = tempfile.mkstemp(prefix=".key.", dir=folder)  # 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
            os.chmod(draft, mode)
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            os.unlink(draft)
    except OSError as exc:
        raise OrderError(f"{option}: {path} cannot be written ({_reason(exc)}); give another path") from exc


def _new_pair(comment: str) -> tuple[bytes, PublicKey]:
    serialization, ed25519 = _cryptography()
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return private, _public_of(key, comment)


def _half_of(path: str, comment: str, option: str) -> PublicKey:
    """The public half, reckoned from the private one; a key with a passphrase does not give it."""
    serialization, _ed25519 = _cryptography()
    try:
        with open(path, "rb") as file:
            content = file.read(65536)
        openssh = b"BEGIN OPENSSH" in content
        load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
        key = load(content, password=None)
    except Exception as exc:
        why = _reason(exc) if isinstance(exc, OSError) else "it is none, or has a passphrase"
        raise OrderError(
            f"{option}: {path} cannot be read as a private key ({why}), and there is no {path}{PUBLIC_SUFFIX}; "
            "put the public key there, or give another path"
        ) from exc
    return _public_of(key, comment)


def _public_of(key: t.Any, comment: str) -> PublicKey:
    serialization, _ed25519 = _cryptography()
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return PublicKey(text=f"{line.decode()} {comment}")


def _cryptography() -> tuple[t.Any, t.Any]:
    """The library that openstacksdk brings; asked for only where a private key is read or made."""
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError as exc:
        raise MissingLibraryError(
            f"cryptography cannot be imported ({exc}); install openstacksdk, which brings it, for the Python that runs "
            f"this: {sys.executable} -m pip install openstacksdk"
        ) from exc
    return serialization, ed25519


def _reason(exc: Exception) -> str:
    return reason(exc) if isinstance(exc, OSError) else "it is no text"
