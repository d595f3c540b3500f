# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few of the random worlds of `tests/chaos`, for the fast loop; `make chaos` plays thousands."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.tests.chaos.draw import draw
from ansible_collections.openmultistack.cloud.tests.chaos.judge import violations
from ansible_collections.openmultistack.cloud.tests.chaos.stage import play

WORLDS = 10
pytestmark = pytest.mark.no_cover  # tracing would take most of the time, and the other tests reach every branch


def test_the_invariants_hold_in_every_world() -> None:
    broken = {seed: found for seed in range(WORLDS) if (found := violations(play(draw(seed))))}
    assert broken == {}
