# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module called as Ansible calls it, in this process."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

if t.TYPE_CHECKING:
    from types import ModuleType

Answer = dict[str, t.Any]


def called(module: ModuleType, capsys: pytest.CaptureFixture[str], **given: t.Any) -> Answer:
    """What the module answers to these options; it must end as modules do, and never by a traceback."""
    with patch_module_args(given), pytest.raises(SystemExit):
        module.main()
    said = capsys.readouterr().out
    assert "Traceback" not in said
    return t.cast("Answer", json.loads(said))
