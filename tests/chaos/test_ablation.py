# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.tests.chaos.catch import catch
from ansible_collections.openmultistack.cloud.tests.chaos.rules import RULES
from ansible_collections.openmultistack.cloud.tests.chaos.swap import Swap, swapped

BREAKING = [
    "the confirm waits for the slowest clock",
    "what builds for ever is deleted",
]


@pytest.mark.parametrize("name", BREAKING)
def test_an_invariant_notices_that_a_rule_is_gone(name: str) -> None:
    assert catch(RULES[name], range(RULES[name].seeds)).seed is not None


def test_after_a_swap_all_is_as_it_was() -> None:
    table = {"rule": 1}
    with pytest.raises(ZeroDivisionError), swapped([Swap(table, "rule", lambda usual: usual / 0)]):
        pass
    with swapped([Swap(table, "rule", lambda usual: usual + 1)]):
        assert table == {"rule": 2}
    assert table == {"rule": 1}
