# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The way into a location: credentials, a token, and the addresses of its services.

Locations with the same credentials share one keystoneauth session and so one token. Where auth_url names v3 the plain
v3 plugins are used: the generic ones would ask Keystone for its versions first. Addresses come from the token's
catalog; no service is asked for its versions.
"""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from .._core.auth_secrets import SECRETS
from .._core.faults import Answer, Fault, Kind, fault_of
from .._core.listing import listing
from .failure import CallError, Fate, reading, seconds_to_wait, text_of, tidy
from .shapes import complaint
from .stream import Stream
from .transport import AGENT, Meter, Transport, Trust, session_over

with contextlib.suppress(ImportError):  # accounts.py says so in a sentence, before anything here is used
    from keystoneauth1 import exceptions, session

if t.TYPE_CHECKING:
    from openstack.config.cloud_region import CloudRegion

    from .accounts import Account, Accounts
    from .clock import Clock

# The version that a service's address must name, where the catalog leaves it out.
_VERSIONS = {"compute": "v2.1", "image": "v2", "network": "v2.0"}
# Where Nova says which microversions it offers.
ROOT = "compute versions"
# What Keystone's refusals mean, by their status.
_REFUSALS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "Keystone cannot use the account ({text})",
    HTTPStatus.UNAUTHORIZED: "Keystone refuses the credentials ({text})",
    HTTPStatus.NOT_FOUND: "there is no Keystone at {host}, where auth_url leads",
}
_TOO_OFTEN = "Keystone is asked for tokens too often ({text})"
_NO_TOKEN = "Keystone gives no token ({text})"
_DIRECT = {"password": "v3password", "token": "v3token"}


class Sessions:
    """Opens locations, each when it is first asked; built once, used by all threads."""

    def __init__(self, accounts: Accounts, clock: Clock, meter: Meter) -> None:
        self._accounts = accounts
        self._clock = clock
        self._meter = meter
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._transports: dict[Trust, Transport] = {}
        self._sessions: dict[str, session.Session] = {}

    def open(self, account: Account) -> Session:
        """The way into one location. Settings may come from a remote profile, so only the same cloud waits for it."""
        with self._lock:
            lock = self._locks.setdefault(account.cloud, threading.Lock())
        try:
            with lock:
                settings = self._accounts.settings(account)
                return Session(settings, self._keystone(account, settings), self._clock)
        except Exception as exc:
            message = f"the account cannot be used: {tidy(complaint(exc))}"
            raise CallError(Fate.NOT_SENT, Fault(kind=Kind.MISCONFIGURED, message=message)) from exc

    def _keystone(self, account: Account, settings: CloudRegion) -> session.Session:
        """The keystoneauth session of these credentials."""
        config = settings.config
        auth_type = _auth_type(config)
        verify, cert = settings.get_requests_verify_args()
        trust = Trust(verify=True if verify is None else verify, cert=cert)
        alone = "" if config["auth"].get("auth_url") else account.label
        identity = json.dumps([alone, auth_type, config["auth"], str(trust)], sort_keys=True, default=str)
        if identity not in self._sessions:
            auth = self._accounts.settings(account, auth_type=auth_type).get_auth()
            over = session_over(self._transport(trust))
            self._sessions[identity] = session.Session(auth=auth, session=over, user_agent=AGENT)
        return self._sessions[identity]

    def _transport(self, trust: Trust) -> Transport:
        with self._lock:
            if trust not in self._transports:
                self._transports[trust] = Transport(trust, self._clock, self._meter)
            return self._transports[trust]


class Session:
    """One location's settings, over the keystoneauth session of its credentials."""

    def __init__(self, settings: CloudRegion, keystone: session.Session, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._addresses: dict[str, str] = {}
        self._dropped = ""
        self._lock = threading.Lock()
        self.keystone = keystone

    def headers(self) -> dict[str, str]:
        """What proves who we are; fetches a token where there is none, or it is about to expire."""
        try:
            return dict(self.keystone.get_auth_headers() or {})
        except exceptions.HttpError as exc:
            raise _refused(exc, self, self._clock.wall()) from exc
        except exceptions.InvalidResponse as exc:
            message = f"{self.host('identity')} does not answer as Keystone does"
            fault = Fault(
                kind=Kind.BROKEN_ANSWER, message=message, remedy="see whether auth_url in clouds.yaml is right"
            )
            raise CallError(Fate.NOT_SENT, fault) from exc
        except exceptions.ClientException as exc:
            raise _failed(exc, self.host("identity")) from exc

    def drop(self, headers: t.Mapping[str, str]) -> None:
        """Have a new token fetched in place of a refused one; of many threads that find it refused, the first does."""
        token = headers.get("X-Auth-Token", "")
        with self._lock:
            if token != self._dropped:
                self._dropped = token
                self.keystone.invalidate()

    def ask(self, method: str, url: str, headers: t.Mapping[str, str], body: object) -> t.Any:
        """One HTTP request: nothing is sent again, and no redirect followed. A body is JSON, or a `Stream`."""
        content = {"data": body} if isinstance(body, Stream) else {"json": body}
        return self.keystone.request(
            url,
            method,
            **content,
            headers=dict(headers),
            authenticated=False,
            raise_exc=False,
            redirect=False,
            connect_retries=0,
            status_code_retries=0,
            log=False,
        )

    def address(self, service: str) -> str:
        """A service's address with its version and without a slash at the end; needs a token."""
        if service == ROOT:
            return _root(self.address("compute"))
        if service not in self._addresses:
            self._addresses[service] = _versioned(service, self._override(service) or self._from_catalog(service))
        return self._addresses[service]

    def host(self, service: str) -> str:
        """Whom a sentence names for a service: host and port, never credentials."""
        config = self._settings.config
        url = self._addresses.get(service) or str(config["auth"].get("auth_url") or config.get("auth_url") or service)
        return urlsplit(url).netloc.rpartition("@")[2] or tidy(url)

    @property
    def project_id(self) -> str:
        return str(getattr(self._access(), "project_id", None) or self._settings.config["auth"].get("project_id") or "")

    @property
    def user(self) -> str:
        """The name that Keystone knows us by."""
        return str(getattr(self._access(), "username", None) or "")

    @property
    def auth_url(self) -> str:
        """Where Keystone is, as the user wrote it; it may hold a password."""
        config = self._settings.config
        return str(config["auth"].get("auth_url") or config.get("auth_url") or "")

    @property
    def catalog(self) -> dict[str, list[str]]:
        """The types of services that Keystone names, each with its regions."""
        catalog = getattr(self._access(), "service_catalog", None)
        services = catalog.catalog if catalog is not None else ()
        return {str(each.get("type") or ""): sorted(_regions([each])) for each in services}

    def discreet(self, said: bytes, token: str = "") -> bytes:
        """What a service said, without what proves who we are: some send back what they were sent."""
        auth = self._settings.config["auth"]
        hidden = {token, *(str(value) for name, value in auth.items() if name in SECRETS and value)} - {""}
        for each in sorted((*hidden, *(json.dumps(each)[1:-1] for each in hidden)), key=len, reverse=True):
            said = said.replace(each.encode(), b"***")
        return said

    def _access(self) -> t.Any:
        """What Keystone said with the token; None where nothing is asked of Keystone."""
        find = getattr(self.keystone.auth, "get_access", None)
        return find(self.keystone) if find else None

    def _override(self, service: str) -> str:
        address = self._settings.get_endpoint(service) or ""
        for name in ("project_id", "tenant_id"):
            for sign in "%$":
                address = address.replace(f"{sign}({name})s", self.project_id)
        return address

    def _from_catalog(self, service: str) -> str:
        access = self._access()
        catalog = getattr(access, "service_catalog", None)
        region = self._settings.get_region_name(service) or None
        if catalog is not None:
            try:
                return str(
                    catalog.url_for(
                        service_type=self._settings.get_service_type(service),
                        interface=self._settings.get_interface(service),
                        region_name=region,
                        service_name=self._settings.get_service_name(service),
                    )
                )
            except exceptions.CatalogException:
                pass
        there = listing(_regions(catalog.catalog if catalog is not None else ()), region or "")
        wanted = f' in region "{region}"' if region else ""
        message = f"Keystone's catalog has no {service} service{wanted}; it has the regions {there}"
        raise CallError(Fate.NOT_SENT, Fault(kind=Kind.MISCONFIGURED, message=message))


def _auth_type(config: t.Mapping[str, t.Any]) -> str:
    """The plugin for these credentials; the generic one only where it has to find out what Keystone speaks."""
    auth, given = config["auth"], str(config.get("auth_type") or "none")
    direct = str(auth.get("auth_url", "")).rstrip("/").endswith("/v3") and not any(
        "default_domain" in key for key in auth
    )
    whose = any(auth.get(key) for key in ("user_id", "user_domain_id", "user_domain_name")) or given == "token"
    return _DIRECT.get(given, given) if direct and whose else given


def _versioned(service: str, address: str) -> str:
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    version = _VERSIONS[service]
    if not any(part.startswith("v") and part[1:2].isdigit() for part in path.split("/")):
        path = f"{path}/{version}"
    return parts._replace(path=path, query="", fragment="").geturl()


def _root(address: str) -> str:
    """An address up to its version: some name the project after it."""
    parts = urlsplit(address)
    path = parts.path.split("/")
    last = next((n for n, part in enumerate(path) if part.startswith("v") and part[1:2].isdigit()), len(path) - 1)
    return parts._replace(path="/".join(path[: last + 1])).geturl()


def _regions(catalog: t.Iterable[t.Any]) -> set[str]:
    endpoints = (each for service in catalog for each in service.get("endpoints", ()))
    return {str(each.get("region_id") or each.get("region") or "") for each in endpoints} - {""}


def _refused(exc: t.Any, session: Session, now: float) -> CallError:
    """What Keystone's refusal means; ``now`` in epoch seconds."""
    body, headers = (b"", {}) if exc.response is None else (exc.response.content, exc.response.headers)
    text = text_of(session.discreet(body)) or tidy(session.discreet(str(exc).encode()).decode())
    answer = Answer(
        status=exc.http_status,
        message=text,
        request_id=exc.request_id or "",
        retry_after=seconds_to_wait(headers, now),
    )
    fault = fault_of(answer)
    kind = Kind.MISCONFIGURED if exc.http_status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND) else fault.kind
    told = _REFUSALS.get(exc.http_status) or (_TOO_OFTEN if kind is Kind.RATE_LIMIT else _NO_TOKEN)
    return CallError(
        Fate.NOT_SENT, replace(fault, kind=kind, message=told.format(text=text, host=session.host("identity")))
    )


def _failed(exc: BaseException, host: str) -> CallError:
    """What another failure to get a token means: the wire, or an account that cannot be used as it is."""
    kind, message = reading(exc, host) or (
        Kind.MISCONFIGURED,
        f"no token can be had with the account: {tidy(complaint(exc))}",
    )
    return CallError(Fate.NOT_SENT, Fault(kind=kind, message=message))
