# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Documentation of the options that say which accounts are used."""

from __future__ import annotations


class ModuleDocFragment:
    """Read by ansible-doc."""

    DOCUMENTATION = r"""
options:
  clouds_yaml_path:
    description:
      - Path of the C(clouds.yaml) that names the accounts.
      - Without it, openstacksdk's usual places are searched; see
        U(https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html).
    type: path
  accounts_file:
    description:
      - Path of a second YAML file, without secrets, whose hints override those under the key C(multi_stack) of
        C(clouds.yaml).
      - >-
        A hint is one of C(status) (V(available) or V(unavailable)), C(priority), C(weight), C(cost), C(max_servers),
        C(max_servers_per_owner), C(max_lifetime) (a length of time such as V(2h)), C(headroom),
        C(requests_per_second), C(ssh_user), C(jump_host), C(image_format) (such as V(raw)), and the name maps C(image),
        C(flavor), C(network), C(security_groups) and C(key_name), which say what a thing of your name is called at that
        cloud.
      - Without it, the file that the environment variable E(OPENMULTISTACK_ACCOUNTS_FILE) names is read, if there is
        one.
    type: path
"""
