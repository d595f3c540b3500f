# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""A key for each server: its private half in a file here, its public half in the cloud for as long as the POST takes.

Nova copies a key into the server before it answers the POST, and never looks at the key again: so it can go at once,
and the quota of keys (100 a user, mostly) bounds only the POSTs that are under way.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._core.faults import Kind
from .._core.identity import slot_of_name
from .._core.keypair import public_key
from .._core.own_key import own_key_file, own_key_name, own_key_until
from .._errors import OrderError
from .failure import CallError, Fate, refused
from .key_folder import PUBLIC_SUFFIX, key_files
from .keyfiles import public_half
from .keypairs import KEYS, create, delete
from .servers import fields, rows, text

if t.TYPE_CHECKING:
    from .clock import Clock
    from .wire import Wire

# While others of this run are on their way out, there is room again in a moment.
_FULL_AGAIN = 0.5
_FULL_PATIENCE = 10.0
_FAREWELL = 10.0
# Clocks differ: what a run may still need is left alone for so many seconds more.
_GRACE = 900


class OwnKeys:
    """The keys of one order's servers, in a folder; ``until`` (epoch seconds) the run may need them."""

    def __init__(self, folder: str, until: int, clock: Clock) -> None:
        self._folder, self._until, self._clock = folder, until, clock

    @contextlib.contextmanager
    def uploaded(self, wire: Wire, name: str, token: str, deadline: float) -> t.Iterator[str]:
        """The name of the server's key in the cloud, where it is for as long as this lasts."""
        key = own_key_name(token, self._until)
        try:
            public = public_half(own_key_file(self._folder, name), name, make=True, option="key_dir")
        except OrderError as exc:
            raise refused(Kind.INVALID, str(exc)) from exc
        try:
            self._upload(wire, {"name": key, "public_key": public.text}, deadline)
        except CallError as failed:
            if failed.fate is Fate.LOST:
                self._remove(wire, key)
            raise CallError(Fate.REFUSED if failed.fate is Fate.REFUSED else Fate.NOT_SENT, failed.fault) from failed
        try:
            yield key
        finally:
            self._remove(wire, key)

    def sweep(self, wire: Wire, deadline: float) -> None:
        """Remove the keys that runs left which were killed; a cloud that does not tell of its keys keeps them."""
        with contextlib.suppress(CallError):
            found = rows(fields(wire.get(KEYS, deadline).content).get("keypairs"))
            for name in (text(fields(fields(row).get("keypair")).get("name")) for row in found):
                until = own_key_until(name)
                if until is not None and until + _GRACE < self._clock.wall():
                    self._remove(wire, name)

    def _upload(self, wire: Wire, key: t.Mapping[str, str], deadline: float) -> None:
        patient = min(deadline, self._clock.now() + _FULL_PATIENCE)
        while True:
            try:
                create(wire, key, deadline)
            except CallError as failed:
                if failed.fault.kind is not Kind.QUOTA or self._clock.now() + _FULL_AGAIN >= patient:
                    raise
                self._clock.sleep(_FULL_AGAIN)
            else:
                return

    def _remove(self, wire: Wire, key: str) -> None:
        """What cannot be removed now is removed by a later run, once its time is over."""
        with contextlib.suppress(CallError):
            delete(wire, key, self._clock.now() + _FAREWELL)


def forget_keys(folder: str, fleet: str, concerns: t.Callable[[int], bool]) -> None:
    """Remove the keys of a fleet that is gone: those whose public half says that they were made for these servers."""
    for name, path in key_files(folder).items():
        of, slot = slot_of_name(name)
        if of == fleet and concerns(slot) and _made_for(path + PUBLIC_SUFFIX, name):
            for each in (path, path + PUBLIC_SUFFIX):
                with contextlib.suppress(OSError):
                    os.unlink(each)


def _made_for(path: str, name: str) -> bool:
    with contextlib.suppress(OSError, ValueError, OrderError), open(path, encoding="utf-8") as file:
        return public_key(file.read(65536), path).text.split()[2:] == [name]
    return False
