# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The folder with the private keys of servers, each in a file of the server's name, its public half beside it."""

from __future__ import annotations

import errno
import os
import typing as t

from .._core.own_key import own_key_file
from .._errors import OrderError
from .whole_files import reason

PUBLIC_SUFFIX = ".pub"


def key_folder(folder: str) -> None:
    """Make the folder if need be, for its owner alone; an error where nothing can be written there."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as exc:
        raise OrderError(f"key_dir: {folder} cannot be written to ({reason(exc)}); give another folder") from exc


def key_files(folder: str) -> t.Mapping[str, str]:
    """The private keys in a folder, by the name of their server; none before the first of them made the folder."""
    try:
        names = set(os.listdir(folder))
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise OrderError(f"key_dir: {folder} cannot be read ({reason(exc)}); give another folder") from exc
    return {name: own_key_file(folder, name) for name in names if name + PUBLIC_SUFFIX in names}
