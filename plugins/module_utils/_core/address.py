# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which of a server's addresses is the one to reach it by."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from .model import Address

_IPV4 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What the user likes better: networks by name or pattern, best first; fixed addresses; only IPv4."""

    networks: tuple[str, ...] = ()
    private: bool = False
    only_ipv4: bool = False


_USUAL = Preference()


def preferred(addresses: t.Sequence[Address], preference: Preference = _USUAL) -> str:
    """A floating IPv4 address first, then a fixed IPv4, then any IPv6; in each the first that the cloud names.

    With ``private`` a fixed one of any version is better than a floating one. What is not on a network that the user
    likes is used only where nothing else is there.
    """
    fitting = [each for each in addresses if each.version == _IPV4 or not preference.only_ipv4]
    best = sorted(fitting, key=lambda each: _place(each, preference))
    return best[0].address if best else ""


def _place(address: Address, preference: Preference) -> tuple[int, bool, bool]:
    networks = preference.networks
    liked = (n for n, pattern in enumerate(networks) if fnmatch.fnmatchcase(address.network, pattern))
    floating, other = address.kind == "floating", address.version != _IPV4
    return next(liked, len(networks)), *((floating, other) if preference.private else (other, not floating))
