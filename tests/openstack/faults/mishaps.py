# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mishaps: what befalls one site for a while, and how often each is drawn."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    import random

    from ..rig.sites import Site
    from .rig import Rig

# Nova is one process here: API, conductor, scheduler and computes freeze together; a host can be lost alone.
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
    """One fault of one site."""

    verb: str
    what: str
    site: str

    def __str__(self) -> str:
        return f"{self.verb} {self.what} of {self.site}"

    def strike(self, rig: Rig) -> None:
        if self.verb == "lose":
            rig.lose_host(self.site, 1)
        else:
            {"freeze": rig.freeze, "stop": rig.stop, "crash": rig.crash}[self.verb](self.site, self.what)

    def heal(self, rig: Rig) -> None:
        if self.verb == "lose":
            rig.find_host(self.site)
        elif self.verb == "freeze":
            rig.thaw(self.site, self.what)
        else:
            rig.start(self.site, self.what)


def draw(dice: random.Random, sites: t.Sequence[Site]) -> Mishap:
    verb, what = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    # A second region has no Keystone of its own.
    return Mishap(verb=verb, what=what, site=dice.choice([s for s in sites if what != "keystone" or not s.second]).name)
