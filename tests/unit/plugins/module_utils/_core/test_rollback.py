# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that cannot have enough servers may take back what it made, and nothing else."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnShortfall, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import failure

from .cloud import Place
from .world import World, kinds, marked

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Result


def roll(world: World, count: int, **facts: t.Any) -> Result:
    return world.launch(count, on_shortfall=OnShortfall.ROLLBACK, **facts)


def failing_after(number: int) -> t.Callable[[m.Create], BootFault | None]:
    left = iter(range(number))
    return lambda _command: None if next(left, None) is not None else BootFault(code=500, message="boom")


def test_takes_back_what_it_made_and_leaves_the_rest() -> None:
    world = World([Place("a:1", fate=failing_after(2))])
    world.add("a:1", marked(1, "old"))
    result = roll(world, 5)
    assert (result.failed, result.exact, [each.server.id for each in result.servers]) == (True, False, ["old"])
    assert [server.id for server in world.alive()] == ["old"]
    assert "it was taken back: rolled back" in failure(result)


def test_keeps_everything_where_the_order_is_met() -> None:
    world = World([Place("a:1", fate=failing_after(3))])
    result = roll(world, 5, min_count=3)
    assert (result.failed, len(result.servers), len(world.alive())) == (False, 3, 3)


def test_what_still_builds_when_the_time_is_over_goes_as_well() -> None:
    world = World([Place("a:1", build=1000.0), Place("b:1")])
    result = roll(world, 4, patience=Patience(timeout=60.0, boot=50.0))
    assert (result.failed, world.alive()) == (True, [])
    assert world.now < 1061


def test_nothing_is_made_any_more_once_it_has_begun() -> None:
    world = World([Place("a:1", fate=failing_after(1))])
    result = roll(world, 3)
    posts = kinds(world.commands)[m.Create]
    assert (result.failed, world.alive(), posts <= 9) == (True, [], True)


def test_an_absent_fleet_has_nothing_to_take_back() -> None:
    world = World([Place("a:1")])
    world.launch(2)
    assert world.destroy(on_shortfall=OnShortfall.ROLLBACK).exact
