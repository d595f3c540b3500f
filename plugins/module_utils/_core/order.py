# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the user asked for, checked once at the border."""

from __future__ import annotations

import enum
import functools
import hashlib
import json
import re
from dataclasses import dataclass, field

from .._errors import OrderError
from .place import Wishes

_LIFETIME = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What each server is to be, in the user's names; flavors in order of preference.

    Instead of an ``image`` there may be what the newest one that is like it has: a pattern of its name, and properties.
    With ``own_keys`` each has a key of its own.
    """

    image: str = ""
    image_filter: tuple[tuple[str, str], ...] = ()
    flavors: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    key_name: str | None = None
    own_keys: bool = False
    userdata: str | None = field(default=None, repr=False)
    config_drive: bool = False
    metadata: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    description: str = ""

    @property
    def image_told(self) -> str:
        """The image as it was ordered; of a filter what it wants, such as newest:name=debian-13-*,os_distro=debian."""
        wanted = ",".join(f"{name}={value}" for name, value in self.image_filter)
        return f"newest:{wanted}" if wanted else self.image

    @property
    def digest(self) -> str:
        """A short hash of what was ordered, names as given: a rerun finds drift without a single look-up."""
        return _digest(self)


@functools.lru_cache(maxsize=16)
def _digest(spec: Spec) -> str:
    """Every server of a fleet is compared with it, at every step."""
    userdata = spec.userdata and hashlib.sha256(spec.userdata.encode()).hexdigest()
    ordered = (
        spec.image_filter or spec.image,
        spec.flavors,
        spec.networks,
        sorted(spec.security_groups),
        spec.own_keys or spec.key_name,
        userdata,
        spec.config_drive,
        sorted(spec.metadata),
        sorted(spec.tags),
    )
    return hashlib.sha256(json.dumps(ordered).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an order waits for what, in seconds; also for an answer at a port, where one is named."""

    timeout: float = 900.0
    boot: float = 300.0
    api: float = 60.0
    survey: float = 10.0
    attempts: int = 3
    ready_port: int = 0

    @property
    def reserve(self) -> float:
        """The end of the timeout that is kept for clean-up and the confirm survey."""
        return min(30.0, 0.15 * self.timeout)


class OnDrift(enum.Enum):
    """What becomes of servers that were made from another order."""

    KEEP = "keep"
    REPLACE = "replace"
    FAIL = "fail"


class OnShortfall(enum.Enum):
    """What becomes of an order that cannot have as many servers as it needs."""

    FAIL = "fail"
    ACCEPT = "accept"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One fleet, and how many servers it is to have.

    ``slots`` are those that ``absent`` is about, all where there are none; ``max_removals`` is the most servers that
    may be taken away, no limit being None; ``wishes`` say where slots are tried first.
    """

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
    wishes: Wishes = Wishes()
    slots: frozenset[int] = frozenset()
    max_removals: int | None = None
    wait_for_room: bool = False
    fence: bool = False
    adopt: bool = False
    repair: bool = False
    fail_on_unreachable: bool = False
    on_drift: OnDrift = OnDrift.KEEP
    on_shortfall: OnShortfall = OnShortfall.FAIL
    patience: Patience = Patience()

    @property
    def places_servers(self) -> bool:
        return not self.absent and self.count > 0

    def concerns(self, slot: int) -> bool:
        """Whether the order is about this slot: all are, unless ``absent`` names some."""
        return not self.slots or slot in self.slots


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
