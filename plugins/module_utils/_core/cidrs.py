# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Ranges of addresses for a network at every location, out of pools, none of which overlaps another."""

from __future__ import annotations

import hashlib
import ipaddress
import typing as t
from dataclasses import dataclass

from .._errors import OrderError

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Span: t.TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

_SIX = 6
_OF_IPV6 = 64
_SMALLEST = 29
_MOST_TRIES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """Where ranges come from: those of IPv4 are of one length, those of IPv6 are all /64."""

    spans: tuple[Span, ...]
    length: int

    @property
    def versions(self) -> list[int]:
        return sorted({each.version for each in self.spans})

    def free(self, version: int, seed: str, taken: Sequence[Span]) -> str:
        """The range that a seed has, or the next that nothing overlaps; empty where none is left."""
        length = _OF_IPV6 if version == _SIX else self.length
        spans = [each for each in self.spans if each.version == version]
        numbers = [1 << (length - each.prefixlen) for each in spans]
        total = sum(numbers)
        first = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % total
        rivals = [each for each in taken if each.version == version]
        for step in range(min(total, _MOST_TRIES)):
            found = _numbered(spans, numbers, (first + step) % total, length)
            if not any(found.overlaps(each) for each in rivals):
                return str(found)
        return ""


def pools_of(given: Iterable[str], length: int) -> Pools:
    """The pools of an order."""
    spans: list[Span] = []
    for each in given:
        span = _span(each)
        needed = _OF_IPV6 if span.version == _SIX else length
        if span.prefixlen > needed:
            raise OrderError(f"pools: {span} has no room for a /{needed}; give a larger one")
        for other in spans:
            if other.version == span.version and other.overlaps(span):
                raise OrderError(f"pools: {other} and {span} overlap; leave the smaller one away")
        spans.append(span)
    if not spans:
        raise OrderError("pools: there is none; give one such as 10.64.0.0/12")
    if not 1 <= length <= _SMALLEST:
        raise OrderError(f"prefix_length: it is {length}, where 1 to {_SMALLEST} leaves addresses for servers")
    return Pools(spans=tuple(spans), length=length)


def allotted(
    name: str, pools: Pools, taken: Mapping[str, Sequence[str] | None], own: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The ranges of each location, one of each version; "" where the pools have none left.

    ``taken`` is what is used at each location already, or None where that is not known: what such a one would get is
    left free. ``own`` is what the network of that name has there, which it keeps. Everyone who sees the same says the
    same, and a location has its range whatever other locations there are, as long as nothing is in the way.
    """
    claimed = [span for each in taken.values() for cidr in each or () for span in _spans(cidr)]
    given: dict[str, list[str]] = {}
    for label in sorted(taken):
        kept: dict[int, str] = {span.version: str(span) for cidr in own.get(label, ()) for span in _spans(cidr)}
        found = [kept.get(version) or pools.free(version, f"{name} {label}", claimed) for version in pools.versions]
        claimed += [span for cidr in found for span in _spans(cidr)]
        given[label] = found
    return given


def _numbered(spans: Sequence[Span], numbers: Sequence[int], number: int, length: int) -> Span:
    """The range of that number, counted through all spans."""
    if number >= numbers[0]:
        return _numbered(spans[1:], numbers[1:], number - numbers[0], length)
    start = int(spans[0].network_address) + (number << (spans[0].max_prefixlen - length))
    return type(spans[0])((start, length))


def _span(said: str) -> Span:
    try:
        return ipaddress.ip_network(said.strip())
    except ValueError as exc:
        raise OrderError(f'pools: "{said}" is no range of addresses; write one such as 10.64.0.0/12') from exc


def _spans(cidr: str) -> list[Span]:
    """What a cloud shows as a range, or nothing where it is none."""
    try:
        return [ipaddress.ip_network(cidr, strict=False)]
    except ValueError:
        return []
