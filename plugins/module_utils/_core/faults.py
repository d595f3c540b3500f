# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What can go wrong at a cloud, as a table: a new fault is one row of `RULES` and a line of the sayings.

A rule says how far a fault reaches (scope), how many seconds nothing is tried there again (hold; doubled at each
repetition where it `grows`), and whether it spends one of the attempts that the order allows for a slot. Faults of room
and quota spend none: they only say that this place is full.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class Scope(enum.Enum):
    """How far a fault reaches, and so what is tried next: the next of whatever the scope names."""

    SERVER = "server"
    OFFER = "offer"
    FLAVOR = "flavor"
    ZONE = "zone"
    LOCATION = "location"


class Kind(enum.Enum):
    """What went wrong."""

    QUOTA = "quota"
    PORT_QUOTA = "port quota"
    GROUP_QUOTA = "server group quota"
    VOLUME_QUOTA = "volume quota"
    NO_HOST = "no valid host"
    NO_ADDRESS = "no free address"
    RATE_LIMIT = "rate limit"
    NO_IMAGE = "no such image"
    NO_FLAVOR = "no such flavor"
    NO_NETWORK = "no such network"
    NO_KEY = "no such key"
    NO_GROUP = "no such security group"
    NO_ZONE = "no such zone"
    NO_PORT = "no such port"
    AMBIGUOUS_NAME = "ambiguous name"
    NEEDS_VOLUME = "flavor needs a boot volume"
    INVALID = "refused as invalid"
    FORBIDDEN = "forbidden"
    UNAUTHORIZED = "credentials refused"
    UNTRUSTED = "certificate not trusted"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "no answer in time"
    BROKEN_ANSWER = "answer not understood"
    SERVER_ERROR = "error of the cloud"
    NOT_FOUND = "not found"
    CONFLICT = "in use"
    LOCKED = "locked"
    MICROVERSION = "API version not offered"
    MISCONFIGURED = "account not usable"
    BUILD_FAILED = "build failed"
    UNSUITABLE = "image or flavor unsuitable"
    STUCK = "stuck"
    VANISHED = "vanished"
    FENCED_OFF = "fence shut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one kind of fault is met; ``hold`` in seconds, None for the rest of the run."""

    scope: Scope
    hold: float | None
    spends: bool
    grows: bool = False


_HERE = Rule(scope=Scope.LOCATION, hold=None, spends=False)
_FULL = Rule(scope=Scope.LOCATION, hold=60.0, spends=False, grows=True)
_NO_FIT = Rule(scope=Scope.FLAVOR, hold=None, spends=False)
_TRY_AGAIN = Rule(scope=Scope.SERVER, hold=0.0, spends=True)

RULES: dict[Kind, Rule] = {
    Kind.QUOTA: _FULL,
    Kind.PORT_QUOTA: _FULL,
    Kind.GROUP_QUOTA: _FULL,
    Kind.VOLUME_QUOTA: _FULL,
    Kind.NO_HOST: Rule(scope=Scope.OFFER, hold=60.0, spends=False, grows=True),
    Kind.NO_ADDRESS: _FULL,
    Kind.RATE_LIMIT: Rule(scope=Scope.LOCATION, hold=5.0, spends=False, grows=True),
    Kind.NO_IMAGE: _HERE,
    Kind.NO_FLAVOR: _NO_FIT,
    Kind.NO_NETWORK: _HERE,
    Kind.NO_KEY: _HERE,
    Kind.NO_GROUP: _HERE,
    Kind.NO_ZONE: Rule(scope=Scope.ZONE, hold=None, spends=False),
    Kind.NO_PORT: _HERE,
    Kind.AMBIGUOUS_NAME: _HERE,
    Kind.NEEDS_VOLUME: _NO_FIT,
    Kind.INVALID: _HERE,
    Kind.FORBIDDEN: _HERE,
    Kind.UNAUTHORIZED: _HERE,
    Kind.UNTRUSTED: _HERE,
    Kind.UNREACHABLE: Rule(scope=Scope.LOCATION, hold=10.0, spends=True, grows=True),
    Kind.TIMED_OUT: Rule(scope=Scope.LOCATION, hold=30.0, spends=True, grows=True),
    Kind.BROKEN_ANSWER: Rule(scope=Scope.LOCATION, hold=30.0, spends=True, grows=True),
    Kind.SERVER_ERROR: Rule(scope=Scope.LOCATION, hold=5.0, spends=True, grows=True),
    Kind.NOT_FOUND: _HERE,
    Kind.CONFLICT: _TRY_AGAIN,
    Kind.LOCKED: _TRY_AGAIN,
    Kind.MICROVERSION: _HERE,
    Kind.MISCONFIGURED: _HERE,
    Kind.BUILD_FAILED: Rule(scope=Scope.ZONE, hold=5.0, spends=True, grows=True),
    Kind.UNSUITABLE: _NO_FIT,
    Kind.STUCK: Rule(scope=Scope.ZONE, hold=60.0, spends=True, grows=True),
    Kind.VANISHED: _TRY_AGAIN,
    Kind.FENCED_OFF: Rule(scope=Scope.SERVER, hold=0.0, spends=False),
}

_TOO_MUCH = 413
_SERVER_SIDE = 500

