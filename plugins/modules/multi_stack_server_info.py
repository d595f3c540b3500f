#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_server_info
short_description: Tell which servers of which fleets there are, in all your OpenStack clouds
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Reads the servers of every cloud and region of C(clouds.yaml), all at the same time, and tells whose they are,
    what M(openmultistack.cloud.multi_stack_server) wrote on them, and in which state they are.
  - Servers that are building, broken or too many are told as well, and so are those that only look like ones of a
    fleet.
  - Nothing is changed. Each location gets one request for a token and one for its servers.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.info
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
requirements:
  - jmespath >= 1.0.1, for O(where) alone
options:
  fleet:
    description: The fleet to tell of. Without it, all fleets.
    type: str
  locations:
    description:
      - The locations to ask, each by the name of its cloud, as C(cloud:region), or by a pattern such as V(ovh*).
        Without it, all.
      - Which servers are too many is told among these alone.
    type: list
    elements: str
    default: []
  where:
    description:
      - A JMESPath expression that each server is put to. Those of which it is true are returned in RV(servers),
        RV(suspicious) and RV(foreign).
      - RV(fleets) counts all servers of a fleet, whatever it says.
    type: str
  foreign:
    description: Whether to return the servers that are of no fleet, too.
    type: bool
    default: false
  on_unreachable:
    description:
      - What to do when a location does not answer, or shows only a part of its servers. V(omit) returns what the
        others show, names it in RV(unknown), and warns.
      - V(fail) fails with the same answer. Where no location answers at all, it fails in either case.
    type: str
    choices: [omit, fail]
    default: omit
  timeout:
    description: How many seconds each location has to answer.
    type: float
    default: 10
seealso:
  - module: openmultistack.cloud.multi_stack_server
  - module: openmultistack.cloud.multi_stack_cloud_info
  - plugin: openmultistack.cloud.multi_stack
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: See all fleets
  openmultistack.cloud.multi_stack_server_info:
  register: seen

- name: Tell how many servers each of them has
  ansible.builtin.debug:
    msg: "{{ item.fleet }}: {{ item.running }} running, {{ item.broken }} broken, {{ item.twins }} too many"
  loop: "{{ seen.fleets }}"

- name: See what does not work in one fleet
  openmultistack.cloud.multi_stack_server_info:
    fleet: crawl
    where: status != 'ACTIVE' || twin || expired

- name: See everything in two clouds, whoever made it, and be sure that nothing is missing
  openmultistack.cloud.multi_stack_server_info:
    locations: [alpha, beta]
    foreign: true
    on_unreachable: fail
    timeout: 20
"""

RETURN = r"""
fleets:
  description: Each fleet of which any server was seen, by name.
  returned: always
  type: list
  elements: dict
  contains:
    fleet:
      description: Name of the fleet.
      type: str
      sample: crawl
    servers:
      description: How many servers of it exist, in whatever state.
      type: int
      sample: 31
    slots:
      description: How many of its slots have a server that stands for them, running or not; broken ones do not.
      type: int
      sample: 30
    highest_slot:
      description: The highest slot that any server has.
      type: int
      sample: 30
    running:
      description: How many servers are C(ACTIVE).
      type: int
      sample: 30
    building:
      description: How many are being built.
      type: int
      sample: 0
    broken:
      description: How many are in C(ERROR).
      type: int
      sample: 0
    deleting:
      description: How many are being deleted.
      type: int
      sample: 0
    other:
      description: How many are stopped, paused, busy and so on.
      type: int
      sample: 1
    twins:
      description: How many are too many, as another server fills the same slot.
      type: int
      sample: 1
    expired:
      description: How many have outlived their lifetime.
      type: int
      sample: 0
    owners:
      description: Whose it is; more than one where orders of several owners met.
      type: list
      elements: str
      sample: [demo]
    specs:
      description: The digest of each order that its servers were made from; more than one means that some drifted.
      type: list
      elements: str
      sample: [1f0c3b7a]
    by_location:
      description: How many servers each location has.
      type: dict
      sample: {"alpha:RegionOne": 16, "beta:RegionOne": 15}
    created:
      description: When the oldest server was created, by its cloud's clock.
      type: str
      sample: "2026-11-21T12:00:00Z"
    expires:
      description: When the first lifetime ends, null where none does.
      type: str
      sample: "2026-11-21T13:00:00Z"
    unlimited:
      description: How many servers never expire.
      type: int
      sample: 0
