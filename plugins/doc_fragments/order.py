# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Documentation of the options that say how many servers are wanted, of what kind, and where."""

from __future__ import annotations


class ModuleDocFragment:
    """Read by ansible-doc."""

    DOCUMENTATION = r"""
options:
  fleet:
    description:
      - Name of the fleet, the group of servers that one order converges.
      - At most 32 lower-case letters, digits, and single hyphens between them; a letter comes first.
      - Its servers are named after it, C(crawl-001), C(crawl-002), and so on, one for each slot.
    type: str
    required: true
  count:
    description:
      - How many servers the fleet B(has) in the end. It is not how many more to launch.
      - V(0) removes them all.
    type: int
    aliases: [exact_count]
  min_count:
    description:
      - With how many servers the order is content. With fewer it fails, before it makes any if there is not room for
        so many.
      - Without it, all O(count) of them are needed.
    type: int
  image:
    description:
      - Name or id of the image. Clouds that call it otherwise have a name map in their hints.
    type: str
  image_filter:
    description:
      - Instead of O(image), what the image has to have. At each location the newest active one that is like it is used.
      - C(name) is a pattern such as V(debian-13-*). All other keys are properties or other facts that Glance shows of
        images, such as C(os_distro) or C(visibility), each with its value.
      - A newer image alone is no drift. Servers that are added later may have it.
    type: dict
    default: {}
  flavor:
    description:
      - Name or id of the flavor, or several in order of preference. The next one is used where the one before does
        not fit.
    type: list
    elements: str
  network:
    description:
      - Name or id of the network. Without it and without O(nics), the cloud chooses.
      - V(none) asks for servers without a network.
    type: str
  nics:
    description:
      - Several networks, each a name, a dictionary with C(net-name) or C(net-id), or a string such as
        C(net-name=private).
      - Mutually exclusive with O(network).
    type: list
    elements: raw
    default: []
  security_groups:
    description: Names or ids of the security groups. Without them, the cloud uses its default.
    type: list
    elements: str
    default: []
  key_name:
    description: Name of the key pair that logs in.
    type: str
  availability_zones:
    description:
      - Names of the zones to use, evenly, at each location that has some of them. Without them, each cloud chooses.
    type: list
    elements: str
    default: []
  locations:
    description:
      - Where new servers may go, each a cloud, a location such as C(conoha:tyo1), or a pattern such as C(ovh:*).
        Without them, everywhere.
      - Servers of the fleet that are elsewhere already still count, and are removed where they are too many.
    type: list
    elements: str
    default: []
  exclude:
    description: Where new servers may not go, written like O(locations).
    type: list
    elements: str
    default: []
  strategy:
    description:
      - V(even) gives each location the same number of servers as far as there is room.
      - V(balanced) fills each location to the same part of its room, so that more go where there is more.
      - V(weighted) gives each location a share by its C(weight). Where the weight is 0, only what finds no room
        elsewhere goes.
      - V(pack) fills the location of the highest C(priority) first, then the next.
      - V(single) uses one location that has room for all of them, in one flavor, or places none. A fleet that is
        somewhere already stays there.
      - V(cheapest) fills the locations of the lowest C(cost) first, evenly between equals.
      - The hints C(weight), C(priority) and C(cost) belong to the location, see the accounts file. Between equals the
        name of the fleet decides, so that many orders at once do not all go to the same location.
    type: str
    choices: [even, balanced, weighted, pack, single, cheapest]
    default: even
  max_per_location:
    description: The most servers of the fleet that any location may have.
    type: int
  headroom:
    description: How many instances of each location's quota stay free for others.
    type: int
    default: 0
  survey_timeout:
    description: How many seconds a location has to show its servers at the start. One that does not is unreachable in
      this run.
    type: int
    default: 10
  api_timeout:
    description: How many seconds any other request may take.
    type: int
    default: 60
"""
