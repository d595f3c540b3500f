# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import time
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.utils.display import Display

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

if t.TYPE_CHECKING:
    import pathlib

MARK = "1;crawl;{slot};AAAAAAAAAAAAAAAA;1;2;0;00000000"


def ours(slot: int, **more: t.Any) -> dict[str, t.Any]:
    mark = MARK.format(slot=slot)
    return {"name": f"crawl-{slot:03d}", "metadata": {"multi_stack": mark}, "description": mark, **more}


WORLD = {
    "defaults": {"zones": ["az1"]},
    "clouds": {
        "alpha": {"servers": [ours(1), ours(2), {"name": "web", "age": 10.0}, {"name": "gone", "status": "ERROR"}]},
        "beta": {
            "servers": [ours(3), {"name": "web", "age": 9.0}, {"name": "localhost"}],
            "multi_stack": {"ssh_user": "debian"},
        },
    },
}


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Source:
    """An inventory file, and what comes of it."""

    def __init__(self, path: pathlib.Path, clouds_yaml: pathlib.Path) -> None:
        self._path = path
        self._clouds_yaml = clouds_yaml
        self.inventory = InventoryData()

    def __call__(self, **options: t.Any) -> InventoryData:
        given = {"plugin": "openmultistack.cloud.multi_stack", "clouds_yaml_path": str(self._clouds_yaml), **options}
        self._path.write_text(yaml.safe_dump(given), encoding="utf-8")
        plugin = inventory_loader.get("openmultistack.cloud.multi_stack")
        assert plugin.verify_file(str(self._path))
        self.inventory = InventoryData()
        plugin.parse(self.inventory, DataLoader(), str(self._path), cache=False)
        self.inventory.reconcile_inventory()
        return self.inventory


@pytest.fixture
def source(clouds: Simulator, tmp_path: pathlib.Path) -> Source:
    clouds.reset()
    clouds.clouds_yaml(tmp_path / "clouds.yaml")
    return Source(tmp_path / "openmultistack.yml", tmp_path / "clouds.yaml")


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_others: lines.append(msg))
    return lines


def groups_of(inventory: InventoryData) -> dict[str, set[str]]:
    """The hosts of each group that is not there in any inventory."""
    groups = {name: {host.name for host in group.hosts} for name, group in inventory.groups.items()}
    return {name: hosts for name, hosts in groups.items() if name not in {"all", "ungrouped"}}


def test_shows_what_runs_in_groups(source: Source) -> None:
    alpha = {"crawl-001", "crawl-002", "web"}
    beta = {"crawl-003", "web.beta.RegionOne", "localhost.beta.RegionOne"}
    assert groups_of(source()) == {
        "cloud_alpha": alpha,
        "cloud_beta": beta,
        "location_alpha_RegionOne": alpha,
        "location_beta_RegionOne": beta,
        "fleet_crawl": {"crawl-001", "crawl-002", "crawl-003"},
    }


def test_gives_each_host_what_it_needs_to_log_in(source: Source) -> None:
    hosts = source().hosts
    assert hosts["crawl-003"].vars["ansible_host"] == hosts["crawl-003"].vars["multi_stack"]["address"]
    assert hosts["crawl-003"].vars["ansible_user"] == "debian"
    assert "ansible_user" not in hosts["crawl-001"].vars
    assert hosts["crawl-001"].vars["multi_stack_status"] == "ACTIVE"
    assert hosts["crawl-001"].vars["multi_stack"]["slot"] == 1


def test_makes_groups_and_variables_as_the_file_says(source: Source) -> None:
    inventory = source(
        compose={"rack": "multi_stack.cloud ~ '-' ~ multi_stack.availability_zone"},
        groups={"first": "multi_stack.slot == 1"},
        keyed_groups=[{"key": "multi_stack.flavor", "prefix": "flavor"}],
    )
    assert inventory.hosts["crawl-003"].vars["rack"] == "beta-az1"
    assert groups_of(inventory)["first"] == {"crawl-001"}
    assert groups_of(inventory)["flavor_m1_nano"] == set(inventory.hosts)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"strict": True, "compose": {"rack": "multi_stack.nothing"}}, "has no attribute 'nothing'"),
        ({"timout": 3}, "openmultistack.yml: unknown option timout; it takes accounts_file, "),
        ({"on_unreachable": "perhaps"}, "on_unreachable"),
        ({"clouds_yaml_path": "/nowhere/clouds.yaml"}, "/nowhere/clouds.yaml: there is no such file"),
        ({"accounts_file": "/nowhere/accounts.yml"}, "/nowhere/accounts.yml: it cannot be read"),
    ],
)
def test_refuses_what_makes_no_sense(options: dict[str, t.Any], says: str, source: Source) -> None:
    with pytest.raises(AnsibleError) as refused:
        source(**options)
    assert says in str(refused.value)


@pytest.mark.parametrize("name", ["hosts.yml", "openmultistack.txt", "clouds.yaml"])
def test_other_files_are_not_its_own(name: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / name).touch()
    assert not inventory_loader.get("openmultistack.cloud.multi_stack").verify_file(str(tmp_path / name))


@pytest.mark.parametrize("name", ["osaka.multi_stack.yml", "multi_stack.yaml", "openmultistack.yaml"])
def test_its_own_files_end_in_its_name(name: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / name).touch()
    assert inventory_loader.get("openmultistack.cloud.multi_stack").verify_file(str(tmp_path / name))


@pytest.mark.parametrize("silence", ["dead", "hung", "keystone_hung", "nova_hung", "drip", "truncated", "overloaded"])
def test_without_one_location_there_is_no_inventory(silence: str, source: Source, clouds: Simulator) -> None:
    clouds.behave(preset=silence, cloud="beta")
    began = time.monotonic()
    with pytest.raises(AnsibleParserError, match=r"not every location answered(?s:.*)\nbeta:RegionOne: "):
        source(timeout=1)
    assert time.monotonic() - began < 2
    assert source.inventory.hosts == {}


@pytest.mark.parametrize("silence", ["dead", "hung", "keystone_hung", "nova_hung", "drip", "truncated", "overloaded"])
def test_or_one_that_says_what_it_lacks(silence: str, source: Source, clouds: Simulator, warned: list[str]) -> None:
    clouds.behave(preset=silence, cloud="beta")
    began = time.monotonic()
    inventory = source(timeout=1, on_unreachable="omit")
    assert time.monotonic() - began < 2
    assert set(inventory.hosts) == {"crawl-001", "crawl-002", "web"}
    [line] = warned
    assert line.startswith("beta:RegionOne: ")
    assert line.endswith("; its hosts are left out")


def test_no_answer_at_all_is_no_inventory(source: Source, clouds: Simulator) -> None:
    clouds.behave(preset="dead")
    with pytest.raises(AnsibleParserError, match=r"alpha:RegionOne: (?s:.*)beta:RegionOne: "):
        source(on_unreachable="omit")


def test_leaves_no_thread_behind(source: Source, clouds: Simulator) -> None:
    before = set(threading.enumerate())
    clouds.behave(preset="hung", cloud="beta")
    source(timeout=1, on_unreachable="omit")
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(threading.enumerate()) - before == set()
