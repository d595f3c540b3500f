# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible with the collection openstack.cloud of the package `ansible`, and with ours."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

from tests.clients.environment import CACHE, VENV, environment

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
        done = self._run(VENV / "bin/ansible-playbook", *arguments, str(_HERE / "playbooks" / playbook))
        assert done.returncode == 0, done.stdout + done.stderr

    def module(self, name: str, /, **options: t.Any) -> dict[str, t.Any]:
        """What a module answers that succeeds on this machine, as a process of its own, as Ansible starts it."""
        python, path = (VENV, "") if name.startswith("openstack.") else (CACHE / "venv", str(CACHE))
        namespace, collection, module = name.split(".")
        words = ["-m", f"ansible_collections.{namespace}.{collection}.plugins.modules.{module}"]
        done = self._run(
            python / "bin/python", *words, given=json.dumps({"ANSIBLE_MODULE_ARGS": options}), PYTHONPATH=path
        )
        answer = _document(done)
        assert not answer.get("failed"), answer
        return answer

    def lookup(self, name: str, /, **options: t.Any) -> t.Any:
        """What a lookup answers."""
        words = "".join(f", {key}={value!r}" for key, value in options.items())
        told = json.dumps({"msg": f"{{{{ query('{name}'{words}) }}}}"})
        done = self._run(
            VENV / "bin/ansible", "localhost", "--module-name", "ansible.builtin.debug", "--args", told, **_JSON
        )
        return _document(done)["plays"][0]["tasks"][0]["hosts"]["localhost"]["msg"]

    def inventory(self, file_name: str, **options: t.Any) -> dict[str, t.Any]:
        """What `ansible-inventory --list` shows, from a file with these options."""
        (self._folder / file_name).write_text(json.dumps(options))
        done = self._run(VENV / "bin/ansible-inventory", "--list", "--inventory", str(self._folder / file_name))
        assert done.returncode == 0, done.stderr
        return _document(done)

    def _run(self, program: Path, *arguments: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments],
            input=given,
            env=environment(self._sim, self._folder, **more),
            cwd=_HERE.parents[1],
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )


def _document(done: subprocess.CompletedProcess[str]) -> dict[str, t.Any]:
    """What a program printed, where that is JSON."""
    try:
        document = json.loads(done.stdout)
    except ValueError:
        document = None
    assert isinstance(document, dict), done.stdout + done.stderr
    return document
