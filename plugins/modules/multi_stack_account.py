#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_account
short_description: Add, change, try out and remove accounts at OpenStack clouds
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Writes an account into C(clouds.yaml), its secrets into the C(secure.yaml) beside it and nowhere else, and what you
    say of it (whether it is to be used, how dear it is, what it calls things) into the accounts file.
  - An C(openrc.sh), as providers offer it for download, is read and never run.
  - With O(state=verified), the account is tried out at each of its regions, and what is wrong is told in words.
notes:
  - Files are changed where they have to be and nowhere else, so comments, order and what is of another's making stay.
    They are written whole or not at all. C(secure.yaml) is readable by its owner alone.
  - What is shown of an account, in results and diffs, holds no secret. Of a changed one only that it changed is told.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.full
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
options:
  name:
    description: What you call the cloud; its name in C(clouds.yaml).
    type: str
    required: true
  state:
    description:
      - With V(present), the account is added, or changed where it is not as wanted. The clouds are not asked.
      - With V(absent), it is taken out of all files. That is refused while servers of this collection are there, or
        where nobody can tell; see O(give_up).
      - With V(verified), it is tried out. A token, the catalog, the limits and the versions are asked for, and nothing
        is changed.
    type: str
    choices: [present, absent, verified]
    default: present
  openrc:
    description:
      - Path of an C(openrc.sh), where the module runs. It takes the place of all that was said of how to log in; what
        O(auth) says goes before it.
      - It is not run. Only plain assignments are read; shell code in it is left out with a warning, and is a failure
        where a setting hangs on it.
      - Where it asks for the password at a prompt, give O(auth.password), or leave the one that is known already.
      - The old style (C(OS_TENANT_NAME), C(/v2.0)) is taken as Keystone v3 has it, with a warning.
    type: path
  auth:
    description:
      - How to log in, named as under C(auth) in C(clouds.yaml). What is not given stays as it is.
      - A way to log in takes the place of another, as an application credential that of a password.
    type: dict
    suboptions:
      auth_url:
        description: Address of Keystone, best with its C(/v3). It holds no password.
        type: str
      username:
        description: Name of the user.
        type: str
      user_id:
        description: Id of the user, instead of a name.
        type: str
      password:
        description: The user's password.
        type: str
      user_domain_name:
        description: Domain of the user.
        type: str
      user_domain_id:
        description: Id of the domain of the user, instead of a name.
        type: str
      project_name:
        description: Name of the project.
        type: str
      project_id:
        description: Id of the project, instead of a name.
        type: str
      project_domain_name:
        description: Domain of the project.
        type: str
      project_domain_id:
        description: Id of the domain of the project, instead of a name.
        type: str
      application_credential_id:
        description: Id of an application credential, with which neither user nor project is given.
        type: str
      application_credential_name:
        description: Name of an application credential of the user, instead of an id.
        type: str
      application_credential_secret:
        description: Secret of the application credential.
        type: str
  auth_type:
    description: Name of another plugin of keystoneauth to log in with. It is known by itself for the two ways above.
    type: str
  regions:
    description:
      - The regions of the account that are to be used, all of them. What C(clouds.yaml) says of one of them stays.
      - Without it, they stay as they are, or the one of O(openrc) is used.
    type: list
    elements: str
    default: []
  interface:
    description: Which addresses of the catalog are used.
    type: str
    choices: [public, internal, admin]
  cacert:
    description: Path of a file with the authorities whose certificates are trusted.
    type: path
  verify:
    description: Whether certificates are checked.
    type: bool
  hints:
    description:
      - What to know of the account when servers are placed and things are named, as O(accounts_file) lists it. That is
        the file that they are written into.
      - Hints that are not given stay as they are; null takes one away. Name maps are merged name by name likewise.
    type: dict
  region:
    description: The region that O(hints) are about. Without it, all of the account.
    type: str
  drop_comments:
    description:
      - Whether a file that cannot be changed without losing its comments is written anew without them. Otherwise that
        is a failure. It concerns anchors, and comments within braces.
    type: bool
    default: false
  give_up:
    description:
      - Whether an account is removed although servers of this collection are there, or nobody knows. Nothing finds them
        any more then, and they go on costing money. The cloud is not asked.
    type: bool
    default: false
  timeout:
    description: How many seconds each region has to answer, with O(state=verified) and O(state=absent).
    type: float
    default: 20
seealso:
  - module: openmultistack.cloud.multi_stack_cloud_info
"""

EXAMPLES = r"""
- name: Add an account from the file that the provider's dashboard offers
  openmultistack.cloud.multi_stack_account:
    name: conoha
    openrc: ~/openrc.sh
    auth:
      password: "{{ conoha_password }}"

