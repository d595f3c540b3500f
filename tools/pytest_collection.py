# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets plain pytest import the work tree as the collection, as Ansible would; ansible-test has its own way."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

CACHE = Path(__file__).parent.parent / ".cache"


def pytest_configure() -> None:
    """Put the link that tools/setup made where Python and Ansible look for collections."""
    sys.path.insert(0, str(CACHE))
    init_plugin_loader([str(CACHE)])
