# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key for each server: made here, in the cloud only while its POST is, and never anywhere else."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import server_name
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Selection
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Request, survey
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_server
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.simulator.resources import Keypair
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules import called

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer

pytestmark = pytest.mark.slow

WORLD = {"defaults": {"build_seconds": 0}, "clouds": {"alpha": {"quota": {"instances": 2}}, "beta": {}}}
ORDER = {"fleet": "own", "count": 3, "image": "cirros", "flavor": "m1.tiny", "network": "private", "timeout": 40}
MOST_KEYS = 100
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGlmIHRoaXMgd2VyZSBhIGtleSBpdCB3b3VsZCBvcGVu other"


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door(called.Door):
    """Orders a fleet whose servers have keys of their own."""

    keys: pathlib.Path

    def __call__(self, *, check: bool = False, **options: t.Any) -> Answer:
        given = {**ORDER, "key": "per_server", "key_dir": str(self.keys), **options}
        given = {name: value for name, value in given.items() if value is not None}
        return self.run(multi_stack_server, **given, _ansible_check_mode=check)

    def servers(self) -> list[t.Any]:
        found = [each for cloud in self.clouds.world.clouds for each in self.region(cloud).servers.values()]
        return sorted(found, key=lambda each: str(each.name))

    def in_clouds(self) -> list[str]:
        """The keys that are in the clouds now."""
        return [name for cloud in self.clouds.world.clouds for _user, name in self.region(cloud).keypairs]

    def fill(self, cloud: str, names: t.Iterable[str]) -> None:
        """Have the user have these keys there already."""
        region, user = self.region(cloud), next(iter(self.clouds.world.clouds[cloud].users.values()))
        for name in names:
            region.keypairs[user.id, name] = Keypair(
                name=name, user_id=user.id, public_key=PUBLIC, fingerprint="aa", created=0.0, number=1
            )


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    opened = Door.opened(capsys, clouds, tmp_path)
    opened.keys = tmp_path / "keys"
    return opened


def test_each_server_boots_with_a_key_of_its_own_and_none_stays_in_a_cloud(door: Door) -> None:
    before = door.in_clouds()
    answer = door()
    assert not answer.get("failed"), answer["msg"]
    assert [each["event"] for each in door.written()].count("keypair.create") == len(answer["servers"])
    files = [each["private_key_file"] for each in answer["servers"]]
    assert files == [str(door.keys / server_name("own", slot)) for slot in (1, 2, 3)]
    assert len({each.key_name for each in door.servers()}) == len(files)
    assert door.in_clouds() == before
    for each in files:
        private = (door.keys / each).read_text()
        assert private.startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
        assert private.splitlines()[1] not in json.dumps(answer)
        assert (door.keys / each).stat().st_mode & 0o777 == 0o600
    assert door.keys.stat().st_mode & 0o777 == 0o700
    assert len({(door.keys / f"own-00{slot}.pub").read_text() for slot in (1, 2, 3)}) == len(files)


def test_a_second_run_changes_nothing_and_knows_the_keys(door: Door) -> None:
    first = door()
    second = door()
    assert (second["changed"], door.written()) == (False, [])
    assert [each["private_key_file"] for each in second["servers"]] == [
        each["private_key_file"] for each in first["servers"]
    ]


def test_check_mode_makes_no_key(door: Door) -> None:
    answer = door(check=True)
    assert (len(answer["planned"]), door.written(), door.keys.exists()) == (3, [], False)


def test_a_key_that_is_there_is_used_as_it_is(door: Door) -> None:
    door(count=1)
    before = {each.name: each.read_bytes() for each in door.keys.iterdir()}
    door(state="absent", key=None, key_dir=None)
    door(count=1)
    assert {each.name: each.read_bytes() for each in door.keys.iterdir()} == before


def test_absent_takes_the_keys_of_its_servers_and_no_others(door: Door) -> None:
    door()
    (door.keys / "own-009").write_text("mine")
    (door.keys / "own-009.pub").write_text((door.keys / "own-001.pub").read_text())
    (door.keys / "other-001").write_text("mine")
    (door.keys / "other-001.pub").write_text("mine")
    answer = door(state="absent", count=None)
    assert not answer.get("failed"), answer["msg"]
    assert sorted(each.name for each in door.keys.iterdir()) == [
        "other-001",
        "other-001.pub",
        "own-009",
        "own-009.pub",
    ]


def test_keys_that_a_killed_run_left_are_removed_once_nobody_can_need_them(door: Door) -> None:
    now = int(door.region("alpha").now())
    running, left, mine = f"multi_stack-{now}-AAAA", f"multi_stack-{now - 3600}-BBBB", "multi_stack-old"
    door.fill("alpha", [running, left, mine])
    door(count=1)
    assert {running, mine} <= set(door.in_clouds())
    assert left not in door.in_clouds()


def test_where_no_key_fits_any_more_servers_go_elsewhere(door: Door) -> None:
    door.fill("alpha", [f"key-{number}" for number in range(MOST_KEYS)])
    answer = door()
    assert not answer.get("failed"), answer["msg"]
    assert {each["cloud"] for each in answer["servers"]} == {"beta"}
    assert any("too many key pairs" in each for each in answer["decisions"])


def test_a_post_that_is_refused_leaves_no_key(door: Door) -> None:
    before = door.in_clouds()
    door.clouds.world.behaviours.declare(
        {
            "event": "server.create",
            "cloud": "alpha",
            "times": 1,
            "do": "answer",
            "status": 403,
            "message": "Quota exceeded",
        }
    )
    answer = door()
    assert (len(answer["servers"]), door.in_clouds()) == (3, before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key_dir": None}, "key_dir: say in which folder key: per_server is to put the private keys"),
        ({"key": None}, "key_dir: only key: per_server takes it; add that, or leave key_dir out"),
        (
            {"key_name": "ops"},
            "key, key_name: with key: per_server each server has a key of its own; leave key_name out",
        ),
    ],
)
def test_options_that_contradict_each_other_are_told(door: Door, given: dict[str, t.Any], said: str) -> None:
    answer = door(**given)
    assert (answer["failed"], answer["msg"], door.written()) == (True, said, [])


def test_a_folder_that_cannot_be_made_is_told_before_any_cloud_is_asked(door: Door) -> None:
    door.keys.write_text("a file")
    answer = door()
    assert answer["msg"] == f"key_dir: {door.keys} cannot be written to (file exists); give another folder"
    assert door.clouds.wire() == []


def test_a_file_that_is_no_key_keeps_its_server_from_being_made(door: Door) -> None:
    door.keys.mkdir()
    (door.keys / "own-002").write_text("no key")
    answer = door()
    assert (answer["failed"], len(answer["servers"])) == (True, 2)
    assert f"{door.keys / 'own-002'} cannot be read as a private key" in answer["msg"]


def test_the_inventory_finds_the_keys(door: Door) -> None:
    door()
    (door.keys / "own-002").unlink()
    (door.keys / "own-002.pub").unlink()
    request = Request(clouds_yaml_path=str(door.clouds_yaml), key_dir=str(door.keys), selection=Selection())
    assert survey(request).keys == {name: str(door.keys / name) for name in ("own-001", "own-003")}
