#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_server
short_description: Launch a fleet of servers wherever your OpenStack clouds have room
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Converges a fleet to exactly O(count) servers, spread over every cloud and region of C(clouds.yaml).
  - A location that is full, fails or does not answer is left out, and its share goes elsewhere. Each refusal is
    returned with its reason.
  - Running it again changes nothing. Two runs at once, and a run after one that was killed, end with exactly the
    servers asked for.
  - The clouds are the only database. Each server carries a mark in its metadata and description, so any controller
    with the same
    C(clouds.yaml) can go on with the fleet, and servers that are not of the fleet are never touched.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.full
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.order
  - openmultistack.cloud.accounts
notes:
  - While it works, it tells on the error output how far it is, by location, and what failed. It does not in check mode,
    with C(async) or C(no_log), nor while the variable C(multi_stack_progress) or the environment variable
    E(OPENMULTISTACK_PROGRESS) is C(false). No output of a task is changed by it.
  - Each host that runs the task gives an order of its own. Use C(run_once) or C(hosts=localhost) for one fleet.
options:
  state:
    description:
      - V(present) makes the fleet have O(count) servers. O(count) is required then.
      - V(absent) deletes the whole fleet.
    type: str
    choices: [present, absent]
    default: present
  slots:
    description:
      - With O(state=absent), the slots whose servers are deleted. The rest of the fleet stays.
      - An order with O(state=present) afterwards makes new servers for them.
    type: list
    elements: int
    default: []
  max_removals:
    description:
      - The most servers of the fleet that the order may take away. One that would take more changes nothing and
        fails, so that a slip from 40 to 4 costs nothing.
      - Servers that do not work, and a second one in the same slot, are removed whatever it says.
    type: int
  plan:
    description:
      - Where each slot is tried first, a row for each as the P(openmultistack.cloud.placement#lookup) lookup gives
        them.
      - Each row takes C(slot) and C(location), and C(flavor) and C(availability_zone) where they matter. Other keys
        are ignored.
      - Slots without a row, or whose place has no room or fails, go where O(strategy) puts them.
    type: list
    elements: dict
    default: []
  plan_strict:
    description: Whether slots with a row in O(plan) go there or nowhere.
    type: bool
    default: false
  key:
    description:
      - Whether all servers have the key O(key_name), or each has one of its own.
      - With V(per_server) a pair (ed25519) is made for each slot in O(key_dir), where a file that is there is used as
        it is. The private key stays in its file. The public one is in the cloud only while the server is created, so
        that the quota of keys limits no fleet; what a run left there that was killed is removed by a later one.
    type: str
    choices: [shared, per_server]
    default: shared
  key_dir:
    description:
      - Where the keys of O(key=per_server) are, in files named after the servers (C(crawl-001), C(crawl-001.pub)).
        The folder is made if need be, for you alone. It is on the host where the module runs.
      - With O(state=absent) the files of the fleet that this module made are removed with its servers.
      - The inventory plugin has an option of that name, which makes each host use its key.
    type: path
  userdata:
    description: Script or cloud-init configuration that each server runs at its first boot, at most 64 KiB in base64.
    type: str
  config_drive:
    description: Whether each server gets its metadata on a drive as well.
    type: bool
    default: false
  metadata:
    description: Metadata of each server. Keys may not begin with C(multi_stack).
    type: dict
    default: {}
  tags:
    description: Tags of each server.
    type: list
    elements: str
    default: []
  description:
    description: Description of each server. The collection writes its mark before it.
    type: str
  lifetime:
    description:
      - After how long the servers may be reaped, for example V(40m), V(1h30m), V(2d), or a number of seconds.
      - Servers that are added to a fleet later end with the fleet. Without it, servers never expire.
    type: str
  owner:
    description:
      - Whose fleet it is. An order that names another owner than the fleet's is refused.
      - Without it, the environment variable E(OPENMULTISTACK_OWNER) is used, then the owner that the fleet has, then
        the Keystone user.
    type: str
  wait:
    description: Whether to wait until the servers are C(ACTIVE), and deleted ones are gone. Without it the result is
      never exact.
    type: bool
    default: true
  timeout:
    description: How many seconds the whole run may take. It reports everything that exists when they are over.
    type: int
    default: 900
  boot_timeout:
    description: After how many seconds a server that does not become C(ACTIVE) is deleted and tried elsewhere.
    type: int
    default: 300
  ready_port:
    description:
      - A TCP port at which each server has to answer before it counts as ready, for example V(22). It is tried from
        where the module runs, at the C(address) that RV(servers) shows, until O(boot_timeout) is over.
      - A server that does not answer by then is kept and told of in RV(unready), and the run fails if fewer than
        O(min_count) answer. It is not tried elsewhere, since an image or a security group is wrong everywhere.
      - Without O(wait) nothing is tried.
    type: int
  max_attempts:
    description: How often a slot is tried. Tries that fail for lack of room or quota do not count.
    type: int
    default: 3
  wait_for_room:
    description:
      - Whether to wait for room where there is too little, and fill slots as quota becomes free, until O(timeout).
      - It is best effort. No order among those who wait is promised. Of two orders that wait and block each other, the
        one that began later gives back what it has made until the other is complete.
    type: bool
    default: false
  on_shortfall:
    description:
      - What to do when fewer than O(min_count) servers can be had. V(fail) fails, and leaves what there is.
      - V(accept) is content with what there is, however few; O(min_count) means nothing then.
      - V(rollback) deletes what this run made, then fails.
    type: str
    choices: [fail, accept, rollback]
    default: fail
  on_unreachable:
    description:
      - What to do when a location does not answer. V(replace) launches elsewhere what may be running there, and
        reports that
        the result is not exact; what proves to be too many is removed by the next run.
      - V(fail) changes nothing.
    type: str
    choices: [replace, fail]
    default: replace
  on_drift:
    description:
      - What to do with servers that were made from another image, flavor, and so on. V(keep) reports them, V(fail)
        changes nothing.
      - V(replace) makes a new server for each, and deletes the old one once the new one is C(ACTIVE). That takes room
        for both; where there is none, the old one stays and the order falls short.
    type: str
    choices: [keep, replace, fail]
    default: keep
  repair:
    description:
      - Whether to replace servers of the fleet that are stopped, paused, suspended or shelved. Without it they keep
        their slots, and are returned with their status.
      - The new server comes first; where there is no room for both, the old one goes first.
      - Servers in C(ERROR), and those that vanished, are always replaced.
    type: bool
    default: false
  adopt:
    description:
      - Whether to take servers into the fleet that look like ones of it, but lack the proof, for example one that is
        named C(crawl-002) and has lost its metadata. They are marked anew, and stand for their slot from then on; one
        whose slot is beyond O(count) is deleted.
      - Servers of the fleet whose metadata was erased get their mark back, and with it their owner and the end of their
        lifetime.
      - Without it those that lack the proof are reported in RV(suspicious) and left alone.
    type: bool
    default: false
  fence:
    description:
      - Whether to create servers under the guard of server groups. When the answer to a creation is lost, deleting
        its group makes sure that no server can still come of it, where the run would have to wait and see otherwise.
      - It costs two requests for ten servers, and a server group of the quota at each location. The groups have the
        policy C(soft-anti-affinity), and are deleted at the end.
    type: bool
    default: false
seealso:
  - plugin: openmultistack.cloud.multi_stack
    plugin_type: inventory
  - plugin: openmultistack.cloud.placement
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Thirty crawlers, wherever there is room
  openmultistack.cloud.multi_stack_server:
    fleet: crawl
    count: 30
    image: cirros
    flavor: m1.tiny
    network: private
    lifetime: 1h

- name: Work on them in the next play
  ansible.builtin.meta: refresh_inventory

- name: Twenty of them are enough by now
  openmultistack.cloud.multi_stack_server:
    fleet: crawl
    count: 20
    image: cirros
    flavor: m1.tiny
    network: private

- name: As many as two clouds have room for, but at least ten, and small ones where larger ones do not fit
  openmultistack.cloud.multi_stack_server:
    fleet: batch
    count: 40
    min_count: 10
    image: cirros
    flavor: [m1.small, m1.tiny]
    network: private
    locations: [alpha, beta]
    max_per_location: 15

- name: Four where it is cheapest; what was made otherwise or was stopped is replaced, and no slip takes more than four
  openmultistack.cloud.multi_stack_server:
    fleet: shop
    count: 4
    image: cirros
    flavor: m1.tiny
    network: private
    strategy: cheapest
    on_drift: replace
    repair: true
    adopt: true
    max_removals: 4

- name: All eight in one location or none, and wait for room if need be
  openmultistack.cloud.multi_stack_server:
    fleet: lab
    count: 8
    image: cirros
    flavor: m1.tiny
    network: private
    strategy: single
    wait_for_room: true
    timeout: 600
    on_shortfall: rollback
    fence: true

- name: Where a plan says, or elsewhere where that has no room
  openmultistack.cloud.multi_stack_server:
    fleet: pair
    count: 2
    image: cirros
    flavor: m1.tiny
    network: private
    plan: "{{ query('openmultistack.cloud.placement', fleet='pair', count=2, image='cirros', flavor='m1.tiny',
      network='private') }}"
    plan_strict: false

