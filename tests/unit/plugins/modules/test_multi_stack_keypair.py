# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One key in all clouds, as Ansible calls the module, on simulated clouds."""

from __future__ import annotations

import os
import threading
import typing as t

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.keypair import keypair
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_keypair
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules import called
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer, states

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

WORLD = {"clouds": {"alpha": {}, "beta": {"multi_stack": {"key_name": {"ops": "ops-at-beta"}}}, "gamma": {}}}


def line() -> str:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    return public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


ONE, OTHER = line() + " ada@desk", line()


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door(called.Door):
    """Runs the module, and tells what it answered and what it wrote."""

    def __call__(self, *, check: bool = False, **options: t.Any) -> Answer:
        given = {"name": "ops", "timeout": 10, **options}
        return self.run(multi_stack_keypair, **given, _ansible_check_mode=check)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """What the last call wrote: cloud and method."""
        return sorted((each["cloud"], each["method"]) for each in self.written())

    def keys(self) -> dict[str, dict[str, str]]:
        """The names and fingerprints of the keys at each cloud."""
        found = {}
        for region in self.clouds.world.regions():
            found[region.cloud] = {key.name: key.fingerprint for key in region.keypairs.values()}
        return found


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    return Door.opened(capsys, clouds, tmp_path)


def test_brings_one_key_everywhere_under_the_name_that_it_has_there(door: Door) -> None:
    answer = door(public_key=ONE)
    assert (answer["changed"], states(answer)) == (True, dict.fromkeys(("alpha", "beta", "gamma"), "changed"))
    print_ = answer["key"]["fingerprint"]
    assert door.keys() == {"alpha": {"ops": print_}, "beta": {"ops-at-beta": print_}, "gamma": {"ops": print_}}
    assert answer["diff"]["before"] == ""
    assert "beta:RegionOne name: ops-at-beta\n" in answer["diff"]["after"]
    assert answer["msg"] == "key ops: 3 of 3 locations are as wanted, 3 of them changed just now"


def test_a_second_run_only_reads(door: Door) -> None:
    door(public_key=ONE)
    answer = door(public_key=ONE.split(" ada")[0])
    assert (answer["changed"], set(states(answer).values()), door.writes) == (False, {"unchanged"}, [])
    assert set(answer["requests"].values()) == {2}


def test_check_mode_tells_and_writes_nothing(door: Door, tmp_path: pathlib.Path) -> None:
    answer = door(private_key_file=str(tmp_path / "key"), check=True)
    assert (answer["changed"], set(states(answer).values()), door.writes) == (True, {"changed"}, [])
    assert answer["msg"] == "key ops: 3 of 3 locations would be changed"
    assert answer["by_location"]["alpha:RegionOne"]["done"] == ["create key ops"]
    assert not (tmp_path / "key").exists()


def test_another_key_of_that_name_is_a_failure_there_and_only_there(door: Door) -> None:
    door(public_key=OTHER, locations=["alpha"])
    answer = door(public_key=ONE)
    assert answer["failed"]
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert 'alpha:RegionOne: another key is named "ops" here' in answer["msg"]
    assert door.writes == [("beta", "POST"), ("gamma", "POST")]


def test_replaces_it_when_told_to(door: Door) -> None:
    door(public_key=OTHER, locations=["alpha"])
    answer = door(public_key=ONE, replace=True)
    assert answer["by_location"]["alpha:RegionOne"]["done"] == ["delete key ops", "create key ops"]
    assert door.keys()["alpha"] == {"ops": answer["key"]["fingerprint"]}
    assert not door(public_key=ONE, replace=True)["changed"]


def test_takes_it_away_again(door: Door) -> None:
    door(public_key=ONE)
    answer = door(state="absent", exclude=["gamma"])
    assert (answer["changed"], answer["key"]["fingerprint"]) == (True, "")
    assert [len(keys) for keys in door.keys().values()] == [0, 0, 1]
    assert not door(state="absent", exclude=["gamma"])["changed"]


def test_a_location_that_fails_keeps_none_of_the_others_and_a_rerun_completes_it(door: Door) -> None:
    rule = door.clouds.behave(preset="dead", cloud="beta")
    answer = door(public_key=ONE)
    assert states(answer) == {"alpha": "changed", "beta": "failed", "gamma": "changed"}
    assert "key ops: 2 of 3 locations are as wanted; run this again for the others\nbeta:RegionOne: " in answer["msg"]
    door.clouds.heal(rule)
    again = door(public_key=ONE)
    assert states(again) == {"alpha": "unchanged", "beta": "changed", "gamma": "unchanged"}


def test_a_location_that_hangs_costs_the_others_nothing(door: Door) -> None:
    door.clouds.behave(preset="hung", cloud="beta")
    answer = door(public_key=ONE, timeout=1.5)
    assert states(answer) == {"alpha": "changed", "beta": "failed", "gamma": "changed"}


def test_a_lost_answer_is_settled_by_the_next_read(door: Door) -> None:
    door.clouds.behave(event="keypair.create", cloud="alpha", do="drop", commit=True)
    answer = door(public_key=ONE)
    assert (states(answer)["alpha"], door.writes.count(("alpha", "POST"))) == ("unchanged", 1)
    assert answer["changed"]


