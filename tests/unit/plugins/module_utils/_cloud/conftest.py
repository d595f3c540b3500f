# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import Line, Loopback


@pytest.fixture
def service() -> t.Iterator[Loopback]:
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (  # noqa: PLC0415
        Loopback,
    )

    service = Loopback()
    yield service
    service.close()


@pytest.fixture
def line(service: Loopback, tmp_path: pathlib.Path) -> Line:
    """A wire to the service."""
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (  # noqa: PLC0415
        Line,
        accounts_of,
        entry,
    )

    return Line(accounts_of(tmp_path, {"alpha": entry(service.url)}))


@pytest.fixture
def an_empty_home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from openstack.config import loader  # noqa: PLC0415

    monkeypatch.setattr(loader, "CONFIG_FILES", [str(tmp_path / "home" / "clouds.yaml")])
    monkeypatch.setattr(loader, "SECURE_FILES", [str(tmp_path / "home" / "secure.yaml")])