- name: Add one by an application credential
  openmultistack.cloud.multi_stack_account:
    name: ovh
    auth:
      auth_url: "{{ keystone }}"
      application_credential_id: 0c9d7e5f8a4b4d2e9f3c1b2a7d6e5f40
      application_credential_secret: "{{ ovh_secret }}"
    regions: [GRA11, SBG5]

- name: See whether it can be used
  openmultistack.cloud.multi_stack_account:
    name: conoha
    state: verified

- name: Say what it costs, and what it calls things
  openmultistack.cloud.multi_stack_account:
    name: conoha
    accounts_file: ~/accounts.yml
    hints:
      cost: 0.04
      priority: 10
      image: {debian-13: vmi-debian-13.0-amd64}

- name: Keep new servers away from one region for a while
  openmultistack.cloud.multi_stack_account:
    name: ovh
    region: SBG5
    accounts_file: ~/accounts.yml
    hints:
      status: unavailable

- name: Remove it, which is refused while servers of ours are there
  openmultistack.cloud.multi_stack_account:
    name: conoha
    accounts_file: ~/accounts.yml
    state: absent
"""

RETURN = r"""
account:
  description: The account as it is now, or would be in check mode; no secrets.
  returned: success, and when the account was tried out
  type: dict
  sample:
    name: conoha
    auth_url: https://identity.tyo1.conoha.io/v3
    user: gncu00000000
    project: gnct00000000
    regions: [tyo1]
    secrets: [password]
    hints: {cost: 0.04}
  contains:
    name:
      description: Its name in C(clouds.yaml).
      type: str
      sample: conoha
    auth_url:
      description: Address of Keystone.
      type: str
      sample: https://identity.tyo1.conoha.io/v3
    user:
      description: Who logs in, by name or id.
      type: str
      sample: gncu00000000
    project:
      description: The project, by name or id. Empty with an application credential, which knows its own.
      type: str
      sample: gnct00000000
    regions:
      description: Its regions, as far as C(clouds.yaml) names them.
      type: list
      elements: str
      sample: [tyo1]
    secrets:
      description: Which secrets are kept for it.
      type: list
      elements: str
      sample: [password]
    hints:
      description: What the accounts file says of it.
      type: dict
      sample: {cost: 0.04}
files:
  description: Paths of the files that were changed, or would be in check mode.
  returned: success, and when the account was tried out
  type: list
  elements: str
  sample: [/home/ada/.config/openstack/clouds.yaml]
by_location:
  description: With O(state=verified), what each region of the account answered, by location.
  returned: success, and when the account was tried out
  type: dict
  contains:
    state:
      description: V(verified) or V(failed).
      type: str
      sample: verified
    reason:
      description: Why it cannot be used.
      type: str
      sample: ""
    advice:
      description: What to do about it.
      type: str
      sample: ""
    remarks:
      description: What is to be known of it although it can be used. They are warnings as well.
      type: list
      elements: str
      sample: []
    user:
      description: The user as Keystone names it.
      type: str
      sample: gncu00000000
    project_id:
      description: Id of the project that the token is for.
      type: str
      sample: 5f8e1c
    services:
      description: The types of services in the catalog.
      type: list
      elements: str
      sample: [compute, identity, image, network]
    regions:
      description: The regions in the catalog.
      type: list
      elements: str
      sample: [tyo1]
    limits:
      description:
        - The quotas C(instances), C(cores) and C(ram) (in MiB), each with C(limit), null for none, and C(used).
      type: dict
      sample: {instances: {limit: 20, used: 7}, cores: {limit: 40, used: 7}, ram: {limit: 51200, used: 3584}}
    versions:
      description: The C(oldest) and C(newest) microversion of Nova.
      type: dict
      sample: {oldest: "2.1", newest: "2.96"}
    clock_skew_seconds:
      description: By how many seconds its clock is ahead of this machine's, negative where it is behind.
      type: int
      sample: 0
    response_seconds:
      description: How long the limits took.
      type: float
      sample: 0.412
requests:
  description: How many HTTP requests went to each location.
  returned: success, and when the account was tried out
  type: dict
  sample: {"conoha:tyo1": 3}
diff:
  description: What of the files changed, a line for each setting, without secrets.
  returned: success, and when the account was tried out
  type: dict
  sample: {"before": "", "after": "accounts file: conoha: cost: 0.04\n"}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.cloud_entry import secrets_in_address
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.account import account
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNT, ACCOUNTS


def main() -> None:
    module = AnsibleModule(argument_spec={**ACCOUNT, **ACCOUNTS}, supports_check_mode=True)
    # What Ansible tells of a task's options at -vvv must not hold a password that was written into an address.
    module.no_log_values.update(secrets_in_address((module.params["auth"] or {}).get("auth_url") or ""))
    serve(module, lambda: account(module.params, check=module.check_mode))


if __name__ == "__main__":
    main()
