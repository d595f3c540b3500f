#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_security_group
short_description: Have the same security groups, with exactly their rules, in all your OpenStack clouds
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Sees to it that security groups exist at every cloud and region of C(clouds.yaml) and open what the rules say, and
    nothing else; or that they exist nowhere.
  - Rules are for addresses, for the members of other groups, and for the members of a fleet wherever they run, so that
    servers of several clouds can talk to each other.
  - All locations are worked at side by side. One that fails keeps none of the others from being done, and the next run
    completes it. A second run only reads.
  - New rules are added in one request before others are removed, so that nobody is cut off meanwhile; where the quota
    has no room for both, the others are removed first.
notes:
  - Where a location has another name for a group (the hint C(security_groups)), that name is used there.
  - A cloud lets several groups have one name. Groups that this module makes say so in their description; another group
    of the name is only looked at, unless O(adopt) is set.
  - A cloud that removes a group removes the rules of other groups that name it, too.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.full
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
  - openmultistack.cloud.everywhere
options:
  name:
    description: Name of the group, where it is one. Otherwise O(security_groups).
    type: str
  description:
    description:
      - What the group is for. That it was made by this collection is added.
      - Without it, the description of a group that there is stays.
    type: str
  rules:
    description:
      - What the group lets through. With V([]) nothing comes in.
      - Each rule is one or many of the cloud's, one for each protocol, range of ports, and address or group.
    type: list
    elements: dict
    suboptions: &rule
      direction:
        description: Whether it is about what comes in or what goes out.
        type: str
        choices: [ingress, egress]
        default: ingress
      protocol:
        description:
          - One protocol or several, by name or number (V(tcp), V(udp), V(icmp), V(esp), V(112)), or V(any).
          - V(icmp) is that of IPv6 where addresses are of IPv6.
        type: list
        elements: str
        default: [any]
      ports:
        description: Ports and ranges of ports, such as V(22) and V(8000-8080). Without any, all of the protocol.
        type: list
        elements: str
        default: []
      icmp_type:
        description: The type of ICMP. Without it, all.
        type: int
      icmp_code:
        description: The code of ICMP, of that type. Without it, all.
        type: int
      ethertype:
        description: Only this version of IP, where groups or peers are named. Without it, both.
        type: str
        choices: [IPv4, IPv6]
      cidrs:
        description:
          - Networks and addresses that are let through, such as V(203.0.113.0/24), V(2001:db8::/32) or V(198.51.100.7).
          - Everybody is V(0.0.0.0/0) and V(::/0).
        type: list
        elements: str
        default: []
      groups:
        description:
          - Security groups of the same location, by name or id, whose members are let through.
          - They are there already, or are made by the same task. The group's own name is one of them.
        type: list
        elements: str
        default: []
      peers:
        description:
          - Fleets whose servers are let through, at whichever cloud they run, by the addresses that the clouds show for
            them. They are looked up at each run, in all accounts, so run the task again when a fleet has changed.
          - Servers of the same location are let in from any of their addresses, others from floating IPs and public
            addresses. Where a server has only private ones, nobody elsewhere knows what it comes from, and the task
            fails there.
          - While a location does not answer, the rules for its servers stay as they are, with a warning.
        type: list
        elements: str
        default: []
      description:
        description: What the rule is for. Rules that differ only in this are the same.
        type: str
  security_groups:
    description:
      - Several groups at once, whose rules may name each other.
      - Each has O(name), O(description) and O(rules) as here.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the group.
        type: str
        required: true
      description:
        description: What the group is for.
        type: str
      rules:
        description: What the group lets through.
        type: list
        elements: dict
        suboptions: *rule
  exclusive:
    description:
      - Whether rules that are not ordered are removed.
      - Otherwise they stay, but for those of O(rules[].peers) that are no longer right.
    type: bool
    default: true
  egress:
    description: Whether everything may go out, as a cloud has it for new groups. Otherwise only what the rules say.
    type: bool
    default: true
  adopt:
    description:
      - Whether a group of the name that this module did not make is changed or removed as if it had.
      - Otherwise it is a failure there, unless that group is as ordered.
    type: bool
    default: false
seealso:
  - module: openmultistack.cloud.multi_stack_server
"""

EXAMPLES = r"""
- name: Web servers, from everywhere
  openmultistack.cloud.multi_stack_security_group:
    name: site
    description: the public site
    rules:
      - protocol: tcp
        ports: [80, 443]
        cidrs: [0.0.0.0/0, "::/0"]
      - protocol: tcp
        ports: [22]
        cidrs: [198.51.100.0/24]
      - protocol: icmp
        cidrs: [0.0.0.0/0, "::/0"]

- name: An outer and an inner ring, each of which knows the other
  openmultistack.cloud.multi_stack_security_group:
    security_groups:
      - name: ext
        rules:
          - protocol: tcp
            ports: [22, 80, 443]
            cidrs: [0.0.0.0/0]
          - protocol: [tcp, udp]
            groups: [ext, int]
      - name: int
        rules:
          - protocol: [tcp, udp]
            groups: [ext, int]

- name: The servers of one fleet talk to each other, whatever cloud they are in
  openmultistack.cloud.multi_stack_security_group:
    name: mesh
    rules:
      - protocol: udp
        ports: [51820]
        peers: [crawl]

- name: Not wanted any more
  openmultistack.cloud.multi_stack_security_group:
    security_groups:
      - name: ext
      - name: int
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
      done: [create security group web, add 2 rules to security group web]
      reason: ""
      advice: ""
      groups:
        web:
          name: web
          id: 0b2fbb1b-5f4c-4bb8-a1a8-35bf9f3ef1cf
          rules: [egress everything to 0.0.0.0/0, egress everything to ::/0, tcp 22 from 0.0.0.0/0, tcp 443 from ::/0]
  contains:
    state:
      description: One of C(unchanged), C(changed) and C(failed).
      type: str
      sample: changed
    done:
      description: What was done, or would be in check mode, step by step.
      type: list
      elements: str
      sample: [create security group web, add 2 rules to security group web]
    reason:
      description: Why it failed.
      type: str
      sample: ""
    advice:
      description: What to do about it.
      type: str
      sample: ""
    groups:
      description:
        - The groups that are there, by the names of the task. Each has its C(name) there, its C(id) (empty where it is
          yet to be made), and its C(rules) in words. Only where there are any.
      type: dict
      sample:
        web:
          name: web
          id: 0b2fbb1b-5f4c-4bb8-a1a8-35bf9f3ef1cf
          rules: [tcp 22 from 0.0.0.0/0]
requests:
  description: How many HTTP requests went to each location.
  returned: always
  type: dict
  sample: {"alpha:RegionOne": 7, "beta:RegionOne": 7}
diff:
  description: The groups of all locations before and after, a line for each rule.
  returned: always
  type: dict
  sample: {"before": "", "after": "alpha:RegionOne groups web rules: tcp 22 from 0.0.0.0/0\n"}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.security_group import security_group
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, EVERYWHERE, SECURITY_GROUP


def main() -> None:
    module = AnsibleModule(
        argument_spec={**SECURITY_GROUP, **EVERYWHERE, **ACCOUNTS},
        supports_check_mode=True,
        mutually_exclusive=[(each, "security_groups") for each in ("name", "description", "rules")],
        required_one_of=[("name", "security_groups")],
        required_if=[("state", "present", ("rules", "security_groups"), True)],
    )
    serve(module, lambda: security_group(module.params, check=module.check_mode))


if __name__ == "__main__":
    main()
