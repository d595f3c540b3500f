# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Telling what each location has, and how much more it takes."""

from __future__ import annotations

import typing as t

from .._cloud.accounts import choose, load_accounts
from .._cloud.catalogue import CataloguePort, Wanted
from .._cloud.clock import SystemClock
from .._cloud.driver import Surroundings, drive
from .._cloud.port import OpenStackPort
from .._cloud.stops import stop_signals
from .._core.capacity import capacity_rows, unknown_rows
from .._core.desk import Run
from .._core.inquiry import Inquirer
from .._core.order import Order, Patience, Spec
from .servers_info import Telling

if t.TYPE_CHECKING:
    from .._core.inquiry import Inquiry


def clouds_info(params: t.Mapping[str, t.Any]) -> Telling:
    """Ask the chosen locations once, and tell what they said; nothing is written."""
    accounts = load_accounts(params.get("clouds_yaml_path"), params.get("accounts_file"))
    chosen = choose(accounts, params.get("locations") or (), ())
    locations = [each for each in accounts.locations(chosen) if each.chosen]
    clock, order = SystemClock(), _order(params)
    started, wall = clock.now(), clock.wall()
    run = Run(order=order, started=started, run_at=int(wall), entropy=b"", check=True)
    kinds = tuple(dict.fromkeys(params.get("gather") or ()))
    wanted = Wanted(kinds=kinds, names=bool(order.spec.flavors), by=run.deadline)
    port = CataloguePort(OpenStackPort(accounts, order, clock), clock, wanted)
    inquirer = Inquirer(run, locations, look_up=bool(kinds or wanted.names))
    with stop_signals() as stop:
        around = Surroundings(port=port, clock=clock, patience=order.patience, stop=stop)
        inquiry = t.cast("Inquiry", drive(inquirer, around).result)
    rows = capacity_rows(inquiry, dict(port.catalogues), kinds, wall - started)
    answer: dict[str, t.Any] = {
        "locations": rows,
        "unknown": unknown_rows(inquiry.desk),
        "requests": dict(port.requests),
    }
    silent = tuple(f"{each['location']}: {each['reason']}; {each['advice']}" for each in answer["unknown"])
    return Telling(answer=answer, warnings=accounts.warnings + silent)


def _order(params: t.Mapping[str, t.Any]) -> Order:
    """An order for nothing, of the flavor that is asked about: what the engine's own arithmetic needs."""
    seconds = params["timeout"]
    flavor = params.get("flavor")
    return Order(
        fleet="",
        spec=Spec(flavors=(flavor,) if flavor else ()),
        owner=params.get("owner") or None,
        patience=Patience(timeout=seconds, survey=seconds, api=seconds),
    )
