# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The main job: converge one fleet, or tell what that would do."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._cloud.clock import SystemClock, entropy
from .._cloud.driver import Surroundings, drive
from .._cloud.journal import Journal
from .._cloud.key_folder import key_folder
from .._cloud.own_keys import OwnKeys, forget_keys
from .._cloud.port import OpenStackPort
from .._cloud.stops import stop_signals
from .._cloud.turns import in_turn
from .._core.answer import answer
from .._core.coordinator import Coordinator
from .._core.desk import Run
from .._core.options import order_from
from .._core.report import failure, summary, warnings
from .ask import Outcome, chosen_by

if t.TYPE_CHECKING:
    from .._cloud.accounts import Accounts
    from .._core.order import Order
    from .._core.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended, at which accounts, and how many requests each location was sent; why, if it failed.

    ``image_at`` tells the id of the image that was looked up at a location.
    """

    result: Result
    accounts: Accounts
    requests: dict[str, int]
    failure: str
    image_at: t.Callable[[str], str]


def converge(params: t.Mapping[str, t.Any], *, check: bool = False, folder: str | None = None) -> Outcome:
    """Converge the fleet that these options order; with ``check`` nothing is written.

    Where there is a journal in ``folder``, it is told how far the run is.
    """
    order, keys = order_from(params), params.get("key_dir") or ""
    if keys and order.places_servers and not check:
        key_folder(keys)
    ran = run_order(order, params, check=check, last=True, folder=folder)
    if keys and order.absent and ran.result.exact and not check:
        forget_keys(keys, order.fleet, order.concerns)
    return Outcome(
        answer={**answer(ran.result, keys), "requests": ran.requests, "failure": ran.failure},
        warnings=(*ran.accounts.warnings, *warnings(ran.result)),
        failure=ran.failure,
    )


def run_order(
    order: Order, params: t.Mapping[str, t.Any], *, check: bool, last: bool = False, folder: str | None = None
) -> Ran:
    """Run one order against the accounts that the options name; ``last`` where the process does nothing after it."""
    accounts, chosen = chosen_by(params)
    clock = SystemClock()
    journal = Journal(folder, order.fleet, clock.now())
    with stop_signals(keep=last) as stop, in_turn(order, accounts, clock, stop, check=check) as ours:
        this = Run(order=ours, started=clock.now(), run_at=int(clock.wall()), entropy=entropy(), check=check)
        port = OpenStackPort(accounts, ours, clock, _keys(ours, params, clock))
        engine = Coordinator(this, accounts.locations(chosen))
        around = Surroundings(
            port=port,
            clock=clock,
            patience=ours.patience,
            stop=stop,
            watch=lambda now: journal.watch(now, engine.progress),
        )
        result = t.cast("Result", drive(engine, around).result)
    why = failure(result) if result.failed else ""
    journal.close(clock.now(), engine.progress, "" if why else summary(result))
    return Ran(result=result, accounts=accounts, requests=dict(port.requests), failure=why, image_at=port.image)


def _keys(order: Order, params: t.Mapping[str, t.Any], clock: SystemClock) -> OwnKeys | None:
    """What gives each server a key of its own, where that is ordered."""
    if not order.spec.own_keys:
        return None
    return OwnKeys(params.get("key_dir") or "", int(clock.wall() + order.patience.timeout), clock)
