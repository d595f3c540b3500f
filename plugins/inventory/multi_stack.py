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
    So it is to a name that means something else, such as C(localhost) or a group.
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
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._host_vars import (
    Meant,
    groups_of,
    host_vars,
    names_for,
    plain,
)

ENDINGS = tuple(f"{stem}.{suffix}" for stem in ("multi_stack", "openmultistack") for suffix in ("yml", "yaml"))


class InventoryModule(BaseInventoryPlugin, Constructable):
    """The door of the survey job for inventories."""

    NAME = "openmultistack.cloud.multi_stack"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Read everything first, add hosts last: a failing source leaves nothing behind."""
        super().parse(inventory, loader, path, cache=cache)
        self._refuse_unknown(path, self._read_config_data(path))
        try:
            overview = survey(
                self.get_option("clouds_yaml_path"), self.get_option("accounts_file"), self.get_option("timeout")
            )
        except MultiStackError as exc:
            raise AnsibleParserError(f"{path}: {exc}") from exc
        self._mind_the_gaps(overview)
        named = list(names_for(overview.hosts, self._meant_otherwise(overview)))
        for name, host in named:
            self._add(name, plain(host_vars(host, overview)), groups_of(host))
        for name, _host in named:
            self._construct(name)

    def _refuse_unknown(self, path: str, config: t.Mapping[str, t.Any]) -> None:
        """Ansible would ignore an option that is misspelt."""
        known = self.option_definitions
        unknown = sorted(set(config) - set(known))
        if unknown:
            raise AnsibleParserError(f"{path}: unknown option {unknown[0]}; it takes {', '.join(sorted(known))}")

    def _mind_the_gaps(self, overview: Overview) -> None:
        """Say which locations are missing, or refuse to go on without them."""
        silent = [f"{label}: {why}" for label, why in overview.unreachable]
        if silent and (self.get_option("on_unreachable") == "fail" or len(silent) == len(overview.accounts)):
            head = "not every location answered, so there is no inventory (on_unreachable: omit shows the others)"
            raise AnsibleParserError("\n".join([head, *silent]))
        for warning in (*overview.warnings, *(f"{line}; its hosts are left out" for line in silent)):
            self.display.warning(warning)

    def _meant_otherwise(self, overview: Overview) -> Meant:
        """The names of groups, which no host may have."""
        own = {group for host in overview.hosts for group in groups_of(host)}
        keyed = (each for each in self.get_option("keyed_groups") if each.get("prefix"))
        return Meant(
            names=own | set(self.get_option("groups")),
            prefixes=tuple(f"{each['prefix']}{each.get('separator', '_')}" for each in keyed),
        )

    def _add(self, name: str, variables: dict[str, t.Any], groups: t.Sequence[str]) -> None:
        self.inventory.add_host(name)
        for group in groups:
            self.inventory.add_group(group)
            self.inventory.add_child(group, name)
        for key, value in variables.items():
            self.inventory.set_variable(name, key, value)

    def _construct(self, name: str) -> None:
        """Add what the inventory file makes of a host's variables."""
        known, strict = self.inventory.get_host(name).vars, self.get_option("strict")
        said = dict(known)
        self._set_composite_vars(self.get_option("compose"), said, name, strict=strict)
        for key in set(self.get_option("compose")) & set(known):
            self.inventory.set_variable(name, key, plain(known[key]))
        self._add_host_to_composed_groups(self.get_option("groups"), said, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), said, name, strict=strict)
