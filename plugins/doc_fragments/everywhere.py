# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Documentation of the options of modules that bring one thing to every location."""

from __future__ import annotations


class ModuleDocFragment:
    """Read by ansible-doc."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether it is to be there, or not.
    type: str
    choices: [present, absent]
    default: present
  locations:
    description:
      - The locations that are meant, each a cloud, a location such as C(conoha:tyo1), or a pattern such as C(ovh:*).
        Without them, all.
      - Locations whose hint C(status) is V(unavailable) are left out, with a warning.
    type: list
    elements: str
    default: []
  exclude:
    description: The locations that are not meant, written like O(locations).
    type: list
    elements: str
    default: []
  timeout:
    description:
      - How many seconds everything may take. The locations are worked at side by side, so a slow one costs the others
        nothing.
      - What a location has not answered by then counts as failed. Run the task again to complete it.
    type: float
    default: 60
"""
