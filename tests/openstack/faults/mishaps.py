# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mishaps: what befalls one cloud for a while, and how often each is drawn."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    import random

    from .rig import Rig

# Nova is one process in the lab: API, conductor, scheduler and computes freeze together; a host can be lost alone.
WEIGHTS = {
    ("freeze", "nova"): 5,
    ("freeze", "neutron"): 3,
    ("freeze", "keystone"): 2,
    ("freeze", "placement"): 2,
    ("freeze", "glance"): 1,
    ("stop", "nova"): 2,
    ("stop", "neutron"): 2,
    ("stop", "keystone"): 1,
    ("stop", "placement"): 1,
    ("crash", "nova"): 2,
    ("lose", "host"): 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One fault of one cloud."""

    verb: str
    what: str
    cloud: str

    def __str__(self) -> str:
        return f"{self.verb} {self.what} of {self.cloud}"

    def strike(self, rig: Rig) -> None:
        if self.verb == "lose":
            rig.lose_host(self.cloud, 1)
        else:
            {"freeze": rig.freeze, "stop": rig.stop, "crash": rig.crash}[self.verb](self.cloud, self.what)

    def heal(self, rig: Rig) -> None:
        if self.verb == "lose":
            rig.find_host(self.cloud)
        elif self.verb == "freeze":
            rig.thaw(self.cloud, self.what)
        else:
            rig.start(self.cloud, self.what)


def draw(dice: random.Random, clouds: t.Sequence[str]) -> Mishap:
    verb, what = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    return Mishap(verb=verb, what=what, cloud=dice.choice(clouds))
