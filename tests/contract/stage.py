# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test of the contract is given: one location of one cloud, whose user it is, and who runs that cloud."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.openmultistack.cloud.tests.contract.tenancy import BARE, GIANT, ROOM, sweep

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer, Client
    from ansible_collections.openmultistack.cloud.tests.contract.faults import Faults

Row = dict[str, t.Any]
NOWHERE = "11111111-2222-3333-4444-555555555555"
"""An id that nothing has."""

_COMPUTE = frozenset(ROOM)
_NETWORK_ROOM = {
    "port": 500,
    "network": 100,
    "subnet": 100,
    "router": 10,
    "security_group": 10,
    "security_group_rule": 100,
}


@dataclass(kw_only=True)
class Stage:
    """A cloud, its user, and whoever runs it: ``admin`` changes quotas, ``faults`` break it."""

    cloud: str
    user: Client
    admin: Client
    faults: Faults | None = None
    suffix: str = ""
    names: t.Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.3
    patience: float = 90.0
    _changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Look up what the names mean here."""
        networks = self.user.get(f"/networks?name={self.names['network']}", "network")["networks"]
        images = self.user.get(f"/images?name={self.names['image']}", "image")["images"]
        flavors = {row["name"]: row["id"] for row in self.user.get("/flavors/detail")["flavors"]}
        self.network, self.image = str(networks[0]["id"]), str(images[0]["id"])
        self.flavor = flavors[self.names["flavor"]]
        self.giant, self.bare = (flavors[each + self.suffix] for each in (GIANT, BARE))

    @property
    def wired(self) -> list[Row]:
        """The networks of a server that is to have an address."""
        return [{"uuid": self.network}]

    def body(self, name: str = "contract-1", **other: t.Any) -> Row:
        """A good order of one server, without a network, which takes half as long; what is None is left out."""
        hints = other.pop("hints", None)
        usual = {"imageRef": self.image, "flavorRef": self.flavor, "networks": "none"}
        server = {"name": name, **usual, **other}
        body: Row = {"server": {key: value for key, value in server.items() if value is not None}}
        return body | ({"os:scheduler_hints": hints} if hints else {})

    def order(self, name: str = "contract-1", version: str = "2.79", **other: t.Any) -> Answer:
        return self.user.ask("POST", "/servers", self.body(name, **other), version=version)

    def made(self, name: str = "contract-1", **other: t.Any) -> str:
        """The id of a server that is accepted."""
        answer = self.order(name, **other)
        assert answer.status == 202, answer.raw
        return str(answer.json["server"]["id"])

    def ready(self, name: str = "contract-1", **other: t.Any) -> Row:
        """A server that runs."""
        server = self.settled(self.made(name, **other))
        assert server["status"] == "ACTIVE", server
        return server

    def broken(self, name: str = "contract-1", **other: t.Any) -> Row:
        """A server that ended in ERROR, with its fault."""
        server_id = self.made(name, **other)
        assert self.settled(server_id)["status"] == "ERROR"
        return self.excused(server_id)

    def excused(self, server_id: str) -> Row:
        """A server once it has its fault: Nova writes the state first, and the reason after it."""
        return dict(self.until(lambda: "fault" in (server := self.show(server_id)) and server))

    def act(self, server_id: str, action: Row) -> Answer:
        return self.user.ask("POST", f"/servers/{server_id}/action", action)

    def show(self, server_id: str) -> Row:
        return dict(self.user.get(f"/servers/{server_id}")["server"])

    def delete(self, server_id: str) -> Answer:
        return self.user.ask("DELETE", f"/servers/{server_id}")

    def settled(self, server_id: str, *passing: str) -> Row:
        """A server once it is neither in BUILD nor changes."""

        def seen() -> t.Any:
            server = self.show(server_id)
            return server["status"] not in ("BUILD", *passing) and not server["OS-EXT-STS:task_state"] and server

        return dict(self.until(seen))

    def gone(self, server_id: str) -> Answer:
        """What is said of a server once it is no more."""

        def seen() -> t.Any:
            answer = self.user.ask("GET", f"/servers/{server_id}")
            return answer.status != 200 and answer

        return t.cast("Answer", self.until(seen))

    def until(self, holds: t.Callable[[], t.Any]) -> t.Any:
        """What at last holds."""
        end = time.monotonic() + self.patience
        while not (found := holds()):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(self.pause)
        return found

    def quota(self, **limits: int) -> None:
        """What the project may have, until the end of the test."""
        self._set({key: value for key, value in limits.items() if key in _COMPUTE}, "quota_set")
        self._set({key: value for key, value in limits.items() if key not in _COMPUTE}, "quota")
        self._changed |= set(limits)

    def fill(self, kind: str) -> None:
        """Leave no room for another of a kind that Neutron counts."""
        path = f"/quotas/{self.user.project_id}/details.json"
        self.quota(**{kind: self.user.get(path, "network")["quota"][kind]["used"]})

    def clean(self) -> None:
        """Leave the cloud as it was, whatever the test did."""
        if self.faults:
            self.faults.heal()
        sweep(self.user, keep=self.network)
        if self._changed:
            usual = ROOM | _NETWORK_ROOM
            self.quota(**{each: usual[each] for each in self._changed})
            self._changed.clear()

    def _set(self, limits: t.Mapping[str, int], word: str) -> None:
        compute = word == "quota_set"
        if limits:
            path = f"/{'os-quota-sets' if compute else 'quotas'}/{self.user.project_id}"
            body = {word: {**limits, **({"force": True} if compute else {})}}
            self.admin.send("PUT", path, body, "compute" if compute else "network")
