# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.keypair import keypair_name
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.own_key import (
    is_own_key,
    own_key_file,
    own_key_name,
    own_key_until,
)


def test_the_key_of_a_single_server_says_until_when_it_may_be_needed() -> None:
    name = own_key_name("ABCDEFGHIJKLMNOP", 1_800_000_000)
    assert (own_key_until(name), is_own_key(name), keypair_name(name)) == (1_800_000_000, True, name)
    for other in ("ops", "multi_stack-", "multi_stack-x-ABC", f"{name}.pub"):
        assert (own_key_until(other), is_own_key(other)) == (None, False)


def test_the_private_key_of_a_server_has_its_name() -> None:
    assert own_key_file("/home/ada/keys/", "crawl-001") == own_key_file("/home/ada/keys", "crawl-001")
    assert own_key_file("/home/ada/keys", "crawl-001") == "/home/ada/keys/crawl-001"
