# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: multi_stack
short_description: All servers of all your OpenStack clouds in one inventory
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Reads the servers of every cloud and region of C(clouds.yaml), all at the same time, each within its own deadline.
  - Servers that are still building, broken, or being deleted are left out.
  - Where several servers have the same name, the oldest keeps it, and the location is added to the name of the others.
  - "Each host is in a group of its cloud (C(cloud_alpha)) and of its location (C(location_alpha_RegionOne)); those of
    a fleet are also
    in its group (C(fleet_crawl)). Characters that a group may not have become underscores."
  - The name of the inventory file ends in C(multi_stack.yml), C(multi_stack.yaml), C(openmultistack.yml) or
    C(openmultistack.yaml).
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.accounts
  - ansible.builtin.constructed
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [openmultistack.cloud.multi_stack]
  clouds_yaml_path:
    description:
      - Path of the C(clouds.yaml) that names the accounts. Without it, openstacksdk's usual places are searched.
    type: path
    env:
      - name: OPENMULTISTACK_CLOUDS_YAML_PATH
  timeout:
    description: How many seconds each location has to answer.
    type: float
    default: 10
    env:
      - name: OPENMULTISTACK_TIMEOUT
  on_unreachable:
    description:
      - What to do when a location does not answer. V(fail) gives no inventory at all, and says why.
      - V(omit) leaves its hosts out, with a warning.
    type: str
    choices: [fail, omit]
    default: fail
    env:
      - name: OPENMULTISTACK_ON_UNREACHABLE
"""

EXAMPLES = r"""
# The smallest inventory, openmultistack.yml
plugin: openmultistack.cloud.multi_stack

---
# Groups by flavor, a variable of one's own, and hosts of the clouds that answer
plugin: openmultistack.cloud.multi_stack
on_unreachable: omit
timeout: 15
keyed_groups:
  - key: multi_stack.flavor
    prefix: flavor
compose:
  rack: multi_stack.availability_zone
groups:
  tiny: multi_stack.flavor == 'm1.tiny'
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Overview, survey
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._host_vars import groups_of, host_vars, plain

ENDINGS = tuple(f"{stem}.{suffix}" for stem in ("multi_stack", "openmultistack") for suffix in ("yml", "yaml"))


class InventoryModule(BaseInventoryPlugin, Constructable):
    """The door of the survey job for inventories."""

    NAME = "openmultistack.cloud.multi_stack"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Read everything first, add hosts last: a failing source leaves nothing behind."""
        super().parse(inventory, loader, path, cache=cache)
        self._read_config_data(path)
        try:
            overview = survey(
                self.get_option("clouds_yaml_path"), self.get_option("accounts_file"), self.get_option("timeout")
            )
        except MultiStackError as exc:
            raise AnsibleParserError(f"{path}: {exc}") from exc
        self._mind_the_gaps(overview)
        for host in overview.hosts:
            self._add(host.name, plain(host_vars(host, overview)), groups_of(host))

    def _mind_the_gaps(self, overview: Overview) -> None:
        """Say which locations are missing, or refuse to go on without them."""
        silent = [f"{label}: {why}" for label, why in overview.unreachable]
        if silent and (self.get_option("on_unreachable") == "fail" or len(silent) == len(overview.accounts)):
            head = "not every location answered, so there is no inventory (on_unreachable: omit shows the others)"
            raise AnsibleParserError("\n".join([head, *silent]))
        for warning in (*overview.warnings, *(f"{line}; its hosts are left out" for line in silent)):
            self.display.warning(warning)

    def _add(self, name: str, variables: dict[str, t.Any], groups: t.Sequence[str]) -> None:
        """Add one host. Its variables, and what is composed of them, are the cloud's words, and so are never rendered."""
        self.inventory.add_host(name)
        for group in groups:
            self.inventory.add_group(group)
            self.inventory.add_child(group, name)
        for key, value in variables.items():
            self.inventory.set_variable(name, key, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        known = self.inventory.get_host(name).vars
        for key in set(self.get_option("compose")) & set(known):
            self.inventory.set_variable(name, key, plain(known[key]))
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)
