# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume driver for Cinder: each volume is a sparse file. Attached, it is a loop device in a guest.

The knobs `volume_delay` (seconds) and `fail_volumes` (prefixes of names) are obeyed.
"""

from __future__ import annotations

import subprocess
import time
import typing as t

from cinder import exception, interface
from cinder.volume import driver

from . import knobs, loops

if t.TYPE_CHECKING:
    from pathlib import Path

GIB = 1 << 30
CAPACITY = 10000


@interface.volumedriver
class FileVolumes(driver.VolumeDriver):
    """Files in the folder of the site."""

    VERSION = "1.0.0"
    CI_WIKI_NAME = "none"

    def do_setup(self, context: t.Any) -> None:
        self._folder = knobs.HOME / "volumes"
        self._folder.mkdir(exist_ok=True)

    def check_for_setup_error(self) -> None:
        """The folder is there."""

    def local_path(self, volume: t.Any) -> str:
        return str(self._path(volume))

    def create_volume(self, volume: t.Any) -> None:
        _obey(volume)
        self._resize(volume, volume["size"])

    def delete_volume(self, volume: t.Any) -> None:
        loops.free(self._path(volume))
        self._path(volume).unlink(missing_ok=True)

    def create_snapshot(self, snapshot: t.Any) -> None:
        _copy(self._path(snapshot["volume"]), self._path(snapshot))

    delete_snapshot = delete_volume

    def create_volume_from_snapshot(self, volume: t.Any, snapshot: t.Any) -> None:
        _copy(self._path(snapshot), self._path(volume))
        self._resize(volume, volume["size"])

    def create_cloned_volume(self, volume: t.Any, src_vref: t.Any) -> None:
        self.create_volume_from_snapshot(volume, src_vref)

    def extend_volume(self, volume: t.Any, new_size: int) -> None:
        self._resize(volume, new_size)

    def clone_image(
        self, context: t.Any, volume: t.Any, image_location: t.Any, image_meta: t.Any, image_service: t.Any
    ) -> t.Any:
        """Make a volume of an image without qemu-img, which only raw ones allow."""
        if image_meta.get("disk_format") != "raw":
            return None, False
        _obey(volume)
        with self._path(volume).open("wb") as file:
            image_service.download(context, image_meta["id"], file)
        self._resize(volume, volume["size"])
        return {}, True

    def copy_volume_to_image(self, context: t.Any, volume: t.Any, image_service: t.Any, image_meta: t.Any) -> None:
        with self._path(volume).open("rb") as file:
            image_service.update(context, image_meta["id"], {}, file)

    def ensure_export(self, context: t.Any, volume: t.Any) -> None:
        """Files need none."""

    def create_export(self, context: t.Any, volume: t.Any, connector: t.Any) -> None:
        """Files need none."""

    def remove_export(self, context: t.Any, volume: t.Any) -> None:
        """Files need none."""

    def initialize_connection(self, volume: t.Any, connector: t.Any, **how: t.Any) -> dict[str, t.Any]:
        data = {"device_path": self.local_path(volume), "volume_id": volume["id"]}
        return {"driver_volume_type": "local", "data": data}

    def terminate_connection(self, volume: t.Any, connector: t.Any, **how: t.Any) -> None:
        """Nova detached it."""

    def _path(self, thing: t.Any) -> Path:
        """Where a volume or snapshot is."""
        return self._folder / str(thing["name"])

    def _resize(self, volume: t.Any, size: int) -> None:
        with self._path(volume).open("ab") as file:
            file.truncate(size * GIB)

    def _update_volume_stats(self) -> None:
        used = sum(path.stat().st_size for path in self._folder.iterdir()) / GIB
        self._stats = {
            "volume_backend_name": "files",
            "vendor_name": "rig",
            "driver_version": self.VERSION,
            "storage_protocol": "local",
            "total_capacity_gb": CAPACITY,
            "free_capacity_gb": max(0, CAPACITY - used),
            "reserved_percentage": 0,
            "thin_provisioning_support": False,
            "QoS_support": False,
            "multiattach": True,
        }


def _copy(source: Path, target: Path) -> None:
    subprocess.run(("cp", "--sparse=always", "--reflink=auto", source, target), check=True, capture_output=True)


def _obey(volume: t.Any) -> None:
    told = knobs.read()
    time.sleep(float(told.get("volume_delay") or 0))
    if knobs.named(volume["display_name"], told.get("fail_volumes", ())):
        raise exception.VolumeBackendAPIException(data="the knob fail_volumes")
