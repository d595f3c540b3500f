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
  - What does not fit is not returned. The reasons are given as warnings.
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
      - Without it, O(count) slots of a new fleet are returned.
    type: str
    required: false
  count:
    description: How many servers the fleet is to have.
    type: int
    required: true
    aliases: [exact_count]
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
"""

RETURN = r"""
_raw:
  description: The slots, sorted by number.
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
"""

import typing as t

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.listing import listing
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.plan import plan
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, ORDER


class LookupModule(LookupBase):
    """The door of the plan job for lookups."""

    def run(
        self, terms: list[str], variables: dict[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        if terms:
            raise AnsibleLookupError(f'placement: takes keywords only, for example count=3; not "{terms[0]}"')
        unknown = sorted(set(kwargs) - {*ORDER, *ACCOUNTS})
        if unknown:
            there = listing({*ORDER, *ACCOUNTS}, unknown[0], len(ORDER) + len(ACCOUNTS))
            raise AnsibleLookupError(f'placement: unknown keyword "{unknown[0]}"; it takes {there}')
        self.set_options(var_options=variables, direct=kwargs)
        try:
            outcome = plan({name: self.get_option(name) for name in (*ORDER, *ACCOUNTS)})
        except MultiStackError as exc:
            raise AnsibleError(f"placement: {exc}") from exc
        for warning in (*outcome.warnings, *outcome.answer["shortfall"]["reasons"]):
            Display().warning(f"placement: {warning}")
        return t.cast("list[dict[str, t.Any]]", outcome.answer["planned"])
