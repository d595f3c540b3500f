# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What of a run's journal is told to the user, and when: only what is new, and the longer it takes the less often."""

from __future__ import annotations

import json
import os
import shlex
import time
import typing as t
from contextlib import contextmanager

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.journal import (
    LONGEST,
    NAME,
    following,
    make_journal,
)

_NO = frozenset({"false", "no", "n", "f", "off", "0"})
_SOON = 2.0
_SELDOM = 30.0
_MINUTE = 60
_NEWS_AT_ONCE = 5
_LONGEST_LINE = 1000


def wanted(variable: object, environment: t.Mapping[str, str]) -> bool:
    """Whether progress is to be told: it is, unless the variable, or else the environment, says no."""
    said = environment.get("OPENMULTISTACK_PROGRESS") if variable in (None, "") else variable
    return str(said).strip().lower() not in _NO


class Crier:
    """Hears a journal, and says what is due; times are monotonic. The run began as long ago as its journal says.

    What went wrong is said within two seconds, and how far the run is with it; else that is said every two seconds at
    first, and ever more seldom the longer it takes: a quarter of an hour comes to less than a hundred lines. A run of
    less than two seconds is not talked about.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._rest = b""
        self._news: list[str] = []
        self._line = self._said = self._end = ""
        self._began: float | None = None
        self._spoke_at = self._stated_at = 0.0

    def hear(self, now: float, written: bytes) -> None:
        """Take in the next part of the journal; what cannot be read is left out."""
        *lines, self._rest = (self._rest + written).split(b"\n")
        self._rest = self._rest[:LONGEST]
        for line in lines:
            self._take(now, line)

    def due(self, now: float, *, last: bool = False) -> list[str]:
        """What to say now."""
        age = 0.0 if self._began is None else now - self._began
        if last:
            lines = [*self._some_news(), self._end] if age >= _SOON else []
        elif age - self._spoke_at < _SOON:
            return []
        else:
            news = self._some_news()
            lines = news + self._state(age, _SOON if news else _SOON + (age - _SOON) / _SELDOM)
        if lines:
            self._spoke_at = age
        return [f"[{self._host} {_clock(age)}] {_plain(line)}" for line in lines if line]

    def _take(self, now: float, line: bytes) -> None:
        try:
            record = json.loads(line)
            at, news = float(record["at"]), [str(each) for each in record["news"]]
            said, end = str(record["line"]), str(record["end"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        began = now - max(0.0, min(at, now))
        self._began = began if self._began is None else min(began, self._began)
        self._news += news
        self._line, self._end = said or self._line, end

    def _some_news(self) -> list[str]:
        told, more = self._news[:_NEWS_AT_ONCE], len(self._news) - _NEWS_AT_ONCE
        self._news = []
        return told + ([f"... and {more} more like that"] if more > 0 else [])

    def _state(self, age: float, gap: float) -> list[str]:
        if self._line == self._said or age - self._stated_at < gap:
            return []
        self._said, self._stated_at = self._line, age
        return [self._line]


def _clock(age: float) -> str:
    """Minutes and seconds."""
    return f"{int(age) // _MINUTE}:{int(age) % _MINUTE:02d}"


def _plain(line: str) -> str:
    """One line of text: what came from a cloud, or from another machine, does not steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in line)[:_LONGEST_LINE]


class Reader(t.Protocol):
    """Reads a journal, from so many bytes on; ``every`` says how often it is worth it."""

    every: float
    patience: float

    def read(self, offset: int) -> bytes: ...

    def close(self) -> None: ...


class Here:
    """A journal on this machine. It stays readable when its folder is gone."""

    every, patience = 0.25, 5.0

    def __init__(self, folder: str) -> None:
        self._file = make_journal(folder)

    def read(self, offset: int) -> bytes:
        return os.pread(self._file, LONGEST, offset)

    def close(self) -> None:
        os.close(self._file)


class Elsewhere:
    """A journal on another machine, read by commands; ``run`` gives the return code and the output of one."""

    every, patience = 3.0, 10.0

    def __init__(self, folder: str, run: t.Callable[[str], tuple[int, bytes]]) -> None:
        self._path, self._run = shlex.quote(f"{folder.rstrip('/')}/{NAME}"), run
        self._done(f"umask 077 && set -C && : > {self._path}")

    def read(self, offset: int) -> bytes:
        return self._done(f"tail -c +{offset + 1} {self._path} | head -c {LONGEST}")

    def close(self) -> None:
        """Its folder is removed by whoever made it."""

    def _done(self, command: str) -> bytes:
        code, output = self._run(f"/bin/sh -c {shlex.quote(command)}")
        if code:
            raise OSError(code, "the journal cannot be reached")
        return output[:LONGEST]


@contextmanager
def told(journal: Reader, crier: Crier, say: t.Callable[[str], None]) -> t.Iterator[None]:
    """Say what is written into a journal while the block runs."""
    offset = 0

    def look(last: bool) -> None:
        nonlocal offset
        written = journal.read(offset)
        offset += len(written)
        crier.hear(time.monotonic(), written)
        for line in crier.due(time.monotonic(), last=last):
            say(line)

    try:
        with following(look, journal.every, journal.patience):
            yield
    finally:
        journal.close()
