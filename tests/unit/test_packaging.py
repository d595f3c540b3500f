# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def test_every_module_takes_the_defaults_of_the_group() -> None:
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    assert set(yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["cloud"]) == modules


@pytest.mark.parametrize("name", ["tests/unit/requirements.txt", "tests/integration/requirements.txt"])
def test_tests_run_with_what_users_need(name: str) -> None:
    needed = requirements("requirements.txt")
    assert needed
    assert needed <= requirements(name)


def requirements(name: str) -> set[str]:
    return {line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")}
