# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A POST without an answer: looked for, covered elsewhere, and trimmed if it lands late."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience

from .cloud import Place, Upset
from .world import World, kinds, marked


def first_post(upset: Upset) -> t.Any:
    """Upset the first POST only."""
    left = [upset]
    return lambda command: left.pop() if left and isinstance(command, m.Create) else None


def test_a_post_that_landed_unseen_is_adopted() -> None:
    world = World([Place("a:1", script=first_post(Upset.LANDED)), Place("b:1")])
    result = world.launch(4)
    assert (result.exact, len(world.names()), kinds(world.commands)[m.Create]) == (True, 4, 4)
    assert result.unresolved == ()


def test_a_post_that_never_landed_is_covered_elsewhere_and_resolved_by_a_late_look() -> None:
    world = World([Place("a:1", script=first_post(Upset.LOST)), Place("b:1")])
    result = world.launch(4)
    assert (result.exact, len(world.names()), kinds(world.commands)[m.Create]) == (True, 4, 5)
    assert result.unresolved == ()
    assert 1120 < world.now < 1160


def test_a_post_that_lands_late_is_trimmed() -> None:
    world = World([Place("a:1", late=50.0, script=first_post(Upset.LATE)), Place("b:1")])
    result = world.launch(4)
    assert result.exact
    assert world.names() == ["crawl-001", "crawl-002", "crawl-003", "crawl-004"]
    assert kinds(world.commands)[m.Delete] == 1
    assert [each.why for each in result.removed] == ["another server fills its slot"]


def test_what_is_not_resolved_before_the_end_is_told() -> None:
    world = World([Place("a:1", script=first_post(Upset.LOST)), Place("b:1")])
    result = world.launch(4, patience=Patience(timeout=60.0))
    assert (result.failed, result.exact, len(result.servers)) == (False, False, 4)
    assert [each.location for each in result.unresolved] == ["a:1"]
    assert world.now <= 1060


@pytest.mark.parametrize("upset", [Upset.LOST, Upset.LANDED])
def test_a_location_that_falls_silent_after_the_post_is_covered_at_once(upset: Upset) -> None:
    world = World([Place("a:1"), Place("b:1")])
    a, post = world.place("a:1"), first_post(upset)
    a.script = lambda command: post(command) or (Upset.HANG if world.now > 1000.25 else None)
    result = world.launch(2)
    assert (len(result.servers), result.exact) == (2, False)
    assert [each.location for each in result.unresolved] == ["a:1"]
    assert world.now < 1200


def test_a_location_that_shows_only_a_part_is_not_asked_over_and_over_for_a_lost_post() -> None:
    world = World([Place("a:1", script=first_post(Upset.LOST)), Place("b:1")])
    world.add("a:1", marked(9, "hidden", fleet="other"))
    world.later(1002.0, lambda: setattr(world.place("a:1"), "unknown", frozenset({"hidden"})))
    world.later(1062.0, lambda: setattr(world.place("a:1"), "unknown", frozenset()))
    world.launch(2)
    surveys = [each for each in world.commands if isinstance(each, m.Survey) and each.location == "a:1"]
    assert len(surveys) < 15
