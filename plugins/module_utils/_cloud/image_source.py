# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Where the data of an image comes from: a file here, or a URL; and the files in other formats that are made of it.

Whatever is made or fetched is made once, for all locations that ask, and only when the first asks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
import typing as t
from dataclasses import dataclass, field

from .._core.faults import Fault, Kind
from .._core.image_order import HEAD, Checksum, format_of, mark_of_url, told_of
from .._errors import OrderError
from .download import fetched, head_of
from .failure import CallError, Fate, refused
from .stream import FileChangedError, Stream, stream_of
from .whole_files import reason

if t.TYPE_CHECKING:
    from .clock import Clock

_CONVERTER = "qemu-img"
# What qemu-img calls what Glance calls otherwise.
_QEMU = {"vhd": "vpc"}


@dataclass(slots=True)
class Payload:
    """A file to send, and its digests; each is reckoned when it is first asked for."""

    stream: Stream
    _digests: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def digest(self, *algorithms: str) -> list[str]:
        """Its digests, for which it is read once."""
        with self._lock:
            missing = [each for each in algorithms if each not in self._digests]
            if missing:
                hashes = [hashlib.new(each, usedforsecurity=False) for each in missing]
                for piece in self.stream:
                    for each in hashes:
                        each.update(piece)
                self._digests |= {name: each.hexdigest() for name, each in zip(missing, hashes, strict=True)}
            return [self._digests[each] for each in algorithms]


class Source(t.Protocol):
    """Where an image comes from. ``mark`` says what it is known by, ``url`` where a cloud may get it by itself."""

    mark: str
    url: str
    checksum: Checksum | None

    def form(self, deadline: float) -> str:
        """Its format; a `CallError` where that cannot be told."""

    def payload(self, disk_format: str, deadline: float) -> Payload:
        """A file with it in this format."""

    def close(self) -> None:
        """Remove what was made of it."""


class _Workshop:
    """A folder for what is made of an image; it is there once something is made, and gone at the end."""

    def __init__(self, folder: str | None) -> None:
        self._folder, self._made = folder, ""
        self._lock = threading.Lock()
        self._payloads: dict[str, Payload] = {}

    def once(self, name: str, make: t.Callable[[str], None]) -> Payload:
        """The file of this name, which is made by whoever comes first; the others wait for it."""
        with self._lock:
            if name not in self._payloads:
                try:
                    self._made = self._made or tempfile.mkdtemp(prefix="multi_stack_image.", dir=self._folder)
                    path = os.path.join(self._made, name)
                    make(path)
                    self._payloads[name] = Payload(stream_of(path))
                except OSError as exc:
                    where = self._made or self._folder or "the temporary folder"
                    raise _here(f"{where} cannot be written to: {reason(exc)}") from exc
            return self._payloads[name]

    def close(self) -> None:
        if self._made:
            shutil.rmtree(self._made, ignore_errors=True)


class FileSource:
    """An image in a file here, which is read once before any cloud is asked: to know whether they have it."""

    url = ""

    def __init__(self, path: str, disk_format: str | None, checksum: Checksum | None) -> None:
        self.checksum = checksum
        try:
            stream = stream_of(path)
            if not len(stream):
                raise OrderError(f"path: {path}: it is empty; give another path")
            with open(path, "rb") as file:
                self._form = format_of(file.read(HEAD), f"path: {path}", disk_format)
            self._payload = Payload(stream)
            algorithm = checksum.algorithm if checksum else "sha512"
            found, sha512 = self._payload.digest(algorithm, "sha512")
        except (OSError, FileChangedError) as exc:
            why = reason(exc) if isinstance(exc, OSError) else str(exc)
            raise OrderError(f"path: {path} cannot be read ({why}); give another path") from exc
        if checksum and found != checksum.digest:
            told = f"{algorithm}:{found}, and not {checksum}"
            raise OrderError(f"path: {path} is {told}; get it anew, or correct checksum")
        self.mark = f"sha512:{sha512}"

    def form(self, _deadline: float) -> str:
        return self._form

    def payload(self, _disk_format: str, _deadline: float) -> Payload:
        return self._payload

    def close(self) -> None:
        """Nothing: the file is the user's."""


