#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# For "source" in a runme.sh: starts the simulator with the arguments, and ends it with the shell. OS_CLIENT_CONFIG_FILE and
# SIMULATOR_URL lead to it. Modules run with the Python that runs Ansible, which has openstacksdk.
export OS_CLIENT_CONFIG_FILE=$OUTPUT_DIR/clouds.yaml
export ANSIBLE_PYTHON_INTERPRETER=auto_silent ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
touch "$OUTPUT_DIR/simulator"
PYTHONPATH=${ANSIBLE_COLLECTIONS_PATH%%:*} python -m ansible_collections.openmultistack.cloud.tests.simulator \
  --clouds-yaml "$OS_CLIENT_CONFIG_FILE" --max-seconds 900 "$@" > "$OUTPUT_DIR/simulator" &
simulator=$!
trap 'kill "$simulator" || true' EXIT
until read -r _ SIMULATOR_URL < "$OUTPUT_DIR/simulator"; do
  kill -0 "$simulator"
  sleep 0.3
done
export SIMULATOR_URL
