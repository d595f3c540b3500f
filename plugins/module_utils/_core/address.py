# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which of a server's addresses is the one to reach it by."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .model import Address


def preferred(addresses: t.Sequence[Address]) -> str:
    """A floating IPv4 address first, then a fixed IPv4, then any IPv6; in each the first that the cloud names."""
    best = sorted(addresses, key=lambda each: (each.version != _IPV4, each.kind != "floating"))
    return best[0].address if best else ""


_IPV4 = 4
