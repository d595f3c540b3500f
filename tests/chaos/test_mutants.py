# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.tests.chaos.catch import catch
from ansible_collections.openmultistack.cloud.tests.chaos.mutants import MUTANTS


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_bug_is_caught_within_its_number_of_worlds(name: str) -> None:
    caught = catch(MUTANTS[name], range(MUTANTS[name].seeds))
    assert caught.seed is not None
