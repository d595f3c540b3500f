# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of clouds and hints, as tests write them, and what is said of those that are wrong."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import AccountsError
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import entry

if t.TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:1"
PLAIN = entry(URL)
MANY = {**PLAIN, "regions": ["one", {"name": "two", "values": {"multi_stack": {"priority": 2}}}]}


def write(folder: Path, content: object, name: str = "clouds.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def complaint(*arguments: str) -> str:
    with pytest.raises(AccountsError) as caught:
        load_accounts(*arguments)
    return str(caught.value)