def test_a_refusal_is_told_in_the_words_of_the_cloud(door: Door) -> None:
    door.clouds.behave(
        event="keypair.create", cloud="gamma", do="answer", status=403, message="Quota exceeded, too many key pairs."
    )
    answer = door(public_key=ONE)
    assert states(answer)["gamma"] == "failed"
    assert "gamma:RegionOne: Quota exceeded, too many key pairs; make room there, or ask" in answer["msg"]
    assert door.writes.count(("gamma", "POST")) == 1


def test_eight_at_once_end_as_one_would(door: Door) -> None:
    params = {"name": "ops", "public_key": ONE, "state": "present", "replace": False, "timeout": 20.0}
    params["clouds_yaml_path"] = str(door.clouds_yaml)
    failures: list[str] = []
    runs = [threading.Thread(target=lambda: failures.append(keypair(params, check=False).failure)) for _run in range(8)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert failures == [""] * 8
    assert [len(keys) for keys in door.keys().values()] == [1, 1, 1]


def test_locations_that_are_unavailable_are_left_out(door: Door, tmp_path: pathlib.Path) -> None:
    hints = tmp_path / "accounts.yml"
    hints.write_text(yaml.safe_dump({"clouds": {"gamma": {"status": "unavailable"}}}), encoding="utf-8")
    params = {"name": "ops", "public_key": ONE, "state": "present", "replace": False, "timeout": 20.0}
    outcome = keypair({**params, "clouds_yaml_path": str(door.clouds_yaml), "accounts_file": str(hints)}, check=False)
    assert sorted(states(outcome.answer)) == ["alpha", "beta"]
    assert outcome.warnings == ("gamma:RegionOne: left out, since its status is unavailable",)


def test_makes_a_pair_whose_private_half_stays_with_its_owner(door: Door, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "key"
    answer = door(private_key_file=str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert answer["key"]["private_key_file"] == str(path)
    made = serialization.load_ssh_private_key(path.read_bytes(), password=None).public_key()
    public = made.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    assert answer["key"]["public_key"] == (tmp_path / "key.pub").read_text().strip() == f"{public} ops"
    secret = path.read_text().splitlines()[2]
    assert secret not in str(answer) + str(door.clouds.wire())
    assert sorted(os.listdir(tmp_path)) == ["clouds.yaml", "key", "key.pub"]


def test_never_writes_over_a_key_that_is_there(door: Door, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "key"
    first = door(private_key_file=str(path))
    before = path.read_bytes()
    (tmp_path / "key.pub").unlink()
    again = door(private_key_file=str(path))
    assert (again["changed"], again["key"]["fingerprint"]) == (False, first["key"]["fingerprint"])
    assert path.read_bytes() == before


def secret_of(passphrase: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "no key": ({}, "state is present but any of the following are missing: public_key, public_key_file, private_key"),
    "two keys": ({"public_key": ONE, "public_key_file": "/x"}, "parameters are mutually exclusive"),
    "name": ({"name": "a/b", "public_key": ONE}, 'name: "a/b" cannot be the name of a key'),
    "nonsense": ({"public_key": "hello"}, "public_key: it is no public key"),
    "two lines": ({"public_key": f"{ONE}\n{OTHER}"}, "public_key: it is no public key"),
    "damaged": ({"public_key": ONE[:40]}, "public_key: it is damaged"),
    "another kind": ({"public_key": ONE.replace("ssh-ed25519 ", "ssh-rsa ")}, "public_key: it is damaged"),
    "private": ({"public_key": secret_of().decode()}, "public_key: it is a private key, which is sent nowhere"),
    "no file": ({"public_key_file": "/nowhere/key.pub"}, "public_key_file: /nowhere/key.pub cannot be read (no such"),
    "no folder": ({"private_key_file": "/nowhere/key"}, "private_key_file: /nowhere/key cannot be written (no such"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_what_is_no_key_before_any_cloud_is_asked(case: str, door: Door) -> None:
    options, says = REFUSED[case]
    answer = door(**options)
    assert answer["failed"]
    assert says in answer["msg"]
    assert door.clouds.wire() == []


def test_reckons_the_public_half_of_an_older_key(door: Door, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(secret_of())
    assert door(private_key_file=str(path))["key"]["public_key"].startswith("ssh-rsa AAAA")


def test_asks_for_the_public_half_of_a_key_with_a_passphrase(door: Door, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(secret_of(b"open sesame"))
    answer = door(private_key_file=str(path))
    assert f"{path} cannot be read as a private key (it is none, or has a passphrase)" in answer["msg"]
    (tmp_path / "key.pub").write_text(ONE, encoding="utf-8")
    assert door(private_key_file=str(path))["changed"]


def test_sends_no_private_key_that_is_given_for_a_public_one(door: Door, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(secret_of())
    answer = door(public_key_file=str(path))
    assert "it is a private key, which is sent nowhere; give the public one (mostly *.pub)" in answer["msg"]
    assert path.read_text().splitlines()[3] not in str(answer)
