# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules called as Ansible calls them, in this process, with simulated clouds behind them."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

if t.TYPE_CHECKING:
    import pathlib
    from types import ModuleType

    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

Answer = dict[str, t.Any]


def called(module: ModuleType, capsys: pytest.CaptureFixture[str], **given: t.Any) -> Answer:
    """What the module answers to these options; it must end as modules do, and never by a traceback."""
    with patch_module_args(given), pytest.raises(SystemExit):
        module.main()
    said = capsys.readouterr().out
    assert "Traceback" not in said
    return t.cast("Answer", json.loads(said))


class Door:
    """Runs modules on simulated clouds, and tells what they answered and wrote, and what there is."""

    def __init__(self, capsys: pytest.CaptureFixture[str], clouds: Simulator, clouds_yaml: pathlib.Path) -> None:
        self._capsys, self.clouds, self.clouds_yaml = capsys, clouds, clouds_yaml

    @classmethod
    def opened(cls, capsys: pytest.CaptureFixture[str], clouds: Simulator, folder: pathlib.Path) -> t.Self:
        """On clouds as they were in the beginning."""
        clouds.reset()
        clouds.clouds_yaml(folder / "clouds.yaml")
        return cls(capsys, clouds, folder / "clouds.yaml")

    def run(self, module: ModuleType, **given: t.Any) -> Answer:
        self.clouds.log.clear()
        return called(module, self._capsys, **{"clouds_yaml_path": str(self.clouds_yaml), **given})

    def written(self) -> list[dict[str, t.Any]]:
        """The requests of the last call that write; logging in is none."""
        return [each for each in self.clouds.wire() if each["service"] != "identity" and each["method"] != "GET"]

    def region(self, cloud: str) -> t.Any:
        """The only region of a cloud, as it truly is."""
        return next(iter(self.clouds.world.clouds[cloud].regions.values()))


def states(answer: Answer) -> dict[str, str]:
    """What became of each cloud."""
    return {label.partition(":")[0]: row["state"] for label, row in answer["by_location"].items()}
