# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One order of a fleet after the other, among those of one user on one controller: it spares the servers of a race.

It is advice and no more. Orders that take no turns, since they run elsewhere or cannot write the folder, converge as
well; they only make more on their way. The lock is the kernel's, so a run that is killed leaves none behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import typing as t
from dataclasses import replace

from .._core.memory import name_of
from .memories import cache_folder, key_of

if t.TYPE_CHECKING:
    from .._core.order import Order
    from .accounts import Accounts
    from .clock import Clock

_LOOK_EVERY = 0.1


@contextlib.contextmanager
def in_turn(
    order: Order, accounts: Accounts, clock: Clock, stop: t.Callable[[], str], *, check: bool
) -> t.Iterator[Order]:
    """The order, once no other that places servers of this fleet is at work here; its timeout goes on meanwhile.

    It waits for half of that at most. What takes servers away waits for nobody, since it may be meant to end the other.
    """
    if check or not order.places_servers:
        yield order
        return
    began, patience = clock.now(), order.patience
    with turn(turn_of(order.fleet, accounts), clock, patience.timeout / 2, stop):
        yield replace(order, patience=replace(patience, timeout=patience.timeout - (clock.now() - began)))


def turn_of(fleet: str, accounts: Accounts) -> str:
    """The file that stands for this fleet in these accounts, in whatever order they are written."""
    names = sorted(name_of(key_of(accounts, each)) for each in accounts.all)
    digest = hashlib.sha256("\n".join([fleet, *names]).encode()).hexdigest()[:32]
    return os.path.join(cache_folder(), "turns", digest)


@contextlib.contextmanager
def turn(path: str, clock: Clock, patience: float, stop: t.Callable[[], str]) -> t.Iterator[bool]:
    """Wait until it is our turn, at most so many seconds, or until there is a reason to stop; tells whether it is.

    The file goes with the turn. One that was removed while it was waited for is nobody's any more.
    """
    until = clock.now() + patience
    descriptor = None
    try:
        descriptor = _locked(path)
        while descriptor is None and clock.now() < until and not stop():
            clock.sleep(min(_LOOK_EVERY, max(0.0, until - clock.now())))
            descriptor = _locked(path)
    except OSError:
        descriptor = None  # a folder that cannot be written takes no turns
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.unlink(path)
            os.close(descriptor)


def _locked(path: str) -> int | None:
    """The open file that holds the lock, or None while another has it."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    held = False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = os.path.samestat(os.fstat(descriptor), os.stat(path))
    except (BlockingIOError, FileNotFoundError):
        return None
    finally:
        if not held:
            os.close(descriptor)
    return descriptor if held else None
