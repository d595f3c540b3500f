# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible calls it, on simulated clouds: what cannot work is told in a sentence, and nothing is made."""

from __future__ import annotations

import datetime
import http.server
import socket
import ssl
import sys
import threading
import typing as t

import pytest
import yaml

from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_server
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import called

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

Options = dict[str, t.Any]

TWINS = [{"name": "twin", "id": f"00000000-0000-4000-8000-00000000000{number}"} for number in (1, 2)]
WORLD = {
    "defaults": {"build_seconds": 0, "keypairs": ["ops"], "zones": ["az1"], "security_groups": ["web"]},
    "clouds": {
        "alpha": {
            "images": [{"name": "cirros"}, {"name": "debian-13"}, *TWINS],
            "networks": [{"name": "private"}, {"name": "lan"}, {"name": "near", "cidr": "127.20.0.0/24"}, *TWINS],
            "flavors": [
                {"name": "m1.tiny", "vcpus": 1, "ram": 512, "disk": 1},
                {"name": "m1.rare", "vcpus": 1, "ram": 512, "disk": 1},
            ],
            "keypairs": ["ops", "rare"],
            "security_groups": ["web", "rare"],
            "zones": ["az1", "az2"],
        },
        "beta": {
            "images": [{"name": "cirros"}, *TWINS],
            "networks": [{"name": "private"}, *TWINS],
        },
    },
}
ORDER: Options = {"fleet": "bad", "count": 2, "image": "cirros", "flavor": "m1.tiny", "network": "private"}


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door:
    """Runs the module in this process, and tells what it answered."""

    def __init__(self, capsys: pytest.CaptureFixture[str], clouds_yaml: pathlib.Path) -> None:
        self._capsys = capsys
        self.clouds_yaml = clouds_yaml

    def __call__(self, *, check: bool = True, **options: t.Any) -> dict[str, t.Any]:
        given = {"survey_timeout": 3, "clouds_yaml_path": str(self.clouds_yaml), **ORDER, **options}
        given = {name: value for name, value in given.items() if value is not None}
        return called(multi_stack_server, self._capsys, **given, _ansible_check_mode=check)


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    clouds.reset()
    clouds.clouds_yaml(tmp_path / "clouds.yaml")
    return Door(capsys, tmp_path / "clouds.yaml")


