# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can happen to a single request, by the kind of request; which one it hits hangs on its number alone."""

from __future__ import annotations

import hashlib
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import Upset

if t.TYPE_CHECKING:
    from .scenario import Site

Blow: t.TypeAlias = "Fault | Upset"

_REFUSED = Fault(kind=Kind.UNREACHABLE, message="Connection refused")
_ERROR = Fault(kind=Kind.SERVER_ERROR, message="Unexpected API Error", status=500)
_OVERLOADED = Fault(kind=Kind.SERVER_ERROR, message="Service Unavailable", status=503, retry_after=4.0)
_LIMITED = Fault(kind=Kind.RATE_LIMIT, message="Too Many Requests", status=429)
_PATIENCE = Fault(kind=Kind.RATE_LIMIT, message="Too Many Requests", status=429, retry_after=7.0)
_EXPIRED = Fault(kind=Kind.UNAUTHORIZED, message="The request you have made requires authentication.", status=401)
_GARBAGE = Fault(kind=Kind.BROKEN_ANSWER, message="no JSON")
_READ: dict[str, Blow] = {
    "hang": Upset.HANG,
    "drip": Upset.DRIP,
    "refused": _REFUSED,
    "error": _ERROR,
    "expired": _EXPIRED,
    "garbage": _GARBAGE,
    "limited": _LIMITED,
}

UPSETS: dict[type[m.Command], dict[str, Blow]] = {
    m.Create: {
        "hang": Upset.HANG,
        "drip": Upset.DRIP,
        "lost": Upset.LOST,
        "landed": Upset.LANDED,
        "late": Upset.LATE,
        "undone": Upset.UNDONE,
        "refused": _REFUSED,
        "error": _ERROR,
        "overloaded": _OVERLOADED,
        "limited": _LIMITED,
        "patience": _PATIENCE,
        "expired": _EXPIRED,
        "invalid": Fault(kind=Kind.INVALID, message="Invalid input", status=400),
        "forbidden": Fault(kind=Kind.FORBIDDEN, message="Policy doesn't allow it", status=403),
        "ports": Fault(kind=Kind.PORT_QUOTA, message="Maximum number of ports exceeded", status=403),
        "no zone": Fault(kind=Kind.NO_ZONE, message="The requested availability zone is not available", status=400),
        "image": Fault(kind=Kind.NO_IMAGE, message="Can not find requested image", status=400),
        "flavor": Fault(kind=Kind.NEEDS_VOLUME, message="Only volume-backed servers are allowed", status=403),
        "network": Fault(kind=Kind.NO_ADDRESS, message="No more IP addresses available", status=409),
        "conflict": Fault(kind=Kind.CONFLICT, message="in use", status=409),
    },
    m.Delete: {
        "hang": Upset.HANG,
        "drip": Upset.DRIP,
        "lost": Upset.LOST,
        "landed": Upset.LANDED,
        "late": Upset.LATE,
        "ignored": Upset.IGNORED,
        "error": _ERROR,
        "refused": _REFUSED,
        "expired": _EXPIRED,
        "limited": _LIMITED,
        "conflict": Fault(kind=Kind.CONFLICT, message="Cannot delete while in task", status=409),
    },
    m.Survey: {**_READ, "lost": Upset.LOST},
    m.List: {**_READ, "lost": Upset.LOST},
    m.LookUp: _READ,
    m.Show: {**_READ, "lost": Upset.LOST},
    m.Unlock: {
        "hang": Upset.HANG,
        "drip": Upset.DRIP,
        "error": _ERROR,
        "forbidden": Fault(kind=Kind.FORBIDDEN, message="Policy doesn't allow it", status=403),
    },
    m.Mark: {
        "hang": Upset.HANG,
        "drip": Upset.DRIP,
        "lost": Upset.LOST,
        "landed": Upset.LANDED,
        "late": Upset.LATE,
        "error": _ERROR,
        "conflict": Fault(kind=Kind.CONFLICT, message="somebody else writes the metadata", status=409),
    },
    m.OpenFence: {
        "hang": Upset.HANG,
        "landed": Upset.LANDED,
        "late": Upset.LATE,
        "error": _ERROR,
        "forbidden": Fault(kind=Kind.FORBIDDEN, message="Policy doesn't allow it", status=403),
        "quota": Fault(kind=Kind.GROUP_QUOTA, message="too many server groups", status=403),
    },
    m.ShutFence: {
        "hang": Upset.HANG,
        "drip": Upset.DRIP,
        "lost": Upset.LOST,
        "landed": Upset.LANDED,
        "error": _ERROR,
    },
}

BOOTS: dict[str, BootFault | None] = {
    "no host": BootFault(code=500, message="No valid host was found. There are not enough hosts available."),
    "retries": BootFault(code=500, message="Exceeded maximum number of retries. Exhausted all hosts available."),
    "aborted": BootFault(code=500, message="Build of instance X aborted: Failed to allocate the network(s)."),
    "no address": BootFault(code=500, message="aborted: No fixed IP addresses available for network: N"),
    "image": BootFault(code=500, message="Build of instance X aborted: Image I is unacceptable"),
    "quota": BootFault(code=413, message="Quota exceeded for instances"),
    "volume": BootFault(code=500, message="Build of instance X aborted: VolumeLimitExceeded"),
    "untold": BootFault(code=None, message=""),
}


@dataclass(slots=True)
class Weather:
    """The upsets of one location: each has a name, so that it can be spared; what fell is counted."""

    seed: int
    site: Site
    spared: frozenset[str]
    fallen: Counter[str]
    names: list[str]
    _numbers: Counter[str] = field(default_factory=Counter)

    def blow(self, command: m.ToLocation) -> Blow | None:
        """What happens to this request, if anything."""
        kind = type(command).__name__
        number = self._next(kind)
        name = f"{self.site.label} {kind} {number}"
        found = self._possible(command)
        if not found or self._chance(name) >= self.site.upsets or name in self.spared:
            return None
        chosen = list(found)[self._number(f"{name}?") % len(found)]
        self.fallen[f"{kind} {chosen}"] += 1
        self.names.append(name)
        return found[chosen]

    def _possible(self, command: m.ToLocation) -> dict[str, Blow]:
        found, kind = UPSETS.get(type(command), {}), type(command).__name__
        if not self.site.only:
            return found
        return {name: blow for name, blow in found.items() if {name, f"{kind} {name}"} & set(self.site.only)}

    def boot(self, command: m.Create) -> tuple[str, BootFault | None]:
        """How a new server's boot ends: well, in ERROR, or never."""
        name = f"{self.site.label} boot {self._next('boot')}"
        chance = self._chance(name)
        if name in self.spared or chance >= self.site.broken + self.site.endless:
            return "", None
        self.names.append(name)
        if chance >= self.site.broken:
            self.fallen["boot endless"] += 1
            return "endless", None
        chosen = list(BOOTS)[self._number(f"{name}?") % len(BOOTS)]
        self.fallen[f"boot {chosen}"] += 1
        return chosen, BOOTS[chosen]

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    def _number(self, name: str) -> int:
        return int.from_bytes(hashlib.blake2b(f"{self.seed} {name}".encode(), digest_size=4).digest())

    def _chance(self, name: str) -> float:
        return self._number(name) / 2**32
