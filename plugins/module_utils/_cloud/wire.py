# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Requests to one location: what is sent again and what never is, and which microversion Nova is spoken to in.

GET and DELETE are sent again (twice, after a jittered pause, within the deadline) when a connection failed or the
service was busy. A POST is never sent again, but for the two answers that prove that it was not carried out: 401 (once,
with a new token) and 406 (once, in a microversion that is offered). When any answer says that the location wants
patience, whoever would make something there can ask for how long. A body that is a `Stream` leaves once, whatever the
answer: a 401 only has the token dropped, and whoever sent it begins anew if it is worth it.
"""

from __future__ import annotations

import json
import random
import threading
import typing as t
from dataclasses import dataclass, field
from http import HTTPStatus

from .._core.faults import Answer, Fault, Kind
from .failure import (
    CallError,
    Fate,
    broken_off,
    epoch_of,
    from_answer,
    page_text,
    refused,
    seconds_to_wait,
    text_of,
)
from .session import ROOT
from .transport import Call, during

if t.TYPE_CHECKING:
    from .accounts import Account
    from .clock import Clock
    from .session import Session, Sessions

R = t.TypeVar("R")
Version = tuple[int, int]
PINNED: Version = (2, 79)
OLDEST: Version = (2, 1)
_AGAIN = 2
_PAUSE = (0.2, 1.0)
# How long a location is left alone that is asked too much and does not say until when.
_UNSAID = 5.0
_BUSY = frozenset({429, 502, 503, 504})
_CURRENT_HEADER = "OpenStack-API-Version"
_FORMER_HEADER = "X-OpenStack-Nova-API-Version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask of a service. The body is made for the microversion that the request goes out in."""

    method: str = "GET"
    service: str = "compute"
    path: str
    body: t.Callable[[Version], object] | None = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A good answer: its JSON, and the service's clock (epoch seconds) where it said so."""

    content: t.Any
    date: float | None = None


