# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two procedures of playbooks/examples, from nothing to a login over SSH; needs guests."""

from __future__ import annotations

import subprocess
import typing as t
from urllib.parse import urlsplit

import pytest
import yaml

from .test_made_ready import disk

if t.TYPE_CHECKING:
    from pathlib import Path

    from openstack.connection import Connection

    from .plays import Played, Plays
    from .witness import Witness

QCOW2_CLUSTER = 65536
SSH = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=20"]
ANYWHERE = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}
WORLD = {("tcp", port, port, source) for port in (22, 80, 443) for source in ANYWHERE.values()}
# All ports are no range.
CLUSTER = {(protocol, None, None, group) for protocol in ("tcp", "udp") for group in ("ext", "int")}
OPENRC = """#!/usr/bin/env bash
# As the dashboard gives it
export OS_AUTH_URL={auth_url}
export OS_PROJECT_NAME="{project_name}"
export OS_USER_DOMAIN_NAME="{user_domain_name}"
if [ -z "$OS_USER_DOMAIN_NAME" ]; then unset OS_USER_DOMAIN_NAME; fi
export OS_PROJECT_DOMAIN_ID="default"
unset OS_TENANT_ID
export OS_USERNAME="{username}"
echo "Please enter your OpenStack Password: "
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
export OS_REGION_NAME="RegionOne"
"""


@pytest.fixture(autouse=True)
def guests(request: pytest.FixtureRequest) -> None:
    """Only where servers answer."""
    if not request.config.getoption("--guests"):
        pytest.fail("say --guests, and run this where the guests can be reached")


def qcow2(folder: Path) -> Path:
    """An empty image of this format, of 8 MiB: header, first table, and the counts of references."""
    path = folder / "disk.qcow2"
    head = b"QFI\xfb" + b"".join(
        number.to_bytes(length, "big")
        for number, length in (
            *((2, 4), (0, 8), (0, 4), (16, 4), (8 * 1024**2, 8), (0, 4), (1, 4)),
            *((3 * QCOW2_CLUSTER, 8), (QCOW2_CLUSTER, 8), (1, 4), (0, 4), (0, 8)),
        )
    )
    with path.open("wb") as file:
        file.write(head)
        file.seek(QCOW2_CLUSTER)
        file.write((2 * QCOW2_CLUSTER).to_bytes(8, "big"))
        file.seek(2 * QCOW2_CLUSTER)
        file.write((1).to_bytes(2, "big") * 4)
        file.truncate(4 * QCOW2_CLUSTER)
    return path


def logged_in(user: str, address: str, key: Path) -> str:
    """The name that a server gives itself to somebody with that key."""
    command = ["ssh", *SSH, "-i", str(key), f"{user}@{address}", "hostname"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def ingress(cloud: Connection) -> dict[str, set[tuple[t.Any, ...]]]:
    """What the groups ext and int of a cloud let in: protocol, ports, and from where."""
    names = {each.id: each.name for each in cloud.network.security_groups()}
    found: dict[str, set[tuple[t.Any, ...]]] = {"ext": set(), "int": set()}
    for rule in cloud.network.security_group_rules():
        if rule.direction == "ingress" and names.get(rule.security_group_id) in found:
            source = rule.remote_ip_prefix or names.get(rule.remote_group_id) or ANYWHERE[rule.ether_type]
            known = (rule.protocol, rule.port_range_min, rule.port_range_max, source)
            found[names[rule.security_group_id]].add(known)
    return found


def unchanged(played: Played) -> bool:
    return "changed=0 " in played.output.rpartition("PLAY RECAP")[2]


def address_of(server: t.Any) -> str:
    return next(str(each["addr"]) for rows in server.addresses.values() for each in rows)


def test_first_server(plays: Plays, witness: Witness, clouds_yaml: Path, tmp_path: Path) -> None:
    accounts = {name: each["auth"] for name, each in yaml.safe_load(clouds_yaml.read_text())["clouds"].items()}
    for name, auth in accounts.items():
        assert urlsplit(auth["auth_url"]).hostname == "127.0.0.1"
        (tmp_path / f"{name}-openrc.sh").write_text(OPENRC.format(**auth), encoding="utf-8")
    order = {
        "openrc": {name: f"{tmp_path}/{name}-openrc.sh" for name in accounts},
        "passwords": {name: auth["password"] for name, auth in accounts.items()},
        "clouds_yaml_path": f"{tmp_path}/clouds.yaml",
        "private_key_file": f"{tmp_path}/id",
        "image": "cirros",
        "flavor": "m1.tiny",
        "network": "private",
        "count": 3,
        "ssh_user": "debian",
        "ansible_ssh_common_args": " ".join(SSH),
    }
    try:
        first = plays.playbook("examples.first_server", **order)
        assert first.code == 0, first.output
        there = [row for rows in witness.named("servers", "first").values() for row in rows]
        assert len(there) == 3
        for server in there:
            assert logged_in("debian", address_of(server), tmp_path / "id") == server.name
        again = plays.playbook("examples.first_server", **order)
        assert (again.code, unchanged(again)) == (0, True), again.output
        secrets = {auth["password"] for auth in accounts.values()}
        assert not any(secret in (tmp_path / "clouds.yaml").read_text() for secret in secrets)
        assert (tmp_path / "secure.yaml").stat().st_mode & 0o777 == 0o600
    finally:
        gone = plays.playbook("examples.first_server", **order, state="absent")
    assert gone.code == 0, gone.output
    assert not any(witness.names("servers", "first").values())


def test_cluster_ready(plays: Plays, witness: Witness, tmp_path: Path) -> None:
    key = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=60)
    order = {
        "image_raw": str(disk(tmp_path)),
        "image_qcow2": str(qcow2(tmp_path)),
        "public_key_file": f"{key}.pub",
        "network": "private",
        "ready_port": 22,
    }
    try:
        first = plays.playbook("examples.cluster_ready", **order)
        assert first.code == 0, first.output
        assert witness.names("images", "cluster") == witness.each(["cluster-qcow2", "cluster-raw"])
        assert witness.names("keys", "cluster") == witness.each(["cluster"])
        for cloud in witness.clouds.values():
            assert ingress(cloud) == {"ext": WORLD | CLUSTER, "int": CLUSTER}
        [server] = [row for rows in witness.named("servers", "cluster").values() for row in rows]
        assert server.flavor.ram >= 2048
        assert logged_in("debian", address_of(server), key) == server.name
        again = plays.playbook("examples.cluster_ready", **order)
        assert (again.code, unchanged(again)) == (0, True), again.output
    finally:
        gone = plays.playbook("examples.cluster_ready", **order, state="absent")
    assert gone.code == 0, gone.output
    for kind, prefix in (("servers", "cluster"), ("images", "cluster"), ("keys", "cluster"), ("groups", "ext")):
        assert not any(witness.names(kind, prefix).values())
