# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor: what a job costs at the least, as a bare keystoneauth script.

It makes the same reads as the collection (survey and limits, one look-up for each name, a list a second while servers
build, a survey of every location at the end) with as many POSTs in flight. It knows nothing of faults, marks or reruns.

    python tests/bench/floor.py launch --fleet floor --count 30 --image cirros --flavor m1.nano --network private
    python tests/bench/floor.py check|rerun|destroy --fleet floor
    python tests/bench/floor.py inventory

The last one prints every server as an inventory; locations that do not answer in time are left out. The others print
one line of JSON: how many servers of the fleet were seen at the end.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import sys
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import requests
import yaml
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

T = t.TypeVar("T")
JSON = dict[str, t.Any]
MICROVERSION = {"OpenStack-API-Version": "compute 2.79"}
MOST_THREADS = 256
CONNECTIONS = 32


@dataclass(frozen=True)
class Location:
    """A region of a cloud; regions share the session, and so the token."""

    session: Session
    auth: v3.Password
    region: str | None

    def url(self, service: str) -> str:
        catalog = self.auth.get_access(self.session).service_catalog
        found = catalog.url_for(service_type=service, interface="public", region_name=self.region)
        return t.cast("str", found).rstrip("/")

    def ask(self, service: str, method: str, path: str, **body: t.Any) -> t.Any:
        headers = MICROVERSION if service == "compute" else {}
        answer = self.session.request(self.url(service) + path, method, headers=headers, **body)
        return answer.json() if answer.content else {}

    def servers(self, query: str = "") -> list[JSON]:
        return t.cast("list[JSON]", self.ask("compute", "GET", f"/servers/detail{query}")["servers"])


@dataclass(frozen=True)
class Wanted:
    """What is ordered."""

    fleet: str
    count: int
    image: str
    flavor: str
    network: str
    in_flight: int

    def fleet_of(self, servers: list[JSON]) -> list[JSON]:
        return [each for each in servers if each["name"].startswith(f"{self.fleet}-")]

    def seen(self, location: Location) -> list[JSON]:
        return self.fleet_of(location.servers(f"?name=^{self.fleet}-[0-9]%2B$"))


def locations(seconds: float) -> list[Location]:
    """Every region of every cloud of clouds.yaml."""
    with open(os.environ["OS_CLIENT_CONFIG_FILE"], encoding="utf-8") as file:
        entries = yaml.safe_load(file)["clouds"].values()
    return [each for entry in entries for each in _regions(entry, seconds)]


def _regions(entry: JSON, seconds: float) -> list[Location]:
    plain = requests.Session()
    for scheme in ("http://", "https://"):
        plain.mount(scheme, requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS))
    auth = v3.Password(**entry["auth"])
    session = Session(auth=auth, session=plain, timeout=seconds)
    names = entry.get("regions") or [entry.get("region_name")]
    return [Location(session, auth, each["name"] if isinstance(each, dict) else each) for each in names]


def at_once(calls: t.Iterable[t.Callable[[], T]], threads: int = MOST_THREADS) -> list[T]:
    every = list(calls)
    with ThreadPoolExecutor(max(1, min(len(every), threads))) as pool:
        return [job.result() for job in [pool.submit(call) for call in every]]


def prepared(every: list[Location], wanted: Wanted) -> list[JSON]:
    """What to order at each location; survey, limits and look-ups go out at the same time."""
    asked = [call for each in every for call in _reads(each, wanted)]
    answers = at_once(asked)
    width = len(asked) // len(every)
    return [_body(answers[start : start + width], wanted) for start in range(0, len(answers), width)]


def _reads(location: Location, wanted: Wanted) -> list[t.Callable[[], JSON]]:
    return [
        lambda: location.ask("image", "GET", f"/v2/images?name={wanted.image}"),
        lambda: location.ask("compute", "GET", "/flavors/detail"),
        lambda: location.ask("network", "GET", f"/v2.0/networks?name={wanted.network}"),
        lambda: location.ask("compute", "GET", "/limits"),
        lambda: location.ask("compute", "GET", "/servers/detail"),
    ]


def _body(answers: list[JSON], wanted: Wanted) -> JSON:
    images, flavors, networks = answers[:3]
    return {
        "imageRef": images["images"][0]["id"],
        "flavorRef": next(each["id"] for each in flavors["flavors"] if each["name"] == wanted.flavor),
        "networks": [{"uuid": networks["networks"][0]["id"]}],
    }


def launch(every: list[Location], wanted: Wanted) -> None:
    bodies = prepared(every, wanted)

    def create(slot: int) -> None:
        server = {**bodies[slot % len(every)], "name": f"{wanted.fleet}-{slot + 1:03d}"}
        every[slot % len(every)].ask("compute", "POST", "/servers", json={"server": server})

    at_once([partial(create, slot) for slot in range(wanted.count)], wanted.in_flight * len(every))
    until(every, lambda location: all(each["status"] == "ACTIVE" for each in wanted.seen(location)))


def destroy(every: list[Location], wanted: Wanted) -> None:
    found = at_once([each.servers for each in every])
    doomed = [(each, server["id"]) for each, here in zip(every, found, strict=True) for server in wanted.fleet_of(here)]

    def delete(location: Location, server: str) -> None:
        location.ask("compute", "DELETE", f"/servers/{server}")

    at_once([partial(delete, *one) for one in doomed], wanted.in_flight * len(every))
    until(every, lambda location: not wanted.seen(location))


def until(every: list[Location], done: t.Callable[[Location], bool]) -> None:
    """Poll each location once a second, all at the same time, until it is done."""
    waiting = list(every)
    while waiting:
        began = time.monotonic()
        ended = at_once([partial(done, each) for each in waiting])
        waiting = [each for each, over in zip(waiting, ended, strict=True) if not over]
        if waiting:
            time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))


def inventory(every: list[Location], deadline: float) -> JSON:
    """Every server of every location under its id, with an address; no more than one page of each."""
    variables: JSON = {}
    pool = ThreadPoolExecutor(min(len(every), MOST_THREADS))
    jobs = [pool.submit(each.servers, "?limit=1000") for each in every]
    concurrent.futures.wait(jobs, deadline)
    for job in jobs:
        if not job.done() or job.exception():
            continue
        for each in job.result():
            addresses = [entry["addr"] for network in each["addresses"].values() for entry in network]
            variables[each["id"]] = {"ansible_host": addresses[0] if addresses else None, "openstack": each}
    return {"all": {"hosts": list(variables)}, "_meta": {"hostvars": variables}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["check", "launch", "rerun", "destroy", "inventory"])
    for name, default in (("fleet", "floor"), ("image", "cirros"), ("flavor", "m1.nano"), ("network", "private")):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--in-flight", type=int, default=4, help="POSTs or DELETEs at a time for each location")
    parser.add_argument("--deadline", type=float, default=60.0, help="seconds until an inventory goes without the rest")
    options = vars(parser.parse_args())
    what, deadline = options.pop("what"), options.pop("deadline")
    every, wanted = locations(deadline), Wanted(**options)
    if what == "inventory":
        json.dump(inventory(every, deadline), sys.stdout)
        sys.stdout.flush()
        os._exit(0)  # not waiting for threads that ask who does not answer
    jobs: dict[str, t.Callable[[list[Location], Wanted], object]]
    jobs = {"check": prepared, "launch": launch, "destroy": destroy}
    if what in jobs:
        jobs[what](every, wanted)
    servers = 0 if what == "check" else sum(map(len, at_once([partial(wanted.seen, each) for each in every])))
    json.dump({"servers": servers}, sys.stdout)


if __name__ == "__main__":
    main()
