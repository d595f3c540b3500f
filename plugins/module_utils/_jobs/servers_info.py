# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Telling what servers there are, whose, and in which state."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._cloud.accounts import choose, load_accounts
from .._cloud.clock import SystemClock
from .._cloud.driver import Surroundings, drive
from .._cloud.port import OpenStackPort
from .._cloud.stops import stop_signals
from .._core.census import Surveyor
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
from .._core.order import Order, Patience
from .._core.report import merged_line
from .where import Condition, condition

if t.TYPE_CHECKING:
    from .._core.census import Census


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What an info module returns: plain data, what to warn of, and why it failed, if it did."""

    answer: dict[str, t.Any]
    warnings: tuple[str, ...]
    failure: str = ""


def servers_info(params: t.Mapping[str, t.Any]) -> Telling:
    """Survey the chosen locations once and tell what is there; nothing is written."""
    fits = condition(params.get("where") or "", known_fields())
    accounts = load_accounts(params.get("clouds_yaml_path"), params.get("accounts_file"))
    chosen = choose(accounts, params.get("locations") or (), ())
    labels = [each.label for each in accounts.all if each.label in chosen]
    clock, seconds = SystemClock(), params["timeout"]
    epoch = clock.wall() - clock.now()
    order = Order(fleet="", patience=Patience(survey=seconds, api=seconds))
    port = OpenStackPort(accounts, order, clock)
    with stop_signals() as stop:
        around = Surroundings(port=port, clock=clock, patience=order.patience, stop=stop)
        census = t.cast("Census", drive(Surveyor(labels), around).result)
    answer = {**_answer(census, epoch, params, fits), "requests": dict(port.requests)}
    merged = tuple(merged_line(one, other) for one, other in census.merged)
    lines = tuple(f"{each['location']}: {each['reason']}" for each in answer["unknown"])
    if lines and (params["on_unreachable"] == "fail" or not census.seen):
        return Telling(answer=answer, warnings=accounts.warnings + merged, failure=_failure(lines, answer))
    silent = tuple(f"{line}; what runs there is not known" for line in lines)
    return Telling(answer=answer, warnings=accounts.warnings + merged + silent)


def _answer(census: Census, epoch: float, params: t.Mapping[str, t.Any], fits: Condition) -> dict[str, t.Any]:
    seen = sightings(census, epoch)
    seen = of_fleet(seen, params["fleet"]) if params.get("fleet") else seen
    return {
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
    told = (f"{line}; {each['advice']}" for line, each in zip(lines, answer["unknown"], strict=True))
    return "\n".join([head, *told])
