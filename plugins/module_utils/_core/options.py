# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The order that the options of a module or a plugin ask for; what is wrong with them is said with what to do."""

from __future__ import annotations

import base64
import json
import re
import typing as t

from .._errors import OrderError
from .order import OnDrift, OnShortfall, Order, Patience, Spec, lifetime_of
from .place import Wish, Wishes

_FLEET = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FLEET_LENGTH = 32
_METADATA_KEY = re.compile(r"[A-Za-z0-9\-_:. ]{1,255}")
_METADATA_ITEMS = 120
_METADATA_VALUE = 255
_USERDATA_BYTES = 65535
_HIGHEST_PORT = 65535
_MAX_COUNT = 10000


def order_from(params: t.Mapping[str, t.Any]) -> Order:
    """The order that a module's or a plugin's options ask for; an empty value reads as not set."""
    given = {name: value for name, value in params.items() if value is not None and value != ""}
    absent = given.get("state", "present") == "absent"
    count = 0 if absent else _count(given)
    _needs_waiting(given)
    _own_keys(given, absent=absent)
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
        wishes=_wishes(given, count),
        slots=_slots(given, absent=absent),
        max_removals=_at_least(given, "max_removals", 0),
        wait_for_room=given.get("wait_for_room", False),
        fence=given.get("fence", False),
        adopt=given.get("adopt", False),
        repair=given.get("repair", False),
        on_drift=OnDrift(given.get("on_drift", "keep")),
        on_shortfall=OnShortfall(given.get("on_shortfall", "fail")),
        patience=_patience(given),
    )


def _needs_waiting(given: t.Mapping[str, t.Any]) -> None:
    """Some options only mean something to a run that waits for what becomes of its servers."""
    if given.get("wait", True):
        return
    for asked, what in (
        (given.get("on_shortfall") == "rollback", "on_shortfall: rollback"),
        (given.get("wait_for_room"), "wait_for_room"),
    ):
        if asked:
            raise OrderError(
                f"wait: {what} needs to wait for what becomes of the servers; leave wait out, or set it to true"
            )


def _own_keys(given: t.Mapping[str, t.Any], *, absent: bool) -> None:
    """A key for each server excludes one for all, and its private half has to go somewhere."""
    own, folder = given.get("key", "shared") == "per_server", given.get("key_dir")
    if own and "key_name" in given:
        raise OrderError("key, key_name: with key: per_server each server has a key of its own; leave key_name out")
    if own and not folder and not absent:
        raise OrderError("key_dir: say in which folder key: per_server is to put the private keys")
    if folder and not own:
        raise OrderError("key_dir: only key: per_server takes it; add that, or leave key_dir out")


def _fleet(name: str) -> str:
    if len(name) > _FLEET_LENGTH or not _FLEET.fullmatch(name):
        raise OrderError(
            f'fleet: "{name}" cannot be the name of a fleet; it takes at most {_FLEET_LENGTH} lower-case letters, '
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
    if OnShortfall(given.get("on_shortfall", "fail")) is OnShortfall.ACCEPT:
        return 0
    return count if asked is None else asked


def _slots(given: t.Mapping[str, t.Any], *, absent: bool) -> frozenset[int]:
    slots = given.get("slots") or []
    if slots and not absent:
        raise OrderError("slots: only state: absent takes it; a fleet that is present has the slots 1 to count")
    if any(slot < 1 for slot in slots):
        raise OrderError(f"slots: {min(slots)} is no slot; give numbers from 1 on")
    return frozenset(slots)


def _wishes(given: t.Mapping[str, t.Any], count: int) -> Wishes:
    """The user's own plan, as the placement lookup gives it; what else its rows say is of no matter here."""
    found: dict[int, Wish] = {}
    for number, row in enumerate(given.get("plan") or [], 1):
        slot, location = row.get("slot"), row.get("location")
        if not isinstance(slot, int) or not 1 <= slot <= count or not location:
            raise OrderError(f"plan: row {number} has no slot from 1 to {count}, or no location; give it both")
        if slot in found:
            raise OrderError(f"plan: slot {slot} is there twice; give each slot one row")
        found[slot] = Wish(location=location, flavor=row.get("flavor") or "", zone=row.get("availability_zone") or "")
    return Wishes(by_slot=found, strict=given.get("plan_strict", False))


def _at_least(given: t.Mapping[str, t.Any], name: str, least: int) -> int | None:
    value: int | None = given.get(name)
    if value is not None and value < least:
        raise OrderError(f"{name}: {value} is less than {least}; give {least} or more")
    return value


def _patience(given: t.Mapping[str, t.Any]) -> Patience:
    usual = Patience()
    for name in ("timeout", "boot_timeout", "api_timeout", "survey_timeout", "max_attempts"):
        _at_least(given, name, 1)
    port = given.get("ready_port", usual.ready_port)
    if not 0 <= port <= _HIGHEST_PORT:
        raise OrderError(f"ready_port: {port} is no TCP port; give one from 1 to {_HIGHEST_PORT}, 22 for SSH")
    return Patience(
        timeout=float(given.get("timeout", usual.timeout)),
        boot=float(given.get("boot_timeout", usual.boot)),
        api=float(given.get("api_timeout", usual.api)),
        survey=float(given.get("survey_timeout", usual.survey)),
        attempts=given.get("max_attempts", usual.attempts),
        ready_port=port if given.get("wait", True) else 0,
    )


def _spec(given: t.Mapping[str, t.Any], *, needed: bool) -> Spec:
    flavors = tuple(given.get("flavor", ()))
    wanted = _image_filter(given)
    for name, value in (("image", given.get("image") or wanted), ("flavor", flavors)):
        if needed and not value:
            raise OrderError(f"{name}: say which {name} the servers are to have")
    return Spec(
        image=given.get("image", ""),
        image_filter=wanted,
        flavors=flavors,
        networks=_networks(given),
        security_groups=tuple(given.get("security_groups", ())),
        key_name=given.get("key_name"),
        own_keys=given.get("key") == "per_server",
        userdata=_userdata(given.get("userdata")),
        config_drive=given.get("config_drive", False),
        metadata=_metadata(given.get("metadata", {})),
        tags=tuple(given.get("tags", ())),
        zones=tuple(given.get("availability_zones", ())),
        description=given.get("description", ""),
    )


def _image_filter(given: t.Mapping[str, t.Any]) -> tuple[tuple[str, str], ...]:
    """What the newest image that is like it has, sorted; values as Glance keeps them."""
    wanted = given.get("image_filter") or {}
    if wanted and "image" in given:
        raise OrderError("image, image_filter: give one of them; image names one, image_filter takes the newest")
    for name, value in wanted.items():
        if isinstance(value, (dict, list)) or value is None or value == "":
            raise OrderError(f"image_filter: {name} is to be a text, such as os_distro: debian")
    found = sorted(
        (str(name), str(value).lower() if isinstance(value, bool) else str(value)) for name, value in wanted.items()
    )
    if len(Spec(image_filter=tuple(found)).image_told) > _METADATA_VALUE:
        raise OrderError("image_filter: it is too long to be written on servers (255 letters); leave something out")
    return tuple(found)


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
            f"nics: {json.dumps(nic, default=str)} is not understood; "
            "each takes net-name or net-id (ports belong to one server only)"
        )
    return named[0]


def _userdata(userdata: str | None) -> str | None:
    size = len(base64.b64encode((userdata or "").encode()))
    if size > _USERDATA_BYTES:
        raise OrderError(
            f"userdata: it is {size} bytes long in base64, and clouds take {_USERDATA_BYTES}; let it fetch the rest"
        )
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
