#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Stands for ssh: another machine, as far as Ansible can tell, whose shell is given the last argument. What it was given is
# written down.
echo "${@: -1}" >> "$OUTPUT_DIR/elsewhere.log"
exec /bin/sh -c "${@: -1}"
