# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in a sentence."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.listing import listing


@pytest.mark.parametrize(
    ("names", "wanted", "most", "text"),
    [
        ((), "", 10, "none"),
        (("b", "a", "b"), "", 10, "a, b"),
        (("priority", "cost", "status"), "prioritty", 10, "priority, cost, status"),
        (("m1.small", "m1.medium", "c1.huge"), "m1.smal", 2, "m1.small, m1.medium and 1 more"),
    ],
)
def test_what_may_have_been_meant_comes_first(names: tuple[str, ...], wanted: str, most: int, text: str) -> None:
    assert listing(names, wanted, most) == text
