# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The collection's errors. Whoever raises one writes the whole sentence: where, what, why, what to do."""

from __future__ import annotations


class MultiStackError(Exception):
    """Something that the user must know of, in one sentence."""


class OrderError(MultiStackError):
    """The order makes no sense as written; no cloud was asked."""


class AccountsError(MultiStackError):
    """The accounts (clouds.yaml, secure.yaml, the accounts file) cannot be used as they are."""


class MissingLibraryError(MultiStackError):
    """A Python package that this needs is not installed."""
