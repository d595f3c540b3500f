# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network namespace in which clouds with guests are: their private addresses leave nowhere."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import typing as t
from pathlib import Path

from .commands import run, tried

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
# Floating IPs are translated for what comes from guests, and for what comes from clients beside the services.
_TRANSLATION = """
table ip openstack_rig {
  map leads { type ipv4_addr : ipv4_addr; }
  chain arriving { type nat hook prerouting priority -100; dnat to ip daddr map @leads; }
  chain own { type nat hook output priority -100; dnat to ip daddr map @leads; }
  chain leaving { type nat hook postrouting priority 100; ct status dnat fib saddr type != local masquerade; }
}
"""
_MAP = ("element", "ip", "openstack_rig", "leads")


def _path(name: str) -> Path:
    return Path("/run/netns") / name


def exists(name: str) -> bool:
    """Whether it can be entered: a file may be left from before the machine was started anew."""
    return _path(name).exists() and tried("nsenter", f"--net={_path(name)}", "true")


def enter(name: str) -> None:
    """Let this process, and all that it starts from now on, be in it."""
    file = os.open(_path(name), os.O_RDONLY)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(file, _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {name}")
    finally:
        os.close(file)


def make(name: str, gateways: t.Sequence[str]) -> None:
    """Make it where there is none, enter it, and have our own address in each public network."""
    if not exists(name):
        with contextlib.suppress(OSError):
            _path(name).unlink()
        run("ip", "netns", "add", name)
    enter(name)
    for switch in ("ipv4/ip_forward", "ipv4/conf/all/arp_notify"):
        Path("/proc/sys/net", switch).write_text("1")
    run("ip", "link", "set", "lo", "up")
    there = {device for _index, device in socket.if_nameindex()}
    for number, gateway in enumerate(gateways):
        device = f"public{number}"
        if device not in there:
            words = (f"link add {device} type bridge", f"addr add {gateway}/24 dev {device}", f"link set {device} up")
            run("ip", "-batch", "-", text="\n".join(words) + "\n")
    if not tried("nft", "list", "table", "ip", "openstack_rig"):
        run("nft", "-f", "-", text=_TRANSLATION)


def delete(name: str) -> None:
    if _path(name).exists():
        tried("ip", "netns", "del", name)


def lead(address: str, fixed: str | None) -> None:
    """Let a floating IP lead to a fixed one, or to nothing."""
    tried("nft", "delete", *_MAP, f"{{ {address} }}")
    if fixed:
        run("nft", "add", *_MAP, f"{{ {address} : {fixed} }}")
