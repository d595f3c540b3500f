# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clouds say, or fail to say, and what they lack."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import time
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import compute, stops
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.catalogue import CataloguePort, Wanted
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.compute import Resolved
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.crew import Task, _overdue
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import (
    CallError,
    OutOfTimeError,
    TooLargeError,
    broken_off,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.lookups import LookUps
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.parallel import together
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.port import OpenStackPort
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.threads import Threads
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.wire import Request
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.advice import fault_text
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Spec
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import silent_line
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Line,
    Says,
    accounts_of,
    entry,
)
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.test_ends import COMMANDS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault

    from .scene import Scene, Told

HERE = "alpha:here"
LIMITS, TOKENS, DETAIL = "GET /v2.1/limits", "POST /v3/auth/tokens", "GET /v2.1/servers/detail"
PATIENCE = {"Retry-After": "7"}


def said(message: str, status: int, **headers: str) -> Says:
    return Says({"error": {"message": message}}, status, {"x-openstack-request-id": "req-1", **headers})


ANSWERS: dict[str, tuple[str, Says]] = {
    "a wrong password": (TOKENS, said("The request you have made requires authentication.", 401)),
    "a domain that is not there": (TOKENS, said("Could not find domain: nowhere.", 400)),
    "another path than Keystone's": (TOKENS, Says(b"<html><h1>Not Found</h1></html>", 404)),
    "a page where Keystone should be": (TOKENS, Says(b"<html><h1>Welcome</h1></html>", 200)),
    "Keystone is asked too often": (TOKENS, said("This request was rate-limited.", 429, **PATIENCE)),
    "Keystone is asked too often, in the old way": (TOKENS, said("This request was rate-limited.", 413, **PATIENCE)),
    "Keystone has an error": (TOKENS, said("An unexpected error prevented the server from fulfilling it.", 500)),
    "Nova is asked too often": (LIMITS, Says(status=429, headers=PATIENCE)),
    "Nova is asked too often, in the old way": (LIMITS, Says(status=413, headers=PATIENCE)),
    "Nova has an error": (LIMITS, said("Unexpected API Error.", 500)),
    "a proxy has an error": (LIMITS, Says(b"<html><head><title>x</title></head><h1>Bad Gateway</h1>nginx", 502)),
    "Nova allows it to others only": (LIMITS, said("Policy doesn't allow this to be performed.", 403)),
    "a redirect": (LIMITS, Says(None, 302, {"Location": "https://elsewhere.example"})),
    "a page in place of JSON": (LIMITS, Says(b"<html>welcome</html>", 200)),
    "half an answer": (LIMITS, Says({"limits": {}}, how="cut")),
}
ACCOUNTS: dict[str, dict[str, t.Any]] = {
    "a certificate that is not there": {"cacert": "/no/such.pem"},
    "an unknown way to log in": {"auth_type": "v3nonsense"},
    "a login that lacks something": {"auth_type": "v3applicationcredential"},
    "a region that the cloud does not have": {"region_name": "wets"},
}
AUTHS: dict[str, dict[str, t.Any]] = {
    "no password": {"password": None},
    "a misspelt part of the login": {"passwort": "x"},
    "a number for an address": {"auth_url": 7},
    "an address without v3, where nothing tells of it": {"auth_url": "{}/nowhere"},
}
# Classes of urllib3, which may be of another version than is imported here: they are known by their names.
NAMED = ("CertificateError", "ConnectTimeoutError", "RemoteDisconnected", "DecodeError", "ProxyError", "KeyError")
RAISED: tuple[BaseException, ...] = (
    ssl.SSLError(),
    TooLargeError(),
    OutOfTimeError(),
    socket.gaierror(),
    http.client.IncompleteRead(b""),
    http.client.BadStatusLine("x"),
    ValueError("x"),
    ConnectionRefusedError(111, "Connection refused"),
    OSError(),
    *(type(name, (Exception,), {})() for name in NAMED),
)


def asked(scene: Scene) -> Iterator[Told]:
    for what, (path, answer) in ANSWERS.items():
        with scene.cloud() as (service, line):
            service.says(LIMITS, Says({}))
            service.says(path, answer)
            yield what, _silent(lambda line=line: line.wire.get("/limits", line.until()))


