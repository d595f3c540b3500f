# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: placement
short_description: Tell where servers would go now
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Asks every location of C(clouds.yaml) for its room, and returns the slots that
    M(openmultistack.cloud.multi_stack_server) would fill
    now with the same options, and where. Nothing is changed.
  - It is the plan of that module's check mode, and takes those of its options that make the plan. Servers that were
    made from another order are not told of, because part of an order, such as its userdata, is not asked for here.
  - Each row also says what the things that were ordered are called at its location, so that a loop of any other module
    can use it.
  - What does not fit is not returned; the reasons are given as warnings, at most ten of them. When no location answers,
    it is an error.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.order
  - openmultistack.cloud.accounts
options:
  _terms:
    description: None are taken; give keywords.
  fleet:
    description:
      - Name of the fleet. Only the slots that it lacks are returned.
      - Without it, O(count) slots of a new fleet are returned, and they have no names.
    type: str
    required: false
  count:
    description: How many servers the fleet is to have.
    type: int
    required: true
    aliases: [exact_count]
  min_count:
    description:
      - With how many servers the order is content. Matters only with O(on_shortfall=fail).
    type: int
  owner:
    description:
      - Whose fleet it is. The hint C(max_servers_per_owner) bounds what an owner gets.
      - Without it, the owner that the fleet has counts, then the Keystone user.
    type: str
    env:
      - name: OPENMULTISTACK_OWNER
  on_shortfall:
    description:
      - What to do when there is not room for all. V(accept) returns what fits, and warns of the reasons.
      - V(fail) is an error that names them, as M(openmultistack.cloud.multi_stack_server) would give it.
    type: str
    choices: [accept, fail]
    default: accept
  on_unreachable:
    description:
      - What to do when a location does not answer. V(replace) returns slots elsewhere for the servers that may be
        there, and warns. V(fail) is an error.
    type: str
    choices: [replace, fail]
    default: replace
seealso:
  - module: openmultistack.cloud.multi_stack_server
"""

EXAMPLES = r"""
- name: See where thirty servers would go
  ansible.builtin.debug:
    msg: "{{ query('openmultistack.cloud.placement', count=30, image='cirros', flavor='m1.tiny', network='private') }}"

- name: See how many servers that a fleet lacks each location would get
  ansible.builtin.debug:
    msg: "{{ item.0 }}: {{ item.1 | length }}"
  loop: "{{ slots | groupby('location') | map('list') }}"
  vars:
    slots: "{{ query('openmultistack.cloud.placement', fleet='crawl', count=40, image='cirros', flavor='m1.tiny') }}"

- name: Decide where four servers go, and look at it
  ansible.builtin.set_fact:
    slots: "{{ query('openmultistack.cloud.placement', fleet='web', count=4, image='cirros', flavor='m1.tiny',
      network='private', on_shortfall='fail') }}"

- name: Make them as a fleet, there or nowhere
  openmultistack.cloud.multi_stack_server:
    fleet: web
    count: 4
    image: cirros
    flavor: m1.tiny
    network: private
    plan: "{{ slots }}"
    plan_strict: true

- name: Make three more by the module of another collection, where there is room
  openstack.cloud.server:
    cloud: "{{ item.cloud }}"
    region_name: "{{ item.region }}"
    name: shop-{{ item.slot }}
    availability_zone: "{{ item.availability_zone | default(omit, true) }}"
    flavor: "{{ item.flavor }}"
    image: "{{ item.image }}"
    nics: "{{ item.nics }}"
    auto_ip: false
  loop: "{{ query('openmultistack.cloud.placement', count=3, image='cirros', flavor='m1.tiny', network='private') }}"
"""

RETURN = r"""
_raw:
  description:
    - The slots, sorted by number. The first fields are those of the module's return value C(planned); the others say
      what that location calls the image, the networks, the security groups and the key, by its name maps.
    - C(network) is the first of several; C(nics) has all of them, as C(openstack.cloud.server) takes them.
  type: list
  elements: dict
  sample:
    - slot: 1
      name: crawl-001
      location: alpha:RegionOne
      cloud: alpha
      region: RegionOne
      availability_zone: null
      flavor: m1.tiny
      image: cirros
      network: private
      nics: [{net-name: private}]
      security_groups: []
      key_name: null
"""

import typing as t

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.listing import listing
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.plan import plan
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, PLACEMENT

OPTIONS = {**PLACEMENT, **ACCOUNTS}
KEYWORDS = {*OPTIONS, *(alias for option in OPTIONS.values() for alias in option.get("aliases", ()))}


class LookupModule(LookupBase):
    """The door of the plan job for lookups."""

    def run(
        self, terms: list[str], variables: dict[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        if terms:
            raise AnsibleLookupError(f'placement: takes keywords only, for example count=3; not "{terms[0]}"')
        unknown = sorted(set(kwargs) - KEYWORDS)
        if unknown:
            known = listing(KEYWORDS, unknown[0], len(KEYWORDS))
            raise AnsibleLookupError(f'placement: unknown keyword "{unknown[0]}"; it takes {known}')
        self.set_options(var_options=variables, direct=kwargs)
        try:
            outcome = plan({name: self.get_option(name) for name in OPTIONS})
        except MultiStackError as exc:
            raise AnsibleError(f"placement: {exc}") from exc
        if outcome.failure:
            raise AnsibleLookupError(f"placement: {outcome.failure}")
        for warning in outcome.warnings:
            Display().warning(f"placement: {warning}")
        return t.cast("list[dict[str, t.Any]]", outcome.answer["slots"])
