# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access log: one line for each request."""

from __future__ import annotations

import time
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path


class AccessLog:
    """WSGI around a WSGI application."""

    def __init__(self, application: t.Any, path: Path) -> None:
        self._application = application
        self._file = path.open("a", buffering=1)

    def __call__(self, environ: dict[str, t.Any], start_response: t.Callable[..., t.Any]) -> t.Any:
        started, status = time.monotonic(), ["???"]

        def noted(answer: str, headers: t.Any, *error: t.Any) -> t.Any:
            status[0] = answer[:3]
            return start_response(answer, headers, *error)

        try:
            return self._application(environ, noted)
        finally:
            query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
            what = f"{environ['REQUEST_METHOD']} {environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}{query}"
            milliseconds = (time.monotonic() - started) * 1000
            self._file.write(f"{time.strftime('%T')} {status[0]} {what} {milliseconds:.1f} ms\n")
