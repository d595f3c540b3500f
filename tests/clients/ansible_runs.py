# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible with the collection openstack.cloud of the package `ansible`, and with ours."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

from tests.clients.environment import VENV, environment

if t.TYPE_CHECKING:
    from tests.simulator import Simulator

_HERE = Path(__file__).parent
_JSON = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"}


class Ansible:
    """Runs against simulated clouds, from one folder."""

    def __init__(self, sim: Simulator, folder: Path) -> None:
        self._sim, self._folder = sim, folder

    def play(self, playbook: str, clouds: str = "alpha,beta,gamma", **variables: t.Any) -> None:
        """A playbook of this folder, with a host for each cloud."""
        arguments = ["--inventory", f"{clouds},", "--connection", "local", "--extra-vars", json.dumps(variables)]
        done = self._run("ansible-playbook", *arguments, str(_HERE / "playbooks" / playbook))
        assert done.returncode == 0, done.stdout + done.stderr

    def module(self, name: str, /, **options: t.Any) -> dict[str, t.Any]:
        """What a module answers that succeeds on this machine."""
        arguments = ["localhost", "--module-name", name, "--args", json.dumps(options) if options else ""]
        done = self._run("ansible", *arguments, **_JSON)
        answer = json.loads(done.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]
        assert isinstance(answer, dict)
        assert not answer.get("failed"), answer
        return answer

    def lookup(self, name: str, /, **options: t.Any) -> t.Any:
        """What a lookup answers."""
        words = "".join(f", {key}={value!r}" for key, value in options.items())
        return self.module("ansible.builtin.debug", msg=f"{{{{ query('{name}'{words}) }}}}")["msg"]

    def inventory(self, file_name: str, **options: t.Any) -> dict[str, t.Any]:
        """What `ansible-inventory --list` shows, from a file with these options."""
        (self._folder / file_name).write_text(json.dumps(options))
        done = self._run("ansible-inventory", "--list", "--inventory", str(self._folder / file_name))
        assert done.returncode == 0, done.stderr
        shown = json.loads(done.stdout)
        assert isinstance(shown, dict)
        return shown

    def _run(self, command: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [VENV / "bin" / command, *arguments],
            env=environment(self._sim, self._folder, **more),
            cwd=_HERE.parents[1],
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
