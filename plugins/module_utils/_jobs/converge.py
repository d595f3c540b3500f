# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The main job: converge one fleet, or tell what that would do."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._cloud.accounts import choose, load_accounts
from .._cloud.clock import SystemClock, entropy
from .._cloud.driver import Surroundings, drive
from .._cloud.port import OpenStackPort
from .._cloud.stops import stop_signals
from .._core.answer import answer
from .._core.coordinator import Coordinator
from .._core.desk import Run
from .._core.options import order_from
from .._core.report import failure, warnings

if t.TYPE_CHECKING:
    from .._core.order import Order
    from .._core.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run returns: everything as plain data, what to warn of, and why it failed, if it did."""

    answer: dict[str, t.Any]
    warnings: tuple[str, ...]
    failure: str


def converge(params: t.Mapping[str, t.Any], *, check: bool = False) -> Outcome:
    """Converge the fleet that these options order; with ``check`` nothing is written."""
    return run_order(order_from(params), params, check=check, last=True)


def run_order(order: Order, params: t.Mapping[str, t.Any], *, check: bool, last: bool = False) -> Outcome:
    """Run one order against the accounts that the options name; ``last`` where the process does nothing after it."""
    accounts = load_accounts(params.get("clouds_yaml_path"), params.get("accounts_file"))
    chosen = choose(accounts, params.get("locations") or (), params.get("exclude") or ())
    clock = SystemClock()
    run = Run(order=order, started=clock.now(), run_at=int(clock.wall()), entropy=entropy(), check=check)
    port = OpenStackPort(accounts, order, clock)
    with stop_signals(keep=last) as stop:
        around = Surroundings(port=port, clock=clock, patience=order.patience, stop=stop)
        finish = drive(Coordinator(run, accounts.locations(chosen)), around)
    result = t.cast("Result", finish.result)
    return Outcome(
        answer={**answer(result), "requests": dict(port.requests)},
        warnings=(*accounts.warnings, *warnings(result)),
        failure=failure(result) if result.failed else "",
    )
