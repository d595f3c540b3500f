# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the jobs share: whom the options choose, an engine driven against the clouds, and what is told of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._cloud.accounts import choose, load_accounts
from .._cloud.clock import SystemClock
from .._cloud.driver import Surroundings, drive
from .._cloud.port import OpenStackPort
from .._core.census import Surveyor
from .._core.order import Order, Patience, Spec

if t.TYPE_CHECKING:
    from .._cloud.accounts import Accounts
    from .._cloud.loop import Engine
    from .._cloud.port import Port
    from .._core.census import Census


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a module returns: plain data, what to warn of, and why it failed, if it did."""

    answer: dict[str, t.Any]
    warnings: tuple[str, ...]
    failure: str = ""


def chosen_by(params: t.Mapping[str, t.Any]) -> tuple[Accounts, frozenset[str]]:
    """All accounts that the options name, and the labels of the locations that they choose among them."""
    accounts = load_accounts(params.get("clouds_yaml_path"), params.get("accounts_file"))
    return accounts, choose(accounts, params.get("locations") or (), params.get("exclude") or ())


def order_to_read(seconds: float, flavor: str = "", owner: str | None = None) -> Order:
    """An order for nothing, of the flavor that is asked about: each location has so many seconds to answer."""
    patience = Patience(timeout=seconds, survey=seconds, api=seconds)
    return Order(fleet="", spec=Spec(flavors=(flavor,) if flavor else ()), owner=owner, patience=patience)


def asked(engine: Engine, order: Order, port: Port, clock: SystemClock) -> t.Any:
    """The result of an engine that only reads. A signal ends it by exception: half of it is of no use to anyone."""
    return drive(engine, Surroundings(port=port, clock=clock, patience=order.patience)).result


def survey_all(accounts: Accounts, labels: t.Sequence[str], seconds: float) -> tuple[Census, dict[str, int]]:
    """What the locations with these labels show, each within so many seconds; and the requests that it took."""
    order, clock = order_to_read(seconds), SystemClock()
    port = OpenStackPort(accounts, order, clock)
    return t.cast("Census", asked(Surveyor(labels), order, port, clock)), dict(port.requests)
