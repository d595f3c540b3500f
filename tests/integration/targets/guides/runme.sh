#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
PYTHONPATH=${ANSIBLE_COLLECTIONS_PATH%%:*} python play.py "$OUTPUT_DIR" "${ANSIBLE_COLLECTIONS_PATH%%:*}" "${GUIDES:-}"
