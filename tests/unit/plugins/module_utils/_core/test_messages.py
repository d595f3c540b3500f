# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vocabulary is whole: every request has its ends, every event its lesson."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m

from .cloud import Place
from .world import World, order_of

ENDLESS = {m.WakeAt, m.Finish}


def leaves(root: type) -> set[type]:
    """The messages of this sort that have none below them."""
    sort = [each for each in vars(m).values() if isinstance(each, type) and issubclass(each, root)]
    return {each for each in sort if not any(other is not each and issubclass(other, each) for other in sort)}


def test_every_command_but_those_that_ask_nothing_has_its_ends() -> None:
    assert leaves(m.Command) - ENDLESS == set(m.ENDS)


def test_every_event_but_those_of_the_driver_ends_a_command() -> None:
    ends = {event for events in m.ENDS.values() for event in events}
    assert leaves(m.Event) - ends == {m.Woke, m.Stop}


@pytest.mark.parametrize("event", [m.Surveyed, m.Listed, m.Shown, m.Gone])
def test_every_read_says_when_it_began(event: type[m.Event]) -> None:
    assert "started_at" in {field.name for field in dataclasses.fields(t.cast("t.Any", event))}


@pytest.mark.parametrize("message", sorted(leaves(m.Command) | leaves(m.Event), key=str))
def test_no_message_can_be_changed(message: type[t.Any]) -> None:
    assert message.__dataclass_params__.frozen


def test_nothing_is_asked_after_the_finish() -> None:
    world = World([Place("a:1")])
    run = world.start(order_of(2))
    world.finish(run)
    assert run.engine.step(world.now, (m.Woke(now=world.now),)) == ()
