# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The key that a single server has of its own: what it is called in the cloud, and where its file is."""

from __future__ import annotations

import re

_OWN = "multi_stack-"


def own_key_name(token: str, until: int) -> str:
    """What the key of a single server is called while the server is made; of no use after this second of the epoch."""
    return f"{_OWN}{until}-{token}"


def is_own_key(name: str) -> bool:
    """Whether a key of this name is one of a single server."""
    return own_key_until(name) is not None


def own_key_until(name: str) -> int | None:
    """Until when a key of this name may be needed; None where it is not one of a single server."""
    found = re.fullmatch(rf"{_OWN}(\d{{1,12}})-\w+", name)
    return int(found[1]) if found else None


def own_key_file(folder: str, server_name: str) -> str:
    """Where the private key of a server is, in the folder for them; the public one is beside it (.pub)."""
    return f"{folder.rstrip('/')}/{server_name}"
