# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wire log: one JSON line for each request, with what became of it."""

from __future__ import annotations

import json
import pathlib
import typing as t

Line = dict[str, t.Any]


class WireLog:
    """Keeps every line, and writes it to a file as well if there is one."""

    def __init__(self, path: pathlib.Path | str | None = None) -> None:
        self._lines: list[Line] = []
        self._file = pathlib.Path(path).open("a", encoding="utf-8", buffering=1) if path else None  # noqa: SIM115

    def add(self, line: Line) -> None:
        """Log a request."""
        self._lines.append(line)
        if self._file:
            self._file.write(json.dumps(line) + "\n")

    def lines(self, **wanted: t.Any) -> list[Line]:
        """The lines whose keys have these values, oldest first."""
        return [line for line in self._lines if all(line.get(key) == value for key, value in wanted.items())]

    def clear(self) -> None:
        """Forget what was logged so far."""
        self._lines = []

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
            self._file = None
