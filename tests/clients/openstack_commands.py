# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs openstackclient commands one after the other in one process, as it takes far longer to load than to run.

A line of input is a command's arguments as JSON, a line of output its exit code and what it said. Each command has a
shell of its own and logs in anew, as a command of its own would.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from openstackclient.shell import OpenStackShell


def run(arguments: list[str]) -> dict[str, int | str]:
    """What the command `openstack` with these arguments does."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        try:
            code = int(OpenStackShell().run(arguments) or 0)
        except SystemExit as end:
            code = int(end.code or 0)
    return {"code": code, "said": said.getvalue(), "complained": complained.getvalue()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
