# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gibibyte to all clouds at once."""

from __future__ import annotations

import typing as t

from .test_made_ready import disk

if t.TYPE_CHECKING:
    from pathlib import Path

    from .plays import Plays
    from .witness import Witness

GIB = 1024**3


def test_a_gibibyte_goes_to_all_clouds_at_once(plays: Plays, witness: Witness, tmp_path: Path) -> None:
    path = disk(tmp_path, GIB)
    with path.open("r+b") as file:
        for megabyte in range(1, 1024, 8):
            file.seek(megabyte * 1024**2)
            file.write(megabyte.to_bytes(4, "little") * 256)
    order = {"name": "e2e-large", "path": str(path), "disk_format": "raw"}
    try:
        sent = plays.module("multi_stack_image", {**order, "timeout": 300})
        assert sent.code == 0, sent.output
        found = witness.named("images", "e2e-large")
        assert {cloud: [(row.status, row.size) for row in rows] for cloud, rows in found.items()} == witness.each(
            [("active", GIB)]
        )
        again = plays.module("multi_stack_image", order)
        assert (again.code, again.result["changed"], again.writes) == (0, False, [])
    finally:
        assert plays.module("multi_stack_image", {"name": "e2e-large", "state": "absent"}).code == 0
