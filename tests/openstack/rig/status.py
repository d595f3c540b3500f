# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status: what runs, and what it takes of memory and processor time."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from . import guests
from .drivers import namespace

if t.TYPE_CHECKING:
    from .rig import Rig


def told(rig: Rig) -> bool:
    """Print it; whether all that was started runs."""
    names = rig.processes.names
    memory = seconds = 0.0
    for name in names:
        pid = rig.processes.pid(name)
        mine, spent = guests.proportional(Path(f"/proc/{pid}")), _seconds(pid)
        state = "frozen" if rig.processes.frozen(name) else "up" if pid else "DEAD"
        print(f"{name:<20}{state:<8}pid {pid or '-':<9}{mine:7.1f} MiB {spent:8.1f} s")
        memory += mine
        seconds += spent
    for name in sorted(set(_expected(rig)) - set(names)) if names else ():
        print(f"{name:<20}stopped")
    print(
        f"{len(names)} processes, {memory:.0f} MiB, {seconds:.0f} s of processor time"
        if names
        else "the clouds are down"
    )
    if names and rig.settings.options.guests:
        print(_guests(rig))
    return all(map(rig.processes.pid, names))


def told_of_guests(rig: Rig) -> None:
    """Print a line for each guest."""
    for site, guest in guests.all_of(rig.settings):
        kept, first = guest.known, guest.first
        addresses = ",".join(one.address for nic in kept.nics for one in nic.addresses)
        state = f"pid {first:<9}{guests.memory(guest):6.1f} MiB" if first else "off"
        print(f"{site.name:<10}{kept.name:<28}{addresses:<16}{guest.uuid}  {state}")


def _expected(rig: Rig) -> t.Iterator[str]:
    for site, service in rig.settings.services:
        yield rig.services.program(site, service).name


def _seconds(pid: int) -> float:
    """Processor time of a process so far."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _guests(rig: Rig) -> str:
    there = guests.all_of(rig.settings)
    running = sum(bool(guest.pid) for _site, guest in there)
    missing = "" if namespace.exists(rig.settings.namespace) else " (MISSING)"
    return f"{running} guests, {len(there) - running} off; in the network namespace {rig.settings.namespace}{missing}"
