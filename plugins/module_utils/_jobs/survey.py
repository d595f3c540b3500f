# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Seeing every server of every account at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._cloud.accounts import load_accounts
from .._cloud.clock import SystemClock
from .._cloud.driver import Surroundings, drive
from .._cloud.port import OpenStackPort
from .._core.census import Surveyor
from .._core.merge import Host, hosts_of
from .._core.order import Order, Patience
from .._core.report import fault_text, merged_line

if t.TYPE_CHECKING:
    from .._cloud.accounts import Account
    from .._core.census import Census


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All hosts, the account of each location, and the locations that did not answer, each with its reason."""

    hosts: tuple[Host, ...]
    accounts: t.Mapping[str, Account]
    unreachable: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def survey(clouds_yaml_path: str | None, accounts_file: str | None, seconds: float) -> Overview:
    """Read all locations in parallel; each has this many seconds to answer."""
    accounts = load_accounts(clouds_yaml_path, accounts_file)
    clock = SystemClock()
    order = Order(fleet="", patience=Patience(survey=seconds, api=seconds))
    port = OpenStackPort(accounts, order, clock)
    surveyor = Surveyor([each.label for each in accounts.all])
    finish = drive(surveyor, Surroundings(port=port, clock=clock, patience=order.patience))
    census = t.cast("Census", finish.result)
    merged = tuple(merged_line(one, other) for one, other in census.merged)
    return Overview(
        hosts=hosts_of(census),
        accounts={each.label: each for each in accounts.all},
        unreachable=tuple((label, fault_text(fault)) for label, fault in census.unreachable),
        warnings=accounts.warnings + merged,
    )
