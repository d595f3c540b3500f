#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_cloud_info
short_description: Tell what each of your OpenStack clouds has, and how many more servers it takes
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Asks every cloud and region of C(clouds.yaml), all at the same time, for its limits and what is used of them, and
    tells how many servers of a flavor it takes, reckoned as M(openmultistack.cloud.multi_stack_server) reckons it.
  - A location that does not answer has a row as well, with the reason and what to do about it.
  - Nothing is changed. Each location gets one request for a token, one for its servers and one for its limits, and what
    O(flavor) and O(gather) ask for.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.info
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
options:
  locations:
    description:
      - The locations to ask, each by the name of its cloud, as C(cloud:region), or by a pattern such as V(ovh*).
        Without it, all.
    type: list
    elements: str
    default: []
  flavor:
    description:
      - Name or id of the flavor to tell the room for. The hint C(flavor) says what a cloud calls it.
      - It costs two requests, one for the flavors and one for the quota of ports.
    type: str
  owner:
    description:
      - Whose servers count for the hint C(max_servers_per_owner).
      - Without it, the environment variable E(OPENMULTISTACK_OWNER) is used, then the Keystone user.
    type: str
  gather:
    description: What else to ask each location for. Each kind costs a request, or more where the list is long.
    type: list
    elements: str
    choices: [flavors, images, networks, zones, versions]
    default: []
  timeout:
    description: How many seconds each location has to answer all that is asked.
    type: float
    default: 10
seealso:
  - module: openmultistack.cloud.multi_stack_server
  - module: openmultistack.cloud.multi_stack_server_info
  - plugin: openmultistack.cloud.placement
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: See how many small servers each location takes
  openmultistack.cloud.multi_stack_cloud_info:
    flavor: m1.tiny
  register: clouds

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ item.location }}: {{ 'not known' if item.room is none else item.room }} {{ item.why }}"
  loop: "{{ clouds.locations }}"

- name: See what there is to order in one cloud
  openmultistack.cloud.multi_stack_cloud_info:
    locations: [alpha]
    gather: [flavors, images, networks, zones]

- name: See how long each Nova takes to answer, and how new it is, with patience
  openmultistack.cloud.multi_stack_cloud_info:
    gather: [versions]
    owner: somebody
    timeout: 30
"""

RETURN = r"""
locations:
  description: Each location, in the order of C(clouds.yaml).
  returned: always
  type: list
  elements: dict
  contains:
    location:
      description: The location, the cloud and the region.
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
    status:
      description: What its hint C(status) says. New servers go to V(available) locations only.
      type: str
      sample: available
    hints:
      description: What else the hints say of it; what they do not say is null, or its default.
      type: dict
      sample:
        priority: 0
        weight: 1.0
        cost: 0.04
        max_servers: 15
        max_servers_per_owner: null
        max_lifetime: null
        headroom: 2
        requests_per_second: null
    state:
      description:
        - What is known of it. V(known), V(partial) where it did not show all of its servers, V(unreachable), V(unasked)
          where it had not answered when the time was over, or V(merged) where it is another name of an earlier one.
      type: str
      sample: known
    reason:
      description: Why not everything is known.
      type: str
      sample: ""
    advice:
      description: What to do about that.
      type: str
      sample: ""
    servers:
      description: How many servers the project has there, whoever made them; null where that is not known.
      type: int
      sample: 7
    marked:
      description: How many of them carry a mark of this collection.
      type: int
      sample: 5
    limits:
      description:
        - The limits C(instances), C(cores) and C(ram) (in MiB) of the project, null where they are not known. Each has
          C(resource), C(limit) and C(left), both null where there is no limit, and C(used), the greater of what
          the cloud counts and what it lists.
      type: dict
      sample:
        instances: {resource: instances, limit: 20, used: 7, left: 13}
        cores: {resource: cores, limit: 40, used: 7, left: 33}
        ram: {resource: ram, limit: 51200, used: 3584, left: 47616}
    flavor:
      description: With O(flavor), what that is here, with C(id), C(name), C(vcpus) and C(ram) in MiB.
      type: dict
      sample: {id: "1", name: m1.tiny, vcpus: 1, ram: 512}
    room:
      description:
        - With O(flavor), how many servers of it there is room for; 0 where new servers may not go, null where that is
          not known, 1000000000 where nothing bounds it.
      type: int
      sample: 11
    bound:
      description: What bounds RV(locations[].room) most, in the form of a limit.
      type: dict
      sample: {resource: instances, limit: 20, used: 7, left: 13}
    why:
      description: Why there is no room, or why it is not known.
      type: str
      sample: ""
    ports_left:
      description: With O(flavor), how many ports the quota of the network leaves, null where nobody says.
      type: int
      sample: 493
    flavors:
      description: With V(flavors) in O(gather), a row with C(name), C(id), C(vcpus), C(ram) and C(disk) for each.
      type: list
      elements: dict
      sample: [{name: m1.tiny, id: "1", vcpus: 1, ram: 512, disk: 1}]
    images:
      description:
        - With V(images) in O(gather), a row with C(name), C(id), C(status), C(visibility), C(min_ram) and C(min_disk)
          for each.
      type: list
      elements: dict
      sample: [{name: cirros, id: 2f1e, status: active, visibility: public, min_ram: 0, min_disk: 0}]
    networks:
      description:
        - With V(networks) in O(gather), a row with C(name), C(id), C(status), C(shared) and C(external) for each.
      type: list
      elements: dict
      sample: [{name: private, id: 7d0c, status: ACTIVE, shared: false, external: false}]
    zones:
      description: With V(zones) in O(gather), a row with C(name) and C(available) for each availability zone.
      type: list
      elements: dict
      sample: [{name: az1, available: true}]
    versions:
      description:
        - With V(versions) in O(gather), a row with C(service), C(oldest) and C(newest) of the API versions that it
          offers, and C(spoken), the one that this collection uses.
      type: list
      elements: dict
      sample: [{service: compute, oldest: "2.1", newest: "2.96", spoken: "2.79"}]
    failures:
      description: Why one of the kinds of O(gather) is null, by kind.
      type: dict
      sample: {}
    user:
      description: The Keystone user that asked.
      type: str
      sample: demo
    project_id:
      description: The project that was asked about.
      type: str
      sample: 5f8e1c
    response_seconds:
      description: How long the list of servers took, null without an answer. The limits are read meanwhile.
      type: float
      sample: 0.412
    clock_skew_seconds:
      description:
        - By how many seconds its clock is ahead of this machine's, negative where it is behind, null where it does not
          say. Less than a second is not seen.
      type: int
      sample: 0
unknown:
  description: The locations of which not everything is known, each with C(location), C(reason) and C(advice).
  returned: always
  type: list
  elements: dict
  sample: []
requests:
  description: How many HTTP requests went to each location.
  returned: always
  type: dict
  sample: {"alpha:RegionOne": 5, "beta:RegionOne": 5}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.clouds_info import clouds_info
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve, with_owner
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, CLOUD_INFO


def main() -> None:
    module = AnsibleModule(argument_spec=with_owner({**CLOUD_INFO, **ACCOUNTS}), supports_check_mode=True)
    serve(module, lambda: clouds_info(module.params))


if __name__ == "__main__":
    main()
