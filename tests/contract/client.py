# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain HTTP client of one location: what is asked and answered, and nothing done twice or behind one's back."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

import requests

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, from_answer, text_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import faults

SPOKEN = "2.79"
"""The microversion that we speak, as wire.py pins it."""

_PATHS = {"compute": "/v2.1", "image": "/v2", "network": "/v2.0"}
_PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What a service said."""

    status: int
    headers: t.Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> t.Any:
        return json.loads(self.raw)

    @property
    def word(self) -> str:
        """What a refusal calls itself: badRequest at Nova, NetworkInUse at Neutron."""
        ((outer, inner),) = self.json.items()
        return str(inner["type"] if outer == "NeutronError" else outer)

    @property
    def message(self) -> str:
        return text_of(self.raw)

    @property
    def means(self) -> CallError:
        """What the collection makes of it."""
        return from_answer(faults.Answer(status=self.status, message=self.message), self.raw)


class Client:
    """Somebody who is logged in; ``entry`` is one of clouds.yaml."""

    def __init__(self, entry: t.Mapping[str, t.Any]) -> None:
        self.entry = entry
        self._http = requests.Session()
        self._http.trust_env = False
        self.token = self.project_id = self.user_id = ""
        self._addresses: dict[str, str] = {"identity": str(entry["auth"]["auth_url"]).rstrip("/")}
        self.login()

    def login(self) -> None:
        """A fresh token in place of the one before."""
        answer = self.authenticate()
        assert answer.status == 201, answer.raw
        told = answer.json["token"]
        self.token = answer.headers["X-Subject-Token"]
        self.project_id, self.user_id = told["project"]["id"], told["user"]["id"]
        for service in told["catalog"]:
            for endpoint in service["endpoints"]:
                here = endpoint["interface"] == "public" and endpoint["region"] == self.entry["region_name"]
                if here and service["type"] in _PATHS:
                    self._addresses[service["type"]] = _versioned(service["type"], endpoint["url"])

    def authenticate(self, **other: str) -> Answer:
        """POST /v3/auth/tokens, with something else in place of what clouds.yaml says."""
        auth = {**self.entry["auth"], **other}
        domains = {each: {"name": auth[f"{each}_domain_name"]} for each in ("user", "project")}
        user = {"name": auth["username"], "password": auth["password"], "domain": domains["user"]}
        scope = {"project": {"name": auth["project_name"], "domain": domains["project"]}}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
        return self.ask("POST", "/auth/tokens", body, service="identity", token="")

    def ask(self, method: str, path: str, body: object = None, service: str = "compute", **more: t.Any) -> Answer:
        """One request. ``version``: another microversion, None for none; ``token``; ``data``: bytes; ``headers``."""
        token, version = more.get("token", self.token), more.get("version", SPOKEN)
        headers = {"X-Auth-Token": token} if token else {}
        if service == "compute" and version:
            headers |= {"OpenStack-API-Version": f"compute {version}", "X-OpenStack-Nova-API-Version": version}
        told = {"data": more["data"]} if "data" in more else {"json": body}
        response = self._http.request(
            method,
            self.address(service) + path,
            headers={**headers, **more.get("headers", {})},
            timeout=more.get("timeout", _PATIENCE),
            allow_redirects=False,
            **told,
        )
        return Answer(response.status_code, response.headers, response.content)

    def get(self, path: str, service: str = "compute", **more: t.Any) -> t.Any:
        """The content of a good answer."""
        answer = self.ask("GET", path, service=service, **more)
        assert answer.status == 200, answer.raw
        return answer.json

    def send(self, method: str, path: str, body: object = None, service: str = "network") -> t.Any:
        """A write that succeeds; its content, where there is any."""
        answer = self.ask(method, path, body, service=service)
        assert answer.status < 300, answer.raw
        return answer.json if answer.raw else None

    def address(self, service: str) -> str:
        return self._addresses[service]


def _versioned(service: str, url: str) -> str:
    url = url.rstrip("/")
    return url if any(part[:1] == "v" and part[1:2].isdigit() for part in url.split("/")[3:]) else url + _PATHS[service]