REFUSED: dict[str, tuple[Options, str]] = {
    "no fleet": ({"fleet": None}, "missing required arguments: fleet"),
    "illegal fleet": ({"fleet": "Crawl_1"}, 'fleet: "Crawl_1" cannot be the name of a fleet; it takes '),
    "no count": ({"count": None}, "state is present but all of the following are missing: count"),
    "negative count": ({"count": -1}, "count: -1 is less than 0; give 0 or more"),
    "huge count": ({"count": 100000}, "count: 100000 is more than one order may ask for"),
    "min_count": ({"min_count": 3}, "min_count: 3 is more than count (2); lower it, or leave it out"),
    "no image": ({"image": None}, "image: say which image the servers are to have"),
    "no flavor": ({"flavor": None}, "flavor: say which flavor the servers are to have"),
    "strategy": ({"strategy": "luck"}, "value of strategy must be one of: "),
    "network and nics": ({"nics": ["private"]}, "parameters are mutually exclusive: network|nics"),
    "lifetime": ({"lifetime": "soon"}, 'lifetime: "soon" is no length of time; write for example 40m'),
    "metadata": ({"metadata": {"multi_stack": "1"}}, 'metadata: "multi_stack" begins with multi_stack'),
    "location": ({"locations": ["delta"]}, 'locations: "delta" fits no location of '),
    "exclude": ({"exclude": ["*"]}, "locations, exclude: together they leave no location; loosen one; there is "),
    "misspelt": ({"cuont": 3}, "Unsupported parameters for "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_an_order_that_makes_no_sense_before_any_cloud_is_asked(
    case: str, door: Door, clouds: Simulator
) -> None:
    options, says = REFUSED[case]
    answer = door(**options)
    assert answer["failed"]
    assert answer["msg"].startswith(says) or says in answer["msg"].splitlines()[0]
    assert clouds.wire() == []


LACKED: dict[str, tuple[Options, str]] = {
    "flavor": ({"flavor": "m1.none"}, 'no flavor "m1.none"; it has m1.'),
    "image": ({"image": "none"}, 'no image "none"; it has '),
    "network": ({"network": "nowhere"}, 'no network "nowhere"; it has '),
    "key": ({"key_name": "none"}, 'no key "none"; it has ops'),
    "security group": ({"security_groups": ["none"]}, 'no security group "none"; it has '),
    "zone": ({"availability_zones": ["none"]}, 'no zone "none"; it has az1'),
    "images of one name": ({"image": "twin"}, "twin"),
    "networks of one name": ({"network": "twin"}, "twin"),
}


@pytest.mark.parametrize("case", LACKED)
def test_says_for_each_location_what_it_lacks(case: str, door: Door) -> None:
    options, says = LACKED[case]
    answer = door(**options, survey_timeout=20)
    head, alpha, beta = answer["msg"].splitlines()
    assert head.startswith("fleet bad: there is room for 0 of 2 servers where 2 are needed, so nothing was made")
    assert alpha.startswith("alpha:RegionOne: ")
    assert says in alpha
    assert beta.startswith("beta:RegionOne: ")
    assert says in beta


RARE: dict[str, Options] = {
    "flavor": {"flavor": "m1.rare"},
    "image": {"image": "debian-13"},
    "network": {"network": "lan"},
    "key": {"key_name": "rare"},
    "security group": {"security_groups": ["rare"]},
    "zone": {"availability_zones": ["az2"]},
}


@pytest.mark.parametrize("case", RARE)
def test_goes_where_there_is_what_is_ordered(case: str, door: Door) -> None:
    answer = door(**RARE[case])
    assert not answer.get("failed"), answer["msg"]
    assert {each["cloud"] for each in answer["planned"]} == {"alpha"}


def test_an_order_that_is_partly_had_says_why_not_all(door: Door) -> None:
    answer = door(flavor="m1.rare", count=30)
    assert answer["failed"]
    head, alpha, beta = answer["msg"].splitlines()
    assert "room for 20 of 30" in head
    assert alpha == "alpha:RegionOne: room for 20, asked 30; instances 0 of 20 used"
    assert beta.startswith('beta:RegionOne: no flavor "m1.rare"; it has ')


def test_leaves_a_fleet_of_another_owner_alone(door: Door, clouds: Simulator) -> None:
    door(check=False, count=1, owner="somebody")
    answer = door(check=False, owner="nobody")
    assert "it belongs to somebody, so nothing was done" in answer["msg"]
    assert len(clouds.servers()) == 1
    answer = door(check=False, owner="nobody", state="absent")
    assert "it belongs to somebody, so nothing was done" in answer["msg"]
    assert len(clouds.servers()) == 1


def test_leaves_a_server_alone_that_only_has_our_name(door: Door, clouds: Simulator) -> None:
    theirs = clouds.add_server("alpha", name="bad-001")
    answer = door(check=False, count=1)
    assert not answer.get("failed"), answer["msg"]
    assert [each["id"] for each in answer["suspicious"]] == [theirs]
    assert [each["name"] for each in answer["servers"]] == ["bad-001"]
    door(check=False, state="absent")
    assert [each["id"] for each in clouds.servers()] == [theirs]


def test_wants_every_server_to_answer_at_a_port(door: Door) -> None:
    order = {"check": False, "network": "near", "locations": ["alpha"], "boot_timeout": 1}
    first, second = door(**order)["servers"]
    with socket.create_server((first["address"], 0)) as listening:
        port = listening.getsockname()[1]
        answer = door(**order, ready_port=port)
        assert door(**order, ready_port=port, count=1)["exact"]
    assert [(each["name"], each["address"], each["port"]) for each in answer["unready"]] == [
        (second["name"], second["address"], port)
    ]
    assert "2 of 2 servers are running, and 1 of these answer" in answer["msg"]
    assert answer["failed"]
    assert len(answer["servers"]) == 2


def accounts(door: Door, **changes: t.Any) -> None:
    content = yaml.safe_load(door.clouds_yaml.read_text(encoding="utf-8"))
    for name, value in changes.items():
        for entry in content["clouds"].values():
            entry["auth"][name] = value
    door.clouds_yaml.write_text(yaml.safe_dump(content), encoding="utf-8")


def test_says_that_no_cloud_takes_the_password(door: Door) -> None:
    accounts(door, password="wrong-secret")
    answer = door()
    assert answer["msg"].splitlines()[0] == "fleet bad: no location answered, so nothing was done"
    assert "alpha:RegionOne: not known what runs there: Keystone refuses the credentials" in answer["msg"]
    assert "wrong-secret" not in str(answer)


def test_says_that_nobody_listens(door: Door) -> None:
    accounts(door, auth_url="http://127.0.0.1:9/identity/v3")
    assert "beta:RegionOne: not known what runs there: 127.0.0.1:9 cannot be reached" in door()["msg"]


def test_says_that_a_certificate_is_not_trusted(door: Door, untrusted: str) -> None:
    accounts(door, auth_url=untrusted)
    assert "is not trusted: self-signed certificate; name its authority by cacert: in clouds.yaml" in door()["msg"]


FILES: dict[str, tuple[str | None, str]] = {
    "none": (None, "there is no such file, but clouds_yaml_path names it"),
    "empty": ("", "it names no cloud"),
    "no clouds": ("clouds: {}", "it names no cloud"),
    "no mapping": ("clouds: [alpha]", '; write "clouds: {alpha: {auth'),
    "no YAML": ("clouds:\n  alpha: {auth: {password: hidden-secret", "line 2: this is no valid YAML"),
    "no address": ("clouds: {alpha: {auth: {username: demo}}}", 'cloud "alpha" has no auth_url'),
    "hint": (
        "clouds: {alpha: {auth: {auth_url: 'http://127.0.0.1:9'}, multi_stack: {prioritty: 1}}}",
        'unknown key "prioritty"; it takes ',
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_says_what_is_wrong_with_clouds_yaml(case: str, door: Door) -> None:
    content, says = FILES[case]
    door.clouds_yaml.unlink()
    if content is not None:
        door.clouds_yaml.write_text(content, encoding="utf-8")
    answer = door()
    assert answer["failed"]
    assert answer["msg"].startswith(str(door.clouds_yaml))
    assert says in answer["msg"]
    assert len(answer["msg"].splitlines()) == 1
    assert "hidden-secret" not in str(answer)


def test_says_where_clouds_yaml_is_looked_for(
    door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "none.yaml"))
    assert door(clouds_yaml_path="")["msg"].startswith(f"{tmp_path}/none.yaml: there is no such file, but OS_CLIENT_")


def test_says_which_library_is_missing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openstack.config", None)
    said = door()["msg"]
    assert said.startswith("openstacksdk cannot be imported (")
    assert said.endswith(f"{sys.executable} -m pip install openstacksdk")


@pytest.fixture
def untrusted(tmp_path: pathlib.Path) -> t.Iterator[str]:
    """The address of a server whose certificate nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client hangs up, as it should
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/v3"
    server.shutdown()
    server.server_close()


def self_signed(path: pathlib.Path) -> pathlib.Path:
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(pem))
    return path
