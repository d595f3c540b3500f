# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.tests.chaos.crashes import ORDERS, crash_points, crashed
from ansible_collections.openmultistack.cloud.tests.chaos.stage import play


@pytest.mark.parametrize("name", ORDERS)
def test_a_run_killed_after_any_of_its_commands_is_made_good_by_the_next(name: str) -> None:
    points = crash_points(ORDERS[name])
    assert points > 4
    broken = {number: found for number in range(1, points + 1) if (found := crashed(ORDERS[name], number))}
    assert broken == {}


@pytest.mark.parametrize(
    ("name", "what"),
    {
        "boots that fail": "boot",
        "a boot that never ends": "boot endless",
        "a lost POST": "Create lost",
        "a POST that landed unseen": "Create landed",
        "a late POST": "Create late",
        "a POST that is rolled back": "Create undone",
        "a location that goes and returns": "world down",
    }.items(),
)
def test_what_an_order_is_named_for_happens_in_it(name: str, what: str) -> None:
    assert any(each.startswith(what) for each in play(ORDERS[name]).fallen)
