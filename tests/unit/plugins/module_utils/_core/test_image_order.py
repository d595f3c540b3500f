# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be said of an image, and what its first bytes say."""

from __future__ import annotations

import hashlib
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.image_order import (
    HEAD,
    checksum_given,
    format_of,
    image_name,
    mark_of_url,
    properties_given,
    size_given,
    told_of,
    url_given,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

SHA = hashlib.sha256(b"").hexdigest()


def head(at: int, magic: bytes) -> bytes:
    return (bytes(at) + magic).ljust(HEAD, b"\0")


@pytest.mark.parametrize(
    ("at", "magic", "form"),
    [
        (0, b"QFI\xfb", "qcow2"),
        (0, b"KDMV", "vmdk"),
        (0, b"vhdxfile", "vhdx"),
        (64, b"\x7f\x10\xda\xbe", "vdi"),
        (510, b"\x55\xaa", "raw"),
        (512, b"EFI PART", "raw"),
        (0x438, b"\x53\xef", "raw"),
        (32769, b"CD001", "iso"),
        (0x10040, b"_BHRfS_M", "raw"),
    ],
)
def test_the_first_bytes_tell_the_format(at: int, magic: bytes, form: str) -> None:
    assert format_of(head(at, magic), "x") == form
    assert format_of(head(at, magic), "x", form) == form


def test_a_disc_that_boots_from_other_media_too_is_a_disc() -> None:
    both = bytearray(head(32769, b"CD001"))
    both[510:512] = b"\x55\xaa"
    assert format_of(bytes(both), "x") == "iso"
    assert format_of(bytes(both), "x", "raw") == "raw"


@pytest.mark.parametrize(
    ("content", "given", "says"),
    [
        (b"hello", None, "x: it does not begin as images do; if it is one all the same, say so by disk_format"),
        (b"\x1f\x8bpacked", None, r"x: it is packed \(gzip\), and no cloud unpacks it"),
        (b"QFI\xfb", "raw", "x: it is qcow2, and not raw; leave disk_format out"),
        (b"hello", "qcow2", "x: it is something else, and not qcow2"),
    ],
)
def test_refuses_what_is_no_image_or_another_one(content: bytes, given: str | None, says: str) -> None:
    with pytest.raises(OrderError, match=f"^{says}"):
        format_of(content, "x", given)


def test_takes_a_users_word_for_what_has_no_sign() -> None:
    assert format_of(b"hello", "x", "raw") == "raw"


def test_a_checksum_is_written_as_get_url_has_it() -> None:
    assert str(checksum_given(f" SHA256: {SHA.upper()} ")) == f"sha256:{SHA}"
    assert (checksum_given(None), checksum_given("")) == (None, None)


@pytest.mark.parametrize(
    "text", [SHA, f"crc:{SHA}", f"sha256:{SHA[1:]}", f"sha512:{SHA}", "sha256:", "md5:" + "g" * 32]
)
def test_refuses_what_is_no_checksum(text: str) -> None:
    with pytest.raises(OrderError, match=r"^checksum: .* is none; one is an algorithm"):
        checksum_given(text)


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "a\nb", "in:a,b", "neq:a"])
def test_refuses_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(OrderError, match="cannot be the name of an image"):
        image_name(name)


def test_a_name_may_be_nearly_anything() -> None:
    assert image_name("Debian 13 (ours), ünï") == "Debian 13 (ours), ünï"


def test_properties_are_texts() -> None:
    given = {"a": True, "b": 4, "c": "d"}
    assert properties_given(given) == {"a": "true", "b": "4", "c": "d"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("min_disk", 3), ("multi_stack", "x"), ("os_hash_algo", "x"), ("a", []), ("a", {}), ("a", None), ("a", "x" * 256)],
)
def test_refuses_properties_that_are_none(name: str, value: t.Any) -> None:
    with pytest.raises(OrderError, match=f'^properties: "{name}" is '):
        properties_given({name: value})


def test_refuses_sizes_below_nothing() -> None:
    assert (size_given(None, "min_ram"), size_given(0, "min_ram")) == (None, 0)
    with pytest.raises(OrderError, match="min_ram: -1 is too small"):
        size_given(-1, "min_ram")


@pytest.mark.parametrize(
    "url", ["", "app.qcow2", "ftp://x/y", "file:///etc/passwd", "https://", "http://x/a b", "http://x/\t"]
)
def test_refuses_what_cannot_be_fetched(url: str) -> None:
    with pytest.raises(OrderError, match="cannot be fetched; give one that begins with https"):
        url_given(url)


def test_a_url_is_told_without_what_is_secret_in_it() -> None:
    url = url_given("https://ada:secret@example.com:8443/a.qcow2?Signature=hidden#part")
    assert told_of(url) == "https://example.com:8443/a.qcow2"


def test_an_image_from_the_web_is_known_by_its_checksum_or_its_place() -> None:
    assert mark_of_url("https://x/y", checksum_given(f"sha256:{SHA}")) == f"sha256:{SHA}"
    assert mark_of_url("https://x/y", None) == f"url-sha256:{hashlib.sha256(b'https://x/y').hexdigest()}"
