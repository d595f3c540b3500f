# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Telling what each location has, and how much more it takes."""

from __future__ import annotations

import typing as t

from .._cloud.catalogue import CataloguePort, Wanted
from .._cloud.clock import SystemClock
from .._cloud.port import OpenStackPort
from .._core.capacity import capacity_rows, unknown_rows
from .._core.desk import Run
from .._core.inquiry import Inquirer
from .ask import Outcome, asked, chosen_by, order_to_read

if t.TYPE_CHECKING:
    from .._core.inquiry import Inquiry


def clouds_info(params: t.Mapping[str, t.Any]) -> Outcome:
    """Ask the chosen locations once, and tell what they said; nothing is written."""
    accounts, chosen = chosen_by(params)
    locations = [each for each in accounts.locations(chosen) if each.chosen]
    order = order_to_read(params["timeout"], params.get("flavor") or "", params.get("owner") or None)
    clock = SystemClock()
    started, wall = clock.now(), clock.wall()
    this = Run(order=order, started=started, run_at=int(wall), entropy=b"", check=True)
    kinds = tuple(dict.fromkeys(params.get("gather") or ()))
    wanted = Wanted(kinds=kinds, names=bool(order.spec.flavors), by=this.deadline)
    port = CataloguePort(OpenStackPort(accounts, order, clock), clock, wanted)
    inquirer = Inquirer(this, locations, look_up=bool(kinds or wanted.names))
    inquiry = t.cast("Inquiry", asked(inquirer, order, port, clock))
    rows = capacity_rows(inquiry, dict(port.catalogues), kinds, wall - started)
    answer: dict[str, t.Any] = {
        "changed": False,
        "locations": rows,
        "unknown": unknown_rows(inquiry.desk),
        "requests": dict(port.requests),
    }
    silent = tuple(f"{each['location']}: {each['reason']}; {each['advice']}" for each in answer["unknown"])
    return Outcome(answer=answer, warnings=accounts.warnings + silent)