servers:
  description: The servers of the fleets that O(where) lets pass, by fleet and slot.
  returned: always
  type: list
  elements: dict
  contains:
    fleet:
      description: Name of the fleet.
      type: str
      sample: crawl
    slot:
      description: Number of the slot, from 1.
      type: int
      sample: 1
    name:
      description: Name of the server.
      type: str
      sample: crawl-001
    id:
      description: Id of the server at its cloud.
      type: str
      sample: 6a1b5e0c-2a60-4bb4-9d3c-2a3f0c1f6d55
    location:
      description: Location of the server, the cloud and the region.
      type: str
      sample: alpha:RegionOne
    cloud:
      description: Cloud, as named in C(clouds.yaml).
      type: str
      sample: alpha
    region:
      description: Region, empty where the cloud has none.
      type: str
      sample: RegionOne
    availability_zone:
      description: Availability zone.
      type: str
      sample: az1
    status:
      description: Status of the server, as its cloud says it.
      type: str
      sample: ACTIVE
    state:
      description:
        - What the status means to a fleet. One of V(ready), V(pending) (building), V(occupied) (stopped, paused, busy),
          V(broken), V(dying), V(released) (deleted, and could be restored), V(unknown).
      type: str
      sample: ready
    task:
      description: What its cloud does with it right now, null for nothing.
      type: str
      sample: null
    fault:
      description: What its cloud says of an C(ERROR).
      type: str
      sample: ""
    locked:
      description: Whether it is locked.
      type: bool
      sample: false
    flavor:
      description: Name of the flavor.
      type: str
      sample: m1.tiny
    image:
      description: The image as the order named it, else its id.
      type: str
      sample: cirros
    key_name:
      description: Name of the key pair.
      type: str
      sample: ops
    address:
      description: The address to reach it by. A floating IPv4 address if it has one, else a fixed IPv4, else IPv6.
      type: str
      sample: 10.11.0.23
    addresses:
      description: All addresses.
      type: list
      elements: str
      sample: [10.11.0.23]
    created:
      description: When it was created, by its cloud's clock.
      type: str
      sample: "2026-11-21T12:00:00Z"
    expires:
      description: When its lifetime ends, null for never.
      type: str
      sample: "2026-11-21T13:00:00Z"
    expired:
      description: Whether its lifetime is over, by its cloud's clock.
      type: bool
      sample: false
    owner:
      description: Whose it is.
      type: str
      sample: demo
    twin:
      description: Whether another server fills the same slot, and the next order takes this one away.
      type: bool
      sample: false
    spec:
      description: Digest of the order that it was made from; servers of the same order have the same one.
      type: str
      sample: 1f0c3b7a
    ordered:
      description: When the run began that made it, null where its mark does not say.
      type: str
      sample: "2026-11-21T11:59:40Z"
    order_ends:
      description: When that run ends at the latest. Until then a server that is building may be its maker's business.
      type: str
      sample: "2026-11-21T12:14:41Z"
    replacement:
      description: Whether it was made to replace another one.
      type: bool
      sample: false
    tags:
      description: Tags of the server.
      type: list
      elements: str
      sample: []
    metadata:
      description: Its metadata, without the collection's own.
      type: dict
      sample: {}
suspicious:
  description:
    - Servers that look like ones of a fleet, but lack the proof. They are never touched, unless an order with
      O(openmultistack.cloud.multi_stack_server#module:adopt=true) takes them in.
    - Rows are those of RV(foreign), with C(fleets), the fleets that any sign of it names, and C(reason).
  returned: always
  type: list
  elements: dict
  sample: []
foreign:
  description:
    - With O(foreign=true), the servers of no fleet. Rows are those of RV(servers), without what only a fleet's
      servers have.
  returned: always
  type: list
  elements: dict
  sample: []
unknown:
  description: The locations of which not everything is known, each with C(location), C(reason) and C(advice).
  returned: always
  type: list
  elements: dict
  sample:
    - location: gamma:RegionOne
      reason: gamma.example.org:5000 did not answer in time
      advice: give it more time (timeout)
locations:
  description: The locations that answered. One that is another name of an earlier one is left out.
  returned: always
  type: list
  elements: str
  sample: ["alpha:RegionOne", "beta:RegionOne"]
as_of:
  description: When the oldest answer began, null where there was none.
  returned: always
  type: str
  sample: "2026-11-21T12:00:00Z"
requests:
  description: How many HTTP requests went to each location.
  returned: always
  type: dict
  sample: {"alpha:RegionOne": 2, "beta:RegionOne": 2}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.servers_info import servers_info
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, SERVER_INFO


def main() -> None:
    module = AnsibleModule(argument_spec={**SERVER_INFO, **ACCOUNTS}, supports_check_mode=True)
    serve(module, lambda: servers_info(module.params))


if __name__ == "__main__":
    main()
