# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All invariants over one play. I11 is about reap, which no job does yet: its predicate comes with that job.

I10 needs two plays, and I12 many: see `same_trace` and `tally`.
"""

from __future__ import annotations

import typing as t

from .evidence import Evidence
from .invariants.bounded_flight import bounded_flight, never_refused_for_room
from .invariants.bounded_requests import bounded_requests
from .invariants.ends_in_time import ends_in_time
from .invariants.exactly import closed
from .invariants.nothing_lost import nothing_lost
from .invariants.proven_deletes import proven_deletes
from .invariants.proven_trims import proven_trims
from .invariants.truly_exact import still_there, truly_exact
from .invariants.whole_account import whole_account

if t.TYPE_CHECKING:
    from .stage import Play

OF_PLAYS: dict[str, tuple[t.Callable[[Play], t.Iterable[str]], ...]] = {
    "I1": (closed,),
    "I2": (truly_exact, still_there),
    "I6": (never_refused_for_room,),
    "I9": (nothing_lost,),
}
OF_RUNS: dict[str, tuple[t.Callable[[Evidence], t.Iterable[str]], ...]] = {
    "I3": (whole_account,),
    "I4": (proven_deletes,),
    "I5": (proven_trims,),
    "I6": (bounded_flight,),
    "I7": (bounded_requests,),
    "I8": (ends_in_time,),
}


def violations(play: Play) -> list[str]:
    """What is wrong with it, each with the name of its invariant."""
    found = [f"{name}: {each}" for name, rules in OF_PLAYS.items() for rule in rules for each in rule(play)]
    for who, run in play.named.items():
        evidence = Evidence(run)
        for name, rules in OF_RUNS.items():
            found += [f"{name}: {who}: {each}" for rule in rules for each in rule(evidence)]
    return found
