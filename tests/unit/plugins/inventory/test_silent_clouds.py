# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventories of clouds that do not answer, or not whole: what is shown of them, and what is kept for that."""

from __future__ import annotations

import json
import stat
import threading
import time
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleParserError

from ansible_collections.openmultistack.cloud.tests.unit.plugins.inventory.sources import Source, groups_of

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

pytestmark = pytest.mark.slow

PATIENCE = 2  # seconds that a cloud is given
SOON = 2 * PATIENCE
SILENCES = [
    "dead",
    "nova_dead",
    "keystone_dead",
    "hung",
    "keystone_hung",
    "nova_hung",
    "drip",
    "truncated",
    "overloaded",
]


@pytest.mark.parametrize("silence", SILENCES)
@pytest.mark.parametrize("mode", ["fail", "last_good"])
def test_without_one_location_there_is_no_inventory(silence: str, mode: str, source: Source, clouds: Simulator) -> None:
    clouds.behave(preset=silence, cloud="beta")
    began = time.monotonic()
    with pytest.raises(AnsibleParserError, match=r"not every location answered(?s:.*)\nbeta:RegionOne: "):
        source(timeout=PATIENCE, on_unreachable=mode)
    assert time.monotonic() - began < SOON
    assert source.inventory.hosts == {}


@pytest.mark.parametrize("silence", SILENCES)
def test_or_one_that_says_what_it_lacks(silence: str, source: Source, clouds: Simulator, warned: list[str]) -> None:
    clouds.behave(preset=silence, cloud="beta")
    began = time.monotonic()
    inventory = source(timeout=PATIENCE, on_unreachable="omit")
    assert time.monotonic() - began < SOON
    assert set(inventory.hosts) == {"crawl-001", "crawl-002", "web"}
    [line] = warned
    assert line.startswith("beta:RegionOne: ")
    assert line.startswith("beta:RegionOne: its hosts are left out: ")


def test_no_answer_at_all_is_no_inventory(source: Source, clouds: Simulator) -> None:
    clouds.behave(preset="dead")
    with pytest.raises(AnsibleParserError, match=r"alpha:RegionOne: (?s:.*)beta:RegionOne: "):
        source(on_unreachable="omit")


def test_leaves_no_thread_behind(source: Source, clouds: Simulator) -> None:
    before = set(threading.enumerate())
    clouds.behave(preset="hung", cloud="beta")
    source(timeout=PATIENCE, on_unreachable="omit")
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(threading.enumerate()) - before == set()


def kept_by(source_folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted((source_folder / "cache" / "openmultistack").iterdir())


@pytest.mark.parametrize("silence", SILENCES)
def test_or_one_that_shows_what_was_there(silence: str, source: Source, clouds: Simulator, warned: list[str]) -> None:
    before = source()
    assert warned == []
    clouds.behave(preset=silence, cloud="beta")
    began = time.monotonic()
    inventory = source(timeout=PATIENCE)
    assert time.monotonic() - began < SOON
    assert groups_of(inventory) == groups_of(before)
    [line] = warned
    assert line.startswith("beta:RegionOne: ")
    assert "; its 3 servers are shown as seen " in line
    stale = {name: host.vars["multi_stack_stale_seconds"] for name, host in inventory.hosts.items()}
    assert {name for name, age in stale.items() if age} == groups_of(before)["cloud_beta"]
    for name, host in inventory.hosts.items():
        assert host.vars["multi_stack"]["stale_seconds"] == stale[name]
        young = {"multi_stack_stale_seconds": 0, "multi_stack": host.vars["multi_stack"] | {"stale_seconds": 0}}
        assert host.vars | young == before.hosts[name].vars


def test_what_is_kept_is_for_the_user_alone_and_holds_no_secret(
    source: Source, clouds: Simulator, tmp_path: pathlib.Path
) -> None:
    clouds.add_server("alpha", name="vault", metadata={"password": "hunter2"})
    source()
    password = yaml.safe_load((tmp_path / "clouds.yaml").read_text())["clouds"]["alpha"]["auth"]["password"]
    for path in kept_by(tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert f'"{password}"' not in path.read_text()
        assert "hunter2" not in path.read_text()
    assert len(kept_by(tmp_path)) == 2
    assert stat.S_IMODE((tmp_path / "cache" / "openmultistack").stat().st_mode) == 0o700


def test_what_is_too_old_is_no_inventory(source: Source, clouds: Simulator, tmp_path: pathlib.Path) -> None:
    source()
    for path in kept_by(tmp_path):
        content = json.loads(path.read_text())
        path.write_text(json.dumps(content | {"seen_at": time.time() - 7300}))
    clouds.behave(preset="dead", cloud="beta")
    with pytest.raises(AnsibleParserError, match=r"stale_for(?s:.*)\nbeta:.*; its last good answer is 2 h old"):
        source(stale_for="2h")
    assert source.inventory.hosts == {}
    assert len(source(stale_for="3h").hosts) == 6


def test_what_is_damaged_is_no_inventory_either(
    source: Source, clouds: Simulator, tmp_path: pathlib.Path, warned: list[str]
) -> None:
    source()
    for path in kept_by(tmp_path):
        path.write_text(path.read_text()[:-5])
    clouds.behave(preset="dead", cloud="beta")
    with pytest.raises(AnsibleParserError, match="not every location answered"):
        source()
    assert len(source(on_unreachable="omit").hosts) == 3


@pytest.mark.parametrize("mode", ["fail", "omit"])
def test_nothing_is_kept_where_nothing_of_it_would_be_shown(mode: str, source: Source, tmp_path: pathlib.Path) -> None:
    source(on_unreachable=mode)
    assert not (tmp_path / "cache").exists()


def test_another_user_of_the_same_cloud_sees_nothing_of_it(
    source: Source, clouds: Simulator, tmp_path: pathlib.Path
) -> None:
    source()
    path = tmp_path / "clouds.yaml"
    content = yaml.safe_load(path.read_text())
    content["clouds"]["beta"]["auth"]["username"] = "mallory"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(AnsibleParserError, match="beta:RegionOne: Keystone refuses the credentials"):
        source()


@pytest.fixture
def half_blind(source: Source, clouds: Simulator) -> Source:
    """A source one cell of which goes down after it was read whole."""
    clouds.add_server("beta", name="hidden", cell=1)
    assert "hidden" in source().hosts
    clouds.set_region("beta", down_cells=[1])
    return source


def test_what_a_cloud_cannot_show_is_told_of(half_blind: Source, warned: list[str]) -> None:
    for mode in ("omit", "last_good"):
        assert len(half_blind(on_unreachable=mode).hosts) == 6
        assert warned.pop().startswith(
            "beta:RegionOne: some of its hosts are left out: it did not show all of its servers"
        )
        assert warned == []


def test_what_a_cloud_cannot_show_is_no_inventory_that_may_be_stored(half_blind: Source) -> None:
    with pytest.raises(AnsibleParserError, match=r"\nbeta:RegionOne: it did not show all of its servers"):
        half_blind(on_unreachable="fail")


def test_half_an_answer_never_takes_the_place_of_a_whole_one(half_blind: Source, clouds: Simulator) -> None:
    half_blind()
    clouds.behave(preset="dead", cloud="beta")
    assert "hidden" in half_blind().hosts
