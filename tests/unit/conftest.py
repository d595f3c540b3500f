# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every unit test may be marked with."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Files of slow tests run whole modules over HTTP, so that each of them takes a second or more."""
    config.addinivalue_line("markers", "slow: takes a second or more; make unit leaves it to make slow")
