#!/usr/bin/env bash
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
# Images are made in the home of nobody else, and are to be had from a web of our own.
export HOME=$OUTPUT_DIR/home
mkdir -p "$HOME/images"
chmod 700 "$HOME/images"
# shellcheck source=/dev/null
source ../setup_simulator/start.sh --config ../setup_simulator/world.yml
python make_images.py "$HOME/images"
python -m http.server --bind 127.0.0.1 --directory "$HOME/images" 8099 &
web=$!
# shellcheck disable=SC2154  # start.sh assigned it
trap 'kill "$web" "$simulator" || true' EXIT
ansible-playbook main.yml "$@"
