# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Asking where servers would go now."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._core.options import order_from
from .converge import run_order

if t.TYPE_CHECKING:
    from .ask import Outcome

_NOBODY = "placement"


def plan(params: t.Mapping[str, t.Any]) -> Outcome:
    """The slots that the order would fill now, and where; without a fleet, all of them as of a new one."""
    fleet = params.get("fleet")
    order = order_from({**params, "fleet": fleet or _NOBODY})
    return run_order(order if fleet else replace(order, fleet=""), params, check=True)
