# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks and templates of the roles say, rendered by Ansible."""

from __future__ import annotations

import json
import typing as t

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar, trust_as_template

from .sources import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .scene import Scene, Told

ROLES = ROOT / "roles"
GIVEN: dict[str, t.Any] = {"fleet": "crawl", "flavor": ["m1.small"]}
ROOM = {"location": "a:1", "limits": None, "room": 4, "state": "known", "status": "available", "reason": "", "why": ""}
PANIC: dict[str, t.Any] = {
    "fleets": [],
    "locations": ["a:1"],
    "suspicious": [{"location": "a:1", "name": "crawl-009", "id": "ID", "reason": "only its name says so"}],
    "unknown": [{"location": "b:1", "reason": "nova.example did not answer in time", "advice": "give it more time"}],
}
FLEET = dict.fromkeys(("servers", "running", "broken", "twins", "expires"), 0) | {"owners": [], "by_location": ["a:1"]}
NOT_GONE = {"failure": "fleet crawl may not be gone everywhere; run this again", "removed": []}


def tasks(_scene: Scene) -> Iterator[Told]:
    yield "a destroy of nothing", _said("destroy", "Know which fleet is meant", "assert", "fail_msg")
    yield "a launch of nothing", _said("launch", "Know which fleet is meant", "assert", "fail_msg")
    yield (
        "a launch without an inventory",
        _said("launch", "Say that no inventory shows the servers", "debug", "msg", fleet_group="fleet_crawl"),
    )
    yield "a module that did not run", _said("failed", "Fail, and say why", "fail", "msg", fleet_answer={})
    reasons = ["crawl: some of its servers are left"]
    which = ("panic_end", "Fail where any is left, or may be", "assert")
    yield "a panic that leaves something", "\n".join(_said(*which, "fail_msg", fleet_reasons=reasons))
    removed = {"fleet_removed": [{}], "fleet_ends": [{}]}
    yield "a panic that leaves nothing", _said(*which, "success_msg", **removed)


def preparing(_scene: Scene) -> Iterator[Told]:
    yield "nothing to prepare", _said("bring", "Know what is meant", "assert", "fail_msg", role="prepare")
    down = {"state": "failed", "reason": "nova.example did not answer in time", "advice": "give it more time"}
    key = {"item": {"name": "team"}, "changed": True, "by_location": {"a:1": {"state": "changed"}, "b:1": down}}
    groups = {"item": {"security_groups": [{"name": "ext"}, {"name": "int"}]}, "by_location": {"b:1": down}}
    wrong = {"item": {}, "msg": "missing required arguments: name"}
    calls = {"keypairs": [{**key, "msg": ""}], "security_groups": [{**groups, "msg": ""}], "networks": [wrong]}
    answers = {f"prepare_{kind}_answers": {"results": calls.get(kind, [])} for kind in (*calls, "images")}
    told = json.loads(_rendered("answers.j2", role="prepare", **answers))
    failure = _rendered("failed.j2", role="prepare", prepare_answers=told)
    yield "a location that is down, and a mistake", failure
    lines = _said(
        "prepare", "Say where no new servers go", "debug", "msg", prepare_failure=failure, fleet_unready=["b:1"]
    )
    yield "a launch without that location", "\n".join(lines)
    name = "Say that the order could not be judged"
    yield "an order in check mode", _said("launch", name, "debug", "msg", fleet_answer={"msg": 'a:1: no image "ours"'})


def templates(_scene: Scene) -> Iterator[Told]:
    capacity = {"fleet_capacity": {"locations": [{**ROOM, "hints": {"cost": 0.0}}]}, "fleet_given": GIVEN}
    yield "the capacity", _rendered("capacity.j2", **capacity)
    account = {**ROOM, "user": "ada", "servers": 2, "response_seconds": 0.1, "clock_skew_seconds": 0, "advice": ""}
    yield "the accounts", _rendered("accounts.j2", fleet_capacity={"locations": [account]}, fleet_given=GIVEN)
    nobody: dict[str, t.Any] = {"fleet_listed": [], "groups": {"all": []}, "hostvars": {}, "fleet_group": "fleet_crawl"}
    yield "a list of a fleet that nobody knows", _rendered("list.j2", **nobody, fleet_given=GIVEN)
    yield "a list of nothing", _rendered("list.j2", **nobody, fleet_given={})
    yield "no fleet at all", _rendered("panic.j2", fleet_all=PANIC)
    yield (
        "a panic that is not meant yet",
        _rendered("panic.j2", fleet_all={**PANIC, "fleets": [{"fleet": "crawl", **FLEET}]}),
    )


def _said(file: str, name: str, module: str, key: str, role: str = "fleet", **variables: t.Any) -> t.Any:
    """What a task says, given these variables."""
    tasks = yaml.safe_load((ROLES / role / "tasks" / f"{file}.yml").read_text("utf-8"))
    every = tasks + [inner for task in tasks for inner in task.get("block", ())]
    [task] = [each for each in every if each["name"] == name]
    text = trust_as_template(task[f"ansible.builtin.{module}"][key])
    return Templar(DataLoader(), variables=variables).template(text)


def _rendered(name: str, role: str = "fleet", **variables: t.Any) -> str:
    variables["ansible_search_path"] = [str(ROLES / role)]
    loader = DataLoader()
    templar = Templar(loader, variables=variables)
    lookup = lookup_loader.get("ansible.builtin.template", loader=loader, templar=templar)
    [text] = lookup.run([name], variables)
    return str(text).rstrip()
