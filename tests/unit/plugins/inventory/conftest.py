# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.utils.display import Display

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.inventory.sources import Source


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.inventory.sources import WORLD  # noqa: PLC0415

    with Simulator(WORLD) as simulator:
        yield simulator


@pytest.fixture
def source(clouds: Simulator, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.inventory.sources import Source  # noqa: PLC0415

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clouds.reset()
    clouds.clouds_yaml(tmp_path / "clouds.yaml")
    return Source(tmp_path / "openmultistack.yml", tmp_path / "clouds.yaml")


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_others: lines.append(msg))
    return lines
