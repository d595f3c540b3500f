# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virt driver: Nova's fake one, with hosts that are the same after a restart, any number of them in one process.

Its knobs, read whenever a server is built: `spawn_delay` (seconds), `fail_hosts`, `fail_names` (prefixes of names).
"""

from __future__ import annotations

import threading
import time
import typing as t
import uuid

from nova import exception
from nova.virt import block_device, fake

from . import knobs
from .guest import GUEST_ROOT

_NODES = uuid.UUID("c1f1b7c6-54d8-4d2f-9c67-6e1f4a1d0c11")


class RestingDriver(fake.FakeDriver):
    """Servers that are ACTIVE and nothing else."""

    vcpus = 256
    memory_mb = 524288
    local_gb = 20000

    def init_host(self, host: str) -> None:
        self._host = host
        self._set_nodes([host])

    def get_available_resource(self, nodename: str) -> t.Any:
        return {**super().get_available_resource(nodename), "uuid": _node(nodename)}

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:
        return {_node(name): name for name in self.get_available_nodes()}

    def default_root_device_name(self, instance: t.Any, image_meta: t.Any, root_bdm: t.Any) -> str:
        return "/dev/vda"  # as with KVM; else it would be sda, and sdb for the first volume

    def spawn(self, context: t.Any, instance: t.Any, *more: t.Any, **how: t.Any) -> None:
        told = knobs.read()
        time.sleep(float(told.get("spawn_delay") or 0))
        if self._host in told.get("fail_hosts", ()) or knobs.named(instance.display_name, told.get("fail_names", ())):
            raise exception.NovaException("the knob fail_hosts or fail_names")
        super().spawn(context, instance, *more, **how)


def _node(name: str) -> str:
    """The stock driver draws another at each start, which Nova refuses then."""
    return str(uuid.uuid5(_NODES, name))


class _Here:
    """CONF of nova.virt.block_device, which detaches a volume only where the instance's host is CONF.host.

    Here one process has several hosts: for a detachment, the host is that of the driver which is asked.
    """

    detaching = threading.local()

    def __getattr__(self, name: str) -> t.Any:
        if name == "host" and getattr(self.detaching, "host", None):
            return self.detaching.host
        return getattr(fake.CONF, name)


def _detach_here() -> None:
    kind = block_device.DriverVolumeBlockDevice
    detach = kind._do_detach

    def detach_here(
        volume: t.Any,
        context: t.Any,
        instance: t.Any,
        volume_api: t.Any,
        virt_driver: t.Any,
        *more: t.Any,
        **how: t.Any,
    ) -> t.Any:
        _Here.detaching.host = virt_driver._host
        try:
            return detach(volume, context, instance, volume_api, virt_driver, *more, **how)
        finally:
            _Here.detaching.host = None

    kind._do_detach = detach_here
    block_device.CONF = _Here()


_detach_here()


def driver(virtapi: t.Any, *more: t.Any, **how: t.Any) -> RestingDriver:
    """What compute_driver names: the driver that the site was brought up with."""
    if GUEST_ROOT:
        from .virt_guests import GuestsDriver

        return GuestsDriver(virtapi, *more, **how)
    return RestingDriver(virtapi, *more, **how)
