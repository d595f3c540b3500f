# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placement."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .ground import Ground, Sections


def sections(ground: Ground) -> Sections:
    return {
        "DEFAULT": {"use_stderr": True},
        "placement_database": ground.database("placement"),
        "api": {"auth_strategy": "keystone"},
        "keystone_authtoken": ground.tokens("placement"),
    }
