# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Files that are whole or not there: several are made ready first, and only then put in place."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t
from dataclasses import dataclass

from .._errors import AccountsError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """What a file is to hold instead of ``before`` (None: there was none), with a mode where that is not to stay."""

    path: str
    before: str | None
    after: str
    mode: int | None = None


def put_in_place(files: t.Sequence[NewText]) -> None:
    """Write all of them, in order; where one cannot be written at all, none is."""
    drafts: list[tuple[str, str]] = []
    path = ""
    try:
        for each in files:
            path = each.path
            drafts.append(_drafted(each))
        for each, (draft, place) in zip(files, drafts, strict=True):
            path = each.path
            _refuse_changed(each)
            os.replace(draft, place)
    except OSError as exc:
        raise AccountsError(
            f"{path}: it cannot be written ({reason(exc)}), and is as it was; see to its folder, and run this again"
        ) from exc
    finally:
        for draft, _place in drafts:
            with contextlib.suppress(OSError):
                os.unlink(draft)


def text_in(path: str) -> str | None:
    """A file's text; None where there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise AccountsError(f"{path}: this is no text in UTF-8; correct it") from None
    except OSError as exc:
        raise AccountsError(f"{path}: it cannot be read: {reason(exc)}; correct the path, or its permissions") from exc


def reason(exc: OSError) -> str:
    return (exc.strerror or type(exc).__name__).lower()


def _drafted(file: NewText) -> tuple[str, str]:
    """A draft on the disk beside its place, which a link leads to where there is one."""
    place = os.path.realpath(file.path)
    there = os.stat(place) if file.before is not None else None
    if there is not None and not there.st_mode & 0o222:
        raise PermissionError(0, "it is read-only")
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=".account.", dir=os.path.dirname(place))  # 0600
    try:
        with open(descriptor, "w", encoding="utf-8") as opened:
            opened.write(file.after)
            opened.flush()
            os.fsync(opened.fileno())
        if there is not None and (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(draft, there.st_uid, there.st_gid)
        os.chmod(draft, there.st_mode & 0o777 if file.mode is None and there is not None else file.mode or 0o600)
    except BaseException:
        os.unlink(draft)
        raise
    return draft, place


def _refuse_changed(file: NewText) -> None:
    if text_in(file.path) != file.before:
        raise AccountsError(f"{file.path}: somebody changed it meanwhile, so it is left as it is; run this again")
