#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
# shellcheck source=/dev/null
source ../setup_simulator/start.sh --config ../setup_simulator/world.yml
# tools/ansible-test sees to it that openstack.cloud is there; by hand, it may be missing.
peer=$(ansible-doc --type module openstack.cloud.server > /dev/null 2>&1 && echo true || echo false)
ansible-playbook main.yml --extra-vars "{\"peer\": $peer}" "$@"
