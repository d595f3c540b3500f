#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Secrets are planted everywhere, and everything that can fail is made to fail. What Ansible told of it at -vvvv, and what
# was written where no secret belongs, is searched for them.
set -eu
export HOME=$OUTPUT_DIR/home XDG_CACHE_HOME=$OUTPUT_DIR/cache PLANTED=$OUTPUT_DIR/planted
export ANSIBLE_LOG_PATH=$OUTPUT_DIR/told.log ANSIBLE_DISPLAY_TRACEBACK=always ANSIBLE_DIFF_ALWAYS=true ANSIBLE_INJECT_INVOCATION=true
mkdir -p "$HOME/.ssh" "$PLANTED/address"
# shellcheck source=/dev/null
source ../setup_simulator/start.sh --config world.yml
ansible-playbook -vvvv main.yml "$@" > "$OUTPUT_DIR/told" 2>&1 || { tail -n 50 "$OUTPUT_DIR/told"; exit 1; }

for text in 'locations are as wanted' 'locations can be used' 'servers are running' 'module_args' 'not shown, another'; do
  grep -q "$text" "$OUTPUT_DIR/told" || { echo "nothing was told of $text"; exit 1; }
done
# A token of the simulator begins with gAAAAAB, a planted secret with hush.
if grep -rnoE '.{0,80}(hush|gAAAAAB).{0,20}' "$OUTPUT_DIR"/told* "$XDG_CACHE_HOME" "$HOME"; then
  echo 'these are secrets'
  exit 1
fi