ROOM = frozenset({Kind.QUOTA, Kind.PORT_QUOTA, Kind.GROUP_QUOTA, Kind.VOLUME_QUOTA, Kind.NO_HOST, Kind.NO_ADDRESS})
PASSING = frozenset({Kind.UNREACHABLE, Kind.TIMED_OUT, Kind.BROKEN_ANSWER, Kind.SERVER_ERROR, Kind.RATE_LIMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A classified error. ``message`` is the cloud's own text, or ours where there was no answer; no secrets.

    ``remedy`` is what the user can do about it, where that is more than its kind tells (`advice`).
    """

    kind: Kind
    message: str = ""
    remedy: str = ""
    status: int | None = None
    request_id: str = ""
    retry_after: float | None = None

    @property
    def rule(self) -> Rule:
        return RULES[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP refusal as the wire brought it; ``retry_after`` in seconds."""

    status: int
    message: str
    request_id: str = ""
    retry_after: float | None = None


# The first line that fits wins. Texts: Nova's own, seen on real clouds and in its sources.
SAYINGS: tuple[tuple[frozenset[int], str, Kind], ...] = (
    (frozenset({403, 413}), r"too many servers in group|too many server groups", Kind.GROUP_QUOTA),
    (frozenset({403, 409, 413}), r"maximum number of ports|number of defined ports|quota.*\bport", Kind.PORT_QUOTA),
    (frozenset({403}), r"only volume-backed servers are allowed", Kind.NEEDS_VOLUME),
    (frozenset({403, 413}), r"volumelimitexceeded|volumesizeexceedsavailablequota|of volumes", Kind.VOLUME_QUOTA),
    (frozenset({403, 413}), r"quota exceeded|over (?:a|the) limit|is over limit", Kind.QUOTA),
    (frozenset({413}), r"too large", Kind.INVALID),  # not with Retry-After: see _kind_of
    (
        frozenset({400}),
        r"can not find requested image|image .*(?:could not be found|not found)|imageref",
        Kind.NO_IMAGE,
    ),
    (frozenset({400}), r"flavor .*could not be found|flavorref", Kind.NO_FLAVOR),
    (frozenset({400}), r"flavor's (?:disk|memory)|image .* is unacceptable", Kind.UNSUITABLE),
    (frozenset({400}), r"unable to automatically allocate a network|network .*could not be found", Kind.NO_NETWORK),
    (frozenset({400}), r"invalid key_name", Kind.NO_KEY),
    (frozenset({400}), r"(?:instance|server) group .*could not be found", Kind.FENCED_OFF),
    (frozenset({400}), r"unable to find security_group|security group .*(?:not found|not exist)", Kind.NO_GROUP),
    (frozenset({400}), r"availability zone is not available", Kind.NO_ZONE),
    (frozenset({400}), r"port id .*could not be found", Kind.NO_PORT),
    (frozenset({409}), r"multiple (?:possible networks|security_group)|more than one", Kind.AMBIGUOUS_NAME),
    (frozenset({409}), r"is locked", Kind.LOCKED),
    (frozenset({409}), r"no more ip addresses|ipaddressgenerationfailure", Kind.NO_ADDRESS),
    (frozenset({409}), r"over ?quota|quota exceeded", Kind.QUOTA),
)

STATUSES: dict[int, Kind] = {
    400: Kind.INVALID,
    401: Kind.UNAUTHORIZED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    406: Kind.MICROVERSION,
    409: Kind.CONFLICT,
    413: Kind.RATE_LIMIT,
    429: Kind.RATE_LIMIT,
}

# What a server in ERROR says of itself.
BOOT_SAYINGS: tuple[tuple[str, Kind], ...] = (
    (r"maximum number of ports|portlimitexceeded", Kind.PORT_QUOTA),
    (r"volumelimitexceeded|volumesizeexceedsavailablequota", Kind.VOLUME_QUOTA),
    (r"quota exceeded|over a limit|is over limit", Kind.QUOTA),
    (r"no valid host was found", Kind.NO_HOST),
    (r"no fixed ip addresses available|no more ip addresses", Kind.NO_ADDRESS),
    (r"image .* is unacceptable|flavor's (?:disk|memory) is too small|signature", Kind.UNSUITABLE),
)


def fault_of(answer: Answer) -> Fault:
    """The fault that an HTTP refusal means."""
    return Fault(
        kind=_kind_of(answer),
        message=answer.message,
        status=answer.status,
        request_id=answer.request_id,
        retry_after=answer.retry_after,
    )


def boot_fault_of(code: int | None, message: str) -> Fault:
    """The fault that a server in ERROR reports of its own boot; 413 is the quota race (nova-conductor's re-check)."""
    kind = Kind.QUOTA if code == _TOO_MUCH else Kind.BUILD_FAILED
    for pattern, meant in BOOT_SAYINGS:
        if re.search(pattern, message, re.IGNORECASE):
            kind = meant
            break
    return Fault(kind=kind, message=message or "the cloud gave no reason", status=code)


UNTOLD = boot_fault_of(None, "")
HALF_SHOWN = Fault(kind=Kind.BROKEN_ANSWER, message="it did not show all of its servers: a part of the cloud is down")


def _kind_of(answer: Answer) -> Kind:
    """Where 413 says when to come back it is the old name of 429, whose own words are "Request Entity Too Large"."""
    throttled = answer.status == _TOO_MUCH and answer.retry_after is not None
    for statuses, pattern, kind in SAYINGS:
        fits = answer.status in statuses and re.search(pattern, answer.message, re.IGNORECASE)
        if fits and not (throttled and kind is Kind.INVALID):
            return kind
    return STATUSES.get(answer.status, Kind.SERVER_ERROR if answer.status >= _SERVER_SIDE else Kind.INVALID)
