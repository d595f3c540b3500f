# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules, the lookup and the inventory say of simulated clouds that answer not at all, or not all."""

from __future__ import annotations

import json
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.capacity import capacity_rows, unknown_rows
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.census import Surveyor
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.fleets import (
    sightings,
    suspicious_rows,
    unseen_rows,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Selection
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints, Limits, Quota
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import silent_line
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Request, survey
from ansible_collections.openmultistack.cloud.plugins.modules import (
    multi_stack_cloud_info,
    multi_stack_server,
    multi_stack_server_info,
)
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._groups import Groups
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._view import gaps, remarks
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core import test_capacity as capacity
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import marked

from .scene import refusal

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .scene import Scene, Told

CLOUDS = {"clouds": {"alpha": {"own_port": True}, "beta": {"own_port": True}}}
WHAT = {"image": "cirros", "flavor": ["m1.tiny"], "network": "private"}


def modules(scene: Scene) -> Iterator[Told]:
    path = f"{scene.folder}/simulated.yaml"
    given: dict[str, t.Any] = {"clouds_yaml_path": path}
    with Simulator(CLOUDS) as clouds:
        clouds.clouds_yaml(path)
        order = {"fleet": "crawl", "count": 2, **WHAT, **given, "_ansible_check_mode": True}
        yield from scene.told_by(multi_stack_server, "a count below nothing", **{**order, "count": -1})
        clouds.unplug("beta")
        yield from scene.told_by(multi_stack_server, "a launch while beta is down", **order)
        yield from scene.told_by(multi_stack_server_info, "servers while beta is down", **given)
        yield from scene.told_by(
            multi_stack_server_info, "all servers while beta is down", **given, on_unreachable="fail"
        )
        yield from scene.told_by(
            multi_stack_server_info, "servers with a misspelt field", **given, where="stauts == 'x'"
        )
        yield from scene.told_by(multi_stack_cloud_info, "capacity while beta is down", **given)
        clouds.unplug("alpha")
        yield from scene.told_by(multi_stack_server_info, "servers while all are down", **given)


def inventories(scene: Scene) -> Iterator[Told]:
    path = f"{scene.folder}/simulated.yaml"
    scene.patch.setenv("XDG_CACHE_HOME", f"{scene.folder}/home")
    with Simulator(CLOUDS) as clouds:
        clouds.clouds_yaml(path)
        clouds.add_server("beta", name="web")
        yield from _read(scene, "hostnames that name nothing", path, hostnames=["multi_stack.nothing"])
        request = Request(clouds_yaml_path=path, stale_for=3600)
        survey(request)
        clouds.unplug("beta")
        yield "beta is down, and its last good answer is there (warning)", gaps(survey(request), "last_good")[0]
        for file in (scene.folder / "home" / "openmultistack").glob("*.json"):
            content = json.loads(file.read_text("utf-8"))
            file.write_text(json.dumps(content | {"seen_at": time.time() - 7300}), "utf-8")
        yield "beta is down, and its last good answer is old", _no_inventory(request, "last_good")
        young = Request(clouds_yaml_path=path)
        yield "beta is down, and all are needed", _no_inventory(young, "fail")
        yield "beta is down, and is left out (warning)", gaps(survey(young), "omit")[0]
        clouds.unplug("alpha")
        yield "all are down", _no_inventory(young, "omit")
        yield "a cloud that is not there", refusal(lambda: survey(Request(clouds_yaml_path=path, only_clouds=("bta",))))
        yield (
            "no location at all",
            refusal(lambda: survey(Request(clouds_yaml_path=path, only_clouds=("alpha",), locations=("beta",)))),
        )
    with Simulator(CLOUDS) as clouds:
        clouds.clouds_yaml(path)
        clouds.add_server("beta", name="hidden", cell=1)
        clouds.add_server("beta", name="web")
        clouds.set_region("beta", down_cells=[1])
        seen = survey(Request(clouds_yaml_path=path, selection=Selection(show_all=True)))
        yield "a cell of beta is down (warning)", gaps(seen, "omit")[0]
        yield "filters that leave nothing (warning)", remarks(seen, [], Groups([]))[0]
    with Simulator({"clouds": {name: {"servers": [{"name": name}]} for name in ("a-b", "a_b")}}) as alike:
        alike.clouds_yaml(path)
        yield from _read(scene, "two clouds of one name, and strict", path)
    row = dict.fromkeys(("cloud", "location", "fleet", "availability_zone", "flavor", "status"), "")
    same = Groups([{**row, "location": "a:b-c"}, {**row, "location": "a-b:c"}])
    yield "two groups of one name (warning)", same.collisions[0]


def rooms(_scene: Scene) -> Iterator[Told]:
    """What is told of the room at a location."""
    limits = Limits(instances=Quota(limit=20, used=7), cores=Quota(limit=None, used=7), ram=Quota(limit=None, used=0))
    plain, named = capacity.surveyed("a:1"), capacity.looked_up("a:1")
    for what, events, hints in (
        ("a location that does not answer", [], Hints()),
        ("a location that keeps its limits to itself", [capacity.surveyed("a:1", limits=None)], Hints()),
        ("a location of which a cell is down", [capacity.surveyed("a:1", partial=True)], Hints()),
        ("a location that is set unavailable", [plain, named], Hints(available=False)),
        ("a location that is full", [capacity.surveyed("a:1", limits=limits), named], Hints(headroom=13)),
    ):
        row = capacity.row_of(*events, hints=hints)
        yield what, "a:1: " + "; ".join(dict.fromkeys(filter(None, (row["reason"], row["why"], row["advice"]))))
    engine = capacity.inquirer("a:1", "b:1")
    engine.begin(0.0)
    twins = [capacity.surveyed(label, identity=plain.identity) for label in ("a:1", "b:1")]
    commands = engine.step(3.0, [*twins, named, m.Woke(now=10.0)])
    inquiry = capacity.inquiry_of([each for each in commands if isinstance(each, m.Finish)])
    for row in capacity_rows(inquiry, {}, (), 0.0)[1:]:
        yield "a location that is named twice", f"{row['location']}: {row['reason']}; {row['advice']}"
    assert unknown_rows(inquiry.desk) == []


def surveys(_scene: Scene) -> Iterator[Told]:
    """What is told of servers that nobody can be sure of."""
    surveyor = Surveyor(["a:1", "b:1", "c:1"])
    surveyor.begin(0.0)
    lookalike = marked(9, "lookalike", metadata=(), description="")
    hidden = capacity.surveyed("c:1", unknown_ids=frozenset({"x", "y"}))
    seen: list[t.Any] = [capacity.surveyed("a:1", servers=(lookalike,)), hidden, m.Stop(now=1.0, why="SIGTERM")]
    [finish] = surveyor.step(1.0, seen)
    census = t.cast("m.Finish", finish).result
    for label, fault in census.unreachable:
        yield "a survey that was stopped", silent_line(label, fault)
    for row in unseen_rows(census)[1:]:
        yield "a location of which a cell is down", f"{row['location']}: {row['reason']}; {row['advice']}"
    for row in suspicious_rows(sightings(census, 0.0)):
        yield "a lookalike", f"{row['location']}: {row['name']}: {row['reason']}"


def _read(scene: Scene, what: str, path: str, **options: object) -> Iterator[Told]:
    """What reading a strict inventory file fails with."""
    given = {"plugin": "openmultistack.cloud.multi_stack", "clouds_yaml_path": path, "strict": True, **options}
    plugin, loader = inventory_loader.get("openmultistack.cloud.multi_stack"), DataLoader()
    try:
        plugin.parse(InventoryData(), loader, scene.file("openmultistack.yml", given), cache=False)
    except AnsibleError as error:
        yield what, str(error).partition(": object of type")[0]


def _no_inventory(request: Request, mode: str) -> str:
    overview = survey(request)
    try:
        gaps(overview, mode)
    except MultiStackError as error:
        return str(error)
    raise AssertionError("this is an inventory")
