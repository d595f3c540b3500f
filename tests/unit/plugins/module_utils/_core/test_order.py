# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user may ask for, and the sentence for each thing that makes no sense."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.options import order_from
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import (
    OnDrift,
    OnShortfall,
    Order,
    Patience,
    Spec,
    lifetime_of,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.place import Wish, Wishes
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

LEAST: dict[str, t.Any] = {"fleet": "crawl", "count": 3, "image": "debian", "flavor": ["m1.small"]}


def test_the_least_that_can_be_said() -> None:
    order = order_from(LEAST)
    spec = Spec(image="debian", flavors=("m1.small",))
    assert order == Order(fleet="crawl", count=3, min_count=3, spec=spec)
    assert order.places_servers


def test_everything_that_can_be_said() -> None:
    order = order_from(
        LEAST
        | {"state": "present", "min_count": 2, "network": "private", "security_groups": ["web"], "key_name": "ops"}
        | {"userdata": "#!/bin/sh", "config_drive": True, "metadata": {"a": 1}, "tags": ["t"], "description": "for Ada"}
        | {"availability_zones": ["az1"], "strategy": "pack", "max_per_location": 2, "headroom": 1, "lifetime": "1h"}
        | {"owner": "ada", "wait": True, "on_unreachable": "fail", "on_drift": "fail", "timeout": 60}
        | {"fence": True, "adopt": True, "repair": True, "wait_for_room": True, "max_removals": 1, "plan_strict": True}
        | {"on_shortfall": "accept", "plan": [{"slot": 1, "location": "a:1", "flavor": "m1.small", "name": "c-1"}]}
        | {"boot_timeout": 50, "api_timeout": 20, "survey_timeout": 5, "max_attempts": 2, "ready_port": 22}
    )
    assert order == Order(
        fleet="crawl",
        count=3,
        spec=Spec(
            image="debian",
            flavors=("m1.small",),
            networks=("private",),
            security_groups=("web",),
            key_name="ops",
            userdata="#!/bin/sh",
            config_drive=True,
            metadata=(("a", "1"),),
            tags=("t",),
            zones=("az1",),
            description="for Ada",
        ),
        strategy="pack",
        max_per_location=2,
        headroom=1,
        lifetime=3600,
        owner="ada",
        fail_on_unreachable=True,
        on_drift=OnDrift.FAIL,
        on_shortfall=OnShortfall.ACCEPT,
        fence=True,
        adopt=True,
        repair=True,
        wait_for_room=True,
        max_removals=1,
        wishes=Wishes(by_slot={1: Wish(location="a:1", flavor="m1.small")}, strict=True),
        patience=Patience(timeout=60.0, boot=50.0, api=20.0, survey=5.0, attempts=2, ready_port=22),
    )


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_reads_as_not_set(empty: str | None) -> None:
    names = ("state", "min_count", "network", "userdata", "lifetime", "owner", "timeout", "strategy", "key_name")
    assert order_from(LEAST | dict.fromkeys(names, empty)) == order_from(LEAST)


def test_what_is_to_be_absent_needs_nothing_but_its_name() -> None:
    order = order_from({"fleet": "crawl", "state": "absent", "count": 5, "min_count": 5})
    assert order == Order(fleet="crawl", absent=True)
    assert not order.places_servers


def test_what_is_to_be_absent_may_be_some_slots_only() -> None:
    order = order_from({"fleet": "crawl", "state": "absent", "slots": [2, 5]})
    assert [slot for slot in range(1, 7) if order.concerns(slot)] == [2, 5]
    assert Order(fleet="crawl").concerns(1)


def test_a_shortfall_that_is_accepted_needs_no_servers_at_all() -> None:
    assert order_from(LEAST | {"on_shortfall": "accept", "min_count": 2}).min_count == 0


def test_a_run_need_not_wait() -> None:
    assert not order_from(LEAST | {"wait": False}).wait


def test_no_servers_need_no_image() -> None:
    assert order_from({"fleet": "crawl", "count": 0}).count == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fleet": ""}, 'fleet: "" cannot be the name of a fleet; it takes at most 32 lower-case'),
        ({"fleet": "Crawl"}, 'fleet: "Crawl" cannot be'),
        ({"fleet": "crawl-"}, 'fleet: "crawl-" cannot be'),
        ({"fleet": "a\n"}, "cannot be the name of a fleet"),
        ({"fleet": "a" * 33}, "cannot be the name of a fleet"),
        ({"count": None}, "count: say how many servers the fleet is to have; 0 removes them all"),
        ({"count": -1}, "count: -1 is less than 0; give 0 or more"),
        ({"count": 10001}, "count: 10001 is more than one order may ask for (10000); make several fleets"),
        ({"min_count": 4}, "min_count: 4 is more than count (3); lower it, or leave it out"),
        ({"min_count": -1}, "min_count: -1 is less than 0"),
        ({"max_per_location": 0}, "max_per_location: 0 is less than 1; give 1 or more"),
        ({"headroom": -2}, "headroom: -2 is less than 0"),
        ({"timeout": 0}, "timeout: 0 is less than 1"),
        ({"boot_timeout": 0}, "boot_timeout: 0 is less than 1"),
        ({"ready_port": 65536}, "ready_port: 65536 is no TCP port; give one from 1 to 65535, 22 for SSH"),
        ({"ready_port": -1}, "ready_port: -1 is no TCP port"),
        ({"api_timeout": 0}, "api_timeout: 0 is less than 1"),
        ({"survey_timeout": 0}, "survey_timeout: 0 is less than 1"),
        ({"max_attempts": 0}, "max_attempts: 0 is less than 1"),
        ({"image": ""}, "image: say which image the servers are to have"),
        ({"flavor": []}, "flavor: say which flavor the servers are to have"),
        ({"network": "a", "nics": ["b"]}, "network, nics: give one of them"),
        ({"nics": ["port-id=1"]}, 'nics: "port-id=1" is not understood; each takes net-name or net-id'),
        ({"nics": ["net-name=a,tag"]}, 'nics: "net-name=a,tag" is not understood'),
        ({"nics": [{"net-name": "a", "net-id": "b"}]}, "is not understood"),
        ({"nics": [["a"]]}, 'nics: ["a"] is not understood'),
        ({"userdata": "x" * 50000}, "userdata: it is 66668 bytes long in base64, and clouds take 65535"),
        ({"metadata": {str(n): "" for n in range(121)}}, "metadata: 121 items are too many; at most 120"),
        ({"metadata": {"multi_stack_x": 1}}, 'metadata: "multi_stack_x" begins with multi_stack'),
        ({"metadata": {"é": 1}}, 'metadata: "é" cannot be a key'),
        ({"metadata": {"a": "é" * 128}}, 'metadata: the value of "a" is longer than 255 bytes; use userdata'),
        ({"slots": [1]}, "slots: only state: absent takes it; a fleet that is present has the slots 1 to count"),
        ({"state": "absent", "slots": [2, 0]}, "slots: 0 is no slot; give numbers from 1 on"),
        ({"max_removals": -1}, "max_removals: -1 is less than 0"),
        ({"plan": [{"slot": 1, "location": "a:1"}, {"slot": 4, "location": "a:1"}]}, "plan: row 2 has no slot from 1"),
        ({"plan": [{"slot": 1}]}, "plan: row 1 has no slot from 1 to 3, or no location"),
        ({"plan": [{"slot": "1", "location": "a:1"}]}, "plan: row 1 has no slot"),
        ({"plan": [{"slot": 1, "location": "a:1"}] * 2}, "plan: slot 1 is there twice; give each slot one row"),
        ({"wait": False, "wait_for_room": True}, "wait: wait_for_room needs to wait for what becomes of the servers"),
        ({"wait": False, "on_shortfall": "rollback"}, "wait: on_shortfall: rollback needs to wait"),
        ({"image_filter": {"name": "deb*"}}, "image, image_filter: give one of them"),
        ({"image": None, "image_filter": {"tags": ["a"]}}, "image_filter: tags is to be a text"),
        ({"image": None, "image_filter": {"name": "x" * 250}}, "image_filter: it is too long"),
        ({"key": "per_server"}, "key_dir: say in which folder"),
        ({"key": "per_server", "key_dir": "/k", "key_name": "ops"}, "key, key_name: with key: per_server"),
        ({"key_dir": "/k"}, "key_dir: only key: per_server takes it"),
        ({"lifetime": "soon"}, 'lifetime: "soon" is no length of time; write for example 40m'),
    ],
)
def test_says_what_makes_no_sense(change: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(OrderError) as raised:
        order_from(LEAST | change)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("nic", "network"),
    [
        ("private", "private"),
        ("net-name=private", "private"),
        ("net-id=1234", "1234"),
        ({"net-name": "private"}, "private"),
        ({"net_id": "1234"}, "1234"),
    ],
)
def test_takes_nics_as_openstack_cloud_server_does(nic: t.Any, network: str) -> None:
    assert order_from(LEAST | {"nics": [nic, "second"]}).spec.networks == (network, "second")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("40m", 2400), ("1h30m", 5400), ("2d", 172800), ("3600", 3600), ("90s", 90), ("1h 5m", 3900), ("never", None)],
)
def test_reads_lifetimes(text: str, seconds: int | None) -> None:
    assert lifetime_of(text) == seconds


