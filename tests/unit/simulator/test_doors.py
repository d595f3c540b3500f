# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Member, ask

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab

ROOT = Path(__file__).parents[3]


def test_everything_can_be_done_over_http(lab: Lab, member: Member) -> None:
    url = lab.sim.url
    assert ask(url, "POST", "/_control/behaviours", {"preset": "no_valid_host", "times": 1}).json == {"ids": [1]}
    assert ask(url, "PUT", "/_control/quota", {"cloud": "alpha", "instances": 1}).status == 204
    assert ask(url, "PUT", "/_control/settings", {"cloud": "beta", "clock_skew": 30}).status == 204
    added = ask(url, "POST", "/_control/servers", {"cloud": "beta", "name": "theirs", "metadata": {"a": "b"}})
    member.order()
    lab.wait(3)
    servers = ask(url, "GET", "/_control/servers").json["servers"]
    assert [(row["cloud"], row["name"], row["status"]) for row in servers] == [
        ("alpha", "one", "ERROR"),
        ("beta", "theirs", "ACTIVE"),
    ]
    assert member.order().status == 403
    assert ask(url, "POST", f"/_control/servers/{added.json['id']}", {"vm_state": "stopped"}).status == 204
    assert ask(url, "DELETE", f"/_control/servers/{added.json['id']}").status == 204
    posts = ask(url, "GET", "/_control/wire?event=server.create").json["requests"]
    assert [line["status"] for line in posts] == [202, 403]
    assert ask(url, "POST", "/_control/expire-tokens", {}).status == 204
    assert member.ask("GET", "/servers").status == 401
    (behaviour,) = ask(url, "GET", "/_control/behaviours").json["behaviours"]
    assert (behaviour["met"], behaviour["done"]) == (1, 1)
    assert ask(url, "POST", "/_control/reset", {}).status == 204
    assert ask(url, "GET", "/_control/servers").json == {"servers": []}
    assert ask(url, "GET", "/_control/behaviours").json == {"behaviours": []}
    assert lab.sim.wire() == []


def test_a_slip_at_the_control_is_explained(lab: Lab) -> None:
    answer = ask(lab.sim.url, "PUT", "/_control/settings", {"clock_skwe": 1})
    assert answer.status == 400
    assert "clock_skwe" in answer.json["error"]
    assert ask(lab.sim.url, "DELETE", "/_control/servers/nothing").status == 400


def test_the_wire_log_has_a_line_for_each_request(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    with Simulator({"clouds": ["alpha"]}, wire_log=path) as sim:
        member = Member(sim)
        member.get("/servers?name=x")
        sim.behave(preset="nova_dead")
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            member.get("/servers")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    last = [(line["service"], line["path"], line["query"], line["status"], line["behaviour"]) for line in lines[1:]]
    assert last == [
        ("compute", "/v2.1/servers", "name=x", 200, ""),
        ("compute", "/v2.1/servers", "", None, "1:drop"),
    ]
    assert lines[1]["bytes"] == len('{"servers": []}')


def test_a_cloud_of_its_own_port_can_be_unplugged() -> None:
    with Simulator({"clouds": {"alpha": {"own_port": True}, "beta": {}}}) as sim:
        member, other = Member(sim, "alpha"), Member(sim, "beta")
        assert member.url != other.url
        sim.unplug("alpha")
        with pytest.raises(ConnectionRefusedError):
            member.get("/servers")
        assert other.names() == []
        sim.plug("alpha")
        assert member.names() == []
        with pytest.raises(ValueError, match="own_port"):
            sim.unplug("beta")


def test_clouds_yaml_carries_the_hints_through() -> None:
    config = {
        "clouds": {
            "alpha": {"multi_stack": {"priority": 1}},
            "beta": {"regions": {"east": {"multi_stack": {"weight": 2}}, "west": {}}},
            "gamma": {"regions": ["one", "two"], "auth": "application_credential", "clouds_yaml": {"verify": False}},
        }
    }
    with Simulator(config) as sim:
        clouds = sim.clouds_yaml()["clouds"]
    assert clouds["alpha"]["multi_stack"] == {"priority": 1}
    assert clouds["alpha"]["region_name"] == "RegionOne"
    assert clouds["beta"]["regions"] == [{"name": "east", "values": {"multi_stack": {"weight": 2}}}, "west"]
    assert clouds["gamma"]["regions"] == ["one", "two"]
    assert clouds["gamma"]["auth_type"] == "v3applicationcredential"
    assert clouds["gamma"]["verify"] is False


def test_a_slip_in_the_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match="cloud alpha has no qouta"):
        Simulator({"clouds": {"alpha": {"qouta": {}}}})


def test_connections_are_kept_and_bodies_may_come_in_chunks(lab: Lab, member: Member) -> None:
    connection = http.client.HTTPConnection(lab.sim.url.removeprefix("http://"), timeout=5)
    headers = {"X-Auth-Token": member.token, "Content-Type": "application/json"}
    path = f"/alpha/{member.region}/compute/v2.1/servers"
    body = json.dumps(member.body(networks=None)).encode()
    connection.request("POST", path, iter([body[:10], body[10:]]), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, answer.read() != b"") == (202, True)
    first = connection.sock
    connection.request("GET", path, headers=headers)
    assert len(json.loads(connection.getresponse().read())["servers"]) == 1
    assert connection.sock is first
    connection.close()


def test_a_client_may_send_requests_ahead(lab: Lab) -> None:
    host, port = lab.sim.url.removeprefix("http://").split(":")
    request = b"GET /alpha/identity/v3 HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /alpha/identity/v3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(request + request + last)
        answers = b""
        while chunk := raw.recv(65536):
            answers += chunk
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")


def start(tmp_path: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "tests.simulator", "--clouds-yaml", str(tmp_path / "clouds.yaml"), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    word, url = process.stdout.readline().split()
    assert word == "ready"
    return process, url


def test_the_command_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    config = tmp_path / "world.yml"
    config.write_text("clouds: {alpha: {quota: {instances: 3}}, gamma: {}}\n", encoding="utf-8")
    process, url = start(tmp_path, "--clouds", "alpha,beta", "--config", str(config))
    try:
        clouds = yaml.safe_load((tmp_path / "clouds.yaml").read_text(encoding="utf-8"))["clouds"]
        assert list(clouds) == ["alpha", "beta"]
        assert clouds["alpha"]["auth"]["auth_url"] == f"{url}/alpha/identity/v3"
        assert ask(url, "GET", "/_control/ready").json["ready"]
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_the_command_does_not_outlive_its_parent(tmp_path: Path) -> None:
    command = f"{sys.executable} -m tests.simulator --max-seconds 20 > {tmp_path}/out"
    script = f"{command} & echo $!; until grep -q ready {tmp_path}/out; do sleep 0.05; done"
    shell = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    pid = int(shell.stdout)
    deadline = time.monotonic() + 15
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not lives(pid)


def lives(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
