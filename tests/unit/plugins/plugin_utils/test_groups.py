# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.plugin_utils._groups import Groups


def row(**fields: t.Any) -> dict[str, t.Any]:
    empty = dict.fromkeys(("cloud", "location", "fleet", "availability_zone", "flavor", "status"), "")
    return {**empty, **fields}


def test_a_group_has_no_character_that_groups_may_not_have() -> None:
    one = row(
        cloud="ovh-1", location="ovh-1:GRA.9", fleet="crawl-2", availability_zone="é z", flavor="m1", status="ACTIVE"
    )
    groups = Groups([one])
    names = ["cloud_ovh_1", "location_ovh_1_GRA_9", "fleet_crawl_2", "zone___z", "flavor_m1", "status_ACTIVE"]
    assert groups.of(one) == names
    assert groups.names == set(names)
    assert groups.collisions == []


def test_what_is_not_known_makes_no_group() -> None:
    assert Groups([row(cloud="a")]).of(row(cloud="a")) == ["cloud_a"]


def test_two_that_would_be_one_are_neither_and_always_named_the_same() -> None:
    one, two = row(location="a:b-c"), row(location="a-b:c")
    groups = Groups([one, two])
    assert groups.of(one) != groups.of(two)
    assert "location_a_b_c" not in groups.names
    assert Groups([two, one]).names == groups.names
    assert Groups([one]).of(one) == ["location_a_b_c"]
    [line] = groups.collisions
    assert f"location_a:b-c is {groups.of(one)[0]}" in line


def test_the_one_that_is_written_just_so_keeps_its_name() -> None:
    plain, other = row(flavor="m1_small"), row(flavor="m1.small")
    groups = Groups([plain, other])
    assert groups.of(plain) == ["flavor_m1_small"]
    assert groups.of(other)[0].startswith("flavor_m1_small_")


def test_a_message_of_a_collision_is_one_line() -> None:
    [line] = Groups([row(flavor="a\nb"), row(flavor="a b")]).collisions
    assert "\n" not in line
