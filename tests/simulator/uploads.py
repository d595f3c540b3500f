# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies that are too large to be kept: counted and digested as they come, and forgotten."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .image_checks import HEAD

if t.TYPE_CHECKING:
    from .message import Request


def _md5() -> t.Any:
    return hashlib.md5(usedforsecurity=False)


@dataclasses.dataclass(kw_only=True)
class Upload:
    """The data of one image under way. The connection is cut after ``at_most`` bytes; ``broken`` is told of any end."""

    request: Request
    size: int
    broken: t.Callable[[], None]
    at_most: int | None = None
    damaged: bool = False
    taken: int = 0
    head: bytes = b""
    _md5: t.Any = dataclasses.field(default_factory=_md5)
    _sha512: t.Any = dataclasses.field(default_factory=hashlib.sha512)

    def take(self, data: bytes) -> bytes:
        """Take what is of this body; answers the rest."""
        part = data[: self.size - self.taken]
        self.taken += len(part)
        self.head += part[: max(0, HEAD - len(self.head))]
        self._md5.update(part)
        self._sha512.update(part)
        return data[len(part) :]

    @property
    def whole(self) -> bool:
        return self.taken >= self.size

    @property
    def refused(self) -> bool:
        return self.at_most is not None and self.taken >= self.at_most

    @property
    def digests(self) -> tuple[str, str]:
        """MD5 and SHA-512 of what came; other ones of what was damaged on its way."""
        if self.damaged:
            self._md5.update(b"damaged")
            self._sha512.update(b"damaged")
        return self._md5.hexdigest(), self._sha512.hexdigest()
