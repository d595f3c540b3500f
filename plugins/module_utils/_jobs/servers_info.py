# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Telling what servers there are, whose, and in which state."""

from __future__ import annotations

import typing as t

from .._cloud.clock import SystemClock
from .._core.census import merged_line
from .._core.fleets import (
    as_of,
    fleet_rows,
    foreign_rows,
    known_fields,
    of_fleet,
    our_rows,
    sightings,
    suspicious_rows,
    unseen_rows,
)
from .ask import Outcome, chosen_by, survey_all
from .where import Condition, condition

if t.TYPE_CHECKING:
    from .._core.census import Census


def servers_info(params: t.Mapping[str, t.Any]) -> Outcome:
    """Survey the chosen locations once and tell what is there; nothing is written."""
    fits = condition(params.get("where") or "", known_fields())
    accounts, chosen = chosen_by(params)
    labels = [each.label for each in accounts.all if each.label in chosen]
    clock = SystemClock()
    epoch = clock.wall() - clock.now()
    census, requests = survey_all(accounts, labels, params["timeout"])
    answer = {**_answer(census, epoch, params, fits), "requests": requests}
    merged = tuple(merged_line(one, other) for one, other in census.merged)
    lines = tuple(
        f"{each['location']}: not known what runs there: {each['reason']}; {each['advice']}"
        for each in answer["unknown"]
    )
    if lines and (params["on_unreachable"] == "fail" or not census.seen):
        return Outcome(answer=answer, warnings=accounts.warnings + merged, failure=_failure(lines, answer))
    return Outcome(answer=answer, warnings=accounts.warnings + merged + lines)


def _answer(census: Census, epoch: float, params: t.Mapping[str, t.Any], fits: Condition) -> dict[str, t.Any]:
    seen = sightings(census, epoch)
    seen = of_fleet(seen, params["fleet"]) if params.get("fleet") else seen
    return {
        "changed": False,
        "fleets": fleet_rows(seen),
        "servers": list(filter(fits, our_rows(seen))),
        "suspicious": list(filter(fits, suspicious_rows(seen))),
        "foreign": list(filter(fits, foreign_rows(seen))) if params.get("foreign") else [],
        "unknown": unseen_rows(census),
        "locations": [survey.location for survey in census.seen],
        "as_of": as_of(census, epoch),
    }


def _failure(lines: t.Sequence[str], answer: t.Mapping[str, t.Any]) -> str:
    """Why there is no answer, or none that is whole."""
    head = "not every location answered (on_unreachable: omit is content with the others)"
    if not answer["locations"]:
        head = "no location answered, so nothing is known of any server"
    return "\n".join([head, *lines])
