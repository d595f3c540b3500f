# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTP/1.1 server on asyncio: one thread, kept-alive connections, and full control of each connection.

One event loop instead of a thread pool because a slow or hung answer must not hold a thread, and because faults on the
wire (a reset, half a body, a byte a second) need the bare connection.
"""

from __future__ import annotations

import asyncio
import dataclasses
import http
import socket
import struct
import typing as t
import urllib.parse

from .message import Reply, Request
from .uploads import Upload

Handler = t.Callable[[Request, "Connection"], None]
Watcher = t.Callable[[Request], Upload | None]
"""Answers what takes the body of a request that is too large to be kept; asked when its head is there."""
_REASONS = {status.value: status.phrase for status in http.HTTPStatus}
_NO_BODY = frozenset({204, 304})
_RESET = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """One client's connection: requests one after another; the handler ends each in one of the ways below."""

    def __init__(self, handler: Handler, alive: set[Connection], watcher: Watcher | None = None) -> None:
        self._handler = handler
        self._watcher = watcher
        self._upload: Upload | None = None
        self._alive = alive
        self._buffer = bytearray()
        self._busy = False
        self._keep = True
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = t.cast("asyncio.Transport", transport)
        self._alive.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.transport = None
        self._alive.discard(self)
        if self._upload is not None:
            self._upload.broken()

    def data_received(self, data: bytes) -> None:
        if self._upload is not None:
            data = self._swallow(data)
        self._buffer += data
        self._next()

    def _swallow(self, data: bytes) -> bytes:
        """Give an upload what is of it, and go on with the request once it is whole; answers what is left."""
        upload = self._upload
        assert upload is not None
        rest = upload.take(data)
        if upload.refused:
            self._upload = None
            upload.broken()
            self.drop()
            return b""
        if upload.whole:
            self._upload = None
            self._handler(dataclasses.replace(upload.request, upload=upload), self)
        return rest

    def reply(self, reply: Reply) -> None:
        """Answer, and go on with the next request."""
        if self.transport is None:
            return
        self.transport.write(self.encoded(reply))
        self._done()

    def hang(self) -> None:
        """Never answer; the connection stays open as long as the client keeps it."""

    def drop(self, reset: bool = True) -> None:
        """End the connection without a word: by a reset, or by a plain close."""
        if self.transport is None:
            return
        if reset:
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.transport.abort()
        else:
            self.transport.close()

    def truncate(self, reply: Reply) -> None:
        """Answer with half of the body, and close."""
        if self.transport is None:
            return
        whole = self.encoded(reply)
        self.transport.write(whole[: len(whole) - max(1, len(reply.body) // 2)])
        self.transport.close()

    def drip(self, reply: Reply, bytes_per_second: float) -> None:
        """Answer so slowly that no timeout between two bytes ever fires."""
        whole = self.encoded(reply)
        head = len(whole) - len(reply.body)
        chunk = max(1, int(bytes_per_second / 4))
        self._drip(whole[:head], whole[head:], chunk, chunk / bytes_per_second)

    def _drip(self, now: bytes, rest: bytes, chunk: int, pause: float) -> None:
        if self.transport is None:
            return
        self.transport.write(now)
        if rest:
            self.loop.call_later(pause, self._drip, rest[:chunk], rest[chunk:], chunk, pause)
        else:
            self._done()

    def encoded(self, reply: Reply) -> bytes:
        """The bytes of a reply."""
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if reply.status not in _NO_BODY:
            lines.append(f"Content-Length: {len(reply.body)}")
        lines.append("Connection: keep-alive\r\n\r\n" if self._keep else "Connection: close\r\n\r\n")
        return "\r\n".join(lines).encode("latin-1") + reply.body

    def _done(self) -> None:
        self._busy = False
        if self.transport is None:
            return
        if self._keep:
            self._next()
        else:
            self.transport.close()

    def _next(self) -> None:
        if self._busy or not self._buffer:
            return
        try:
            request = self._take()
        except ValueError:
            self._keep = False
            self.reply(Reply(400, (), b"malformed request"))
            return
        if request:
            self._busy = True
            self._keep = request.keeps_alive
            self._handler(request, self)

    def _take(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _colon, value = line.partition(":")
            headers[name.lower()] = value.strip()
        method, target, _version = lines[0].split(" ", 2)
        path, _mark, query = target.partition("?")
        request = Request(method, urllib.parse.unquote(path), query, headers)
        if self._begin_upload(request, end + 4):
            return None
        body = self._body(headers, end + 4)
        return None if body is None else dataclasses.replace(request, body=body)

    def _begin_upload(self, request: Request, start: int) -> bool:
        """Whether the request's body goes to an upload; what of it is here already is taken at once."""
        length = int(request.headers.get("content-length", "0"))
        upload = self._watcher(request) if self._watcher and length else None
        if upload is None:
            return False
        self._busy, self._keep, self._upload = True, request.keeps_alive, upload
        data = bytes(self._buffer[start:])
        self._buffer.clear()
        self._buffer += self._swallow(data)
        return True

    def _body(self, headers: t.Mapping[str, str], start: int) -> bytes | None:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks(start)
        length = int(headers.get("content-length", "0"))
        if len(self._buffer) < start + length:
            if headers.get("expect") and self.transport and len(self._buffer) == start:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        return body

    def _chunks(self, start: int) -> bytes | None:
        body = bytearray()
        while True:
            line_end = self._buffer.find(b"\r\n", start)
            if line_end < 0:
                return None
            size = int(bytes(self._buffer[start:line_end]).split(b";")[0], 16)
            start = line_end + 2
            if len(self._buffer) < start + size + 2:
                return None
            body += self._buffer[start : start + size]
            start += size + 2
            if size == 0:
                del self._buffer[:start]
                return bytes(body)


class HttpServer:
    """Listens on loopback; all methods are called in the loop's thread."""

    def __init__(self, handler: Handler, watcher: Watcher | None = None) -> None:
        self._handler = handler
        self._watcher = watcher
        self._listeners: dict[str, asyncio.Server] = {}
        self._ports: dict[str, int] = {}
        self._alive: dict[str, set[Connection]] = {}

    async def listen(self, name: str = "", port: int = 0) -> int:
        """Open a port under a name (again: the one it had); answers the port."""
        if name in self._listeners:
            return self._ports[name]
        alive = self._alive.setdefault(name, set())
        wanted = port or self._ports.get(name, 0)
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._handler, alive, self._watcher), "127.0.0.1", wanted, backlog=1024
        )
        self._listeners[name] = server
        self._ports[name] = server.sockets[0].getsockname()[1]
        return self._ports[name]

    def unplug(self, name: str = "") -> None:
        """Close a port and every connection to it: from now on connections are refused."""
        server = self._listeners.pop(name, None)
        if server:
            server.close()
        for connection in list(self._alive.get(name, ())):
            connection.drop()

    def close(self) -> None:
        """Close everything."""
        for name in list(self._listeners):
            self.unplug(name)