- name: Give one of them back
  openmultistack.cloud.multi_stack_server:
    fleet: pair
    state: absent
    slots: [2]

- name: One from the newest image of a kind, with a key of its own, which no cloud keeps
  openmultistack.cloud.multi_stack_server:
    fleet: guests
    count: 1
    image_filter:
      name: cir*
      visibility: public
    flavor: m1.tiny
    network: private
    key: per_server
    key_dir: ~/keys

- name: Take everything away
  openmultistack.cloud.multi_stack_server:
    fleet: "{{ item }}"
    state: absent
  loop: [crawl, batch, shop, lab, pair, guests]
"""

RETURN = r"""
msg:
  description: What was done, in one line; on failure why, with a line for each location that has something to say.
  returned: always
  type: str
  sample: "fleet crawl: 30 of 30 servers are running, and exactly those exist"
failure:
  description: Why the run failed, as in RV(msg); empty where it did not. For tasks that go on all the same.
  returned: always
  type: str
  sample: ""
fleet:
  description: Name of the fleet.
  returned: always
  type: str
  sample: crawl
exact:
  description:
    - Whether every location was seen, at RV(as_of) or later, to hold exactly the servers asked for, all C(ACTIVE),
      and nothing is left open.
  returned: always
  type: bool
  sample: true
