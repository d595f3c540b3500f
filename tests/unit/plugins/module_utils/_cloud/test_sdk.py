# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each in a process of its own: what is imported stays imported."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

SDK = pathlib.Path(__file__).parents[5] / "plugins" / "module_utils" / "_cloud" / "sdk.py"
LOAD = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("sdk", {str(SDK)!r})
sdk = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sdk)
"""


def said_by(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", LOAD + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nothing_is_imported_that_is_not_needed() -> None:
    code = """
loader = sdk.config_loader()
print(loader.OpenStackConfig.__name__, "openstack.connection" in sys.modules, "openstack.compute" in sys.modules)
"""
    assert said_by(code) == "OpenStackConfig False False"


@pytest.mark.parametrize(
    "use",
    [
        "import openstack; print(callable(openstack.connect))",
        "import openstack; print(callable(openstack.enable_logging))",
        "from openstack import connect; print(callable(connect))",
        "from openstack import connection; print(isinstance(connection.Connection, type))",
        "import openstack.compute.v2.server; print(isinstance(openstack.compute.v2.server.Server, type))",
        "import openstack; print(openstack.connection.Connection.__module__ == 'openstack.connection')",
        "import openstack; print(openstack.config.loader is loader)",
        "import openstack; print(not hasattr(openstack, 'there_is_no_such_thing'), callable(openstack.connect))",
    ],
)
def test_others_in_the_same_process_find_all_of_it(use: str) -> None:
    assert set(said_by(f"loader = sdk.config_loader()\n{use}").split()) == {"True"}


def test_what_is_there_already_is_taken_as_it_is() -> None:
    code = "import openstack\nsdk.config_loader()\nprint(sys.modules['openstack'] is openstack, type(openstack))"
    assert said_by(code) == "True <class 'module'>"


def test_without_it_an_import_error_says_so_and_leaves_nothing() -> None:
    code = """
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name == "openstack.config":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Hide())
try:
    sdk.config_loader()
except ImportError as exc:
    print(exc, "openstack" in sys.modules)
"""
    assert said_by(code) == "No module named 'openstack.config' False"
