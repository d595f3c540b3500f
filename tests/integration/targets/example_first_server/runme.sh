#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
# Accounts and keys are made in the home of nobody else.
export HOME=$OUTPUT_DIR/home
mkdir -p "$HOME/.ssh"
chmod 700 "$HOME/.ssh"
# shellcheck source=/dev/null
source ../setup_simulator/start.sh --config world.yml
ansible-playbook main.yml "$@"