as_of:
  description: When the oldest of the surveys began that the account rests on.
  returned: always
  type: str
  sample: "2026-11-21T12:00:00Z"
servers:
  description: The servers that fill the fleet's slots, sorted by slot.
  returned: always
  type: list
  elements: dict
  contains:
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
      description: Status of the server.
      type: str
      sample: ACTIVE
    flavor:
      description: Name of the flavor.
      type: str
      sample: m1.tiny
    image:
      description: The image as the order named it, such as V(newest:name=debian-13-*) for a filter, else its id.
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
    owner:
      description: Whose it is.
      type: str
      sample: demo
    drifted:
      description: Whether it was made from another order.
      type: bool
      sample: false
    private_key_file:
      description: Path of its private key, with O(key=per_server); else empty.
      type: str
      sample: /home/ada/keys/crawl-001
planned:
  description: In check mode, the slots that would be filled, and where.
  returned: always
  type: list
  elements: dict
  sample: []
  contains:
    slot:
      description: Number of the slot.
      type: int
      sample: 31
    name:
      description: Name that the server would have.
      type: str
      sample: crawl-031
    location:
      description: Location that it would go to.
      type: str
      sample: beta:RegionOne
    cloud:
      description: Cloud of that location.
      type: str
      sample: beta
    region:
      description: Region of that location.
      type: str
      sample: RegionOne
    availability_zone:
      description: Zone, null where the cloud chooses.
      type: str
      sample: null
    flavor:
      description: Name of the flavor.
      type: str
      sample: m1.tiny
