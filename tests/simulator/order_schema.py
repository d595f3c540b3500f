# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The body of POST /servers, checked as Nova's JSON schema does."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t

from .identifiers import is_uuid
from .refusal import Refused

Body = dict[str, t.Any]

_KNOWN_SINCE: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("name", "imageRef", "flavorRef", "adminPass", "metadata", "networks", "OS-DCF:diskConfig", "accessIPv4")),
    (1, ("accessIPv6", "availability_zone", "block_device_mapping", "block_device_mapping_v2", "config_drive")),
    (1, ("key_name", "min_count", "max_count", "return_reservation_id", "security_groups", "user_data")),
    (19, ("description",)),
    (52, ("tags",)),
    (63, ("trusted_image_certificates",)),
    (74, ("host", "hypervisor_hostname")),
    (90, ("hostname",)),
)
_METADATA_KEY = re.compile(r"^[a-zA-Z0-9-_:. ]{1,255}$")
_TAG = re.compile(r"^[^,/]*$")


def server_of(body: t.Any, minor: int) -> Body:
    """The `server` of a well-formed body, or the schema's refusal."""
    server = body.get("server") if isinstance(body, dict) else None
    if not isinstance(server, dict):
        raise Refused(400, "'server' is a required property")
    _check_keys(server, minor)
    check_text("name", server["name"], empty=False)
    for key in ("key_name", "availability_zone", "hostname"):
        if server.get(key) is not None:
            check_text(key, server[key], empty=False)
    _check_image(server.get("imageRef"))
    _check_flavor(server["flavorRef"])
    check_metadata(server.get("metadata", {}))
    check_tags(server.get("tags", []))
    for key in ("min_count", "max_count"):
        _check_count(key, server.get(key, 1))
    _check_networks(server.get("networks", []), minor)
    _check_groups(server.get("security_groups", []))
    _check_user_data(server.get("user_data"))
    return server


def invalid(field: str, value: object, why: str) -> Refused:
    """The refusal of a field by the schema."""
    return Refused(400, f"Invalid input for field/attribute {field}. Value: {value}. {why}")


def check_metadata(metadata: t.Any) -> None:
    """Metadata as the schema wants it: short strings under plain keys."""
    if not isinstance(metadata, dict):
        raise invalid("metadata", metadata, f"{metadata!r} is not of type 'object'")
    for key, value in metadata.items():
        if not _METADATA_KEY.match(key):
            why = f"{key!r} does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{{1,255}}$'"
            raise invalid("metadata", metadata, why)
        check_text(key, value)


def check_tags(tags: t.Any) -> None:
    """Tags as the schema wants them: at most 50 short strings without comma and slash."""
    if not isinstance(tags, list):
        raise invalid("tags", tags, f"{tags!r} is not of type 'array'")
    if len(tags) > 50:
        raise invalid("tags", tags, f"{tags!r} is too long")
    for position, tag in enumerate(tags):
        if not isinstance(tag, str) or not 1 <= len(tag) <= 60:
            raise invalid(str(position), tag, f"{tag!r} is too long")
        if not _TAG.match(tag):
            raise invalid(str(position), tag, f"{tag!r} does not match '^[^,/]*$'")


def check_text(field: str, value: t.Any, empty: bool = True) -> None:
    """A string of at most 255 characters."""
    if not isinstance(value, str):
        raise invalid(field, value, f"{value!r} is not of type 'string'")
    if not value and not empty:
        raise invalid(field, value, "'' should be non-empty")
    if len(value) > 255:
        raise invalid(field, value, f"{value!r} is too long")


def _check_keys(server: Body, minor: int) -> None:
    known = {key for since, keys in _KNOWN_SINCE if minor >= since for key in keys}
    if minor < 57:
        known.add("personality")
    required = ("name", "flavorRef", "networks") if minor >= 37 else ("name", "flavorRef")
    missing = next((key for key in required if key not in server), None)
    if missing:
        raise invalid("server", server, f"'{missing}' is a required property")
    unknown = [key for key in server if key not in known]
    if unknown:
        names = ", ".join(f"'{key}'" for key in unknown)
        verb = "was" if len(unknown) == 1 else "were"
        raise invalid("server", server, f"Additional properties are not allowed ({names} {verb} unexpected)")


def _check_image(image: t.Any) -> None:
    if image is not None and image != "" and not is_uuid(image):
        raise invalid("imageRef", image, f"{image!r} is not valid under any of the given schemas")


def _check_flavor(flavor: t.Any) -> None:
    if not isinstance(flavor, (str, int)) or flavor == "":
        raise invalid("flavorRef", flavor, "'' should be non-empty")


def _check_count(field: str, count: t.Any) -> None:
    if isinstance(count, bool) or not re.fullmatch(r"[0-9]+", str(count)):
        raise invalid(field, count, f"{count!r} does not match '^[0-9]*$'")
    if int(count) < 1:
        raise invalid(field, count, f"{int(count)} is less than the minimum of 1")


def _check_networks(networks: t.Any, minor: int) -> None:
    if minor >= 37 and networks in ("auto", "none"):
        return
    if not isinstance(networks, list):
        raise invalid("networks", networks, f"{networks!r} is not valid under any of the given schemas")
    known = {"uuid", "port", "fixed_ip"} | ({"tag"} if minor >= 42 else set())
    for nic in networks:
        bad = not isinstance(nic, dict) or set(nic) - known
        ids = [] if bad else [nic[key] for key in ("uuid", "port") if nic.get(key) is not None]
        if bad or not all(is_uuid(each) for each in ids):
            raise invalid("networks", networks, f"{networks!r} is not valid under any of the given schemas")


def _check_groups(groups: t.Any) -> None:
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise invalid("security_groups", groups, f"{groups!r} is not of type 'array'")
    for group in groups:
        if set(group) - {"name"}:
            raise invalid("0", group, "Additional properties are not allowed")


def _check_user_data(user_data: t.Any) -> None:
    if user_data is None:
        return
    if len(user_data) > 65535:
        raise invalid("user_data", user_data, f"{user_data!r} is too long")
    try:
        base64.b64decode(user_data, validate=False)
    except (binascii.Error, ValueError):
        raise invalid("user_data", user_data, f"{user_data!r} is not a 'base64'") from None
