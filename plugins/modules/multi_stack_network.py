#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_network
short_description: Have a network of one name, with addresses of its own and a way out, in all your OpenStack clouds
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Sees to it that every cloud and region of C(clouds.yaml) has a network of one name, with a subnet and a router that
    leads to the external network; or that none has.
  - The ranges of addresses come from pools. No two locations get ranges that overlap, nor ranges that any network in
    sight of your projects uses already, so that the networks can be routed or meshed later.
  - All locations are worked at side by side. One that fails keeps none of the others from being done, and the next run
    completes it. A second run only reads.
notes:
  - A location keeps the range that it has. What a new one gets follows from the name of the network, the location and
    the pools alone, unless something is in the way.
  - Where the hint C(network) of a location maps the name, that network is used as it is. It is neither made nor changed
    nor deleted, and the task fails there if there is none.
  - What this module makes says so in its description. Nothing else is changed or deleted.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.full
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
  - openmultistack.cloud.everywhere
options:
  name:
    description: Name of the network, its subnet and its router.
    type: str
    required: true
  description:
    description:
      - What the network is for. That it was made by this collection is added.
      - Without it, the description of a network that there is stays.
    type: str
  pools:
    description:
      - Where ranges of addresses are taken from, such as V(10.64.0.0/12). They do not overlap.
      - With one of IPv6, such as V(fd42:4242:4242::/48), each network has a subnet of IPv6 as well, a C(/64).
    type: list
    elements: str
    default: [10.64.0.0/12]
  prefix_length:
    description: How long the prefix of each location's range of IPv4 is.
    type: int
    default: 24
  mtu:
    description: The largest packet, in bytes. Without it, what the cloud has for new networks.
    type: int
  dns_servers:
    description: Addresses of name servers, which each subnet gets of its version of IP. Without it, the cloud's own.
    type: list
    elements: str
  router:
    description: Whether a router connects the network with the external one. Floating IPs need it.
    type: bool
    default: true
  external_network:
    description:
      - The external network that the router leads to, by name or id. The hint C(network) may map it.
      - It is needed where a location has several, unless the router leads to one of them already.
    type: str
seealso:
  - module: openmultistack.cloud.multi_stack_server
  - module: openmultistack.cloud.multi_stack_security_group
"""

EXAMPLES = r"""
- name: A network in every cloud, none of which overlaps another
  openmultistack.cloud.multi_stack_network:
    name: mesh

- name: With IPv6, name servers of our choice, and room for 2,000 servers in each
  openmultistack.cloud.multi_stack_network:
    name: wide
    pools: [10.128.0.0/12, "fd42:4242:4242::/48"]
    prefix_length: 21
    mtu: 1400
    dns_servers: [9.9.9.9, "2620:fe::fe"]
    external_network: public

- name: One that stays inside
  openmultistack.cloud.multi_stack_network:
    name: inside
    description: between the databases
    pools: [172.20.0.0/16]
    router: false
    exclude: [gamma]

- name: Not wanted any more
  openmultistack.cloud.multi_stack_network:
    name: mesh
    state: absent
"""

RETURN = r"""
by_location:
  description: What became of each location, by its name.
  returned: always
  type: dict
  sample:
    "alpha:RegionOne":
      state: changed
      done:
        - create network mesh
        - create router mesh to public
        - create subnet 10.70.5.0/24 of network mesh
        - connect subnet 10.70.5.0/24 to router mesh
      reason: ""
      advice: ""
      name: mesh
      id: 0b2fbb1b-5f4c-4bb8-a1a8-35bf9f3ef1cf
      cidrs: [10.70.5.0/24]
      router: mesh
  contains:
    state:
      description: One of C(unchanged), C(changed) and C(failed).
      type: str
      sample: changed
    done:
      description: What was done, or would be in check mode, step by step.
      type: list
      elements: str
      sample: [create network mesh]
    reason:
      description: Why it failed.
      type: str
      sample: ""
    advice:
      description: What to do about it.
      type: str
      sample: ""
    name:
      description: What the network is called there. Only where it is.
      type: str
      sample: mesh
    id:
      description: Its id, empty where it is yet to be made. Only where it is.
      type: str
      sample: 0b2fbb1b-5f4c-4bb8-a1a8-35bf9f3ef1cf
    cidrs:
      description: Its ranges of addresses. Only where it is.
      type: list
      elements: str
      sample: [10.70.5.0/24]
    router:
      description: Its router. Empty where it has none of ours. Only where it is.
      type: str
      sample: mesh
requests:
  description: How many HTTP requests went to each location.
  returned: always
  type: dict
  sample: {"alpha:RegionOne": 24, "beta:RegionOne": 24}
diff:
  description: The networks of all locations before and after, a line for each fact.
  returned: always
  type: dict
  sample: {"before": "", "after": "alpha:RegionOne name: mesh\nalpha:RegionOne cidrs: 10.70.5.0/24\n"}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.network import network
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, EVERYWHERE, NETWORK


def main() -> None:
    module = AnsibleModule(argument_spec={**NETWORK, **EVERYWHERE, **ACCOUNTS}, supports_check_mode=True)
    serve(module, lambda: network(module.params, check=module.check_mode))


if __name__ == "__main__":
    main()
