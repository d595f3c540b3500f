# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Keeping each location's last good answer in the user's cache folder, for when it does not answer.

Only the user may read it, and nothing is lost with it. A file belongs to what clouds.yaml says of an account, since
that is all that is known of a location that is silent: where it is, in which project, as which user; no secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
import typing as t

from .._core.memory import Key, Memory, memory_from, name_of, text_of
from .whole_files import reason

if t.TYPE_CHECKING:
    from .accounts import Account, Accounts

_FOLDER = "openmultistack"
_SUFFIX = ".json"
_LARGEST = 256 * 1024 * 1024
# Seconds after which a file that nothing has written since goes: its account is not used any more.
_FORGOTTEN = 30 * 86400.0
# A clock that was set back by more than this makes what was kept before it look younger than it is.
_FUTURE = 60.0
_FACTS = frozenset(
    {
        *("auth_type", "auth_url", "endpoint", "interface", "profile", "compute_endpoint_override"),
        *("access_token_endpoint", "discovery_endpoint", "identity_provider"),
        *("project_domain_id", "project_domain_name", "project_id", "project_name", "tenant_id", "tenant_name"),
        *("default_domain", "default_domain_id", "default_domain_name", "domain_id", "domain_name", "system_scope"),
        *("application_credential_id", "application_credential_name", "trust_id"),
        *("user_domain_id", "user_domain_name", "user_id", "username"),
    }
)


def key_of(accounts: Accounts, account: Account) -> Key:
    """What makes an account what it is, and is no secret."""
    entry = accounts.config.cloud_config["clouds"][account.cloud]
    regions = (
        each for each in entry.get("regions") or () if isinstance(each, dict) and each.get("name") == account.region
    )
    said: dict[str, str] = {"region": account.region}
    for layer in (entry, *(each.get("values") or {} for each in regions)):
        for part in (layer, layer.get("auth") or {}):
            said |= {name: str(value) for name, value in part.items() if name in _FACTS and value is not None}
    if "auth_url" not in said and "profile" not in said:
        said["cloud"] = str(entry.get("cloud") or account.cloud)
    return tuple(sorted(said.items()))


def cache_folder() -> str:
    """Where the user's caches are: XDG_CACHE_HOME, which counts only where it is absolute, else ~/.cache."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(named if os.path.isabs(named) else os.path.expanduser("~/.cache"), _FOLDER)


class Memories:
    """The user's folder of last good answers. What is wrong with it is a warning, never an error."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.warnings: list[str] = []

    def keep(self, memories: t.Mapping[Key, Memory], now: float) -> None:
        """Write them over those before; each is whole or not there."""
        try:
            self._open_folder()
            for key, memory in memories.items():
                self._write(name_of(key) + _SUFFIX, text_of(key, memory))
            self._forget(now)
        except OSError as exc:
            self.warnings.append(
                f"{self._folder}: the answers of the clouds cannot be kept there ({_reason(exc)}), so none will be "
                "shown when a cloud is silent; set XDG_CACHE_HOME to a folder of your own, or on_unreachable to omit "
                "or fail"
            )

    def recall(self, key: Key, location: str, now: float) -> Memory | None:
        """What is remembered of a location; None where that is nothing, or nothing to be trusted."""
        path = os.path.join(self._folder, name_of(key) + _SUFFIX)
        try:
            memory = memory_from(_read(path), key, location)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as exc:
            self._useless(path, location, _reason(exc))
            return None
        if memory.seen_at > now + _FUTURE:
            self._useless(path, location, "it is from the future (was the clock of this machine set back?)")
            return None
        return memory

    def _useless(self, path: str, location: str, why: str) -> None:
        self.warnings.append(
            f"{path}: the last good answer of {location} cannot be used: {why}; its next good answer replaces it"
        )

    def _open_folder(self) -> None:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        if _is_others(os.lstat(self._folder)):
            raise PermissionError(None, "the folder is not yours")
        os.chmod(self._folder, 0o700)

    def _write(self, name: str, text: str) -> None:
        descriptor, draft = tempfile.mkstemp(prefix=f".{name}.", dir=self._folder)  # 0600
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(draft, os.path.join(self._folder, name))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise

    def _forget(self, now: float) -> None:
        """Remove what nothing has written for long, drafts of killed runs among it."""
        with os.scandir(self._folder) as found:
            for each in found:
                with contextlib.suppress(OSError):
                    if _SUFFIX in each.name and now - each.stat(follow_symlinks=False).st_mtime > _FORGOTTEN:
                        os.unlink(each.path)


def _read(path: str) -> str:
    """A file's text, if it is this user's own and nobody else can have written it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        there = os.fstat(descriptor)
        if not stat.S_ISREG(there.st_mode) or _is_others(there) or there.st_mode & 0o022:
            raise ValueError("others may have written it")
        if there.st_size > _LARGEST:
            raise ValueError("it is larger than any honest one")
        return file.read().decode()


def _is_others(there: os.stat_result) -> bool:
    return there.st_uid != os.getuid() or stat.S_ISLNK(there.st_mode)


def _reason(exc: Exception) -> str:
    if isinstance(exc, OSError):
        return reason(exc)
    return "it is damaged" if isinstance(exc, (UnicodeDecodeError, json.JSONDecodeError)) else str(exc)
