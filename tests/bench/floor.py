# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor: what a launch costs at the least, as a bare keystoneauth script.

It makes the same reads as the collection (survey and limits, one look-up for each name, a list a second while servers
build, a survey of every cloud at the end) with as many POSTs in flight, and knows nothing of faults, marks or reruns.

    python tests/bench/floor.py launch 30 --image cirros --flavor m1.tiny --network private
    python tests/bench/floor.py destroy 30
    python tests/bench/floor.py inventory

The last one asks all clouds at once, and prints every server as an inventory. The others print one line of JSON:
seconds, requests, and the servers that were seen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import yaml
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

NAME = "floor"
T = t.TypeVar("T")
MICROVERSION = {"OpenStack-API-Version": "compute 2.79"}


@dataclass
class Cloud:
    """One cloud of clouds.yaml, its session, and how many requests it was sent (the token's among them)."""

    name: str
    auth: dict[str, t.Any]
    requests: int = 1
    session: Session = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.session = Session(auth=v3.Password(**self.auth), timeout=60)

    def ask(self, service: str, method: str, path: str, **body: t.Any) -> t.Any:
        access = self.session.auth.get_access(self.session)
        url = access.service_catalog.url_for(service_type=service, interface="public").rstrip("/") + path
        with self.lock:
            self.requests += 1
        headers = MICROVERSION if service == "compute" else {}
        answer = self.session.request(url, method, headers=headers, **body)
        return answer.json() if answer.content else {}

    def fleet(self, path: str = f"/servers/detail?name=^{NAME}-[0-9]%2B$") -> dict[str, t.Any]:
        servers = self.ask("compute", "GET", path)["servers"]
        return {each["name"]: each for each in servers if each["name"].startswith(f"{NAME}-")}

    def regions(self) -> list[str]:
        """Where its Nova is, in each region."""
        catalog = self.session.auth.get_access(self.session).service_catalog
        return [each.url.rstrip("/") for each in catalog.get_endpoints_data("compute", interface="public")["compute"]]

    def page(self, url: str) -> list[dict[str, t.Any]]:
        answer = self.session.get(f"{url}/servers/detail?limit=1000", headers=MICROVERSION)
        return t.cast("list[dict[str, t.Any]]", answer.json()["servers"])


def clouds() -> list[Cloud]:
    with open(os.environ["OS_CLIENT_CONFIG_FILE"], encoding="utf-8") as file:
        return [Cloud(name, each["auth"]) for name, each in yaml.safe_load(file)["clouds"].items()]


def look_up(cloud: Cloud, wanted: argparse.Namespace) -> dict[str, t.Any]:
    """Resolve the three names, one request each, at the same time."""
    with ThreadPoolExecutor(3) as pool:
        images = pool.submit(cloud.ask, "image", "GET", f"/v2/images?name={wanted.image}")
        flavors = pool.submit(cloud.ask, "compute", "GET", "/flavors/detail")
        networks = pool.submit(cloud.ask, "network", "GET", f"/v2.0/networks?name={wanted.network}")
        flavor = next(each["id"] for each in flavors.result()["flavors"] if each["name"] == wanted.flavor)
        return {
            "imageRef": images.result()["images"][0]["id"],
            "flavorRef": flavor,
            "networks": [{"uuid": networks.result()["networks"][0]["id"]}],
        }


def survey(cloud: Cloud) -> dict[str, t.Any]:
    with ThreadPoolExecutor(2) as pool:
        limits = pool.submit(cloud.ask, "compute", "GET", "/limits")
        found = pool.submit(cloud.fleet, "/servers/detail")
        limits.result()
        return found.result()


def launch(every: list[Cloud], wanted: argparse.Namespace) -> None:
    with ThreadPoolExecutor(len(every)) as pool:
        list(pool.map(survey, every))
        bodies = list(pool.map(lambda cloud: look_up(cloud, wanted), every))
    names = [f"{NAME}-{slot:03d}" for slot in range(1, wanted.count + 1)]
    posts = ThreadPoolExecutor(wanted.in_flight * len(every))
    jobs = []
    for number, name in enumerate(names):
        cloud, body = every[number % len(every)], bodies[number % len(every)]
        jobs.append(posts.submit(cloud.ask, "compute", "POST", "/servers", json={"server": {**body, "name": name}}))
    for job in as_completed(jobs):
        job.result()
    until(every, lambda cloud: all(each["status"] == "ACTIVE" for each in cloud.fleet().values()))


def destroy(every: list[Cloud], wanted: argparse.Namespace) -> None:
    with ThreadPoolExecutor(wanted.in_flight * len(every)) as pool:
        found = [
            (cloud, each["id"])
            for cloud, here in zip(every, pool.map(survey, every), strict=True)
            for each in here.values()
        ]
        for job in [pool.submit(cloud.ask, "compute", "DELETE", f"/servers/{server}") for cloud, server in found]:
            job.result()
    until(every, lambda cloud: not cloud.fleet("/servers/detail"))


def inventory(every: list[Cloud]) -> dict[str, t.Any]:
    """Every server of every location under its id, with an address; no more than one page of each."""
    variables: dict[str, t.Any] = {}
    for found in at_once(every, lambda cloud: [each for url in cloud.regions() for each in cloud.page(url)]):
        for each in found:
            addresses = [entry["addr"] for network in each["addresses"].values() for entry in network]
            variables[each["id"]] = {"ansible_host": addresses[0] if addresses else None, "openstack": each}
    return {"all": {"hosts": list(variables)}, "_meta": {"hostvars": variables}}


def at_once(every: list[Cloud], ask: t.Callable[[Cloud], T]) -> list[T]:
    with ThreadPoolExecutor(len(every)) as pool:
        return list(pool.map(ask, every))


def until(every: list[Cloud], done: t.Callable[[Cloud], bool]) -> None:
    """Poll each cloud once a second, all at the same time, until it is done."""
    waiting = list(every)
    with ThreadPoolExecutor(len(every)) as pool:
        while waiting:
            started = time.monotonic()
            waiting = [cloud for cloud, ended in zip(waiting, list(pool.map(done, waiting)), strict=True) if not ended]
            if waiting:
                time.sleep(max(0.0, 1.0 - (time.monotonic() - started)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["launch", "rerun", "destroy", "inventory"])
    parser.add_argument("count", type=int, nargs="?", default=0)
    for name, default in (("image", "cirros"), ("flavor", "m1.tiny"), ("network", "private")):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--in-flight", type=int, default=4, help="POSTs or DELETEs at a time at one cloud")
    wanted = parser.parse_args()
    started = time.monotonic()
    every = clouds()
    if wanted.what == "inventory":
        json.dump(inventory(every), sys.stdout)
        return
    if wanted.what == "launch":
        launch(every, wanted)
    elif wanted.what == "destroy":
        destroy(every, wanted)
    with ThreadPoolExecutor(len(every)) as pool:
        servers = sum(len(found) for found in pool.map(lambda cloud: cloud.fleet("/servers/detail"), every))
    requests = sum(cloud.requests for cloud in every)
    json.dump({"seconds": round(time.monotonic() - started, 3), "requests": requests, "servers": servers}, sys.stdout)


if __name__ == "__main__":
    main()