class Wire:
    """One location's services; used by many threads at once."""

    def __init__(self, account: Account, sessions: Sessions, clock: Clock) -> None:
        self._account = account
        self._sessions = sessions
        self._clock = clock
        self._lock = threading.Lock()
        self._negotiating = threading.Lock()
        self._opened: Session | None = None
        self._negotiated = False
        self._free_at = 0.0
        self._quiet_until = 0.0
        self.version = PINNED

    def get(self, path: str, deadline: float, service: str = "compute") -> Reply:
        return self.send(Request(path=path, service=service), deadline)

    def send(self, request: Request, deadline: float) -> Reply:
        """The answer to a request before the deadline, or a `CallError`."""
        again = _AGAIN if request.method in ("GET", "DELETE") else 0
        return self._persist(lambda: self._reply(request, deadline), again, deadline)

    def ready(self, deadline: float) -> Session:
        """The way in, with a token: before several requests at once, of which each would try refused credentials."""
        with during(Call(self._account.label, deadline)):
            self._persist(lambda: self._prepared(self.session(), "compute"), _AGAIN, deadline)
        return self.session()

    def rest(self) -> float:
        """For how many seconds the location still wants to be left alone."""
        return max(0.0, self._quiet_until - self._clock.now())

    def _persist(self, ask: t.Callable[[], R], again: int, deadline: float) -> R:
        """What asking brings, asked again while it fails for a reason that may pass."""
        while True:
            try:
                return ask()
            except CallError as failed:
                pause = max(random.uniform(*_PAUSE), failed.fault.retry_after or 0.0)
                passing = failed.fault.kind is Kind.UNREACHABLE or _busy(failed.fault)
                if not again or not passing or self._clock.now() + pause >= deadline:
                    raise
            again -= 1
            self._clock.sleep(pause)

    def session(self) -> Session:
        """The way in, opened by the first who needs it."""
        with self._lock:
            if self._opened is None:
                self._opened = self._sessions.open(self._account)
            return self._opened

    def _reply(self, request: Request, deadline: float) -> Reply:
        session = self.session()
        response = self._exchange(session, request, deadline)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            session.drop(response.request.headers)
            if request.once:
                raise CallError(Fate.NOT_SENT, self._refusal(response, session, session.host(request.service)).fault)
            response = self._exchange(session, request, deadline)
        if response.status_code == HTTPStatus.NOT_ACCEPTABLE and request.service == "compute":
            self._negotiate(session, deadline)
            response = self._exchange(session, request, deadline)
        return self._read(request, response, session)

    def _exchange(self, session: Session, request: Request, deadline: float) -> t.Any:
        """One HTTP request and its answer, whatever that is."""
        call = Call(self._account.label, deadline)
        with during(call):
            headers, address = self._prepared(session, request.service)
            headers |= request.headers
            self._take_turn(deadline)
            version = self.version
            if request.service == "compute":
                spoken = f"{version[0]}.{version[1]}"
                headers |= {_CURRENT_HEADER: f"compute {spoken}", _FORMER_HEADER: spoken}
            body = None if request.body is None else request.body(version)
            call.exposed = False
            try:
                return session.ask(request.method, address + request.path, headers, body)
            except Exception as exc:
                raise broken_off(exc, session.host(request.service), exposed=call.exposed) from exc

    def _prepared(self, session: Session, service: str) -> tuple[dict[str, str], str]:
        """What a request needs to go out: what proves who we are, and where to."""
        try:
            return session.headers(), session.address(service)
        except CallError as failed:
            self._note_patience(failed.fault)
            raise
        except Exception as exc:
            raise broken_off(exc, session.host("identity"), exposed=False) from exc

    def _take_turn(self, deadline: float) -> None:
        """Keep to the rate that the user allows here; all threads share it."""
        rate = self._account.hints.requests_per_second
        if rate is None:
            return
        with self._lock:
            now = self._clock.now()
            turn = max(now, self._free_at)
            if turn < deadline:
                self._free_at = turn + 1 / rate
        if turn >= deadline:
            message = f"its hint requests_per_second: {rate:g} leaves no time for another request"
            fault = Fault(
                kind=Kind.RATE_LIMIT, message=message, remedy="raise it, ask for less at a time, or give more time"
            )
            raise CallError(Fate.NOT_SENT, fault)
        self._clock.sleep(turn - now)

    def _read(self, request: Request, response: t.Any, session: Session) -> Reply:
        """A good answer's content; everything else is a `CallError`."""
        status, body, headers = response.status_code, response.content, response.headers
        host = session.host("compute" if request.service == ROOT else request.service)
        if status >= HTTPStatus.BAD_REQUEST:
            failed = self._refusal(response, session, host)
            self._note_patience(failed.fault)
            raise failed
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise refused(
                Kind.MISCONFIGURED,
                f"{host} redirects elsewhere, and no token is sent after it",
                "correct its address in clouds.yaml (auth_url, or endpoint_override of the service)",
            )
        if request.service == "compute":
            self.version = _spoken(headers) or OLDEST
        try:
            content = json.loads(body) if body else None
        except (ValueError, RecursionError) as exc:
            fault = Fault(kind=Kind.BROKEN_ANSWER, message=f"{host} answered {status} with something other than JSON")
            raise CallError(Fate.LOST, fault) from exc
        return Reply(content=content, date=epoch_of(headers.get("Date")))

    def _refusal(self, response: t.Any, session: Session, host: str) -> CallError:
        """What an HTTP error means."""
        status, headers = response.status_code, response.headers
        body = session.discreet(response.content, response.request.headers.get("X-Auth-Token", ""))
        asked = headers.get("x-openstack-request-id") or headers.get("x-compute-request-id") or ""
        answer = Answer(
            status=status,
            message=text_of(body) or f"{host} answered {status} ({page_text(body) or response.reason})",
            request_id=asked,
            retry_after=seconds_to_wait(headers, self._clock.wall()),
        )
        return from_answer(answer, body)

    def _note_patience(self, fault: Fault) -> None:
        """Remember that the location is asked too much, or says for how long it is out of service."""
        throttled = fault.kind is Kind.RATE_LIMIT
        if throttled or fault.status == HTTPStatus.SERVICE_UNAVAILABLE:
            wanted = (_UNSAID if throttled else 0.0) if fault.retry_after is None else fault.retry_after
            with self._lock:
                self._quiet_until = max(self._quiet_until, self._clock.now() + wanted)

    def _negotiate(self, session: Session, deadline: float) -> None:
        """After a 406: the newest microversion that both sides speak, found out once."""
        with self._negotiating:
            if self._negotiated:
                return
            request = Request(service=ROOT, path="/")
            document = self._read(request, self._exchange(session, request, deadline), session)
            self.version = _offered(document.content)
            self._negotiated = True


def _busy(fault: Fault) -> bool:
    """Whether the service itself said that it has too much to do; some say 413 for 429."""
    return fault.status in _BUSY or (fault.status is not None and fault.kind is Kind.RATE_LIMIT)


def _spoken(headers: t.Mapping[str, str]) -> Version | None:
    """The microversion of an answer; a Nova that names none has none."""
    said = headers.get(_CURRENT_HEADER, "").rpartition(" ")[2] or headers.get(_FORMER_HEADER, "")
    return _version(said)


def _offered(document: t.Any) -> Version:
    """The newest microversion that a version document offers and we know; its oldest where that is newer than ours."""
    try:
        found = document["version"] if "version" in document else document["versions"][-1]
        newest, oldest = (
            _version(str(found.get("version"))) or OLDEST,
            _version(str(found.get("min_version"))) or OLDEST,
        )
    except (AttributeError, IndexError, KeyError, TypeError) as exc:
        raise refused(Kind.MICROVERSION, "Nova does not say which microversions it offers") from exc
    return max(oldest, min(newest, PINNED))


def _version(text: str) -> Version | None:
    major, point, minor = text.partition(".")
    return (int(major), int(minor)) if point and major.isdigit() and minor.isdigit() else None
