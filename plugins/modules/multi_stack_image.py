#!/usr/bin/python
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_stack_image
short_description: Bring one image to all your OpenStack clouds
version_added: 0.1.0
author:
  - The openmultistack.cloud contributors (@openmultistack)
description:
  - Sees to it that one image, from a file or a URL, is known under one name at every cloud and region of
    C(clouds.yaml), once and with just this content; or at none.
  - All locations are worked at side by side, and the image is never in memory as a whole. One that fails keeps none of
    the others from being done, and the next run completes it. A second run only reads.
  - What arrived is compared with what was sent, by the checksum that the cloud tells. An upload that breaks off is
    begun anew, and nothing half-made stays behind; what a run left that was killed is removed by the next one.
notes:
  - Images of one name are told apart by their property C(multi_stack), which says what is in them. What does not have
    it, this module does not touch.
  - With O(path) the content is known by its SHA-512, for which the file is read in each run. With O(url) it is known by
    O(checksum), or else by the URL itself, and nothing is downloaded to see whether it has changed.
  - Where a location has another name for the image (the hint C(image)), that name is used there. Where it wants another
    format (the hint C(image_format), such as V(raw)), the image is converted by C(qemu-img) before it is sent.
  - HTTP knows no holes, so the zeros of a sparse raw file are sent (though not read). As qcow2 it is smaller.
extends_documentation_fragment:
  - openmultistack.cloud.requirements
  - openmultistack.cloud.attributes
  - openmultistack.cloud.attributes.full
  - openmultistack.cloud.attributes.actiongroup
  - openmultistack.cloud.accounts
  - openmultistack.cloud.everywhere
options:
  name:
    description: Name of the image.
    type: str
    required: true
  path:
    description: Path of the image, where the module runs.
    type: path
  url:
    description:
      - Where the image is to be had. See O(web_download) for who fetches it.
      - User and password in it, and its query, are told in no message.
    type: str
  checksum:
    description:
      - What the image must have, an algorithm and a digest such as C(sha256:6b86b273ff34...).
      - It is one of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512.
    type: str
  disk_format:
    description:
      - The format of the image. Without it, its first bytes tell. A file that does not look like an image is refused,
        unless this is given.
    type: str
    choices: [raw, qcow2, vmdk, vdi, vhd, vhdx, iso, ploop]
  visibility:
    description:
      - Who sees it. Without it a new image is V(private), and one that is there is left as it is.
      - For V(public) most clouds want an administrator.
    type: str
    choices: [private, shared, community, public]
  min_disk:
    description: How many GiB of disk a flavor must have for it. Without it, none, or what is there.
    type: int
  min_ram:
    description: How many MiB of memory a flavor must have for it. Without it, none, or what is there.
    type: int
  properties:
    description: Properties that it has to have, such as C(hw_qemu_guest_agent). Others that it has are left alone.
    type: dict
    default: {}
  replace:
    description:
      - Whether an image of that name that this module made, and whose content is another, makes room for this one once
        it is there. Otherwise it is a failure there.
      - Servers keep running from the image that they booted with.
    type: bool
    default: false
  web_download:
    description:
      - Whether clouds that offer it (the import method C(web-download)) fetch O(url) by themselves.
      - It is fetched once by the module for all others, those that fail to, those that want another format, and where
        O(checksum) has an algorithm that no cloud tells (any but MD5 and SHA-512).
    type: bool
    default: true
  timeout:
    description:
      - How many seconds everything may take. The locations are worked at side by side, so a slow one costs the others
        nothing.
      - What a location has not answered by then counts as failed. Run the task again to complete it.
    type: float
    default: 1800
seealso:
  - module: openmultistack.cloud.multi_stack_server
"""

EXAMPLES = r"""
- name: The same image in all clouds
  openmultistack.cloud.multi_stack_image:
    name: appliance-7
    path: ~/images/appliance-7.qcow2
    min_disk: 10
    properties:
      hw_qemu_guest_agent: true

