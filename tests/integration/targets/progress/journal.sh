#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# While the module works there is a journal, which only its user can read and which tells no secret; then there is none.
set -eu
export ANSIBLE_REMOTE_TEMP=$OUTPUT_DIR/temporary SECRET=the-secret-of-this-test
ansible-playbook --inventory hosts.ini order.yml -e fleet=journal > "$OUTPUT_DIR/journal.out" 2>&1 &
playbook=$!
mkdir -m 700 "$ANSIBLE_REMOTE_TEMP"
journals() { find "$ANSIBLE_REMOTE_TEMP" -name multi_stack_journal; }
until [ -n "$(journals)" ] && grep -q building "$(journals)"; do
  kill -0 "$playbook"
  sleep 0.2
done
[ "$(stat -c %a "$(journals)")" = 600 ]
[ "$(stat -c %a "$(dirname "$(journals)")")" = 700 ]
if grep -E 'the-secret|demo-secret' "$(journals)"; then exit 1; fi
wait "$playbook"
[ -z "$(journals)" ]
grep -F '[one 0:' "$OUTPUT_DIR/journal.out"

# One that vanishes in the middle is no trouble.
ansible-playbook --inventory hosts.ini order.yml -e '{"fleet": "vanished"}' > "$OUTPUT_DIR/vanished.out" 2>&1 &
playbook=$!
until [ -n "$(journals)" ] && rm "$(journals)"; do
  kill -0 "$playbook"
  sleep 0.1
done
wait "$playbook"
grep -E '^one .*changed=1 .*failed=0' "$OUTPUT_DIR/vanished.out"
