# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module as Ansible does by itself, and tells meanwhile how far it is."""

from __future__ import annotations

import contextlib
import copy
import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action.normal import ActionModule as NormalAction

from ansible_collections.openmultistack.cloud.plugins.plugin_utils import _one_order, _progress

Variables = dict[str, t.Any]


class ActionModule(NormalAction):
    """Adds nothing to what the module is given, and takes nothing from what it returns."""

    def run(self, tmp: str | None = None, task_vars: Variables | None = None) -> dict[str, t.Any]:
        host, args = str((task_vars or {}).get("inventory_hostname")), self._task.args
        if _one_order.ordered_before(constants.DEFAULT_LOCAL_TMP, str(self._task._uuid), host, args):
            self._display.warning(_one_order.several_orders(args.get("fleet")))
        return t.cast("dict[str, t.Any]", super().run(tmp, task_vars))

    def _execute_module(self, *args: t.Any, **keywords: t.Any) -> dict[str, t.Any]:
        variables = keywords.get("task_vars") or {}
        with contextlib.ExitStack() as around:
            journal = self._journal(variables)
            if journal is not None:
                crier = _progress.Crier(self._host(variables))
                around.enter_context(_progress.told(journal, crier, self._say))
            return t.cast("dict[str, t.Any]", super()._execute_module(*args, **keywords))

    def _journal(self, variables: Variables) -> _progress.Reader | None:
        """A journal for the module, if anybody is to be told; it cannot have one as a user who may not write there."""
        silent = self._task.async_val or self._task.check_mode or self._task.no_log or self._is_become_unprivileged()
        if silent or not _progress.wanted(self._templar.template(variables.get("multi_stack_progress")), os.environ):
            return None
        with contextlib.suppress(AnsibleError, OSError):
            folder = self._connection._shell.tmpdir or self._make_tmp_path()
            return _progress.Here(folder) if self._connection.transport == "local" else self._elsewhere(folder)
        return None

    def _elsewhere(self, folder: str) -> _progress.Reader:
        """Read by a connection of its own, since the module's is busy."""
        connection = copy.copy(self._connection)
        connection.set_become_plugin(None)
        return _progress.Elsewhere(folder, lambda command: connection.exec_command(command, sudoable=False)[:2])

    def _say(self, line: str) -> None:
        """As an error output, which is shown at once also where the output is a pipe, and keeps that clean."""
        self._display.display(line, stderr=True)

    def _host(self, variables: Variables) -> str:
        host = str(variables.get("inventory_hostname"))
        return f"{host} -> {self._task.delegate_to}" if self._task.delegate_to else host
