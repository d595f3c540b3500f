# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What users say of their clouds: the keys under ``multi_stack:`` in clouds.yaml, and the accounts file over them.

The accounts file holds no secrets. Its hints are those of ``multi_stack:``, of a cloud or of one region::

    clouds:
      conoha:
        priority: 10
        image: {debian-13: vmi-debian-13-amd64}
        regions:
          tyo1: {status: unavailable}
          osaka: {max_servers: 20, ssh_user: {vmi-debian-13-amd64: debian}}

A region's hint goes before its cloud's, the accounts file before clouds.yaml; maps of names are merged name by name.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._core.listing import listing
from .._core.model import Hints
from .._core.order import lifetime_of
from .._errors import AccountsError, OrderError
from .shapes import mapping, sort_of

SECTION = "multi_stack"
_REGIONS = "regions"
_SSH_USER = "ssh_user"
_JUMP_HOST = "jump_host"
_DISK_FORMATS = ("raw", "qcow2", "vmdk", "vdi", "vhd", "vhdx")
_IMAGE_FORMAT = "image_format"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMaps:
    """The user's names for things, and what this provider calls them; a name that is not there stays as it is."""

    image: t.Mapping[str, str] = field(default_factory=dict)
    flavor: t.Mapping[str, str] = field(default_factory=dict)
    network: t.Mapping[str, str] = field(default_factory=dict)
    security_groups: t.Mapping[str, str] = field(default_factory=dict)
    key_name: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """All that the user said of one location. ``ssh_user`` is one name, or one for each image."""

    hints: Hints = Hints()
    names: NameMaps = field(default_factory=NameMaps)
    ssh_user: str | t.Mapping[str, str] = ""
    jump_host: str = ""
    image_format: str = ""


class Guide:
    """The accounts file: hints by cloud, and by cloud and region."""

    def __init__(self, path: str = "", content: object = None) -> None:
        self._path = path
        root = mapping(content, path, "the file")
        _refuse_others(root, {"clouds"}, path)
        self._clouds = {
            str(name): dict(mapping(each, path, f'cloud "{name}"'))
            for name, each in mapping(root.get("clouds"), path, '"clouds"').items()
        }
        self._regions = {
            name: mapping(each.pop(_REGIONS, None), path, f'"regions" of cloud "{name}"')
            for name, each in self._clouds.items()
        }

    def layers(self, cloud: str, region: str) -> list[tuple[str, object]]:
        """What the file says of one location, with where it says so; the later goes before the earlier."""
        return [
            (f'{self._path}: cloud "{cloud}"', self._clouds.get(cloud)),
            (f'{self._path}: cloud "{cloud}", region "{region}"', self._regions.get(cloud, {}).get(region)),
        ]

    def strangers(self, known: t.Mapping[str, t.Collection[str]]) -> tuple[str, ...]:
        """Warnings of clouds and regions that the file names and clouds.yaml does not have."""
        lost: list[tuple[str, str, t.Iterable[str]]]
        lost = [(f'cloud "{cloud}"', cloud, known) for cloud in self._clouds if cloud not in known]
        lost += [
            (f'region "{region}" of cloud "{cloud}"', str(region), known[cloud])
            for cloud, regions in self._regions.items()
            for region in regions
            if cloud in known and region not in known[cloud]
        ]
        return tuple(
            f"{self._path}: {what} is not in clouds.yaml, so its hints have no effect; there is {listing(there, name)}"
            for what, name, there in lost
        )


def notes_from(layers: t.Iterable[tuple[str, object]]) -> Notes:
    """The notes that layers of hints make, each with the place where it stands; the later goes before the earlier."""
    merged: dict[str, t.Any] = {}
    for where, layer in layers:
        for key, value in mapping(layer, where, SECTION).items():
            parsed = _parsed(where, str(key), value)
            before = merged.get(key)
            merged[key] = {**before, **parsed} if isinstance(parsed, dict) and isinstance(before, dict) else parsed
    names = {key: merged.pop(key) for key in _NAMES if key in merged}
    plain = {key: merged.pop(key) for key in (_SSH_USER, _JUMP_HOST, _IMAGE_FORMAT) if key in merged}
    if "status" in merged:
        merged["available"] = merged.pop("status")
    return Notes(hints=Hints(**merged), names=NameMaps(**names), **plain)


def _refuse_others(found: t.Iterable[t.Any], known: t.Collection[str], where: str) -> None:
    for key in found:
        if key not in known:
            raise AccountsError(f'{where}: unknown key "{key}"; it takes {listing(known, str(key), len(known))}')


def _parsed(where: str, key: str, value: object) -> object:
    _refuse_others([key], _KEYS, where)
    wanted, parse = _KEYS[key]
    try:
        return parse(value)
    except (LookupError, TypeError, ValueError) as exc:
        raise AccountsError(f"{where}: {key} is to be {wanted}, not {_said(value)}") from exc


def _said(value: object) -> str:
    """A hint as the user wrote it; nothing in them is secret."""
    if isinstance(value, bool):
        return f'"{value}"'.lower()
    return f'"{value}"' if isinstance(value, (str, int, float)) else sort_of(value)


def _status(value: object) -> bool:
    return {"available": True, "unavailable": False}[_text(value)]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _format(value: object) -> str:
    """What images are to be there; others are converted before they are sent."""
    return {name: name for name in _DISK_FORMATS}[_text(value)]


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _count(value: object) -> int:
    return _checked(_whole(value), _whole(value) >= 0)


def _length(value: object) -> int:
    """Seconds of a length of time; only what ends can be the longest."""
    try:
        seconds = lifetime_of(value if isinstance(value, str) else str(_whole(value)))
    except OrderError as exc:
        raise ValueError from exc
    if seconds is None:
        raise ValueError
    return seconds


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError
    return float(_checked(value, value >= 0))


def _rate(value: object) -> float:
    return _checked(_number(value), _number(value) > 0)


N = t.TypeVar("N", int, float)


def _checked(value: N, fits: bool) -> N:
    if not fits:
        raise ValueError
    return value


def _names(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return {_text(name): _text(theirs) for name, theirs in value.items()}


def _user(value: object) -> str | dict[str, str]:
    return value if isinstance(value, str) else _names(value)


_NAMES = ("image", "flavor", "network", "security_groups", "key_name")
_KEYS: dict[str, tuple[str, t.Callable[[object], object]]] = {
    "status": ("available or unavailable", _status),
    "priority": ("a whole number", _whole),
    "weight": ("a number, 0 or more", _number),
    "cost": ("a number, 0 or more", _number),
    "max_servers": ("a whole number, 0 or more", _count),
    "max_servers_per_owner": ("a whole number, 0 or more", _count),
    "max_lifetime": ("a length of time (40m, 2h, 1d), or seconds", _length),
    "headroom": ("a whole number, 0 or more", _count),
    "requests_per_second": ("a number above 0", _rate),
    _SSH_USER: ("a name, or a mapping of images to names", _user),
    _JUMP_HOST: ("a text", _text),
    _IMAGE_FORMAT: (f"one of {', '.join(_DISK_FORMATS)}", _format),
    **dict.fromkeys(_NAMES, ("a mapping of your names to this provider's", _names)),
}
