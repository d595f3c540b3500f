# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory file of two simulated clouds, and what comes of it."""

from __future__ import annotations

import typing as t

import yaml
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader

if t.TYPE_CHECKING:
    import pathlib

MARK = "1;crawl;{slot};AAAAAAAAAAAAAAAA;1;2;0;00000000"


def ours(slot: int, **more: t.Any) -> dict[str, t.Any]:
    mark = MARK.format(slot=slot)
    return {"name": f"crawl-{slot:03d}", "metadata": {"multi_stack": mark}, "description": mark, **more}


OWN_KEY = "multi_stack-1800000000-AAAAAAAAAAAAAAAA"
WORLD = {
    "defaults": {"zones": ["az1"]},
    "clouds": {
        "alpha": {
            "servers": [
                ours(1, key_name=OWN_KEY),
                ours(2),
                {"name": "web", "age": 10.0},
                {"name": "gone", "status": "ERROR"},
            ]
        },
        "beta": {
            "servers": [ours(3), {"name": "web", "age": 9.0}, {"name": "localhost"}],
            "multi_stack": {"ssh_user": "debian", "jump_host": "ops@gate.beta:2222"},
        },
    },
}


class Source:
    """An inventory file, and what comes of it."""

    def __init__(self, path: pathlib.Path, clouds_yaml: pathlib.Path) -> None:
        self._path = path
        self.clouds_yaml = clouds_yaml
        self.inventory = InventoryData()

    def __call__(self, **options: t.Any) -> InventoryData:
        return self.with_options(options, read=False)

    def with_options(self, options: dict[str, t.Any], *, read: bool) -> InventoryData:
        """With options of any name, and perhaps what Ansible's cache holds."""
        given = {"plugin": "openmultistack.cloud.multi_stack", "clouds_yaml_path": str(self.clouds_yaml), **options}
        self._path.write_text(yaml.safe_dump(given), encoding="utf-8")
        plugin = inventory_loader.get("openmultistack.cloud.multi_stack")
        assert plugin.verify_file(str(self._path))
        self.inventory = InventoryData()
        plugin.parse(self.inventory, DataLoader(), str(self._path), cache=read)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        self.inventory.reconcile_inventory()
        return self.inventory


def groups_of(inventory: InventoryData) -> dict[str, set[str]]:
    """The hosts of each group that is not there in any inventory."""
    groups = {name: {host.name for host in group.hosts} for name, group in inventory.groups.items()}
    return {name: hosts for name, hosts in groups.items() if name not in {"all", "ungrouped"}}
