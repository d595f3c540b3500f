# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service on loopback that answers as a test tells it, and remembers what it was asked; Keystone included."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import struct
import threading
import time
import typing as t
from dataclasses import dataclass, field

import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.session import Sessions
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.transport import Meter
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.wire import Wire

if t.TYPE_CHECKING:
    import pathlib
    import ssl

    from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import Accounts

SPOKEN = {"OpenStack-API-Version": "compute 2.79"}
PATIENCE = 5.0


@dataclass(frozen=True)
class Says:
    """An answer; ``how``: plain, drip (byte by byte), cut (half), reset or closed (nothing), late or mute (a while)."""

    body: t.Any = None
    status: int = 200
    headers: t.Mapping[str, str] = field(default_factory=lambda: SPOKEN)
    how: str = "plain"

    @property
    def raw(self) -> bytes:
        return (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: t.Mapping[str, str]
    body: t.Any


class Loopback:
    """Serves what `answers` holds for a method and path: one after the other, the last one for ever."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, list[Says]] = {}
        self.asked: list[Asked] = []
        self.tokens = 0
        self.at_once, self.most = 0, 0
        self.catalog_region = "here"
        self.catalog = ("compute", "image", "network")
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def handle_one_request(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle_one_request()

            def do_GET(self) -> None:
                service.serve(self)

            do_POST = do_DELETE = do_GET  # noqa: N815

            def log_message(self, *_args: t.Any) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_args: t.Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def says(self, what: str, *answers: Says) -> None:
        self.answers[what] = list(answers)

    def asked_for(self, what: str) -> list[Asked]:
        """The requests so far, of one method and path: ``GET /v2.1/limits``."""
        method, path = what.split()
        return [each for each in self.asked if each.method == method and each.path.partition("?")[0] == path]

    def serve(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        request = Asked(handler.command, handler.path, dict(handler.headers), json.loads(body) if body else None)
        self.asked.append(request)
        what = f"{request.method} {request.path.partition('?')[0]}"
        answers = self.answers.get(what)
        if answers:
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        elif what == "POST /v3/auth/tokens":
            answer = self._token()
        else:
            answer = Says({"itemNotFound": {"message": "not here"}}, 404)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self._send(handler, answer)
        self.at_once -= 1

    def _send(self, handler: http.server.BaseHTTPRequestHandler, answer: Says) -> None:
        raw = answer.raw
        if answer.how in ("reset", "closed"):
            if answer.how == "reset":
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        time.sleep({"late": 0.4, "mute": 5}.get(answer.how, 0))
        handler.send_response(answer.status)
        for name, value in {"Content-Length": str(len(raw)), **answer.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if answer.how == "cut":
            raw = raw[: len(raw) // 2]
            handler.close_connection = True
        for part in (raw[n : n + 1] for n in range(len(raw))) if answer.how == "drip" else [raw]:
            handler.wfile.write(part)
            handler.wfile.flush()
            if answer.how == "drip":
                time.sleep(0.05)

    def _token(self) -> Says:
        self.tokens += 1
        catalog = [
            {
                "type": kind,
                "name": kind,
                "endpoints": [
                    {"interface": "public", "region_id": region, "region": region, "url": self.url + path}
                    for region in self.catalog_region.split(",")
                ],
            }
            for kind, path in (("compute", "/v2.1"), ("image", ""), ("network", ""))
            if kind in self.catalog
        ]
        token = {
            "expires_at": "2999-01-01T00:00:00.000000Z",
            "issued_at": "2020-01-01T00:00:00.000000Z",
            "methods": ["password"],
            "user": {"id": "u1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": "p1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "roles": [],
            "catalog": catalog,
        }
        return Says({"token": token}, 201, {"X-Subject-Token": f"token-{self.tokens}"})


def entry(url: str, **more: t.Any) -> dict[str, t.Any]:
    """A cloud for clouds.yaml."""
    auth = {
        "auth_url": f"{url}/v3",
        "username": "demo",
        "password": "sEcReT",
        "project_name": "demo",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }
    return {"auth": auth, "region_name": "here", **more}


def accounts_of(folder: pathlib.Path, clouds: t.Mapping[str, t.Any]) -> Accounts:
    path = folder / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": dict(clouds)}, sort_keys=False), encoding="utf-8")
    return load_accounts(str(path))


class Impatient(SystemClock):
    """The time of this machine, but for pauses, which it only writes down."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


class Line:
    """A wire to each of some accounts, and what it counted."""

    def __init__(self, accounts: Accounts) -> None:
        self.clock = Impatient()
        self.meter = Meter()
        self.sessions = Sessions(accounts, self.clock, self.meter)
        self.wires = [Wire(each, self.sessions, self.clock) for each in accounts.all]

    @property
    def wire(self) -> Wire:
        return self.wires[0]

    def until(self, patience: float = PATIENCE) -> float:
        return self.clock.now() + patience
