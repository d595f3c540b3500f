# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A location that could not look the names up for a moment is asked again; the others do not wait for it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Objection

from .cloud import Place, Upset
from .world import World, kinds, order_of

BUSY = Fault(kind=Kind.SERVER_ERROR, message="busy", status=503)


def failing(number: int, upset: Fault | Upset) -> t.Any:
    left = iter(range(number))
    return lambda command: upset if isinstance(command, m.LookUp) and next(left, None) is not None else None


def test_the_only_location_is_asked_again() -> None:
    world = World([Place("a:1", script=failing(2, BUSY))])
    run = world.start(order_of(2))
    assert world.finish(run).exact
    assert kinds(run.commands)[m.LookUp] == 3


def test_the_only_location_may_take_its_time() -> None:
    world = World([Place("a:1", script=lambda command: Upset.HANG if isinstance(command, m.LookUp) else None)])
    result = world.launch(2)
    assert (result.objection, kinds(world.commands)[m.LookUp]) == (Objection.NO_ROOM, 1)
    assert 1059 < world.now < 1062


def test_after_three_times_it_is_left() -> None:
    world = World([Place("a:1", script=failing(9, BUSY))])
    result = world.launch(2)
    assert (result.objection, kinds(world.commands)[m.LookUp]) == (Objection.NO_ROOM, 3)


def test_the_others_begin_at_once_and_it_takes_the_rest() -> None:
    world = World([Place("a:1", quota=3), Place("b:1", script=failing(1, BUSY))])
    run = world.start(order_of(5))
    assert world.finish(run).exact
    posts = [(at, command.location) for at, command in run.sent if isinstance(command, m.Create)]
    assert posts[0] == (pytest.approx(1000.2, abs=0.2), "a:1")
    assert {location for _at, location in posts} == {"a:1", "b:1"}


def test_what_is_wrong_with_the_order_is_asked_once() -> None:
    world = World([Place("a:1", script=failing(9, Fault(kind=Kind.NO_IMAGE, message="no image")))])
    world.launch(2)
    assert kinds(world.commands)[m.LookUp] == 1
