# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keystone, which makes its administrator and its own entry in the catalog when it first starts."""

from __future__ import annotations

import os
import typing as t

from .journal import say

if t.TYPE_CHECKING:
    import argparse


def application(options: argparse.Namespace) -> t.Any:
    os.environ["OS_KEYSTONE_CONFIG_DIR"] = str(options.folder / "etc")
    from keystone.wsgi.api import application as keystone

    mark = options.folder / "bootstrapped"
    if not mark.exists():
        _bootstrap(f"http://127.0.0.1:{options.port}/v3", os.environ.pop("OPENSTACK_RIG_PASSWORD"))
        mark.touch()
        say("bootstrapped")
    return keystone


def _bootstrap(url: str, password: str) -> None:
    """What `keystone-manage bootstrap` does, without a process of its own."""
    from keystone.cmd import bootstrap

    bootstrap.backends.load_backends = lambda: None  # the application did that, and it must not be done twice
    one = bootstrap.Bootstrapper()
    one.admin_username, one.admin_password = "admin", password
    one.project_name = one.admin_role_name = "admin"
    one.service_name, one.region_id = "keystone", "RegionOne"
    one.public_url = one.internal_url = one.admin_url = url
    one.endpoints = {}
    one.bootstrap()