class UrlSource:
    """An image somewhere else, which comes here only for clouds that do not fetch it by themselves."""

    def __init__(
        self, url: str, disk_format: str | None, checksum: Checksum | None, clock: Clock, folder: str | None
    ) -> None:
        self.url, self.checksum, self._clock, self._given = url, checksum, clock, disk_format
        self._form, self._lock = disk_format or "", threading.Lock()
        self._workshop = _Workshop(folder)
        self.mark = mark_of_url(url, checksum)

    def form(self, deadline: float) -> str:
        with self._lock:
            if not self._form:
                self._form = self._told(head_of(self.url, HEAD, self._clock, deadline))
            return self._form

    def payload(self, _disk_format: str, deadline: float) -> Payload:
        payload = self._workshop.once("image", lambda path: fetched(self.url, path, self._clock, deadline))
        with open(payload.stream.path, "rb") as file:
            self._told(file.read(HEAD))
        if self.checksum:
            (found,) = payload.digest(self.checksum.algorithm)
            if found != self.checksum.digest:
                raise refused(
                    Kind.INVALID,
                    f"{told_of(self.url)} is {self.checksum.algorithm}:{found}, and not {self.checksum}",
                    "see whether it is the right one, or correct checksum",
                )
        return payload

    def close(self) -> None:
        self._workshop.close()

    def _told(self, head: bytes) -> str:
        try:
            return format_of(head, told_of(self.url), self._given)
        except OrderError as exc:
            raise refused(Kind.INVALID, str(exc), "give another url") from exc


class Converted:
    """A source whose image is there in other formats, too, which qemu-img makes of it."""

    def __init__(self, source: Source, clock: Clock, folder: str | None) -> None:
        self._source, self._clock = source, clock
        self._workshop = _Workshop(folder)
        self.mark, self.url, self.checksum = source.mark, source.url, source.checksum

    def form(self, deadline: float) -> str:
        return self._source.form(deadline)

    def payload(self, disk_format: str, deadline: float) -> Payload:
        form = self.form(deadline)
        if disk_format == form:
            return self._source.payload(form, deadline)
        program = converter(form, disk_format)
        original = self._source.payload(form, deadline).stream.path

        def make(path: str) -> None:
            forms = [_QEMU.get(each, each) for each in (form, disk_format)]
            command = [program, "convert", "-f", forms[0], "-O", forms[1], original, path]
            left = max(1.0, deadline - self._clock.now())
            try:
                # Not a module's run_command, which waits for ever.
                done = subprocess.run(  # pylint: disable=ansible-bad-function
                    command, capture_output=True, timeout=left, check=False
                )
            except subprocess.TimeoutExpired as exc:
                raise _here(f"{_CONVERTER} took too long to make {disk_format} of {form}") from exc
            if done.returncode:
                said = " ".join(done.stderr.decode(errors="replace").split())[:200]
                raise refused(Kind.INVALID, f"{_CONVERTER} cannot make {disk_format} of {form}: {said}", "see the file")

        return self._workshop.once(f"image.{disk_format}", make)

    def close(self) -> None:
        self._workshop.close()
        self._source.close()


def converter(form: str, wanted: str) -> str:
    """The program that converts images, or how to do without it."""
    program = shutil.which(_CONVERTER)
    if program is None:
        raise refused(
            Kind.INVALID,
            f"the image is {form}, its hint image_format wants {wanted} here, and there is no {_CONVERTER} to make it",
            "install it (Debian: qemu-utils, Fedora: qemu-img) where the module runs, or give a file in that format",
        )
    return program


def _here(message: str) -> CallError:
    return CallError(Fate.NOT_SENT, Fault(kind=Kind.INVALID, message=message, remedy="make room there, or set TMPDIR"))
