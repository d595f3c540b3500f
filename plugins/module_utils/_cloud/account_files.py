# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Where accounts are written: clouds.yaml, the secure.yaml that goes with it, and the accounts file of hints."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import typing as t
from dataclasses import dataclass

from .._core.account_plan import CLOUDS, HINTS, SECURE, Held
from .._core.edits import applied
from .._errors import AccountsError
from .accounts import ACCOUNTS_FILE, CLOUDS_FILE, SECURE_FILE, load_accounts, sdk_loader, secure_files
from .hints import Guide, notes_from
from .memories import cache_folder
from .shapes import mapping
from .turns import turn
from .whole_files import NewText, put_in_place, reason, text_in
from .yaml_edit import rewritten
from .yaml_text import parsed

if t.TYPE_CHECKING:
    from .._core.account_plan import AccountPlan
    from .accounts import Accounts
    from .clock import Clock

_TURN_SECONDS = 30.0
_MODES = {CLOUDS: 0o600, SECURE: 0o600, HINTS: 0o644}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFiles:
    """The three files as they are: path and text of each; a path is empty where the user names none."""

    paths: t.Mapping[str, str]
    texts: t.Mapping[str, str | None]

    @property
    def held(self) -> Held:
        clouds, secure, hints = (
            dict(mapping(parsed(self.texts[file] or "", self.paths[file]), self.paths[file], "it"))
            for file in (CLOUDS, SECURE, HINTS)
        )
        return Held(clouds=clouds, secure=secure, hints=hints)

    @property
    def exposed(self) -> bool:
        """Whether others than its owner may read the secrets."""
        if self.texts[SECURE] is None:
            return False
        return bool(stat.S_IMODE(os.stat(self.paths[SECURE]).st_mode) & 0o077)

    def after(self, plan: AccountPlan) -> Held:
        """What they hold once the plan is carried out; a sentence where that makes no sense."""
        for file, edits in plan.edits.items():
            if edits:
                self._refuse_unwritable(file)
        held = self.held
        after = Held(
            clouds=applied(held.clouds, plan.edits[CLOUDS]),
            secure=applied(held.secure, plan.edits[SECURE]),
            hints=applied(held.hints, plan.edits[HINTS]),
        )
        guide = Guide(self.paths[HINTS], after.hints)
        for region in ("", *(after.entry(HINTS, plan.name).get("regions") or {})):
            notes_from(guide.layers(plan.name, region))
        return after

    def write(self, plan: AccountPlan, *, drop_comments: bool) -> None:
        """Carry it out. A reader in between finds an account without its secret rather than a secret without it."""
        order = (CLOUDS, SECURE, HINTS) if plan.new else (SECURE, CLOUDS, HINTS)
        put_in_place([self._new_text(file, plan, drop_comments=drop_comments) for file in order if plan.edits[file]])
        if self.exposed:
            self._hide()

    def _new_text(self, file: str, plan: AccountPlan, *, drop_comments: bool) -> NewText:
        path, text = self.paths[file], self.texts[file]
        after = rewritten(text or "", plan.edits[file], path, drop_comments=drop_comments)
        mode = 0o600 if file == SECURE else None if text is not None else _MODES[file]
        return NewText(path=path, before=text, after=after, mode=mode)

    def _refuse_unwritable(self, file: str) -> None:
        path = self.paths[file]
        if not path:
            raise AccountsError(
                f"hints: they go to the accounts file, and none is named; give accounts_file, or set {ACCOUNTS_FILE}"
                if file == HINTS
                else f"{CLOUDS_FILE} names {self.paths[CLOUDS]}, and openstacksdk would find no secure.yaml beside it; "
                f"set {SECURE_FILE} as well, or give clouds_yaml_path"
            )
        if path.endswith(".json"):
            raise AccountsError(f"{path}: only files in YAML are written here; make it a .yaml, or change it by hand")

    def _hide(self) -> None:
        path = self.paths[SECURE]
        try:
            os.chmod(path, 0o600)
        except OSError as exc:
            raise AccountsError(
                f"{path}: others may read it, and it cannot be kept from them ({reason(exc)}); have its owner do it"
            ) from exc


@contextlib.contextmanager
def account_files(clouds_yaml_path: str, accounts_file: str, clock: Clock) -> t.Iterator[AccountFiles]:
    """The files that these options name, kept from other runs on this machine meanwhile."""
    clouds = os.path.realpath(_paths(clouds_yaml_path, accounts_file)[CLOUDS])
    digest = hashlib.sha256(clouds.encode()).hexdigest()[:32]
    with turn(os.path.join(cache_folder(), "turns", digest), clock, _TURN_SECONDS, lambda: ""):
        yield read_files(clouds_yaml_path, accounts_file)


def read_files(clouds_yaml_path: str, accounts_file: str) -> AccountFiles:
    """The files that these options name, as they are now."""
    paths = _paths(clouds_yaml_path, accounts_file)
    return AccountFiles(paths=paths, texts={file: text_in(path) if path else None for file, path in paths.items()})


def accounts_in(files: AccountFiles, clouds_yaml_path: str) -> Accounts:
    """The accounts that they name, also where the accounts file is yet to be written."""
    hints = os.devnull if files.texts[HINTS] is None else files.paths[HINTS]
    return load_accounts(clouds_yaml_path, hints)


def openrc_text(path: str) -> str:
    """The text of an openrc.sh."""
    text = text_in(path)
    if text is None:
        raise AccountsError(f"openrc: there is no file {path}; correct the path")
    return text


def _paths(clouds_yaml_path: str, accounts_file: str) -> dict[str, str]:
    clouds, secure = (
        (clouds_yaml_path, _beside(clouds_yaml_path)) if clouds_yaml_path else _usual(os.environ.get(CLOUDS_FILE, ""))
    )
    return {CLOUDS: clouds, SECURE: secure, HINTS: accounts_file or os.environ.get(ACCOUNTS_FILE, "")}


def _beside(clouds: str) -> str:
    """The file of secrets that is read with a given clouds.yaml, or would be."""
    every = secure_files(clouds)
    return next(filter(os.path.exists, every), every[0])


def _usual(named: str) -> tuple[str, str]:
    """The files where openstacksdk looks, or will find new ones; beside one that it is told of it finds no secrets."""
    loader = sdk_loader()
    home = os.path.join(os.path.expanduser("~"), ".config", "openstack", "clouds.yaml")
    clouds = named or next(filter(os.path.exists, loader.CONFIG_FILES), home)
    beside = os.path.join(os.path.dirname(os.path.abspath(clouds)), "secure.yaml")
    secure = next(filter(os.path.exists, loader.SECURE_FILES), beside)
    found = secure != beside or beside in loader.SECURE_FILES
    return clouds, os.environ.get(SECURE_FILE, "") or (secure if found else "")
