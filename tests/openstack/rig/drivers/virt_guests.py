# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virt driver whose servers are there: each is a guest, which goes on while nova-compute is down.

Its knobs, read at every boot, with prefixes of names: `no_ssh`, `refuse_ssh`, `dark`, `slow_ssh` (seconds, or by
prefix).
"""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

from nova import exception
from nova.compute import power_state, task_states
from nova.virt import fake

from . import knobs, loops, nics
from .guest import GUEST_ROOT, Guest, Kept, of_site
from .virt import RestingDriver

_SSHD = {"dark": "dark", "refuse_ssh": "refuse", "no_ssh": "hang"}


class GuestsDriver(RestingDriver):
    """Keeps the fake driver's own book, and a guest beside each entry of it."""

    def init_host(self, host: str) -> None:
        """Find the guests that outlived the last nova-compute."""
        super().init_host(host)
        for guest in of_site(knobs.HOME):
            kept = guest.known
            if kept.host == host:
                state = power_state.RUNNING if guest.pid else power_state.SHUTDOWN
                self.instances[guest.uuid] = fake.FakeInstance(kept.instance, state, guest.uuid)
                self.resources.claim(*kept.claim)

    def resume_state_on_host_boot(
        self, context: t.Any, instance: t.Any, network_info: t.Any, share_info: t.Any, block_device_info: t.Any = None
    ) -> None:
        self.power_on(context, instance, network_info, block_device_info)

    def spawn(self, context: t.Any, instance: t.Any, *more: t.Any, **how: t.Any) -> None:
        super().spawn(context, instance, *more, **how)
        guest = Guest(knobs.HOME, instance.uuid)
        if guest.kept:  # it came from another host, with its disk
            guest.change(host=self._host)
        else:
            kept = self._kept(instance, how.get("network_info"), how.get("block_device_info"))
            guest.create(kept, instance.key_data or "", base64.b64decode(instance.user_data or ""))
        if how.get("power_on", True):
            try:
                _boot(guest)
            except Exception:
                guest.remove()
                raise

    def destroy(self, context: t.Any, instance: t.Any, *more: t.Any, **how: t.Any) -> None:
        guest = Guest(knobs.HOME, instance.uuid)
        kept = guest.kept
        if kept is None or kept.host == self._host:
            if instance.task_state == task_states.RESIZE_REVERTING:
                guest.stop()  # it goes back to its old host, with its disk
            else:
                guest.remove()
        super().destroy(context, instance, *more, **how)

    def power_off(self, instance: t.Any, *more: t.Any, **how: t.Any) -> None:
        super().power_off(instance, *more, **how)
        Guest(knobs.HOME, instance.uuid).stop()

    def power_on(self, context: t.Any, instance: t.Any, network_info: t.Any, *more: t.Any, **how: t.Any) -> None:
        super().power_on(context, instance, network_info, *more, **how)
        guest = Guest(knobs.HOME, instance.uuid)
        if guest.kept and not guest.pid:
            _boot(guest, nics=tuple(nics.of(network_info)) or guest.known.nics)

    def reboot(self, context: t.Any, instance: t.Any, *more: t.Any, **how: t.Any) -> None:
        """Nova's fake driver does it by power_on."""
        Guest(knobs.HOME, instance.uuid).stop()
        super().reboot(context, instance, *more, **how)

    def migrate_disk_and_power_off(self, context: t.Any, instance: t.Any, *more: t.Any, **how: t.Any) -> t.Any:
        Guest(knobs.HOME, instance.uuid).stop()
        return super().migrate_disk_and_power_off(context, instance, *more, **how)

    def finish_revert_migration(
        self,
        context: t.Any,
        instance: t.Any,
        network_info: t.Any,
        migration: t.Any,
        block_device_info: t.Any = None,
        power_on: bool = True,
        share_info: t.Any = None,
    ) -> None:
        super().finish_revert_migration(
            context, instance, network_info, migration, block_device_info, power_on, share_info
        )
        guest = Guest(knobs.HOME, instance.uuid)
        if guest.kept:
            guest.change(host=self._host)
            if power_on:
                _boot(guest)

    def attach_volume(
        self, context: t.Any, connection_info: t.Any, instance: t.Any, mountpoint: str, *more: t.Any, **how: t.Any
    ) -> None:
        guest = Guest(knobs.HOME, instance.uuid)
        file = connection_info["data"].get("device_path")
        if file and guest.kept:
            guest.add_volume(mountpoint, file, connection_info.get("serial") or "")
        super().attach_volume(context, connection_info, instance, mountpoint, *more, **how)

    def detach_volume(
        self, context: t.Any, connection_info: t.Any, instance: t.Any, mountpoint: str, *more: t.Any, **how: t.Any
    ) -> None:
        guest = Guest(knobs.HOME, instance.uuid)
        if guest.kept:
            try:
                guest.take_volume(mountpoint)
            except RuntimeError as error:
                raise exception.DeviceDetachFailed(device=mountpoint, reason=error) from error
        super().detach_volume(context, connection_info, instance, mountpoint, *more, **how)

    def extend_volume(self, context: t.Any, connection_info: t.Any, instance: t.Any, requested_size: int) -> None:
        file = connection_info["data"].get("device_path")
        if file:
            loops.grow(Path(file))

    def attach_interface(self, context: t.Any, instance: t.Any, image_meta: t.Any, vif: t.Any) -> None:
        super().attach_interface(context, instance, image_meta, vif)
        guest = Guest(knobs.HOME, instance.uuid)
        if guest.kept:
            guest.add_nic(vif)

    def detach_interface(self, context: t.Any, instance: t.Any, vif: t.Any) -> None:
        guest = Guest(knobs.HOME, instance.uuid)
        if guest.kept:
            guest.take_nic(vif["id"])
            self._interfaces.setdefault(vif["id"], vif)
        super().detach_interface(context, instance, vif)

    def get_console_output(self, context: t.Any, instance: t.Any) -> str:
        return Guest(knobs.HOME, instance.uuid).console

    def _kept(self, instance: t.Any, network_info: t.Any, block_device_info: t.Any) -> Kept:
        flavor = instance.flavor
        return Kept(
            uuid=instance.uuid,
            name=instance.display_name,
            instance=instance.name,
            hostname=instance.hostname,
            host=self._host,
            claim=(flavor.vcpus, flavor.memory_mb, flavor.root_gb),
            nics=tuple(nics.of(network_info)),
            volumes=_volumes(block_device_info),
            lower=GUEST_ROOT,
        )


def _boot(guest: Guest, **more: t.Any) -> None:
    sshd, delay = _sshd(guest.known.name)
    guest.change(sshd=sshd, delay=delay, **more)
    guest.start()


def _sshd(name: str) -> tuple[str, float]:
    """What the knobs say of a guest's sshd, and of the seconds before it starts."""
    told = knobs.read()
    slow = told.get("slow_ssh") or 0
    if isinstance(slow, dict):
        slow = next((seconds for prefix, seconds in slow.items() if name.startswith(prefix)), 0)
    ways = (way for knob, way in _SSHD.items() if knobs.named(name, told.get(knob, ())))
    return next(ways, "ok"), float(slow)


def _volumes(block_device_info: t.Any) -> dict[str, tuple[str, str]]:
    """File and id of each volume that a server begins with, by device."""
    mapped = (block_device_info or {}).get("block_device_mapping") or ()
    found = {}
    for one in mapped:
        told = one["connection_info"] or {}
        file = (told.get("data") or {}).get("device_path")
        if file:
            found[one["mount_device"]] = (file, told.get("serial") or "")
    return found
