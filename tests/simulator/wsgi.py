# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls a WSGI application with a request, in the thread that asks."""

from __future__ import annotations

import io
import sys
import typing as t

from .message import Reply, Request

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def call(application: WSGIApplication, request: Request, **extra: t.Any) -> Reply:
    """The application's reply; `extra` goes into the environment under the prefix `simulator.`."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: t.Any = None) -> t.Any:
        begun[:] = [(status, headers)]
        return None

    chunks = application(_environ(request, extra), start_response)
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close:
        close()
    status, headers = begun[0]
    kept = tuple((name, value) for name, value in headers if name.lower() != "content-length")
    return Reply(int(status[:3]), kept, body)


def _environ(request: Request, extra: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    environ: dict[str, t.Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    for name, value in extra.items():
        environ["simulator." + name] = value
    return environ
