# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module tells a journal how far it is, on simulated clouds: no secret, at no cost to the clouds."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_server
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import called

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

SECRET = "correct-horse-battery"
ENCODED = base64.b64encode(SECRET.encode()).decode()
# As Nova says it of what its schema forbids, with all that it was sent.
ECHO = f"Invalid input for field/attribute user_data. Value: {ENCODED}. '{ENCODED}' is too long, password {SECRET}"
ORDER = {
    "fleet": "told",
    "count": 4,
    "image": "cirros",
    "flavor": "m1.tiny",
    "network": "private",
    "userdata": SECRET,
    "metadata": {"password": SECRET},
}


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator({"defaults": {"build_seconds": 1.2}, "clouds": ["alpha", "beta"]}) as simulator:
        yield simulator


class Door:
    """Runs the module in this process, with a journal in its folder or without."""

    def __init__(self, clouds: Simulator, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys
        self.journal = folder / "multi_stack_journal"
        self._clouds_yaml = folder / "clouds.yaml"
        clouds.reset()
        clouds.clouds_yaml(self._clouds_yaml)

    def __call__(self, **options: t.Any) -> dict[str, t.Any]:
        given = {**ORDER, "clouds_yaml_path": str(self._clouds_yaml), **options}
        return called(multi_stack_server, self._capsys, **given, _ansible_tmpdir=str(self._folder))

    def records(self) -> list[dict[str, t.Any]]:
        return [json.loads(line) for line in self.journal.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    return Door(clouds, tmp_path, capsys)


def test_a_launch_is_told_from_its_first_request_to_its_end(door: Door) -> None:
    door.journal.touch()
    answer = door()
    lines = [each["line"] or each["end"] for each in door.records()]
    assert lines[1] == "fleet told: no answer yet from alpha:RegionOne, beta:RegionOne"
    assert any("building" in line for line in lines[2:-1])
    assert lines[-1] == f"{answer['msg']} | alpha:RegionOne 2 ready | beta:RegionOne 2 ready"


def test_what_a_cloud_repeats_of_an_order_is_not_told(door: Door, clouds: Simulator) -> None:
    door.journal.touch()
    clouds.behave(event="server.create", cloud="alpha", do="answer", status=400, message=ECHO)
    answer = door()
    [news] = [line for each in door.records() for line in each["news"]]
    assert answer["exact"]
    assert news.endswith(" refused: Invalid input for field/attribute user_data; trying elsewhere")
    text = door.journal.read_text(encoding="utf-8")
    assert not any(secret in text for secret in (SECRET, ENCODED, "demo-secret"))


def test_wrong_credentials_are_told_without_them(door: Door, clouds: Simulator) -> None:
    door.journal.touch()
    clouds.behave(event="token.create", cloud="beta", do="answer", status=401, message="Wrong password")
    door()
    assert any("beta:RegionOne cannot be used: " in line for each in door.records() for line in each["news"])
    assert "demo-secret" not in door.journal.read_text(encoding="utf-8")


def test_check_mode_tells_its_journal_nothing_that_it_did(door: Door) -> None:
    door.journal.touch()
    door(_ansible_check_mode=True)
    assert not any("building" in each["line"] for each in door.records())


def test_no_journal_is_made_and_none_costs_a_request(door: Door, clouds: Simulator) -> None:
    requests = []
    for with_journal in (False, True):
        if with_journal:
            door.journal.touch()
        door()
        clouds.log.clear()
        door()
        requests.append(sorted(each["event"] for each in clouds.wire()))
        assert door.journal.exists() is with_journal
    assert requests[0] == requests[1]
