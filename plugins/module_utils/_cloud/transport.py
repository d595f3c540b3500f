# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""HTTP as requests does it, and what it lacks.

That is: a deadline for the whole of a request, a limit to an answer's size, one TLS context for all connections
(building one costs 20 ms), a count by location, and the knowledge whether any byte of a request may have left.
What belongs to one call reaches here by a context variable: keystoneauth asks for tokens on its own, below our sight.
"""

from __future__ import annotations

import contextlib
import contextvars
import http.client
import io
import os
import ssl
import threading
import typing as t
from dataclasses import dataclass

from .failure import OutOfTimeError, TooLargeError

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from requests.utils import DEFAULT_CA_BUNDLE_PATH
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:  # accounts.py says so in a sentence, before anything here is used
    HTTPAdapter = HTTPConnection = HTTPSConnection = object  # type: ignore[assignment, misc]
    HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment, misc]

if t.TYPE_CHECKING:
    import socket

    from .clock import Clock

AGENT = "openmultistack.cloud/0.1.0"
LARGEST_ANSWER = 64 * 1024 * 1024
# Two bytes of JSON can make a hundred of memory, and none of our threads runs while they are read. A page of a thousand
# servers holds a hundred thousand values.
MOST_VALUES = 4_000_000
_CONNECT_TIMEOUT = 4.0
_CHUNK = 65536
_POOLS = 1024
_CONNECTIONS = 64
# Whoever takes nothing of what is sent for so long is gone.
_STALLED = 60.0


@dataclass(slots=True)
class Call:
    """One request of ours under way. ``deadline`` is monotonic; ``exposed`` once any byte of it may have left."""

    label: str
    deadline: float
    exposed: bool = False


_CALL: contextvars.ContextVar[Call | None] = contextvars.ContextVar("call", default=None)


@contextlib.contextmanager
def during(call: Call) -> t.Iterator[None]:
    """Have every request of this thread counted and ended as this call says."""
    token = _CALL.set(call)
    try:
        yield
    finally:
        _CALL.reset(token)


class Meter:
    """How many requests went to which location; all threads count here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[str, int] = {}

    def count(self, label: str) -> None:
        with self._lock:
            self._requests[label] = self._requests.get(label, 0) + 1

    def totals(self) -> dict[str, int]:
        with self._lock:
            return dict(self._requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom TLS trusts, and who we are to it; as requests names it."""

    verify: bool | str = True
    cert: str | tuple[str, str] | None = None

    def context(self) -> ssl.SSLContext:
        """One TLS context for all connections that share these settings."""
        for path in (self.verify, *([self.cert] if isinstance(self.cert, str) else self.cert or ())):
            if isinstance(path, str) and not os.path.exists(path):
                raise FileNotFoundError(f"there is no file {path}, which cacert, cert or key names")
        if not self.verify:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        place = self._authorities() if self.verify else None
        folder = place is not None and os.path.isdir(place)
        context = ssl.create_default_context(cafile=None if folder else place, capath=place if folder else None)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert:
            context.load_cert_chain(*([self.cert] if isinstance(self.cert, str) else self.cert))
        return context

    def _authorities(self) -> str:
        """Where the trusted authorities are: as requests has it."""
        if isinstance(self.verify, str):
            return self.verify
        return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


def session_over(transport: Transport) -> requests.Session:
    """A requests session over one transport, which looks for no password in ~/.netrc."""
    session = requests.Session()
    session.auth = lambda request: request
    session.mount("https://", transport)
    session.mount("http://", transport)
    return session


# Until when the answer to the request under way has to be there, and by whose time.
_UNTIL: contextvars.ContextVar[tuple[float, Clock] | None] = contextvars.ContextVar("until", default=None)


def _expose(sock: t.Any) -> None:
    """Let bytes leave, as long as there is time: urllib3 gives each piece of a body the time for a connection."""
    call, until = _CALL.get(), _UNTIL.get()
    if call is not None:
        call.exposed = True
    if until is not None:
        left = until[0] - until[1].now()
        if left <= 0:
            raise OutOfTimeError
        sock.settimeout(min(left, _STALLED))


class _Reads(io.RawIOBase):
    """What comes from a socket, until a deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: tuple[float, Clock]) -> None:
        super().__init__()
        self._raw, self._sock = raw, sock
        self._deadline, self._clock = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        left = self._deadline - self._clock.now()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer of which every byte, those of its head too, comes before the deadline.

    A timeout of a socket is one for each read: a thread could read a line for ever that comes byte by byte.
    """

    def __init__(self, sock: socket.socket, *args: t.Any, **more: t.Any) -> None:
        super().__init__(sock, *args, **more)
        until = _UNTIL.get()
        if until is not None:
            self.fp = io.BufferedReader(_Reads(self.fp.detach(), sock, until))


class _Plain(HTTPConnection):
    response_class = _Answer

    def send(self, data: t.Any) -> None:
        if self.sock is None:
            self.connect()
        _expose(self.sock)
        super().send(data)


class _Secure(HTTPSConnection):
    response_class = _Answer

    def send(self, data: t.Any) -> None:
        if self.sock is None:
            self.connect()
        _expose(self.sock)
        super().send(data)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Transport(HTTPAdapter):
    """Carries the requests of all sessions that trust the same authorities."""

    def __init__(self, trust: Trust, clock: Clock, meter: Meter) -> None:
        self._context = trust.context()
        self._clock = clock
        self._meter = meter
        super().__init__(pool_connections=_POOLS, pool_maxsize=_CONNECTIONS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: t.Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **more: t.Any) -> t.Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **more)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        return manager

    def build_connection_pool_key_attributes(self, request: t.Any, verify: t.Any, cert: t.Any = None) -> t.Any:
        host, _tls = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}

    def cert_verify(self, conn: t.Any, url: str, verify: t.Any, cert: t.Any) -> None:
        """Nothing: the context knows whom to trust."""

    def send(self, request: t.Any, *args: t.Any, **options: t.Any) -> requests.Response:
        """One request, and its whole answer, before the deadline of the call that it belongs to."""
        call = _CALL.get() or Call("", self._clock.now() + 60.0)
        left = call.deadline - self._clock.now()
        if left <= 0:
            raise OutOfTimeError
        self._meter.count(call.label)
        options["stream"], options["timeout"] = True, (min(_CONNECT_TIMEOUT, left), left)
        until = _UNTIL.set((call.deadline, self._clock))
        try:
            response = super().send(request, *args, **options)
        finally:
            _UNTIL.reset(until)
        response.raw = io.BytesIO(self._body(response.raw, call.deadline))
        return response

    def _body(self, raw: t.Any, deadline: float) -> bytes:
        """The whole body, read as it comes: a timeout of a socket is one for each read, not for all of them."""
        read = getattr(raw, "read1", raw.read)
        parts, size = [], 0
        with _done_with(raw):
            while part := read(_CHUNK, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER:
                    raise TooLargeError
                if self._clock.now() > deadline:
                    raise OutOfTimeError
        body = b"".join(parts)
        if len(body) > MOST_VALUES and sum(map(body.count, (b"[", b"{", b","))) > MOST_VALUES:
            raise TooLargeError
        return body


@contextlib.contextmanager
def _done_with(raw: t.Any) -> t.Iterator[None]:
    """Keep a connection whose answer was read to its end; close any other."""
    try:
        yield
    except BaseException:
        raw.close()
        raise
    raw.release_conn()
