# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that are there before any run: of the fleet, twice in one slot, of other fleets, and of nobody."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Server
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import EPOCH
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import marked

RENAMED = "web-server"
_NAMED = Server(id="lookalike", name="crawl-002", status="ACTIVE", created=EPOCH + 1.0, vcpus=1, ram=512)

FOUND: tuple[Server, ...] = (
    marked(1, "old-1"),
    marked(1, "twin-1", created=EPOCH + 20.0),
    marked(1, "third-1", created=EPOCH + 20.0),
    marked(2, "off-2", status="SHUTOFF"),
    marked(2, "stuck-2", status="BUILD", task="spawning"),
    marked(3, "error-3", status="ERROR", fault=BootFault(code=500, message="No valid host was found. ")),
    marked(3, "locked-3", locked=True),
    marked(7, "old-7"),
    marked(8, "locked-8", locked=True),
    marked(9, "error-9", status="ERROR"),
    replace(marked(2, "bare-2"), metadata=()),
    replace(marked(4, "renamed-4"), name=RENAMED),
    # No two of its signs agree on a slot, or it has but one: not ours to delete.
    replace(marked(1, "odd-1"), name="crawl-005", metadata=()),
    _NAMED,
    marked(2, "other-2", fleet="crawl-2"),
    marked(1, "other-1", fleet="crawl-2", status="ERROR"),
    Server(id="stranger", name="web-1", status="ACTIVE", vcpus=4, ram=2048),
    Server(id="stranger-error", name="crawl-", status="ERROR", vcpus=1, ram=512),
)
