# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a user says of an image, and what its first bytes say of it."""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from .._errors import OrderError
from .image import MARK

# So many bytes of a file tell what it is.
HEAD = 69632
_LONGEST = 255
_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_OF_GLANCE = frozenset(
    (
        *("id", "name", "status", "visibility", "owner", "size", "virtual_size", "checksum", "protected", "min_disk"),
        *("min_ram", "disk_format", "container_format", "tags", "created_at", "updated_at", "self", "file", "schema"),
        *("locations", "direct_url", "stores"),
    )
)
# Where which bytes stand in a file of which format; qcow2 and the like tell it at their beginning.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"QFI\xfb", "qcow2"),
    (0, b"KDMV", "vmdk"),
    (0, b"# Disk DescriptorFile", "vmdk"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"conectix", "vhd"),
    (64, b"\x7f\x10\xda\xbe", "vdi"),
    (32769, b"CD001", "iso"),  # before the next: many of them boot from other media, too
    (0x1FE, b"\x55\xaa", "raw"),  # a disk with a boot sector, or a table of partitions
    (0x200, b"EFI PART", "raw"),
    (0x438, b"\x53\xef", "raw"),  # file systems without partitions: ext, XFS, btrfs
    (0, b"XFSB", "raw"),
    (0x10040, b"_BHRfS_M", "raw"),
)
# Formats that cannot be without their magic.
_TELLING = frozenset({"qcow2", "vmdk", "vhdx", "vdi"})
_PACKED: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
)


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the content is known by: an algorithm of hashlib's, and its digest in hexadecimal."""

    algorithm: str
    digest: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"


def checksum_given(text: str | None) -> Checksum | None:
    """What the user writes as get_url has it: sha256:6b86b2..."""
    if not text:
        return None
    algorithm, _colon, digest = text.strip().lower().partition(":")
    digest = digest.strip()
    if algorithm not in _LENGTHS or not re.fullmatch(rf"[0-9a-f]{{{_LENGTHS[algorithm]}}}", digest):
        raise OrderError(
            f'checksum: "{text}" is none; one is an algorithm ({", ".join(_LENGTHS)}), a colon, and so many '
            "hexadecimal digits as it has, such as sha256:6b86b2..."
        )
    return Checksum(algorithm, digest)


def image_name(name: str, where: str = "name") -> str:
    """A name that Glance takes, and that its filters take for what it is."""
    if not name.strip() or len(name) > _LONGEST or not name.isprintable() or re.match(r"(in|eq|neq):", name):
        raise OrderError(f'{where}: "{name[:_LONGEST]}" cannot be the name of an image; give 1 to 255 letters')
    return name


def properties_given(given: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The properties as Glance keeps them: all are texts."""
    found = {}
    for name, value in given.items():
        if name in _OF_GLANCE or name.startswith((MARK, "os_glance", "os_hash", "os_hidden")):
            raise OrderError(f'properties: "{name}" is not to be set there; leave it out, or use the option for it')
        if isinstance(value, (dict, list)) or value is None or len(str(name)) > _LONGEST or len(str(value)) > _LONGEST:
            raise OrderError(f'properties: "{name}" is to be a text of at most {_LONGEST} letters')
        found[str(name)] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def size_given(value: int | None, option: str) -> int | None:
    if value is not None and value < 0:
        raise OrderError(f"{option}: {value} is too small; 0 asks for nothing")
    return value


def format_of(head: bytes, where: str, given: str | None = None) -> str:
    """The format of an image that begins so; ``where`` it is from is told of one that is none, or not as ``given``."""
    found = next((name for at, magic, name in _MAGIC if head[at : at + len(magic)] == magic), "")
    if given and given != found and {given, found} & _TELLING:
        raise OrderError(f"{where}: it is {found or 'something else'}, and not {given}; leave disk_format out")
    if found or given:
        return given or found
    for magic, name in _PACKED:
        if head.startswith(magic):
            raise OrderError(f"{where}: it is packed ({name}), and no cloud unpacks it; unpack it first")
    raise OrderError(f"{where}: it does not begin as images do; if it is one all the same, say so by disk_format")


def url_given(url: str) -> str:
    """The URL, which is one that can be fetched."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or " " in url:
        raise OrderError(f'url: "{told_of(url)}" cannot be fetched; give one that begins with https:// or http://')
    return url


def told_of(url: str) -> str:
    """A URL without what may be secret in it: user, password, and a signed query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def mark_of_url(url: str, checksum: Checksum | None) -> str:
    """What an image from there is known by: its checksum, or the place itself."""
    return str(checksum) if checksum else f"url-sha256:{hashlib.sha256(url.encode()).hexdigest()}"