def accounts(scene: Scene) -> Iterator[Told]:
    for what, more in ACCOUNTS.items():
        with scene.cloud(**more) as (service, line):
            service.catalog_region = "east,west,here"
            told = _silent(lambda line=line: line.wire.get("/limits", line.until()))
            yield (
                what,
                re.sub(r"(used: )(?!there is no file|its auth).*(; correct)", r"\1(the words of keystoneauth)\2", told),
            )
    for what, more in AUTHS.items():
        with scene.cloud() as (service, _line):
            auth = {**entry(service.url)["auth"], "auth_url": f"{service.url}/v3", **more}
            auth = {key: value for key, value in auth.items() if value is not None}
            if isinstance(auth["auth_url"], str):
                auth["auth_url"] = auth["auth_url"].format(service.url)
            line = Line(accounts_of(scene.folder, {"alpha": {"auth": auth, "region_name": "here"}}))
            told = _silent(lambda line=line: line.wire.get("/limits", line.until()))
            yield what, re.sub(r"(account: ).*(; correct)", r"\1(the words of keystoneauth)\2", told)
    with scene.cloud(multi_stack={"requests_per_second": 0.1}) as (service, line):
        service.says(LIMITS, Says({}))
        line.wire.get("/limits", line.until())
        yield "a rate that is too low", _silent(lambda: line.wire.get("/limits", line.until(1.0)))


def raised(_scene: Scene) -> Iterator[Told]:
    for each in RAISED:
        what = f"on the wire: {type(each).__name__}"
        yield what, silent_line(HERE, broken_off(each, "nova.example", exposed=False).fault)


def nova(scene: Scene) -> Iterator[Told]:
    """What Nova answers that is no error, and yet no good."""
    post = Request(method="POST", path="/servers", body=lambda _version: {})
    with scene.cloud() as (service, line):
        service.says("GET /v2.1/", Says({"versions": []}))
        service.says("POST /v2.1/servers", Says(status=406))
        yield "no microversion", _silent(lambda: line.wire.send(post, line.until()))
        service.says(DETAIL, Says({"servers": 7}))
        yield "no list of servers", _silent(lambda: compute.sight(line.wire, line.clock, line.until()))
        service.says("GET /v2.1/servers/s1", Says({"server": {"id": "s1", "status": "UNKNOWN"}}))
        yield "a server of a cell that is down", _silent(lambda: compute.show(line.wire, "s1", line.until()))
        service.says("POST /v2.1/servers/s1/metadata", Says({}))
        service.says("GET /v2.1/servers/s1/metadata", Says({"metadata": {}}))
        yield "a mark that is undone", _silent(lambda: compute.mark(line.wire, "s1", {"a": "1"}, line.until()))
        service.says("POST /v2.1/os-server-groups", Says({}))
        yield "a group without an id", _silent(lambda: compute.open_fence(line.wire, "fence", line.until()))


def creations(scene: Scene) -> Iterator[Told]:
    with scene.cloud() as (service, line):
        service.says(DETAIL, Says({"servers": []}, headers={"OpenStack-API-Version": "compute 2.30"}))
        compute.sight(line.wire, line.clock, line.until())
        yield "tags for an old Nova", _refused(line, Spec(tags=("a",)), Resolved(image="i1"))
        yield "no network from an old Nova", _refused(line, Spec(), Resolved(image="i1", networks=("none",)))
        service.says("POST /v2.1/servers", Says({"server": {}}, 202))
        yield "a server without an id", _refused(line, Spec(), Resolved(image="i1"))
        service.says(DETAIL, Says(status=429, headers={"Retry-After": "30"}))
        _silent(lambda: compute.sight(line.wire, line.clock, line.until()))
        yield "a creation while patience is asked for", _refused(line, Spec(), Resolved(image="i1"))


def inside(scene: Scene) -> Iterator[Told]:
    """What goes wrong with ourselves; the two that raise stand for mistakes of the collection."""
    clock = SystemClock()
    with scene.cloud() as (service, _line):
        accounts = accounts_of(scene.folder, {"alpha": {**entry(service.url), "region_name": ""}})
        port = OpenStackPort(accounts, Order(fleet="crawl", count=1), clock)
        for what, command in (
            ("names that were not looked up", COMMANDS[4]),
            ("what nobody foresaw", m.Survey(location="nowhere")),
        ):
            yield what, _of(port.perform(command, clock.now() + 5.0))
    survey = m.Survey(location="alpha")
    threads = Threads(t.cast("t.Any", None), clock)
    threads.give(Task(survey, clock.now() + 5.0))
    yield "what nobody foresaw at all", _of(threads.ended(5.0)[0].event)
    threads.dismiss()
    yield "a hand that hangs", _of(_overdue(Task(survey, 1.0, started_at=0.0), 1.0))
    yield "a command that had no turn", _of(_overdue(Task(survey, 1.0), 1.0))
    for what, ask in (("one of several questions, unforeseen", _stumble), ("one of several questions, late", _wait)):
        _first, end = together([lambda: None, ask], clock, clock.now() + 0.3)
        yield what, silent_line("alpha", t.cast("CallError", end).fault)
    reader, writer = os.pipe()
    os.close(reader)
    yield "a pipe that nobody reads", stops._unread(writer)
    os.close(writer)


