#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# However it is ended, nothing goes on: neither the module nor who reads its journal.
set -eu
left() { grep -lzsF "KILLED_BY_TEST=$1" /proc/[0-9]*/environ || true; }
for signal in TERM INT KILL; do
  KILLED_BY_TEST=$signal.$$ setsid ansible-playbook --inventory hosts.ini order.yml -e "fleet=killed-${signal,,}" \
    -e count=30 > "$OUTPUT_DIR/killed-$signal.out" 2>&1 &
  until grep -q '\[one 0:' "$OUTPUT_DIR/killed-$signal.out"; do sleep 0.2; done
  kill -"$signal" -- -$!
  for _ in $(seq 300); do
    [ -n "$(left $signal.$$)" ] || break
    sleep 0.2
  done
  [ -z "$(left $signal.$$)" ]
done
