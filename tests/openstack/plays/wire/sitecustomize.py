# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python reads this first in every process of a play: what goes out on the wire is written down, a request a line."""

from __future__ import annotations

import http.client
import os
import typing as t

_plain = http.client.HTTPConnection.putrequest


def _told(self: http.client.HTTPConnection, method: str, url: str, *rest: t.Any, **more: t.Any) -> None:
    with open(os.environ["WIRE_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{method} {self.port} {url}\n")
    _plain(self, method, url, *rest, **more)


if "WIRE_LOG" in os.environ:
    http.client.HTTPConnection.putrequest = _told  # type: ignore[method-assign]
