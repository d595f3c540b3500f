# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clouds' HTTP, as little of it as it takes to furnish them."""

from __future__ import annotations

import json
import typing as t
import urllib.error
import urllib.request

from .settings import RigError

if t.TYPE_CHECKING:
    from .accounts import Account
    from .sites import Site

_SECONDS = 120.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the user has


class Api:
    """One site, asked with the token of one account."""

    def __init__(self, site: Site, account: Account) -> None:
        self._site = site
        self._headers: dict[str, str] = {}
        domain = {"domain": {"id": "default"}}
        user = {"name": account.user, "password": account.password, **domain}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": account.project, **domain}},
        }
        request = self._request("POST", "keystone", "/v3/auth/tokens", json.dumps({"auth": auth}).encode())
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            self._headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}

    def get(self, service: str, path: str, version: str = "") -> t.Any:
        request = self._request("GET", service, path)
        if version:
            request.add_header("OpenStack-API-Version", version)
        return self._answer(request)

    def post(self, service: str, path: str, body: t.Mapping[str, t.Any]) -> t.Any:
        return self._answer(self._request("POST", service, path, json.dumps(body).encode()))

    def put(self, service: str, path: str, body: t.Mapping[str, t.Any] | bytes | None = None) -> t.Any:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        return self._answer(self._request("PUT", service, path, data, kind))

    def _request(
        self, method: str, service: str, path: str, data: bytes | None = None, kind: str = "application/json"
    ) -> urllib.request.Request:
        headers = {**self._headers, **({"Content-Type": kind} if data is not None else {})}
        return urllib.request.Request(f"{self._site.url(service)}{path}", data, headers, method=method)

    def _answer(self, request: urllib.request.Request) -> t.Any:
        try:
            with _OPENER.open(request, timeout=_SECONDS) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:400]
            what = f"{request.get_method()} {request.full_url}"
            raise RigError(f"{self._site.name}: {what}: {error.code} {said}") from error
