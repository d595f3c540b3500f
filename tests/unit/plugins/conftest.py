# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_clouds_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment says where clouds are, nor how to get at them."""
    for name in list(os.environ):
        if name.startswith(("OS_", "OPENMULTISTACK_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