@pytest.mark.parametrize("text", ["0", "0h", "-1h", "h", " ", "1h1d", "1.5h", "1w"])
def test_refuses_what_is_no_lifetime(text: str) -> None:
    with pytest.raises(OrderError):
        lifetime_of(text)


@given(st.integers(0, 30), st.integers(0, 23), st.integers(0, 59), st.integers(1, 59))
def test_a_lifetime_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, seconds: int) -> None:
    assert lifetime_of(f"{days}d{hours}h{minutes}m{seconds}s") == ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@pytest.mark.parametrize(
    "change",
    [
        {"image": "other"},
        {"flavors": ("b", "a")},
        {"userdata": "x"},
        {"config_drive": True},
        {"metadata": (("a", "2"),)},
    ],
)
def test_another_spec_has_another_digest(change: dict[str, t.Any]) -> None:
    facts: dict[str, t.Any] = {"image": "debian", "flavors": ("a", "b"), "metadata": (("a", "1"), ("b", "2"))}
    assert Spec(**facts).digest != Spec(**(facts | change)).digest


def test_the_order_of_sets_and_where_servers_run_are_no_drift() -> None:
    one = Spec(tags=("a", "b"), security_groups=("x", "y"), metadata=(("a", "1"), ("b", "2")), zones=("az1",))
    two = Spec(tags=("b", "a"), security_groups=("y", "x"), metadata=(("b", "2"), ("a", "1")), description="d")
    assert one.digest == two.digest


def test_userdata_is_never_shown() -> None:
    assert "secret" not in repr(Spec(userdata="secret"))


@pytest.mark.parametrize(("timeout", "reserve"), [(900.0, 30.0), (100.0, 15.0)])
def test_the_end_of_the_timeout_is_kept(timeout: float, reserve: float) -> None:
    assert Patience(timeout=timeout).reserve == reserve


def test_a_filter_of_images_is_an_order_of_its_own_whatever_the_order_of_its_words() -> None:
    some = {"fleet": "crawl", "count": 1, "flavor": ["m1.tiny"]}
    one = order_from({**some, "image_filter": {"name": "debian-*", "hw_acpi": True}})
    other = order_from({**some, "image_filter": {"hw_acpi": "true", "name": "debian-*"}})
    assert one.spec.digest == other.spec.digest != order_from({**some, "image": "debian-*"}).spec.digest
    assert one.spec.image_told == "newest:hw_acpi=true,name=debian-*"
