# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of each request: rate limit, behaviours, the service itself, latency, wire log."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from . import wsgi
from .behaviours import Occasion
from .clock import http_date
from .events import Address, address_of, event_of
from .imaging import begin_saving, break_saving
from .message import Reply, Request, json_reply
from .rate_limit import RateLimits
from .refusal import nova_body
from .uploads import Upload

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from .behaviours import Step
    from .config import RegionSettings
    from .controls import Controls
    from .http_server import Connection
    from .region import Region


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request on its way."""

    request: Request
    connection: Connection
    address: Address
    event: str
    name: str
    began: float


class Gateway:
    """Stands between the connections and the services."""

    def __init__(self, controls: Controls, application: WSGIApplication) -> None:
        self._controls = controls
        self._world = controls.world
        self._application = application
        self._log = controls.log
        self._limits = RateLimits(controls.world.clock)

    def handle(self, request: Request, connection: Connection) -> None:
        """Take a request and see to its end."""
        address = address_of(request.path)
        if address and address.project_id:
            request = dataclasses.replace(request, path=request.path.replace(f"/{address.project_id}", "", 1))
        if address is None:
            with self._world.lock:
                connection.reply(self._call(request))
            return
        event = event_of(address, request.method)
        now = self._world.clock()
        name = _name_in(request.body) if event.endswith(".create") else ""
        visit = Visit(request=request, connection=connection, address=address, event=event, name=name, began=now)
        with self._world.lock:
            if self._limits.exceeded(address, self._settings(address)):
                self._send(visit, json_reply(429, nova_body(429, "Too many requests"), {"Retry-After": "1"}), "limit")
                return
            decided = self._world.behaviours.decide(_occasion(visit))
            if decided:
                self._misbehave(visit, decided[0], f"{decided[1]}:{decided[0].do}")
            else:
                self._send_later(visit, self._perform(visit), self._latency(visit))

    def begin_upload(self, request: Request) -> Upload | None:
        """What takes the data of an image; behaviours of `image.upload` cut it off, or damage it unseen."""
        address = address_of(request.path)
        if address is None or event_of(address, request.method) != "image.write" or address.parts[-1] != "file":
            return None
        with self._world.lock:
            occasion = Occasion(words=("image.upload",), cloud=address.cloud, region=address.region, path=address.path)
            step, _number = self._world.behaviours.decide(occasion) or (None, 0)
            begin_saving(self._world, address)
        return Upload(
            request=request,
            size=int(request.headers.get("content-length", "0")),
            broken=lambda: self._break_upload(address),
            at_most=step.at_bytes if step and step.do == "drop" else None,
            damaged=step is not None and step.do == "truncate",
        )

    def _break_upload(self, address: Address) -> None:
        with self._world.lock:
            break_saving(self._world, address)

    def _perform(self, visit: Visit) -> Reply:
        return self._call(visit.request)

    def _call(self, request: Request) -> Reply:
        return wsgi.call(self._application, request, controls=self._controls, upload=request.upload)

    def _land_late(self, visit: Visit, seconds: float) -> None:
        def land(_region: Region, _moment: float) -> None:
            self._perform(visit)

        for region in self._world.regions(visit.address.cloud, visit.address.region)[:1]:
            region.at(self._world.clock() + seconds, land)
            visit.connection.loop.call_later(seconds, self._world.regions, visit.address.cloud)

    def _misbehave(self, visit: Visit, step: Step, label: str) -> None:
        if step.do == "delay":
            self._delay(visit, step, label)
            return
        reply = self._perform(visit) if step.commit else None
        if step.commit_after is not None:
            self._land_late(visit, step.commit_after)
        if step.do == "answer":
            self._send_later(visit, _declared(step, visit), step.seconds, label)
        elif step.do in {"truncate", "drip"}:
            reply = reply or self._perform(visit)
            self._note(visit, reply.status, len(reply.body), label)
            self._send_badly(visit, reply, step)
        else:
            self._note(visit, None, 0, label)
            if step.do == "drop":
                visit.connection.loop.call_later(step.seconds, visit.connection.drop, step.reset)
            else:
                visit.connection.hang()

    def _send_badly(self, visit: Visit, reply: Reply, step: Step) -> None:
        dated = self._dated(visit, reply)
        if step.do == "truncate":
            visit.connection.truncate(dated)
        else:
            visit.connection.drip(dated, step.bytes_per_second)

    def _delay(self, visit: Visit, step: Step, label: str) -> None:
        if step.commit:
            self._send_later(visit, self._perform(visit), step.seconds, label)
            return
        visit.connection.loop.call_later(step.seconds, self._perform_and_send, visit, label)

    def _perform_and_send(self, visit: Visit, label: str) -> None:
        with self._world.lock:
            self._send(visit, self._perform(visit), label)

    def _send_later(self, visit: Visit, reply: Reply, seconds: float, label: str = "") -> None:
        if seconds > 0:
            visit.connection.loop.call_later(seconds, self._send, visit, reply, label)
        else:
            self._send(visit, reply, label)

    def _send(self, visit: Visit, reply: Reply, label: str) -> None:
        self._note(visit, reply.status, len(reply.body), label)
        visit.connection.reply(self._dated(visit, reply))

    def _dated(self, visit: Visit, reply: Reply) -> Reply:
        settings = self._settings(visit.address)
        skew = settings.clock_skew if settings else 0.0
        date = ("Date", http_date(self._world.clock() + skew))
        return Reply(reply.status, (date, *reply.headers), reply.body)

    def _settings(self, address: Address) -> RegionSettings | None:
        cloud = self._world.clouds.get(address.cloud)
        if cloud is None or address.region is None:
            return cloud.settings.shared if cloud else None
        region = cloud.regions.get(address.region)
        return region.settings if region else None

    def _latency(self, visit: Visit) -> float:
        settings = self._settings(visit.address)
        if settings is None:
            return 0.0
        latency = settings.latency
        return float(latency.get(visit.event, latency.get(visit.address.service, latency.get("any", 0.0))))

    def _note(self, visit: Visit, status: int | None, size: int, label: str) -> None:
        address = visit.address
        now = self._world.clock()
        self._log.add(
            {
                "time": round(visit.began, 6),
                "cloud": address.cloud,
                "region": address.region,
                "service": address.service,
                "method": visit.request.method,
                "path": address.path,
                "query": visit.request.query,
                "event": visit.event,
                "name": visit.name,
                "status": status,
                "bytes": size,
                "seconds": round(now - visit.began, 6),
                "behaviour": label,
            }
        )


def _occasion(visit: Visit) -> Occasion:
    address = visit.address
    return Occasion(
        words=(visit.event, address.service, "any"),
        cloud=address.cloud,
        region=address.region,
        name=visit.name,
        method=visit.request.method,
        path=address.path + ("?" + visit.request.query if visit.request.query else ""),
    )


def _name_in(text: bytes) -> str:
    try:
        body = json.loads(text)
    except ValueError:
        return ""
    inner = next(iter(body.values()), None) if isinstance(body, dict) else None
    return str(inner.get("name", "")) if isinstance(inner, dict) else ""


def _declared(step: Step, visit: Visit) -> Reply:
    body, address = step.body, visit.address
    if body is None:
        message = (
            step.message.replace("{sent}", _sent(visit.request)) or f"The simulator was told to answer {step.status}."
        )
        if step.status in {502, 503, 504}:
            page = f"<html><body><h1>{step.status}</h1>{message}</body></html>".encode()
            return Reply(step.status, (("Content-Type", "text/html"), *step.headers.items()), page)
        body = error_body(address.service, step.status, message)
    if isinstance(body, str):
        return Reply(step.status, (("Content-Type", "text/html"), *step.headers.items()), body.encode())
    return json_reply(step.status, body, step.headers)


def _sent(request: Request) -> str:
    """What a careless service sends back: the token, and what came with the request."""
    return f"{request.headers.get('x-auth-token', '')} {request.body.decode(errors='replace')}"


def error_body(service: str, status: int, message: str) -> t.Any:
    """An error in the form of the service."""
    if service == "identity" or status == 401:
        return {"error": {"code": status, "title": "Error", "message": message}}
    if service == "network":
        return {"NeutronError": {"type": "HTTPError", "message": message, "detail": ""}}
    return nova_body(status, message)
