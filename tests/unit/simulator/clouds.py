# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bare HTTP client of the simulated clouds, and worlds to use it on."""

from __future__ import annotations

import dataclasses
import http.client
import json
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.simulator import ManualClock, Simulator


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: t.Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> t.Any:
        return json.loads(self.raw)

    @property
    def message(self) -> str:
        return next(iter(self.json.values()))["message"]


def ask(url: str, method: str, path: str, body: t.Any = None, **headers: t.Any) -> Answer:
    """One request on a connection of its own; `timeout` is not a header."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=headers.pop("timeout", 30))
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


class Member:
    """Somebody who is logged in to one location."""

    def __init__(self, sim: Simulator, cloud: str = "alpha", user: str = "demo", minor: int | str | None = 96) -> None:
        self.sim, self.cloud = sim, cloud
        self.region = next(iter(sim.world.clouds[cloud].regions))
        self.minor = minor
        self.url = sim.world.clouds[cloud].base_url.removesuffix(f"/{cloud}")
        self.login(user)

    def login(self, user: str = "demo") -> None:
        domain = {"id": "default"}
        who = {"name": user, "password": f"{user}-secret", "domain": domain}
        scope = {"project": {"name": "admin" if user == "admin" else "demo", "domain": domain}}
        auth = {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": scope}
        answer = ask(self.url, "POST", f"/{self.cloud}/identity/v3/auth/tokens", {"auth": auth})
        assert answer.status == 201, answer.raw
        self.token = answer.headers["X-Subject-Token"]
        self.project_id = answer.json["token"]["project"]["id"]

    def ask(self, method: str, path: str, body: t.Any = None, service: str = "compute/v2.1", **more: t.Any) -> Answer:
        headers = {"X-Auth-Token": self.token, "Content-Type": "application/json", **more}
        if self.minor is not None and service.startswith("compute"):
            text = self.minor if isinstance(self.minor, str) else f"2.{self.minor}"
            headers.setdefault("OpenStack-API-Version", f"compute {text}")
        return ask(self.url, method, f"/{self.cloud}/{self.region}/{service}{path}", body, **headers)

    def get(self, path: str, service: str = "compute/v2.1") -> t.Any:
        answer = self.ask("GET", path, service=service)
        assert answer.status == 200, answer.raw
        return answer.json

    @property
    def image(self) -> str:
        return self.get("/images?name=cirros", "image/v2")["images"][0]["id"]

    @property
    def network(self) -> str:
        return self.get("/networks?name=private", "network/v2.0")["networks"][0]["id"]

    def body(self, name: str = "one", **fields: t.Any) -> dict[str, t.Any]:
        """A good order; a field that is None is left out."""
        hints = fields.pop("hints", None)
        server = {
            "name": name,
            "imageRef": self.image,
            "flavorRef": "1",
            "networks": [{"uuid": self.network}],
            **fields,
        }
        body: dict[str, t.Any] = {"server": {key: value for key, value in server.items() if value is not None}}
        return body | ({"os:scheduler_hints": hints} if hints else {})

    def order(self, name: str = "one", timeout: float = 30, **fields: t.Any) -> Answer:
        return self.ask("POST", "/servers", self.body(name, **fields), timeout=timeout)

    def made(self, name: str = "one", **fields: t.Any) -> str:
        answer = self.order(name, **fields)
        assert answer.status == 202, answer.raw
        return answer.json["server"]["id"]

    def show(self, server_id: str) -> dict[str, t.Any]:
        return self.get(f"/servers/{server_id}")["server"]

    def names(self, query: str = "") -> list[str]:
        return sorted(row["name"] for row in self.get(f"/servers{query}")["servers"])


@dataclasses.dataclass
class Lab:
    """A simulator whose time the test moves."""

    sim: Simulator
    clock: ManualClock

    def member(self, cloud: str = "alpha", **keys: t.Any) -> Member:
        return Member(self.sim, cloud, **keys)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
