#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_keypair
short_description: Bring one SSH key to all your OpenStack clouds
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Sees to it that one public key is known under one name at every cloud and region of C(clouds.yaml), or at none.
  - The key is given as text or in a file; or a new one is made where the module runs, whose private half stays there.
  - All locations are worked at side by side. One that fails keeps none of the others from being done, and the next run
    completes it. A second run only reads.
notes:
  - A cloud keeps keys by user, so two users of one project have keys of their own.
  - Where a location has another name for the key (the hint C(key_name)), that name is used there.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.full
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
  - openmultistack.cloud.everywhere
options:
  name:
    description: Name of the key.
    type: str
    required: true
  public_key:
    description: The public key, a single line such as C(ssh-ed25519 AAAA... name).
    type: str
  public_key_file:
    description: Path of a file with the public key, where the module runs.
    type: path
  private_key_file:
    description:
      - Path of a private key, where the module runs. Its public half is used, which is the file of the same name with
        C(.pub) behind it, or is reckoned from the private one.
      - Where there is no such file, an ed25519 key without a passphrase is made and written there, readable by its
        owner alone. What is there already is never written over.
      - It is not sent anywhere, and stays where it is with O(state=absent).
    type: path
  replace:
    description:
      - Whether another key of that name is removed to make room for this one. Otherwise it is a failure there.
      - Servers keep the key that they booted with.
    type: bool
    default: false
seealso:
  - module: openmultistack.cloud.multi_stack_server
"""

EXAMPLES = r"""
- name: The same key in all clouds, made at the first run
  openmultistack.cloud.multi_stack_keypair:
    name: team
    private_key_file: ~/.ssh/id_multi_stack

- name: A key that there is already
  openmultistack.cloud.multi_stack_keypair:
    name: ada
    public_key_file: ~/.ssh/id_ed25519.pub
    exclude: [gamma]

- name: Another one in its place, for servers to come
  openmultistack.cloud.multi_stack_keypair:
    name: ada
    public_key: "{{ lookup('ansible.builtin.file', '~/.ssh/id_new.pub') }}"
    replace: true

- name: Not wanted any more
  openmultistack.cloud.multi_stack_keypair:
    name: ada
    state: absent
"""

RETURN = r"""
key:
  description: The key as it was ordered.
  returned: always
  type: dict
  sample:
    name: ops
    fingerprint: "3d:9c:3f:5c:16:a5:f5:a1:a2:a1:1e:0c:0b:9c:5b:5e"
    public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ... ops
    private_key_file: /home/ada/.ssh/id_multi_stack
  contains:
    name:
      description: Its name.
      type: str
      sample: ops
    fingerprint:
      description: Its fingerprint as OpenStack tells it, MD5. Empty with O(state=absent).
      type: str
      sample: "3d:9c:3f:5c:16:a5:f5:a1:a2:a1:1e:0c:0b:9c:5b:5e"
    public_key:
      description: The public key. Empty with O(state=absent).
      type: str
      sample: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ... ops
    private_key_file:
      description: Path of the private key, where one was given.
      type: str
      sample: /home/ada/.ssh/id_multi_stack
by_location:
  description: What became of each location, by its name.
  returned: always
  type: dict
  sample:
    "alpha:RegionOne":
      state: changed
      done: [create key ops]
      reason: ""
      advice: ""
      name: ops
      fingerprint: "3d:9c:3f:5c:16:a5:f5:a1:a2:a1:1e:0c:0b:9c:5b:5e"
  contains:
    state:
      description: One of C(unchanged), C(changed) and C(failed).
      type: str
      sample: changed
    done:
      description: What was done, or would be in check mode, step by step.
      type: list
      elements: str
      sample: [create key ops]
    reason:
      description: Why it failed.
      type: str
      sample: ""
    advice:
      description: What to do about it.
      type: str
      sample: ""
    name:
      description: What the key is called there. Only where it is.
      type: str
      sample: ops
    fingerprint:
      description: The fingerprint of the key that is there. Only where one is.
      type: str
      sample: "3d:9c:3f:5c:16:a5:f5:a1:a2:a1:1e:0c:0b:9c:5b:5e"
requests:
  description: How many HTTP requests went to each location.
  returned: always
  type: dict
  sample: {"alpha:RegionOne": 4, "beta:RegionOne": 4}
diff:
  description: The keys of all locations before and after, a line each.
  returned: always
  type: dict
  sample: {"before": "", "after": "alpha:RegionOne name: ops\n"}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.keypair import keypair
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, EVERYWHERE, KEYPAIR

_GIVEN = ("public_key", "public_key_file", "private_key_file")


def main() -> None:
    module = AnsibleModule(
        argument_spec={**KEYPAIR, **EVERYWHERE, **ACCOUNTS},
        supports_check_mode=True,
        mutually_exclusive=[_GIVEN],
        required_if=[("state", "present", _GIVEN, True)],
    )
    serve(module, lambda: keypair(module.params, check=module.check_mode))


if __name__ == "__main__":
    main()