FLAVORS = [
    {"id": str(number), "name": name, "ram": 512, "disk": 1} for number, name in enumerate(("m1.small", "m1.tiny"))
]
IMAGE = {"id": "i1", "name": "debian-13", "status": "active", "min_ram": 1024, "min_disk": 20, "owner": "x"}
IMAGES = {"debian-13": [IMAGE], "new": [{**IMAGE, "status": "queued"}], "twin": [IMAGE, {**IMAGE, "id": "i2"}]}
ZONES = [{"zoneName": name, "zoneState": {"available": True}} for name in ("az1", "az2")]
LACKED: dict[str, dict[str, t.Any]] = {
    "a flavor": {"flavors": ("m1.large",)},
    "two flavors": {"flavors": ("m1.large", "m2.large")},
    "an image": {"image": "debian-12"},
    "an image that is not ready": {"image": "new"},
    "two images of one name": {"image": "twin"},
    "an image that needs more than the flavor has": {"image": "debian-13"},
    "a network": {"networks": ("lan",)},
    "a security group": {"security_groups": ("web",)},
    "a key, where there is none": {"key_name": "ops"},
    "a zone": {"zones": ("az3",)},
    "several things": {"flavors": ("m1.large",), "zones": ("az3",)},
}


def names(scene: Scene) -> Iterator[Told]:
    """What an order names, and the cloud does not have as it is named."""
    for what, spec in LACKED.items():
        with scene.cloud() as (service, line):
            named = Says({"images": IMAGES.get(spec.get("image", ""), [])})
            service.says("GET /v2/images", named, Says({"images": [IMAGE]}))
            service.says("GET /v2.1/flavors/detail", Says({"flavors": FLAVORS}))
            service.says("GET /v2.0/networks", Says({"networks": [{"id": "n1", "name": "private"}]}))
            service.says("GET /v2.0/security-groups", Says({"security_groups": [{"id": "g1", "name": "default"}]}))
            service.says("GET /v2.1/os-keypairs", Says({"keypairs": []}))
            service.says("GET /v2.1/os-availability-zone", Says({"availabilityZoneInfo": ZONES}))
            account = accounts_of(scene.folder, {"alpha": entry(service.url)}).all[0]
            look_ups = LookUps(line.wire, account, line.clock)
            order = Spec(**{"flavors": ("m1.small",), **spec})
            fault = _fault(lambda: look_ups.resolve(order, line.until()))  # noqa: B023  # it is called at once
            yield what, f"{HERE}: {fault_text(fault)}"


def endless(scene: Scene) -> Iterator[Told]:
    clock = SystemClock()
    with scene.cloud() as (service, _line):
        more = [{"rel": "next", "href": "http://elsewhere.example/"}]
        pages = [Says({"flavors": [{"id": str(number)}], "flavors_links": more}) for number in range(50)]
        service.says("GET /v2.1/flavors/detail", *pages)
        accounts = accounts_of(scene.folder, {"alpha": entry(service.url)})
        wanted = Wanted(kinds=("flavors",), names=False, by=clock.now() + 20.0)
        port = CataloguePort(OpenStackPort(accounts, Order(fleet=""), clock), clock, wanted)
        port.perform(m.LookUp(location=HERE), clock.now() + 20.0)
        yield "a list without an end", f"{HERE}: {fault_text(port.catalogues[HERE].faults['flavors'])}"


def _refused(line: Line, spec: Spec, ids: Resolved) -> str:
    create = t.cast("m.Create", COMMANDS[4])
    return f"{HERE}: {fault_text(_fault(lambda: compute.create(line.wire, create, (spec, ids), line.until())))}"


def _silent(ask: Callable[[], object]) -> str:
    return silent_line(HERE, _fault(ask))


def _of(event: t.Any) -> str:
    return silent_line("alpha", event.fault)


def _fault(ask: Callable[[], object]) -> Fault:
    try:
        ask()
    except CallError as failed:
        return failed.fault
    raise AssertionError("this does not fail any more")


def _stumble() -> None:
    raise KeyError("x")


def _wait() -> None:
    time.sleep(1.0)
