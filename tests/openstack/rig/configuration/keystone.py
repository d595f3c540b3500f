# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keystone: tokens of the Fernet kind, and passwords hashed as cheaply as it lets us."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .ground import Ground, Section, Sections


def sections(ground: Ground) -> Sections:
    keys: Section = {"key_repository": ground.home / "fernet"}
    return {
        "DEFAULT": {"use_stderr": True, "max_token_size": 512},
        "database": ground.database("keystone"),
        "token": {"provider": "fernet", "expiration": 86400},
        "fernet_tokens": keys,
        "fernet_receipts": keys,  # without it Keystone ends, asking for /etc/keystone/fernet-keys
        "credential": {"key_repository": ground.home / "credential"},
        "identity": {"password_hash_rounds": 4},
        "cache": {"enabled": True, "backend": "dogpile.cache.memory"},
        **ground.common,
    }
