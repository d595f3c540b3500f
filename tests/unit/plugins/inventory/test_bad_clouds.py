# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import collections
import json
import socket
import threading
import time
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleParserError

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.unit.plugins.inventory.sources import Source

pytestmark = pytest.mark.slow

ALPHA = {"crawl-001", "crawl-002", "web"}
BOMB = "[" + "[]," * 4_100_000 + "[]]"


def answer(**step: t.Any) -> dict[str, t.Any]:
    return {"event": "server.list", "cloud": "beta", "do": "answer", "status": 200, **step}


ANSWERS: dict[str, tuple[dict[str, t.Any], str]] = {
    "a page": (answer(body="<html>Sign in\n<script>x</script></html>"), "with something other than JSON"),
    "a page of an error": (answer(status=502, body="<html><h1>Bad\nGateway</h1></html>"), "502"),
    "brackets without end": (answer(body="[" * 1_000_000), "with something other than JSON"),
    "a bomb of small values": (answer(body=BOMB), "more than any honest answer holds"),
    "a list": (answer(body=[1, 2]), "answer holds no list of servers"),
    "no servers": (answer(body={"servers": None}), "answer holds no list of servers"),
    "lines that are not ours": (answer(status=400, message="no\r\n[ERROR]: all is lost\x1b[2J"), "no"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_is_none_is_one_line(case: str, source: Source, clouds: Simulator, warned: list[str]) -> None:
    behaviour, says = ANSWERS[case]
    clouds.behave(**behaviour)
    began = time.monotonic()
    assert set(source(on_unreachable="omit", timeout=5).hosts) == ALPHA
    assert time.monotonic() - began < 6
    [line] = warned
    assert line.startswith("beta:RegionOne: ")
    assert says in line
    assert line.isprintable()
    assert not {"<", ">"} & set(line)


@pytest.mark.parametrize(
    "row",
    [
        "text",
        None,
        {"id": 7, "name": 7, "status": 7},
        {"id": "1", "status": "ACTIVE", "name": {"a": 1}, "metadata": [1], "addresses": "x", "flavor": 3, "image": 3},
        {"id": "1", "status": "ACTIVE", "addresses": {"n": [{"addr": 5}, 6, {"addr": "10.0.0.1", "version": "x"}]}},
        {"id": "1", "status": "ACTIVE", "created": "tomorrow", "tags": 3, "locked": 3, "fault": [], "key_name": []},
    ],
)
def test_a_server_that_is_none_harms_nobody(row: t.Any, source: Source, clouds: Simulator) -> None:
    good = {"id": "2", "name": "good", "status": "ACTIVE"}
    clouds.behave(**answer(body={"servers": [row, good]}))
    assert {*ALPHA, "good"} <= set(source().hosts) <= {*ALPHA, "good", "1"}


def test_a_redirect_is_not_followed_and_no_token_sent_after_it(
    source: Source, clouds: Simulator, warned: list[str]
) -> None:
    with Raw("mute") as elsewhere:
        clouds.behave(**answer(status=302, headers={"Location": f"http://127.0.0.1:{elsewhere.port}/v2.1/servers"}))
        assert set(source(on_unreachable="omit").hosts) == ALPHA
        assert elsewhere.heard == b""
    assert "redirects elsewhere, and no token is sent after it" in warned[0]


class Raw:
    """Something that listens, and is no cloud: it says nothing, or one byte after the other without an end.

    Where it is full, the kernel does not even answer to a connection.
    """

    HEADS: t.Mapping[str, bytes] = {
        "mute": b"",
        "head": b"HTTP/1.1 200 OK\r\nX-Long: ",
        "heads": b"HTTP/1.1 200 OK\r\n",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "status": b"",
    }
    DRIPS: t.Mapping[str, bytes] = {
        "head": b"x",
        "heads": b"A: b\r\n",
        "body": b"x",
        "chunks": b"1\r\nx\r\n",
        "status": b"H",
    }

    def __init__(self, how: str) -> None:
        self._how, self.heard = how, b""
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=0 if how == "full" else 10)
        self.port = self._socket.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> t.Self:
        if self._how == "full":
            for _each in range(3):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", self.port))
                self._open.append(client)
        else:
            self._start(self._listen)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._socket.close()
        for thread in self._threads:
            thread.join(5)
        for each in self._open:
            each.close()

    def _start(self, job: t.Callable[..., None], *words: t.Any) -> None:
        self._threads.append(threading.Thread(target=job, args=words, daemon=True))
        self._threads[-1].start()

    def _listen(self) -> None:
        self._socket.settimeout(0.1)
        while not self._over.is_set():
            try:
                self._start(self._speak, self._socket.accept()[0])
            except OSError:
                continue

    def _speak(self, client: socket.socket) -> None:
        with client:
            client.settimeout(0.1)
            try:
                self.heard += client.recv(65536)
                client.sendall(self.HEADS[self._how])
                while not self._over.wait(0.05):
                    client.sendall(self.DRIPS.get(self._how, b""))
            except OSError:
                self._over.wait(0.05)


def moved(source: Source, port: int) -> None:
    """Let the address of beta's Keystone lead elsewhere."""
    content = yaml.safe_load(source.clouds_yaml.read_text(encoding="utf-8"))
    content["clouds"]["beta"]["auth"]["auth_url"] = f"http://127.0.0.1:{port}/v3"
    source.clouds_yaml.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize("how", ["full", *Raw.HEADS])
def test_no_way_to_be_slow_outlasts_the_deadline(how: str, source: Source, warned: list[str]) -> None:
    before = set(threading.enumerate())
    with Raw(how) as raw:
        moved(source, raw.port)
        threads = {*before, *raw._threads}
        began = time.monotonic()
        assert set(source(timeout=1.5, on_unreachable="omit").hosts) == ALPHA
        assert time.monotonic() - began < 2.5
        assert len(warned) == 1
        until = time.monotonic() + 5
        while (left := set(threading.enumerate()) - threads - set(raw._threads)) and time.monotonic() < until:
            time.sleep(0.05)
        assert left == set()


def test_a_frozen_keystone_costs_its_deadline_once_for_all_regions(
    source: Source, warned: list[str], tmp_path: pathlib.Path
) -> None:
    regions = {f"r{n}": {"servers": [{"name": f"{n}"}]} for n in range(5)}
    with Simulator({"clouds": {"alpha": {"servers": [{"name": "a"}]}, "many": {"regions": regions}}}) as clouds:
        clouds.clouds_yaml(source.clouds_yaml)
        assert len(source().hosts) == 6
        clouds.behave(preset="keystone_hung", cloud="many")
        began = time.monotonic()
        stale = source(timeout=1)
        assert time.monotonic() - began < 2
    ages = {name: host.vars["multi_stack_stale_seconds"] for name, host in stale.hosts.items()}
    assert [name for name, age in ages.items() if age == 0] == ["a"]
    assert len(warned) == 5


@pytest.mark.parametrize(("mode", "hosts"), [("fail", None), ("last_good", None), ("omit", ALPHA)])
def test_a_wrong_password_is_told_and_not_shown(
    mode: str, hosts: set[str] | None, source: Source, warned: list[str]
) -> None:
    content = yaml.safe_load(source.clouds_yaml.read_text(encoding="utf-8"))
    content["clouds"]["beta"]["auth"]["password"] = "hunter2"
    source.clouds_yaml.write_text(yaml.safe_dump(content), encoding="utf-8")
    if hosts is None:
        with pytest.raises(AnsibleParserError, match="not every location answered") as refused:
            source(on_unreachable=mode)
        said = str(refused.value)
    else:
        assert set(source(on_unreachable=mode).hosts) == hosts
        [said] = warned
    assert "beta:RegionOne: " in said
    assert "Keystone refuses the credentials" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("text", ["", "clouds: {}\n", "clouds:\n", "# nothing\n"])
def test_no_cloud_at_all_is_an_error(text: str, source: Source) -> None:
    source.clouds_yaml.write_text(text, encoding="utf-8")
    with pytest.raises(AnsibleParserError, match="it names no cloud"):
        source(on_unreachable="omit")
    assert source.inventory.hosts == {}


def test_only_what_can_be_worked_on_is_shown_unless_asked_for(source: Source, clouds: Simulator) -> None:
    for status in ("BUILD", "ERROR", "SHUTOFF", "DELETED", "SOFT_DELETED"):
        clouds.add_server("alpha", name=f"is-{status.lower()}", status=status)
    usual = {each for each in source().hosts if each.startswith("is-")}
    assert usual == {"is-shutoff"}
    everything = {each for each in source(show_all=True).hosts if each.startswith("is-")}
    assert {"is-build", "is-error", "is-shutoff"} <= everything
    assert set(source(statuses=["BUILD"]).hosts) == {"is-build"}


def test_of_twins_the_one_that_every_run_keeps_has_the_plain_name(source: Source, clouds: Simulator) -> None:
    mark = "1;crawl;1;BBBBBBBBBBBBBBBB;1;2;0;00000000"
    twin = {"name": "crawl-001", "description": mark, "metadata": {"multi_stack": mark}}
    elder = clouds.add_server("beta", **twin, age=86400.0)
    clouds.add_server("beta", **twin, age=1.0)
    hosts = source(fleets=["crawl"]).hosts
    assert hosts["crawl-001"].vars["multi_stack"]["id"] == elder
    slots = collections.Counter(host.vars["multi_stack"]["slot"] for host in hosts.values())
    assert slots == {1: 3, 2: 1, 3: 1}
    assert len({name for name in hosts if name.startswith("crawl-001.")}) == 2


def test_it_is_the_same_inventory_each_time(source: Source) -> None:
    def written() -> str:
        found = source()
        groups = {name: [host.name for host in group.hosts] for name, group in found.groups.items()}
        return json.dumps([groups, [[name, host.vars] for name, host in found.hosts.items()]])

    assert written() == written()
