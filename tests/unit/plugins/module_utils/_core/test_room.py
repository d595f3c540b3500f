# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The room of a location: the tightest of quota, cores, RAM and the user's caps, and what a run adds and frees."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.ledger import Ledger
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Limits, Quota, Usage
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.room import (
    UNLIMITED,
    Bound,
    Change,
    Room,
    bounds_of,
    room_of,
    tightest,
)

TWO = Flavor(id="1", name="two", vcpus=2, ram=1024)
NOTHING = Flavor(id="0", name="nothing", vcpus=0, ram=0)


def limits(instances: Quota, cores: Quota, ram: Quota) -> Limits:
    return Limits(instances=instances, cores=cores, ram=ram)


FREE = Quota(limit=None, used=50)


@pytest.mark.parametrize(
    ("given", "usage", "change", "room", "bound"),
    [
        (limits(Quota(limit=20, used=5), FREE, FREE), Usage(), Change(), 15, "instances"),
        (limits(Quota(limit=20, used=5), FREE, FREE), Usage(instances=8), Change(), 12, "instances"),
        (limits(Quota(limit=20, used=5), FREE, FREE), Usage(), Change(instances=3), 12, "instances"),
        (limits(Quota(limit=20, used=5), FREE, FREE), Usage(), Change(instances=-9), 20, "instances"),
        (limits(Quota(limit=2, used=5), FREE, FREE), Usage(), Change(), 0, "instances"),
        (limits(FREE, Quota(limit=9, used=1), FREE), Usage(), Change(), 4, "cores"),
        (limits(FREE, Quota(limit=9, used=1), FREE), Usage(cores=5), Change(cores=1), 1, "cores"),
        (limits(FREE, FREE, Quota(limit=4096, used=0)), Usage(ram=1024), Change(), 3, "ram"),
        (limits(Quota(limit=3, used=0), FREE, Quota(limit=2048, used=0)), Usage(), Change(), 2, "ram"),
    ],
)
def test_the_tightest_bound_is_the_room(given: Limits, usage: Usage, change: Change, room: int, bound: str) -> None:
    bounds = bounds_of(given, usage, change)
    assert room_of(bounds, (), 0).of(TWO) == room
    assert tightest(bounds, (), TWO).resource == bound


def test_no_limit_is_no_bound() -> None:
    bounds = bounds_of(limits(FREE, FREE, FREE), Usage(), Change())
    room = room_of(bounds, (), 0)
    assert (room.of(NOTHING), room.takes(TWO)) == (UNLIMITED, True)


def test_headroom_and_caps_of_the_user_bound_too() -> None:
    bounds = bounds_of(limits(Quota(limit=20, used=0), FREE, FREE), Usage(), Change())
    cap = Bound(resource="max_servers", limit=6, used=2)
    assert room_of(bounds, (cap,), 3).servers == 4
    assert room_of(bounds, (), 25).servers == 0
    assert tightest(bounds, (cap,), TWO) == cap


def test_each_server_taken_leaves_less() -> None:
    room = Room(servers=2, cores=3, ram=4096)
    assert room.takes(TWO)
    assert (room.less(TWO), room.less(TWO).takes(TWO)) == (Room(servers=1, cores=1, ram=3072), False)
    assert not Room(servers=0).takes(NOTHING)
    assert not Room(servers=1, ram=100).takes(TWO)


def test_what_was_posted_counts_until_the_limits_count_it() -> None:
    ledger = Ledger()
    ledger.add("A", TWO)
    ledger.add("B", TWO)
    assert ledger.change == Change(instances=2, cores=4, ram=2048)
    ledger.recount({"id-a"}, {"A": "id-a", "B": ""})
    assert ledger.change == Change(instances=1, cores=2, ram=1024)


def test_what_was_refused_counts_no_more() -> None:
    ledger = Ledger()
    ledger.add("A", TWO)
    assert (ledger.drop("A"), ledger.drop("A"), ledger.change) == (True, False, Change())


def test_what_went_is_free_until_the_limits_know_it() -> None:
    ledger = Ledger()
    ledger.recount({"old"}, {})
    ledger.free("old", "", (2, 1024))
    ledger.free("old", "", (2, 1024))
    assert ledger.change == Change(instances=-1, cores=-2, ram=-1024)
    ledger.recount({"old"}, {})
    assert ledger.change.instances == -1
    ledger.recount(set(), {})
    assert ledger.change == Change()


def test_what_the_limits_never_counted_frees_nothing() -> None:
    ledger = Ledger()
    ledger.recount(set(), {})
    ledger.free("foreign", "", (2, 1024))
    assert ledger.change == Change()


def test_an_own_server_that_went_before_it_was_counted_is_just_forgotten() -> None:
    ledger = Ledger()
    ledger.add("A", TWO)
    ledger.free("id-a", "A", (2, 1024))
    assert ledger.change == Change()
