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
  - Servers that are still building, broken, or being deleted are left out, unless O(show_all) or O(statuses) asks for
    them.
  - Where several servers have the same name, the oldest keeps it, and the location is added to the name of the others.
    So it is to a name that means something else, such as C(localhost) or a group.
  - "Each host is in groups of its cloud (C(cloud_alpha)), its location (C(location_alpha_RegionOne)), its availability
    zone (C(zone_nova)), its flavor (C(flavor_m1_small)) and its status (C(status_ACTIVE)); one of a fleet is also in
    the group of that (C(fleet_crawl)). Metadata of a server never puts it into a group."
  - Characters that a group may not have become underscores. Where two groups would come to one name so, it is the
    group of the one that is written just so, if any; each other gets a suffix, and a warning says which. With
    O(strict) it is an error.
  - A host has the variables C(ansible_host), C(ansible_user), C(ansible_ssh_common_args) and
    C(ansible_ssh_private_key_file) as far as they are known,
    C(multi_stack) with what is known of the server, C(multi_stack_status), and C(multi_stack_stale_seconds), which is
    V(0) unless the host is shown as it was seen so many seconds ago. All of them are smaller than 1.5 KB together;
    longer ones are cut.
  - The name of the inventory file ends in C(multi_stack.yml), C(multi_stack.yaml), C(openmultistack.yml) or
    C(openmultistack.yaml).
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.accounts
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [openmultistack.cloud.multi_stack]
  clouds_yaml_path:
    description:
      - Path of the C(clouds.yaml) that names the accounts. Without it, openstacksdk's usual places are searched.
      - Of a list of paths, the first that is there is read, and nothing else.
    type: path
    env:
      - name: OPENMULTISTACK_CLOUDS_YAML_PATH
  accounts_file:
    description:
      - Path of a second YAML file, without secrets, whose hints override those under the key C(multi_stack) of
        C(clouds.yaml); among them C(ssh_user) and C(jump_host).
    type: path
    env:
      - name: OPENMULTISTACK_ACCOUNTS_FILE
  timeout:
    description: How many seconds each location has to answer.
    type: float
    default: 10
    env:
      - name: OPENMULTISTACK_TIMEOUT
  on_unreachable:
    description:
      - What to do when a location does not answer.
      - V(last_good) shows its servers as they were when it last did, with a warning that says how long ago that is. If
        that is longer than O(stale_for), there is no inventory, as with V(fail). The answers are kept in the folder
        C(openmultistack) of the user's cache folder (E(XDG_CACHE_HOME), or C(~/.cache)), readable for that user alone,
        without anything secret.
      - V(fail) gives no inventory at all, and says why. Take this for AWX, which keeps its hosts when an update fails.
      - V(omit) leaves its hosts out, with a warning. AWX would delete them.
    type: str
    choices: [last_good, fail, omit]
    default: last_good
    env:
      - name: OPENMULTISTACK_ON_UNREACHABLE
  stale_for:
    description:
      - How old what is shown of a location that does not answer may be, such as V(40m), V(1h30m) or V(2d).
      - Matters only with O(on_unreachable=last_good).
    type: str
    default: 1h
    env:
      - name: OPENMULTISTACK_STALE_FOR
  only_clouds:
    description: Names of the clouds of C(clouds.yaml) to ask, instead of all.
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_ONLY_CLOUDS
  locations:
    description:
      - Which locations to ask, each a cloud, a location such as C(conoha:tyo1), or a pattern such as C(ovh:*). Without
        them, all.
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_LOCATIONS
  exclude:
    description: Which locations not to ask, written like O(locations).
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_EXCLUDE
  fleets:
    description: Show only the servers of these fleets, each a name or a pattern such as C(crawl-*).
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_FLEETS
  statuses:
    description:
      - Show only the servers in one of these states, such as V(ACTIVE) or V(ERROR), as OpenStack names them.
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_STATUSES
  show_all:
    description: Show also the servers that are building, broken, or being deleted.
    type: bool
    default: false
    env:
      - name: OPENMULTISTACK_SHOW_ALL
  where:
    description:
      - Show only the servers for which this JMESPath expression is true. It is asked of the dictionary C(multi_stack)
        of each. Text stands in single quotes there.
    type: str
    env:
      - name: OPENMULTISTACK_WHERE
  hostnames:
    description:
      - Jinja2 expressions over the variables of a host, best first. The first that makes a text is its name in the
        inventory; without one, that is the name of the server.
      - Where it makes the same name for several, they are told apart like servers of one name.
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_HOSTNAMES
  prefer_networks:
    description:
      - Names of networks, or patterns, best first, on which C(ansible_host) is to be. Addresses on others are used for
        servers that are on none of them.
      - Of several addresses that are equal in this, a floating IPv4 address is used, else a fixed one, else an IPv6
        address.
    type: list
    elements: str
    default: []
    env:
      - name: OPENMULTISTACK_PREFER_NETWORKS
  private:
    description: Use a fixed address for C(ansible_host) rather than a floating one.
    type: bool
    default: false
    env:
      - name: OPENMULTISTACK_PRIVATE
  only_ipv4:
    description: Use no IPv6 address for C(ansible_host). A server that has no other gets none.
    type: bool
    default: false
    env:
      - name: OPENMULTISTACK_ONLY_IPV4
  jump_host:
    description:
      - The host that SSH jumps over, such as V(ops@gate.example.com:22), at locations whose hints name no C(jump_host).
        It becomes C(ansible_ssh_common_args). V(none) as a hint means that a location needs none.
    type: str
    env:
      - name: OPENMULTISTACK_JUMP_HOST
  key_dir:
    description:
      - The folder with the private keys of servers that have keys of their own, as the module's
        O(openmultistack.cloud.multi_stack_server#module:key_dir) says.
      - The key of such a server becomes C(ansible_ssh_private_key_file), where it is there.
    type: path
    env:
      - name: OPENMULTISTACK_KEY_DIR
  strict:
    description:
      - Make it an error when O(compose), O(groups), O(keyed_groups) or O(hostnames) cannot be made of a host's
        variables, or when two groups would come to one name. Else such entries are skipped, and such groups told apart.
    type: bool
    default: false
    env:
      - name: OPENMULTISTACK_STRICT
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

---
# Some servers only, under longer names, reached over a jump host
plugin: openmultistack.cloud.multi_stack
only_clouds: [alpha, beta]
fleets: [crawl-*]
statuses: [ACTIVE, SHUTOFF]
where: slot < `100` && starts_with(flavor, 'm1.')
hostnames:
  - multi_stack.name ~ '.' ~ multi_stack.cloud
prefer_networks: [private]
private: true
only_ipv4: true
jump_host: ops@gate.example.com
key_dir: ~/keys

---
# Show a cloud that is silent as it was up to six hours ago, and ask no cloud more often than once a minute
plugin: openmultistack.cloud.multi_stack
on_unreachable: last_good
stale_for: 6h
cache: true
cache_timeout: 60
"""

import typing as t

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Overview, survey, texts_of
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._groups import Groups
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._host_vars import Meant, names_for, plain
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._view import Shown, gaps, remarks, view
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._wishes import (
    Wishes,
    blank_variables_unset,
    given,
    refuse_unknown,
    wishes_from,
)

ENDINGS = tuple(f"{stem}.{suffix}" for stem in ("multi_stack", "openmultistack") for suffix in ("yml", "yaml"))


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The door of the survey job for inventories."""

    NAME = "openmultistack.cloud.multi_stack"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """An empty value reads as not set, in the file and in the environment."""
        with blank_variables_unset():
            super().set_options(task_keys=task_keys, var_options=var_options, direct=given(direct))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Read everything first, add hosts last: a failing source leaves nothing behind."""
        super().parse(inventory, loader, path, cache=cache)
        try:
            refuse_unknown(self._read_config_data(path), self.option_definitions)
            wishes = wishes_from(self.get_option)
            overview = self._overview(wishes, path, cache)
            warnings = gaps(overview, self.get_option("on_unreachable"))
            shown = view(overview, wishes, self._wanted_name)
        except MultiStackError as exc:
            raise AnsibleParserError(f"{path}: {exc}") from exc
        groups = Groups(each.row for each in shown)
        for warning in (*warnings, *remarks(overview, shown, groups)):
            self.display.warning(warning)
        if groups.collisions and self.get_option("strict"):
            raise AnsibleParserError(
                f"{path}: with strict, no two groups may come to one name; rename one of them, or leave strict out"
            )
        self._show(shown, groups)

    def _overview(self, wishes: Wishes, path: str, cache: bool) -> Overview:
        """What Ansible's cache of inventories knows, or what the clouds say."""
        if not self.get_option("cache"):
            return survey(wishes.request)
        self.load_cache_plugin()
        key = self.get_cache_key(path)
        overview = survey(wishes.request, self.cache.get(key) if cache else None)
        texts = texts_of(overview)
        if texts:
            self.cache[key] = texts
        return overview

    def _wanted_name(self, variables: dict[str, t.Any]) -> str:
        """The first name that ``hostnames`` makes of a host's variables."""
        for expression in self.get_option("hostnames"):
            try:
                name = self._compose(expression, variables)
            except Exception as exc:
                if self.get_option("strict"):
                    server = variables["multi_stack"]["name"]
                    said = (
                        f'hostnames: "{expression}" makes no name for server {server}; correct it, or leave strict out'
                    )
                    raise AnsibleError(f"{said}: {exc}") from exc
                continue
            if isinstance(name, (str, int)) and str(name).strip():
                return str(name)
        return ""

    def _show(self, shown: t.Sequence[Shown], groups: Groups) -> None:
        meant = Meant.by(groups.names | set(self.get_option("groups")), self.get_option("keyed_groups"))
        names = [name for name, _host in names_for([each.host for each in shown], meant)]
        for name, each in zip(names, shown, strict=True):
            self._add(name, plain(each.variables), groups.of(each.row))
        for name in names:
            self._construct(name)

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
