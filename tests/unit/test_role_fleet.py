# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ROLE = ROOT / "roles" / "fleet"


def options() -> dict[str, dict[str, t.Any]]:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._options import (  # noqa: PLC0415
        ACCOUNTS,
        ORDER,
        SERVER,
    )

    return {name: spec for name, spec in {**ORDER, **ACCOUNTS, **SERVER}.items() if name != "state"}


def variables() -> dict[str, t.Any]:
    return dict(yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8")))


def test_the_role_passes_every_option_of_the_module_on() -> None:
    assert sorted(variables()["fleet_options"]) == sorted(options())


def test_the_role_knows_which_options_take_lists() -> None:
    assert sorted(variables()["fleet_lists"]) == sorted(n for n, spec in options().items() if spec["type"] == "list")


@pytest.mark.parametrize("role", ["fleet", "prepare"])
def test_every_entry_point_is_described_and_every_other_file_is_a_part_of_one(role: str) -> None:
    folder = ROOT / "roles" / role
    described = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "tasks").glob("*.yml")}
    parts = {name for name in texts if any(f"_tasks: {name}.yml" in text for text in texts.values())}
    assert set(described) <= set(texts)
    assert set(texts) - set(described) <= parts


def test_every_playbook_says_how_it_is_called_and_which_extra_vars_it_takes() -> None:
    folder = ROOT / "playbooks"
    for playbook in folder.rglob("*.yml"):
        head = playbook.read_text(encoding="utf-8").split("\n- name:")[0]
        name = ".".join(playbook.relative_to(folder).with_suffix("").parts)
        assert f"# ansible-playbook openmultistack.cloud.{name}" in head
        assert "\n# Extra vars: " in head
