# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""How a request can fail, as one exception that carries a classified fault and what became of the request."""

from __future__ import annotations

import email.utils
import enum
import html
import http.client
import json
import math
import re
import socket
import ssl
import typing as t
from http import HTTPStatus

from .._core.faults import Answer, Fault, Kind, fault_of

_LONGEST = 300
_LONGEST_PAGE = 65536
_TAG = re.compile(r"<[^>]*>")
_IGNORED = re.compile(r"<(head|style|script|title)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_ECHO = " Value: "
_USERINFO = re.compile(r"//[^/@\s]+@")
# A number larger than this is a moment (x-ratelimit-reset), not a length of time.
_LONGEST_WAIT = 1e6


class Fate(enum.Enum):
    """What became of a request. Lost: it may have been carried out."""

    NOT_SENT = "not sent"
    REFUSED = "refused"
    LOST = "lost"


class CallError(Exception):
    """A request that brought nothing; ``missing`` when the service itself said that there is no such thing."""

    def __init__(self, fate: Fate, fault: Fault, *, missing: bool = False) -> None:
        super().__init__(fault.message)
        self.fate = fate
        self.fault = fault
        self.missing = missing


class TooLargeError(OSError):
    """An answer larger than any honest one."""


class OutOfTimeError(OSError):
    """The total time for a request is over."""


def refused(kind: Kind, message: str, remedy: str = "") -> CallError:
    """A refusal that we find out ourselves."""
    return CallError(Fate.REFUSED, Fault(kind=kind, message=message, remedy=remedy))


def from_answer(answer: Answer, body: bytes) -> CallError:
    """What an HTTP error means. From 500 on nobody can tell whether it was carried out."""
    fate = Fate.LOST if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else Fate.REFUSED
    return CallError(fate, fault_of(answer), missing=answer.status == HTTPStatus.NOT_FOUND and _is_missing(body))


def text_of(body: bytes) -> str:
    """The sentence in the JSON of an error; empty where there is none."""
    try:
        return tidy(_message(json.loads(body)))
    except (ValueError, RecursionError):
        return ""


def page_text(body: bytes) -> str:
    """What a page says that is not OpenStack's own (a proxy's, mostly), without its tags."""
    text = body[:_LONGEST_PAGE].decode(errors="replace")
    return tidy(html.unescape(_TAG.sub(" ", _IGNORED.sub(" ", text))))


def tidy(text: str) -> str:
    """One short line without credentials in URLs, and without signs that would work on a terminal.

    Nova repeats what it was sent where that is invalid: user data and metadata are nobody's business.
    """
    shown = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST_PAGE])
    return _USERINFO.sub("//", " ".join(shown.split()).partition(_ECHO)[0])[:_LONGEST]


def seconds_to_wait(headers: t.Mapping[str, str], now: float) -> float | None:
    """For how many seconds a service wants to be left alone, if it says so; ``now`` in epoch seconds."""
    said = headers.get("Retry-After") or headers.get("x-ratelimit-reset") or ""
    try:
        seconds = float(said)
    except ValueError:
        moment = epoch_of(said)
        return None if moment is None else max(0.0, moment - now)
    if not math.isfinite(seconds):
        return None
    return max(0.0, seconds if seconds < _LONGEST_WAIT else seconds - now)


def epoch_of(date: str | None) -> float | None:
    """The epoch seconds of a date as HTTP writes it."""
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError):
        return None


def broken_off(exc: BaseException, host: str, *, exposed: bool) -> CallError:
    """What an exception in the middle of a request means; ``exposed`` when any byte of it may have left."""
    unknown = Kind.BROKEN_ANSWER, f"{host} could not be understood ({type(exc).__name__})"
    kind, message = reading(exc, host) or unknown
    return CallError(Fate.LOST if exposed else Fate.NOT_SENT, Fault(kind=kind, message=message))


def reading(exc: BaseException, host: str) -> tuple[Kind, str] | None:
    """What went wrong on the wire, told from an exception and all that it wraps."""
    links = list(_chain(exc))
    for sort, read in _READINGS:
        for link in reversed(links):
            if type(link).__name__ == sort if isinstance(sort, str) else isinstance(link, sort):
                return read(link, host)
    return None


def _is_missing(body: bytes) -> bool:
    """Nova's own 404; a proxy's page, or one of a wrong path, proves nothing."""
    try:
        return "itemNotFound" in json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return False


def _message(content: object) -> str:
    """The first message of an error's JSON; its outer key differs from service to service."""
    if isinstance(content, dict):
        for key in ("message", "detail", "NeutronError"):
            if isinstance(content.get(key), str):
                return str(content[key])
        content = list(content.values())
    if isinstance(content, list):
        return next((found for found in map(_message, content) if found), "")
    return ""


def _untrusted(exc: BaseException, host: str) -> tuple[Kind, str]:
    why = getattr(exc, "verify_message", "") or tidy(str(exc)) or "no reason was given"
    return Kind.UNTRUSTED, f"the certificate of {host} is not trusted: {why}"


def _no_tls(exc: BaseException, host: str) -> tuple[Kind, str]:
    return (
        Kind.UNREACHABLE,
        f"{host} does not speak TLS as it should: {getattr(exc, 'reason', None) or 'handshake failed'}",
    )


def _unreachable(exc: BaseException, host: str) -> tuple[Kind, str]:
    return Kind.UNREACHABLE, f"{host} cannot be reached: {(getattr(exc, 'strerror', None) or 'no connection').lower()}"


def _saying(kind: Kind, text: str) -> t.Callable[[BaseException, str], tuple[Kind, str]]:
    return lambda _exc, host: (kind, text.format(host))


_LATE = _saying(Kind.TIMED_OUT, "{} did not answer in time")


# The first line that fits any link of the chain wins, innermost first. Names are of urllib3, which may be absent.
_READINGS: tuple[tuple[type[BaseException] | str, t.Callable[[BaseException, str], tuple[Kind, str]]], ...] = (
    (ssl.SSLCertVerificationError, _untrusted),
    ("CertificateError", _untrusted),
    (ssl.SSLError, _no_tls),
    (TooLargeError, _saying(Kind.BROKEN_ANSWER, "{} answered with far more than any honest answer holds")),
    (OutOfTimeError, _LATE),
    ("ConnectTimeoutError", _saying(Kind.UNREACHABLE, "{} does not accept a connection")),
    (TimeoutError, _LATE),
    ("ReadTimeoutError", _LATE),
    (socket.gaierror, _saying(Kind.UNREACHABLE, "the name of {} cannot be resolved")),
    ("RemoteDisconnected", _saying(Kind.UNREACHABLE, "{} closed the connection without an answer")),
    ("IncompleteRead", _saying(Kind.BROKEN_ANSWER, "the answer of {} broke off")),
    ("DecodeError", _saying(Kind.BROKEN_ANSWER, "the answer of {} could not be unpacked")),
    (http.client.HTTPException, _saying(Kind.BROKEN_ANSWER, "{} does not answer as HTTP is spoken")),
    ("ProxyError", _saying(Kind.UNREACHABLE, "the proxy does not lead to {}")),
    (ValueError, _saying(Kind.BROKEN_ANSWER, "the answer of {} could not be understood")),
    (OSError, _unreachable),
)


def _chain(exc: BaseException) -> t.Iterator[BaseException]:
    """An exception and all that it wraps: causes, contexts, and the reasons that urllib3 keeps as attributes."""
    seen: set[int] = set()
    waiting: list[t.Any] = [exc]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
