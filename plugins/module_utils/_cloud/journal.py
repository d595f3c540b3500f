# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The journal: a file by which a run tells how far it is, to whoever made that file and reads it meanwhile.

A line of JSON for each change: what is new, and how far the run is. The reader makes the file, 0600, before the run
begins; a run without one tells nothing. Whatever is wrong with it never concerns the run.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import typing as t

from .._core.bulletin import first_line, news, state_line
from .._core.progress import Progress

NAME = "multi_stack_journal"
LONGEST = 65536
_EVERY = 1.0


class Journal:
    """Where the run of a fleet, begun at ``now``, writes its progress; nowhere, where there is no such file."""

    def __init__(self, folder: str | None, fleet: str, now: float) -> None:
        self._told = Progress(fleet=fleet, wanted=0)
        self._began, self._due = now, float("-inf")
        self._file = _opened(folder)
        self._write(now, self._told, line=first_line(fleet))

    def watch(self, now: float, progress: t.Callable[[], Progress]) -> None:
        """Write down what is new, if anything is; ``progress`` is asked for once a second at most."""
        if self._file is None or now < self._due:
            return
        self._due, this = now + _EVERY, progress()
        if this != self._told:
            self._write(now, this, line=state_line(this))

    def close(self, now: float, progress: t.Callable[[], Progress], summary: str) -> None:
        """Write down what the run has come to, in this sentence, if any, and nothing any more."""
        if self._file is not None:
            this = progress()
            self._write(now, this, end=summary and state_line(this, summary))
        self._give_up()

    def _write(self, now: float, progress: Progress, *, line: str = "", end: str = "") -> None:
        if self._file is None:
            return
        record = {"at": round(now - self._began, 1), "news": news(self._told, progress), "line": line, "end": end}
        self._told = progress
        try:
            os.write(self._file, json.dumps(record).encode() + b"\n")
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None


def _opened(folder: str | None) -> int | None:
    """The file to append to, if it is there; it is never made here, and no link is followed."""
    if not folder:
        return None
    try:
        return os.open(
            os.path.join(folder, NAME), os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        )
    except OSError:
        return None


def make_journal(folder: str) -> int:
    """Make an empty journal that only its user can read, and open it for reading; OSError where that cannot be."""
    mode = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(os.path.join(folder, NAME), mode, 0o600)


@contextlib.contextmanager
def following(look: t.Callable[[bool], None], every: float, patience: float) -> t.Iterator[None]:
    """Look every so many seconds, in a thread, while the block runs, and once when it has ended (then with True).

    A look that fails is the last one. The end waits for the last look no longer than ``patience``.
    """
    over = threading.Event()

    def watch() -> None:
        with contextlib.suppress(Exception):
            while not over.wait(every):
                look(False)
            look(True)

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(patience)
