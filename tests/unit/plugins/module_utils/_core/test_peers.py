# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which addresses let the members of a fleet in."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.census import Census
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import Mark
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Address, Identity, Server
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.peers import Peers, peer_rules, peers_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import ObjectionError
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_rules import PEERS, opening

FIXED = Address(address="10.0.0.5", network="private")
FLOATING = Address(address="203.0.113.5", network="private", kind="floating")
PUBLIC = Address(address="198.51.100.5", network="Ext-Net")
SIX = Address(address="2001:db8::5", network="Ext-Net", version=6)
LOCAL = Address(address="fd00::5", network="private", version=6)
WIREGUARD = opening({"protocol": ["udp"], "ports": ["51820"], "peers": ["crawl"]}, "rules[0]")


def member(slot: int, *addresses: Address, status: str = "ACTIVE", fleet: str = "crawl") -> Server:
    name = f"{fleet}-{slot:03d}"
    mark = Mark(fleet=fleet, slot=slot, token="t" * 8, run_at=1, until=2, replaced_at=0, spec="s")
    return Server(
        id=name,
        name=name,
        status=status,
        metadata=(("multi_stack", str(mark)),),
        description=str(mark),
        addresses=addresses,
    )


def survey(label: str, *servers: Server, partial: bool = False) -> m.Surveyed:
    identity = Identity(endpoint=label, project_id="p")
    return m.Surveyed(now=1.0, location=label, started_at=0.0, servers=servers, identity=identity, partial=partial)


def census(*seen: m.Surveyed, silent: str = "", merged: tuple[tuple[str, str], ...] = ()) -> Census:
    unreachable = ((silent, Fault(kind=Kind.UNREACHABLE)),) if silent else ()
    return Census(seen=seen, unreachable=unreachable, merged=merged)


def told(peers: Peers, location: str) -> list[str]:
    return [rule.told({}).removeprefix("udp 51820 from ") for rule in peer_rules([WIREGUARD], peers, location)]


def test_near_ones_come_from_anywhere_far_ones_from_where_the_world_sees_them() -> None:
    here, there = survey("a:1", member(1, FIXED, FLOATING)), survey("b:1", member(2, PUBLIC, SIX, LOCAL))
    peers = peers_of(census(here, there), {"crawl"})
    assert told(peers, "a:1") == ["10.0.0.5/32", "203.0.113.5/32", "198.51.100.5/32", "2001:db8::5/128"]
    assert told(peers, "b:1") == ["203.0.113.5/32", "198.51.100.5/32", "2001:db8::5/128", "fd00::5/128"]
    notes = {rule.note for rule in peer_rules([WIREGUARD], peers, "a:1")}
    assert notes == {f"{PEERS}crawl a:1", f"{PEERS}crawl b:1"}


def test_objects_where_a_member_elsewhere_has_only_a_private_address() -> None:
    peers = peers_of(census(survey("a:1", member(1, FIXED, LOCAL)), survey("b:1")), {"crawl"})
    assert told(peers, "a:1") == ["10.0.0.5/32", "fd00::5/128"]
    with pytest.raises(
        ObjectionError, match=r"server crawl-001 at a:1 has only private addresses \(10.0.0.5, fd00::5\)"
    ):
        told(peers, "b:1")


def test_another_name_of_a_location_is_that_location() -> None:
    peers = peers_of(census(survey("a:1", member(1, FIXED)), merged=(("z:1", "a:1"),)), {"crawl"})
    assert told(peers, "z:1") == ["10.0.0.5/32"]


def test_only_living_members_of_the_fleets_that_are_named_count() -> None:
    servers = (
        member(1, PUBLIC, fleet="other"),
        member(2, PUBLIC, status="ERROR"),
        member(3, PUBLIC, status="DELETED"),
        Server(id="x", name="crawl-009", status="ACTIVE", addresses=(PUBLIC,)),
        member(4, status="BUILD"),
        member(5, Address(address="nonsense", network="n"), SIX),
    )
    peers = peers_of(census(survey("a:1", *servers)), {"crawl"})
    assert [each.name for each in peers.members] == ["crawl-004", "crawl-005"]
    assert [each.name for each in peers.nowhere] == ["crawl-004"]
    assert told(peers, "b:1") == ["2001:db8::5/128"]


def test_one_version_of_ip_is_enough_when_the_rule_says_so() -> None:
    peers = peers_of(census(survey("a:1", member(1, PUBLIC, SIX))), {"crawl", "other"})
    only = opening({"peers": ["crawl", "other"], "ethertype": "IPv6"}, "rules[0]")
    assert [rule.cidr for rule in peer_rules([only], peers, "b:1")] == ["2001:db8::5/128"]


def test_what_is_not_seen_is_not_gone() -> None:
    peers = peers_of(census(survey("a:1", partial=True), survey("b:1"), silent="c:1"), {"crawl"})
    assert peers.unknown == {"a:1", "c:1"}
    assert peers.kept("crawl") == {f"{PEERS}crawl a:1", f"{PEERS}crawl c:1"}
