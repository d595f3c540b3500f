# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""A file as the body of a request: read piece by piece while it is sent, and never in memory as a whole.

Each location reads for itself, so that a slow one holds up nobody; what several read within a while comes from the disk
once, and then from the page cache. Holes of sparse files are not read at all. (HTTP has no words for them: their zeros
are sent. A qcow2 image has none.)
"""

from __future__ import annotations

import errno
import os
import typing as t
from dataclasses import dataclass

PIECE = 256 * 1024
_ZEROS = memoryview(bytes(PIECE))


class FileChangedError(ValueError):
    """The file is not what it was when it was looked at."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The bytes of a file that had this size, and was changed last at this time (in nanoseconds)."""

    path: str
    size: int
    changed: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> t.Iterator[memoryview]:
        """All of its bytes. Fails where they are others than before, also when that shows only at the end."""
        with open(self.path, "rb", buffering=0) as file:
            self._check(file)
            at = 0
            buffer = memoryview(bytearray(PIECE))
            for end, hole in _stretches(file.fileno(), self.size):
                file.seek(at)
                while at < end:
                    piece = _ZEROS[: end - at] if hole else buffer[: file.readinto(buffer[: end - at]) or 0]
                    if not piece:
                        raise FileChangedError(f"{self.path} became shorter while it was read")
                    at += len(piece)
                    yield piece
            self._check(file)

    def _check(self, file: t.IO[bytes]) -> None:
        status = os.fstat(file.fileno())
        if (status.st_size, status.st_mtime_ns) != (self.size, self.changed):
            raise FileChangedError(f"{self.path} changed while it was sent")


def stream_of(path: str) -> Stream:
    """The file as it is now."""
    status = os.stat(path)
    return Stream(path, status.st_size, status.st_mtime_ns)


def _stretches(descriptor: int, size: int) -> t.Iterator[tuple[int, bool]]:
    """Where each stretch of a file ends, and whether it is a hole; one of data where a file system does not say."""
    at = 0
    while at < size:
        data = _next_data(descriptor, at, size)
        if data > at:
            yield data, True
        if data >= size:
            return
        at = min(size, os.lseek(descriptor, data, os.SEEK_HOLE)) if hasattr(os, "SEEK_HOLE") else size
        yield at, False


def _next_data(descriptor: int, at: int, size: int) -> int:
    if not hasattr(os, "SEEK_DATA"):
        return at
    try:
        return min(size, os.lseek(descriptor, at, os.SEEK_DATA))
    except OSError as exc:
        return size if exc.errno == errno.ENXIO else at
