# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network interfaces of guests: each is one end of a pair, whose other end is in the bridge of its network."""

from __future__ import annotations

import ipaddress
import socket
import typing as t
from dataclasses import dataclass

from .commands import run, tried, turn

if t.TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address of a port, and its gateway (none: empty)."""

    address: str
    length: int
    gateway: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """A port, as a guest has it."""

    port: str
    network: str
    mac: str
    device: str
    mtu: int
    addresses: tuple[Address, ...]

    @property
    def tap(self) -> str:
        """Our end of the pair."""
        return f"tap{self.port[:11]}"

    @property
    def bridge(self) -> str:
        return f"br{self.network[:11]}"

    @property
    def bridge_mac(self) -> str:
        """One of its own: else a bridge takes that of any of its ports, and changes with them."""
        digits = self.network.replace("-", "")[:10]
        return ":".join(["02", *(digits[place : place + 2] for place in range(0, 10, 2))])

    def configuration(self, *, up: bool = True, routed: bool = True) -> list[str]:
        """What `ip -batch` is told in the guest."""
        lines = [f"link set {self.device} up"] if up else []
        lines += [
            f"addr add {one.address}/{one.length} dev {self.device}{_quick(one.address)}" for one in self.addresses
        ]
        if up and routed:
            metric = 100 + int(self.device.removeprefix("eth"))
            ways = [one.gateway for one in self.addresses if one.gateway]
            lines += [f"route add default via {way} dev {self.device} metric {metric}" for way in ways]
        return lines


def parsed(told: t.Mapping[str, t.Any]) -> Nic:
    """A NIC that was kept as JSON."""
    return Nic(**{**told, "addresses": tuple(Address(**one) for one in told["addresses"])})


def of(network_info: t.Any, first: int = 0) -> list[Nic]:
    """What Nova tells a virt driver of an instance's ports."""
    return [_nic(vif, f"eth{number}") for number, vif in enumerate(network_info or (), first)]


def _nic(vif: t.Any, device: str) -> Nic:
    network = vif["network"]
    addresses = tuple(
        Address(
            address=str(ip["address"]),
            length=ipaddress.ip_network(subnet["cidr"]).prefixlen,
            gateway=str((subnet.get("gateway") or {}).get("address") or ""),
        )
        for subnet in network["subnets"]
        for ip in subnet["ips"]
    )
    mtu = (network.get("meta") or {}).get("mtu") or 1500
    names = {"port": vif["id"], "network": network["id"], "mac": vif["address"], "device": device}
    return Nic(**names, mtu=mtu, addresses=addresses)


def plug(nic: Nic, pid: int, folder: Path) -> None:
    """Make the pair, one end of it in the network namespace of that process."""
    with turn(folder):
        if not _there(nic.bridge):
            _make_bridge(nic)
    unplug(nic)
    pair = f"link add {nic.tap} mtu {nic.mtu} type veth peer name {nic.device}"
    lines = [f"{pair} address {nic.mac} mtu {nic.mtu} netns {pid}", f"link set {nic.tap} master {nic.bridge} up"]
    # The address may have been another guest's before.
    neighbours = [f"neigh replace {one.address} lladdr {nic.mac} dev {nic.bridge} nud stale" for one in nic.addresses]
    _batch(lines + neighbours)


def unplug(nic: Nic) -> None:
    if _there(nic.tap):
        tried("ip", "link", "del", nic.tap)


def configure(nic: Nic, pid: int) -> None:
    """Bring up, in a guest that runs, what was plugged now."""
    text = "\n".join(nic.configuration(routed=False)) + "\n"
    run("nsenter", f"--net=/proc/{pid}/ns/net", "ip", "-batch", "-", text=text)


def _make_bridge(nic: Nic) -> None:
    """The network's bridge, with the addresses of its gateways."""
    gateways = [
        f"addr add {one.gateway}/{one.length} dev {nic.bridge}{_quick(one.gateway)}"
        for one in nic.addresses
        if one.gateway
    ]
    first = f"link add {nic.bridge} address {nic.bridge_mac} type bridge"
    _batch([first, *gateways, f"link set {nic.bridge} up"])


def _batch(lines: t.Sequence[str]) -> None:
    run("ip", "-batch", "-", text="\n".join(lines) + "\n")


def _quick(address: str) -> str:
    """Let no IPv6 address wait for the detection of duplicates."""
    return " nodad" if ":" in address else ""


def _there(device: str) -> bool:
    try:
        return bool(socket.if_nametoindex(device))
    except OSError:
        return False
