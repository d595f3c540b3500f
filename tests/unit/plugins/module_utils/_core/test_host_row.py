# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address that is preferred, and how much a host may tell."""

from __future__ import annotations

import json

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.address import Preference, preferred
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.host_row import host_row
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Host
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Address, Server

from .world import marked

FIXED = Address(address="10.0.0.1", network="private")
FIXED6 = Address(address="2001:db8::1", network="private", version=6)
FLOATING = Address(address="203.0.113.1", network="private", kind="floating")
OTHER = Address(address="192.0.2.1", network="backup")
ALL = (FIXED6, OTHER, FIXED, FLOATING)


@pytest.mark.parametrize(
    ("preference", "address"),
    [
        (Preference(), FLOATING),
        (Preference(private=True), OTHER),
        (Preference(private=True, networks=("priv*",)), FIXED),
        (Preference(networks=("backup",)), OTHER),
        (Preference(networks=("none", "backup", "private")), OTHER),
        (Preference(networks=("none",)), FLOATING),
    ],
)
def test_the_address_is_the_one_that_the_user_likes_best(preference: Preference, address: Address) -> None:
    assert preferred(ALL, preference) == address.address


def test_a_server_with_nothing_but_ipv6_has_no_ipv4_address() -> None:
    assert preferred((FIXED6,), Preference()) == FIXED6.address
    assert preferred((FIXED6,), Preference(only_ipv4=True)) == ""
    assert preferred((FIXED6, FLOATING), Preference(private=True)) == FIXED6.address


def test_a_row_tells_fleet_and_age() -> None:
    host = Host(name="n", location="a:1", server=marked(1, "one", addresses=ALL), fleet="crawl", slot=1, stale=7)
    row = host_row(host, Preference(networks=("backup",)))
    assert (row["fleet"], row["slot"], row["stale_seconds"], row["address"]) == ("crawl", 1, 7, OTHER.address)
    assert row["addresses"] == [each.address for each in ALL]


@pytest.mark.parametrize(
    "hostile",
    [
        Server(id="i" * 65536, name="n", status="ACTIVE"),
        Server(id="1", name="é\n" * 32768, status="S" * 65536, zone="z" * 65536, key_name="{{" * 16384),
        Server(id="1", name="n", status="ACTIVE", addresses=(FIXED,) * 5000, flavor="f" * 65536),
        Server(id="1", name="n", status="ACTIVE", metadata=(("multi_stack_owner", "o" * 65536),)),
    ],
)
def test_no_cloud_makes_a_row_larger_than_can_be_stored(hostile: Server) -> None:
    row = host_row(Host(name="n", location="alpha:RegionOne", server=hostile), Preference())
    assert len(json.dumps(row)) <= 1100
    assert row["location"] == "alpha:RegionOne"


def test_a_location_is_never_cut() -> None:
    location = "l" * 2000
    server = Server(id="1", name="n", status="ACTIVE")
    row = host_row(Host(name="n", location=location, server=server), Preference())
    assert (row["location"], row["name"]) == (location, "")


def test_half_a_character_is_no_character_and_a_whole_one_stays() -> None:
    addresses = (Address(address="10.0.0.1\udfff", network="n"),)
    server = Server(id="1", name="half \ud800", status="ACTIVE", key_name="🔑", addresses=addresses, vcpus=1)
    row = host_row(Host(name="n", location="a:1", server=server), Preference())
    assert (row["name"], row["key_name"], row["addresses"]) == ("half ?", "🔑", ["10.0.0.1?"])
    json.dumps(row, ensure_ascii=False).encode()
