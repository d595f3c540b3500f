# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each row of the fault table in whole orders: what is tried next, when, and whether it spends one of the tries."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import ROOM, RULES, Fault, Kind, Scope
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Patience

from .cloud import SMALL, Place
from .world import World, order_of

if t.TYPE_CHECKING:
    from .running import Running

LARGE = Flavor(id="9", name="m1.large", vcpus=4, ram=4096)
KINDS = sorted(RULES, key=lambda kind: kind.value)
LOOKED_FOR = 5.0
Posts = list[tuple[float, m.Create]]


def failing(kind: Kind, number: int) -> t.Any:
    left = iter(range(number))
    fault = Fault(kind=kind, message=kind.value, status=400)
    return lambda command: fault if isinstance(command, m.Create) and next(left, None) is not None else None


def order_one(kind: Kind, number: int, *more: Place, **facts: t.Any) -> tuple[Running, Posts]:
    """An order for one server, whose first POSTs fail so, at a location with two zones and two flavors."""
    facts = {"zones": ("az1", "az2"), "flavors": (LARGE, SMALL), **facts}
    world = World([Place("a:1", script=failing(kind, number), hints=Hints(priority=1), **facts), *more])
    run = world.start(order_of(1, min_count=0, strategy="pack", patience=Patience(timeout=600.0)))
    world.finish(run)
    return run, [(at, each) for at, each in run.sent if isinstance(each, m.Create)]


def unlike(one: m.Create, other: m.Create) -> set[str]:
    """In what two tries differ."""
    parts = {
        "location": (one.location, other.location),
        "zone": (one.offer.zone, other.offer.zone),
        "flavor": (one.offer.flavor.name, other.offer.flavor.name),
    }
    return {name for name, (mine, theirs) in parts.items() if mine != theirs}


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_try_is_the_next_of_whatever_the_fault_reaches(kind: Kind) -> None:
    rule = RULES[kind]
    _run, posts = order_one(kind, 1)
    if rule.scope is Scope.LOCATION and (rule.hold is None or kind in ROOM):
        assert len(posts) == 1, "there is no other location, and no hope in this run"
        return
    (first_at, first), (second_at, second) = posts[0], posts[1]
    expected = {Scope.ZONE: {"zone"}, Scope.FLAVOR: {"flavor"}, Scope.LOCATION: set[str](), Scope.SERVER: set[str]()}
    if rule.scope is Scope.OFFER:
        assert unlike(first, second) & {"zone", "flavor"}
    else:
        assert unlike(first, second) == expected[rule.scope]
    if rule.scope is Scope.LOCATION:
        assert second_at - first_at >= (rule.hold or 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_another_location_is_next_where_a_whole_one_is_out(kind: Kind) -> None:
    run, posts = order_one(kind, 9, Place("b:1"), zones=(None,), flavors=(SMALL,))
    assert posts[0][1].location == "a:1"
    rule = RULES[kind]
    # A POST whose answer was lost is first looked for, for five seconds: an error of the cloud has passed by then.
    if rule.scope is not Scope.SERVER and (rule.hold is None or rule.hold > LOOKED_FOR):
        assert posts[1][1].location == "b:1"
    assert run.result is not None


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_no_want_of_room_spends_one_of_the_tries(kind: Kind) -> None:
    rule = RULES[kind]
    _run, posts = order_one(kind, 99, zones=(None,), flavors=(SMALL,))
    if rule.spends:
        assert len(posts) == Patience().attempts
    elif rule.scope is not Scope.SERVER and (rule.hold is None or kind in ROOM):
        assert len(posts) == 1
