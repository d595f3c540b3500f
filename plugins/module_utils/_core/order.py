# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the user asked for, checked once at the border."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import typing as t
from dataclasses import dataclass, field

from .._errors import OrderError

FLEET = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
FLEET_LENGTH = 32
_METADATA_KEY = re.compile(r"[A-Za-z0-9\-_:. ]{1,255}")
_METADATA_ITEMS = 120
_METADATA_VALUE = 255
_USERDATA_BYTES = 65535
_LIFETIME = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
_MAX_COUNT = 10000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What each server is to be, in the user's names; flavors in order of preference."""

    image: str = ""
    flavors: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    key_name: str | None = None
    userdata: str | None = field(default=None, repr=False)
    config_drive: bool = False
    metadata: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    description: str = ""

    @property
    def digest(self) -> str:
        """A short hash of what was ordered, names as given: a rerun finds drift without a single look-up."""
        userdata = self.userdata and hashlib.sha256(self.userdata.encode()).hexdigest()
        ordered = (
            self.image,
            self.flavors,
            self.networks,
            sorted(self.security_groups),
            self.key_name,
            userdata,
            self.config_drive,
            sorted(self.metadata),
            sorted(self.tags),
        )
        return hashlib.sha256(json.dumps(ordered).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an order waits for what, in seconds."""

    timeout: float = 900.0
    boot: float = 300.0
    api: float = 60.0
    survey: float = 10.0
    attempts: int = 3

    @property
    def reserve(self) -> float:
        """The end of the timeout that is kept for clean-up and the confirm survey."""
        return min(30.0, 0.15 * self.timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One fleet, and how many servers it is to have."""

    fleet: str
    absent: bool = False
    count: int = 0
    min_count: int = 0
    spec: Spec = Spec()
    strategy: str = "even"
    max_per_location: int | None = None
    headroom: int = 0
    lifetime: int | None = None
    owner: str | None = None
    wait: bool = True
    fail_on_unreachable: bool = False
    fail_on_drift: bool = False
    patience: Patience = Patience()

    @property
    def places_servers(self) -> bool:
        return not self.absent and self.count > 0


def order_from(params: t.Mapping[str, t.Any]) -> Order:
    """The order that a module's or a plugin's options ask for; an empty value reads as not set."""
    given = {name: value for name, value in params.items() if value is not None and value != ""}
    absent = given.get("state", "present") == "absent"
    count = 0 if absent else _count(given)
    return Order(
        fleet=_fleet(given.get("fleet", "")),
        absent=absent,
        count=count,
        min_count=0 if absent else _min_count(given, count),
        spec=_spec(given, needed=count > 0),
        strategy=given.get("strategy", "even"),
        max_per_location=_at_least(given, "max_per_location", 1),
        headroom=_at_least(given, "headroom", 0) or 0,
        lifetime=lifetime_of(given.get("lifetime")),
        owner=given.get("owner"),
        wait=given.get("wait", True),
        fail_on_unreachable=given.get("on_unreachable", "replace") == "fail",
        fail_on_drift=given.get("on_drift", "keep") == "fail",
        patience=_patience(given),
    )


def lifetime_of(text: str | None) -> int | None:
    """Seconds of a lifetime such as ``40m``, ``1h30m``, ``2d`` or ``3600``; ``never`` and nothing are None."""
    if text is None or text == "never":
        return None
    found = _LIFETIME.fullmatch(text.replace(" ", ""))
    seconds = (
        sum(int(part or 0) * unit for part, unit in zip(found.groups(), (86400, 3600, 60, 1), strict=True))
        if found
        else 0
    )
    if seconds <= 0:
        raise OrderError(f'lifetime: "{text}" is no length of time; write for example 40m, 1h30m, 2d, or "never"')
    return seconds


def _fleet(name: str) -> str:
    if len(name) > FLEET_LENGTH or not FLEET.fullmatch(name):
        raise OrderError(
            f'fleet: "{name}" cannot be the name of a fleet; it takes at most {FLEET_LENGTH} lower-case letters, '
            "digits and single hyphens between them, a letter first"
        )
    return name


def _count(given: t.Mapping[str, t.Any]) -> int:
    if "count" not in given:
        raise OrderError("count: say how many servers the fleet is to have; 0 removes them all")
    count = _at_least(given, "count", 0) or 0
    if count > _MAX_COUNT:
        raise OrderError(f"count: {count} is more than one order may ask for ({_MAX_COUNT}); make several fleets")
    return count


def _min_count(given: t.Mapping[str, t.Any], count: int) -> int:
    asked = _at_least(given, "min_count", 0)
    if asked is not None and asked > count:
        raise OrderError(
            f"min_count: {asked} is more than count ({count}); lower it, or leave it out to need all of them"
        )
    return count if asked is None else asked


def _at_least(given: t.Mapping[str, t.Any], name: str, least: int) -> int | None:
    value: int | None = given.get(name)
    if value is not None and value < least:
        raise OrderError(f"{name}: {value} is less than {least}; give {least} or more")
    return value


def _patience(given: t.Mapping[str, t.Any]) -> Patience:
    usual = Patience()
    for name in ("timeout", "boot_timeout", "api_timeout", "survey_timeout", "max_attempts"):
        _at_least(given, name, 1)
    return Patience(
        timeout=float(given.get("timeout", usual.timeout)),
        boot=float(given.get("boot_timeout", usual.boot)),
        api=float(given.get("api_timeout", usual.api)),
        survey=float(given.get("survey_timeout", usual.survey)),
        attempts=given.get("max_attempts", usual.attempts),
    )


def _spec(given: t.Mapping[str, t.Any], *, needed: bool) -> Spec:
    flavors = tuple(given.get("flavor", ()))
    for name, value in (("image", given.get("image")), ("flavor", flavors)):
        if needed and not value:
            raise OrderError(f"{name}: say which {name} the servers are to have")
    return Spec(
        image=given.get("image", ""),
        flavors=flavors,
        networks=_networks(given),
        security_groups=tuple(given.get("security_groups", ())),
        key_name=given.get("key_name"),
        userdata=_userdata(given.get("userdata")),
        config_drive=given.get("config_drive", False),
        metadata=_metadata(given.get("metadata", {})),
        tags=tuple(given.get("tags", ())),
        zones=tuple(given.get("availability_zones", ())),
        description=given.get("description", ""),
    )


def _networks(given: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    nics = given.get("nics", ())
    if nics and "network" in given:
        raise OrderError("network, nics: give one of them; nics names several networks, network a single one")
    return tuple(_nic(nic) for nic in nics) or ((given["network"],) if "network" in given else ())


def _nic(nic: t.Any) -> str:
    """The network of one nic, written as openstack.cloud.server takes them: a name, net-name=…, or a dictionary."""
    parts = nic
    if isinstance(nic, str):
        parts = dict(part.partition("=")[::2] for part in nic.split(",")) if "=" in nic else {"net-name": nic}
    known = parts if isinstance(parts, dict) else {}
    named = [str(known[key]) for key in ("net-id", "net-name", "net_id", "net_name") if known.get(key)]
    if len(named) != 1 or len(known) != 1:
        raise OrderError(
            f"nics: {nic} is not understood; each takes net-name or net-id (ports belong to one server only)"
        )
    return named[0]


def _userdata(userdata: str | None) -> str | None:
    if userdata is not None and len(base64.b64encode(userdata.encode())) > _USERDATA_BYTES:
        raise OrderError(f"userdata: it is too large; a cloud takes {_USERDATA_BYTES} bytes of it in base64")
    return userdata


def _metadata(metadata: t.Mapping[str, t.Any]) -> tuple[tuple[str, str], ...]:
    if len(metadata) > _METADATA_ITEMS:
        raise OrderError(
            f"metadata: {len(metadata)} items are too many; at most {_METADATA_ITEMS} leave room for the mark"
        )
    items = tuple((str(key), str(value)) for key, value in metadata.items())
    for key, value in items:
        if key.startswith("multi_stack"):
            raise OrderError(
                f'metadata: "{key}" begins with multi_stack, which is kept for the mark; name it otherwise'
            )
        if not _METADATA_KEY.fullmatch(key):
            raise OrderError(
                f'metadata: "{key}" cannot be a key; clouds take letters, digits, spaces and - _ : . in it'
            )
        if len(value.encode()) > _METADATA_VALUE:
            raise OrderError(
                f'metadata: the value of "{key}" is longer than {_METADATA_VALUE} bytes; use userdata for it'
            )
    return items
