# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order may want its servers to answer at a port; it waits for that, and tells of those that do not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import answer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnShortfall, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.reach import tail
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import failure, summary, warnings

from .cloud import Place
from .world import World, kinds, marked, order_of

SSH = Patience(ready_port=22, boot=60.0)
NEVER = 1e9


def test_a_run_waits_until_its_servers_answer() -> None:
    world = World([Place("a:1", boots=20.0), Place("b:1")])
    result = world.launch(4, patience=SSH)
    assert (result.exact, result.failed) == (True, False)
    assert 1025 < world.now < 1035
    assert answer(result)["unready"] == []


def test_without_a_port_nothing_is_tried() -> None:
    world = World([Place("a:1", boots=NEVER)])
    world.launch(2)
    assert not {m.Probe, m.Console} & set(kinds(world.runs[-1].commands))


def test_one_that_never_answers_is_kept_and_told_of_with_its_last_words() -> None:
    world = World([Place("a:1", boots=NEVER), Place("b:1")])
    result = world.launch(4, patience=SSH)
    assert (result.failed, result.exact, result.running) == (True, False, 4)
    assert len(world.alive()) == 4
    assert 1060 <= world.now < 1075
    rows = answer(result)["unready"]
    assert [(row["location"], row["port"], row["console"]) for row in rows] == [
        ("a:1", 22, "Booting\nKernel panic")
    ] * 2
    told = failure(result)
    assert "4 of 4 servers are running, and 2 of these answer at port 22" in told
    assert told.count("a:1: server crawl-") == 2
    assert 'did not answer at port 22; its console ends with "Kernel panic"' in told


def test_of_many_that_never_answer_some_are_told_by_name() -> None:
    world = World([Place("a:1", boots=NEVER), Place("b:1", boots=NEVER)])
    told = failure(world.launch(12, patience=SSH)).splitlines()
    assert sum("did not answer at port 22" in line for line in told) == 10
    assert "2 more do not answer: see unready" in told


def test_its_console_is_read_once() -> None:
    world = World([Place("a:1", boots=NEVER)])
    world.launch(1, patience=SSH)
    assert kinds(world.runs[-1].commands)[m.Console] == 1


def test_a_rerun_tries_those_that_are_there() -> None:
    world = World([Place("a:1", boots=70.0)])
    assert world.launch(1, patience=SSH).failed
    again = world.launch(1, patience=SSH)
    assert (again.exact, again.changed) == (True, False)


def test_one_without_an_address_cannot_be_tried() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "bare", addresses=()))
    world.launch(1, min_count=0, patience=SSH)
    assert kinds(world.runs[-1].commands)[m.Probe] == 0


def test_few_are_tried_at_once_at_one_location() -> None:
    world = World([Place("a:1", latency=1.0)])
    world.launch(12, patience=SSH)
    under_way, most = 0, 0
    run = world.runs[-1]
    moments = [(at, 1) for at, command in run.sent if isinstance(command, m.Probe)]
    moments += [(at, -1) for at, event in run.heard if isinstance(event, m.Probed)]
    for _at, step in sorted(moments):
        under_way += step
        most = max(most, under_way)
    assert most == 4


def test_what_is_accepted_is_warned_of() -> None:
    world = World([Place("a:1", boots=NEVER)])
    result = world.launch(2, patience=SSH, min_count=0, on_shortfall=OnShortfall.ACCEPT)
    assert not result.failed
    assert [line for line in warnings(result) if "port 22" in line] != []
    assert summary(result).endswith("2 of 2 servers are running, and 0 of these answer at port 22")


def test_a_rollback_counts_those_that_answer() -> None:
    world = World([Place("a:1", boots=NEVER)])
    world.launch(2, patience=SSH, on_shortfall=OnShortfall.ROLLBACK)
    assert world.alive() == []


def test_check_mode_tries_nothing() -> None:
    world = World([Place("a:1", boots=NEVER)])
    world.launch(2)
    result = world.run(order_of(2, patience=SSH), check=True)
    assert m.Probe not in kinds(world.runs[-1].commands)
    assert answer(result)["unready"] == []


@pytest.mark.parametrize(("event", "facts"), [(m.Probed, {"open": True}), (m.ConsoleRead, {"text": "late"})])
def test_what_comes_of_a_server_that_nobody_knows_changes_nothing(
    event: type[m.Event], facts: dict[str, t.Any]
) -> None:
    world = World([Place("a:1", boots=3.0)])
    run = world.start(order_of(1, patience=SSH))
    world.later(1001.0, lambda: run.hear(event(now=1001.0, location="a:1", id="unknown", **facts)))
    assert world.finish(run).exact


@pytest.mark.parametrize(
    ("console", "told"),
    [
        ("", ""),
        ("one\r\n\n  two \n", "one\ntwo"),
        ("\x1b[31mred\x1b[0m\n", "[31mred[0m"),
        ("login as cirros, default password: gocubsgo\nready\n", "ready"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nend\n", "end"),
        ("\n".join(map(str, range(40))), "\n".join(map(str, range(20, 40)))),
    ],
)
def test_the_tail_of_a_console_is_fit_to_be_read(console: str, told: str) -> None:
    assert tail(console) == told