removed:
  description: Servers that were deleted, or would be in check mode.
  returned: always
  type: list
  elements: dict
  sample: []
  contains: &leftover
    name:
      description: Name of the server.
      type: str
      sample: crawl-031
    id:
      description: Id of the server.
      type: str
      sample: 0b1b9c9e-5a51-4a8c-a3b4-5d6c8f7e9a10
    location:
      description: Location of the server.
      type: str
      sample: gamma:RegionOne
    reason:
      description: Why.
      type: str
      sample: its slot is beyond the count
by_location:
  description: The counts of each location, by its name.
  returned: always
  type: dict
  sample:
    "alpha:RegionOne":
      state: known
      asked: 10
      running: 10
      building: 0
      refused: 0
      deleted: 0
      why: ""
shortfall:
  description: What is missing.
  returned: always
  type: dict
  contains:
    wanted:
      description: How many servers were asked for.
      type: int
      sample: 30
    running:
      description: How many there are.
      type: int
      sample: 30
    missing:
      description: A row with C(slot), C(name), C(location), C(id) and C(reason) for each slot without a running server.
      type: list
      elements: dict
      sample: []
    reasons:
      description: A line for each location that did not take its part.
      type: list
      elements: str
      sample: []
refusals:
  description: Why locations take no more servers, as data, where some are missing.
  returned: always
  type: list
  elements: dict
  sample: []
  contains:
    location:
      description: Location that refuses.
      type: str
      sample: alpha:RegionOne
    reason:
      description: One of C(unreachable), C(unavailable), C(not chosen), C(names), C(full), C(held).
      type: str
      sample: full
    room:
      description: How many it still takes.
      type: int
      sample: 0
    asked:
      description: How many were to be placed.
      type: int
      sample: 10
    resource:
      description: What bounds it, for C(full).
      type: str
      sample: instances
    limit:
      description: The limit, null for none.
      type: int
      sample: 20
    used:
      description: How much of it is used.
      type: int
      sample: 20
    message:
      description: What the cloud said.
      type: str
      sample: ""
unresolved:
  description: Slots, with C(name), C(slot) and C(location), whose creation was sent, but whose answer was lost, and
    no server was seen of it.
  returned: always
  type: list
  elements: dict
  sample: []
unknown:
  description: Locations that did not show what runs there, each with C(location) and C(reason).
  returned: always
  type: list
  elements: dict
  sample: []
leftovers:
  description: Servers of the fleet that exist beside RV(servers).
  returned: always
  type: list
  elements: dict
  sample: []
  contains: *leftover
unready:
  description: Servers that run and do not answer at O(ready_port), with the end of their consoles.
  returned: always
  type: list
  elements: dict
  sample: []
  contains:
    <<: *leftover
    address:
      description: The address that was tried, empty where the server has none.
      type: str
      sample: 203.0.113.17
    port:
      description: The port that was tried.
      type: int
      sample: 22
    console:
      description: The last lines of its console, without any that speak of a secret. Empty where the cloud gave none.
      type: str
      sample: ""
suspicious:
  description: Servers that look like ones of the fleet, but lack the proof. They are left alone.
  returned: always
  type: list
  elements: dict
  sample: []
  contains: *leftover
adopted:
  description: Servers that were marked anew because of O(adopt), or would be in check mode.
  returned: always
  type: list
  elements: dict
  sample: []
  contains: *leftover
decisions:
  description: What was tried and why, a line for each decision, with the seconds since the start.
  returned: always
  type: list
  elements: str
  sample: ["   0.412 placed alpha:RegionOne 10 of 30"]
requests:
  description: How many API requests each location was sent.
  returned: always
  type: dict
  sample:
    "alpha:RegionOne": 17
diff:
  description: The fleet before and after, a line for each server.
  returned: in diff mode
  type: dict
  sample:
    before: ""
    after: "crawl-001 alpha:RegionOne\n"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.converge import converge
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve, temporary_folder, with_owner
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, ORDER, SERVER


def main() -> None:
    module = AnsibleModule(
        argument_spec=with_owner({**ORDER, **ACCOUNTS, **SERVER}),
        supports_check_mode=True,
        mutually_exclusive=[("network", "nics")],
        required_if=[("state", "present", ("count",))],
    )
    serve(module, lambda: converge(module.params, check=module.check_mode, folder=temporary_folder(module)))


if __name__ == "__main__":
    main()
