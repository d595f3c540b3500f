# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Quotas of a project: whether what is to be made fits, before the first of it is."""

from __future__ import annotations

import typing as t

from .faults import Kind
from .readiness import ObjectionError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .model import Quota


def fits(quotas: Mapping[str, Quota], resource: str, needed: int) -> bool:
    """Whether there is room for so many more; what a cloud does not tell of has room."""
    return resource not in quotas or needed <= quotas[resource].room


def check_room(quotas: Mapping[str, Quota], resource: str, needed: int, freed: int = 0) -> None:
    """Object where so many more do not fit, even after so many are gone."""
    if needed <= 0 or fits(quotas, resource, needed - freed):
        return
    quota, word = quotas[resource], resource.replace("_", " ")
    raise ObjectionError(
        Kind.QUOTA,
        f"room for {quota.room:g} more {word}{'' if quota.room == 1 else 's'}, {needed} needed; {quota.used} of "
        f"{quota.limit} used",
        "delete what nobody needs, or have the quota raised",
    )
