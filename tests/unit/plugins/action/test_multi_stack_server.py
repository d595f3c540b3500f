# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin as a task of Ansible calls it, on a machine that is this one."""

from __future__ import annotations

import typing as t

import pytest
from ansible import constants
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar
from ansible.utils.display import Display

if t.TYPE_CHECKING:
    import pathlib

NAME = "openmultistack.cloud.multi_stack_server"
ORDER: dict[str, t.Any] = {"fleet": "crawl", "count": 2}
JOURNAL = "multi_stack_journal"


class Module:
    """Stands for Ansible's way to run a module: notes what it is given, and what is in its folder meanwhile."""

    def __init__(self) -> None:
        self.given: list[dict[str, t.Any]] = []
        self.journals: list[bool] = []
        self.answer: dict[str, t.Any] = {"changed": True, "servers": []}

    def __call__(self, action: t.Any, **keywords: t.Any) -> dict[str, t.Any]:
        self.given.append({"args": dict(action._task.args), **keywords})
        folder = action._connection._shell.tmpdir
        self.journals.append(bool(folder) and action._remote_file_exists(f"{folder}/{JOURNAL}"))
        return self.answer


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Module:
    some = Module()

    def execute(action: NormalAction, **keywords: t.Any) -> dict[str, t.Any]:
        return some(action, **keywords)

    monkeypatch.setattr(NormalAction, "_execute_module", execute)
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setenv("ANSIBLE_REMOTE_TEMP", str(tmp_path))
    return some


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_others: lines.append(msg))
    return lines


def task_of(**facts: t.Any) -> Task:
    return Task.load({"name": "Have a fleet", NAME: ORDER, **facts})


def run(task: Task, host: str = "one", **variables: t.Any) -> dict[str, t.Any]:
    """What the action answers."""
    context = PlayContext()
    connection = connection_loader.get("ansible.builtin.local", context)
    loader = DataLoader()
    action = action_loader.get(
        NAME,
        task=task,
        connection=connection,
        play_context=context,
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=None,
    )
    return t.cast("dict[str, t.Any]", action.run(task_vars={"inventory_hostname": host, **variables}))


def test_the_answer_is_the_modules_and_its_options_are_the_tasks(module: Module) -> None:
    assert run(task_of()) == module.answer
    assert [(each["args"], each["wrap_async"]) for each in module.given] == [(ORDER, 0)]


def test_there_is_a_journal_while_it_works_and_no_longer(module: Module, tmp_path: pathlib.Path) -> None:
    run(task_of())
    assert module.journals == [True]
    assert list(tmp_path.glob(f"*/{JOURNAL}")) == []


@pytest.mark.parametrize("facts", [{"async": 10}, {"check_mode": True}, {"no_log": True}])
def test_there_is_none_where_nothing_is_to_be_told(module: Module, facts: dict[str, t.Any]) -> None:
    task = task_of(**facts)
    task.async_val = facts.get("async", 0)
    assert run(task) == module.answer
    assert module.journals == [False]


def test_a_variable_silences_it(module: Module) -> None:
    run(task_of(), multi_stack_progress="no")
    assert module.journals == [False]


def test_the_environment_silences_it(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENMULTISTACK_PROGRESS", "false")
    run(task_of())
    assert module.journals == [False]


def test_without_a_folder_the_module_works_all_the_same(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_REMOTE_TEMP", "/dev/null/nowhere")
    assert run(task_of()) == module.answer
    assert module.journals == [False]


def test_several_hosts_with_one_order_are_warned(module: Module, warned: list[str]) -> None:
    task = task_of()
    for host in ("one", "two", "three"):
        run(task, host)
    assert len(warned) == 2
    assert len(set(warned)) == 1
    assert "run_once: true" in warned[0]
    assert len(module.given) == 3