- name: One from the web, which the clouds fetch by themselves where they can
  openmultistack.cloud.multi_stack_image:
    name: cirros-ours
    url: http://127.0.0.1:8099/cirros.qcow2
    checksum: "{{ 'sha256:' ~ lookup('ansible.builtin.file', '~/images/cirros.sha256') }}"
    exclude: [gamma]

- name: A new version of it, under the same name
  openmultistack.cloud.multi_stack_image:
    name: appliance-7
    path: ~/images/appliance-7b.qcow2
    visibility: shared
    replace: true

- name: Not wanted any more
  openmultistack.cloud.multi_stack_image:
    name: appliance-7
    state: absent
"""

RETURN = r"""
image:
  description: The image as it was ordered.
  returned: always
  type: dict
  sample:
    name: appliance-7
    content: "sha512:9d1f6a0c..."
    path: /home/ada/images/appliance-7.qcow2
    url: ""
  contains:
    name:
      description: Its name.
      type: str
      sample: appliance-7
    content:
      description: What its content is known by. Empty with O(state=absent).
      type: str
      sample: "sha512:9d1f6a0c..."
    path:
      description: The file that it is from, where one was given.
      type: str
      sample: /home/ada/images/appliance-7.qcow2
    url:
      description: Where it is from, where a URL was given; without user, password and query.
      type: str
      sample: ""
by_location:
  description: What became of each location, by its name.
  returned: always
  type: dict
  sample:
    "alpha:RegionOne":
      state: changed
      done: [create image appliance-7, upload image appliance-7]
      reason: ""
      advice: ""
      name: appliance-7
      id: 2f6a7c0e-7c3f-4b6e-9d3b-0d9be5a6f2c1
      content: "sha512:9d1f6a0c..."
      disk_format: qcow2
      visibility: private
      min_disk: 10
      min_ram: 0
      properties: {"hw_qemu_guest_agent": "true"}
  contains:
    state:
      description: One of C(unchanged), C(changed) and C(failed).
      type: str
      sample: changed
    done:
      description: What was done, or would be in check mode, step by step.
      type: list
      elements: str
      sample: [create image appliance-7, upload image appliance-7]
    reason:
      description: Why it failed.
      type: str
      sample: ""
    advice:
      description: What to do about it.
      type: str
      sample: ""
    name:
      description: What the image is called there. This and what follows only where it is.
      type: str
      sample: appliance-7
    id:
      description: Its id. Empty in check mode, where it would be made.
      type: str
      sample: 2f6a7c0e-7c3f-4b6e-9d3b-0d9be5a6f2c1
    content:
      description: What its content is known by.
      type: str
      sample: "sha512:9d1f6a0c..."
    disk_format:
      description: Its format there.
      type: str
      sample: qcow2
    visibility:
      description: Who sees it.
      type: str
      sample: private
    min_disk:
      description: How many GiB of disk a flavor must have for it.
      type: int
      sample: 10
    min_ram:
      description: How many MiB of memory a flavor must have for it.
      type: int
      sample: 0
    properties:
      description: Those of its properties that O(properties) names.
      type: dict
      sample: {"hw_qemu_guest_agent": "true"}
requests:
  description: How many HTTP requests went to each location.
  returned: always
  type: dict
  sample: {"alpha:RegionOne": 8, "beta:RegionOne": 8}
diff:
  description: The images of all locations before and after, a line for each fact.
  returned: always
  type: dict
  sample: {"before": "", "after": "alpha:RegionOne name: appliance-7\n"}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.image import image
from ansible_collections.openmultistack.cloud.plugins.module_utils._module import serve, temporary_folder
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNTS, EVERYWHERE, IMAGE

_GIVEN = ("path", "url")


def main() -> None:
    module = AnsibleModule(
        argument_spec={**EVERYWHERE, **IMAGE, **ACCOUNTS},
        supports_check_mode=True,
        mutually_exclusive=[_GIVEN],
        required_if=[("state", "present", _GIVEN, True)],
    )
    serve(module, lambda: image(module.params, check=module.check_mode, folder=temporary_folder(module)))


if __name__ == "__main__":
    main()
