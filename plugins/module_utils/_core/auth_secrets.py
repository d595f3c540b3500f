# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Which settings under ``auth:`` are secrets: kept in secure.yaml, and hidden in whatever is said."""

from __future__ import annotations

SECRETS = ("password", "application_credential_secret", "token", "passcode", "client_secret", "access_token")
