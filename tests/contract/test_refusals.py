# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""POST /servers refused: in which words, what those words mean to us, and that nothing was made."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Row, Stage

# What is ordered: the status, the words, and what we take them for.
REFUSED: dict[str, tuple[dict[str, t.Any], int, str, Kind]] = {
    "an image that is not there": ({"imageRef": NOWHERE}, 400, "Can not find requested image", Kind.NO_IMAGE),
    "an image that has no id": (
        {"imageRef": "cirros"},
        400,
        r"Invalid input for field/attribute imageRef\.",
        Kind.NO_IMAGE,
    ),
    "a flavor that is not there": ({"flavorRef": "nope"}, 400, r"Flavor nope could not be found\.", Kind.NO_FLAVOR),
    "a network that is not there": (
        {"networks": [{"uuid": NOWHERE}]},
        400,
        f"Network {NOWHERE} could not be found\\.",
        Kind.NO_NETWORK,
    ),
    "a network that has no id": (
        {"networks": [{"uuid": "private"}]},
        400,
        r"Invalid input for field/attribute networks\.",
        Kind.INVALID,
    ),
    "a port that is not there": (
        {"networks": [{"port": NOWHERE}]},
        400,
        f"Port id {NOWHERE} could not be found\\.",
        Kind.NO_PORT,
    ),
    "a key that is not there": ({"key_name": "nope"}, 400, r"Invalid key_name provided\.", Kind.NO_KEY),
    "a security group that is not there": (
        {"security_groups": [{"name": "nope"}]},
        400,
        "Unable to find security_group with name or id 'nope'",
        Kind.NO_GROUP,
    ),
    "a zone that is not there": (
        {"availability_zone": "nope"},
        400,
        "The requested availability zone is not available",
        Kind.NO_ZONE,
    ),
    "a server group that is not there": (
        {"hints": {"group": NOWHERE}},
        400,
        f"Instance group {NOWHERE} could not be found\\.",
        Kind.FENCED_OFF,
    ),
    "no name": ({"name": ""}, 400, r"Invalid input for field/attribute name\.", Kind.INVALID),
    "a name of 256 letters": ({"name": "x" * 256}, 400, r"Invalid input for field/attribute name\.", Kind.INVALID),
    "an unknown field": ({"nope": 1}, 400, r"Invalid input for field/attribute server\.", Kind.INVALID),
    "no networks at all": ({"networks": None}, 400, r"Invalid input for field/attribute server\.", Kind.INVALID),
    "user data that is not base64": (
        {"user_data": "abc"},
        400,
        r"Invalid input for field/attribute user_data\.",
        Kind.INVALID,
    ),
    "user data of more than 65535 letters": (
        {"user_data": "QUJD" * 16384},
        400,
        r"Invalid input for field/attribute user_data\.",
        Kind.INVALID,
    ),
    "a metadata value of 256 letters": (
        {"metadata": {"a": "x" * 256}},
        400,
        r"Invalid input for field/attribute a\.",
        Kind.INVALID,
    ),
    "a metadata key with a slash": (
        {"metadata": {"a/b": "x"}},
        400,
        r"Invalid input for field/attribute metadata\.",
        Kind.INVALID,
    ),
    "129 items of metadata": (
        {"metadata": {f"key{number}": "x" for number in range(129)}},
        403,
        "Maximum number of metadata items exceeds 128",
        Kind.FORBIDDEN,
    ),
    "a tag with a comma": ({"tags": ["a,b"]}, 400, r"Invalid input for field/attribute 0\.", Kind.INVALID),
}
WORDS = {400: "badRequest", 403: "forbidden", 409: "conflictingRequest"}


def is_refused(stage: Stage, answer: Answer, status: int, words: str, kind: Kind) -> None:
    """The refusal, and that it is one: nothing was made."""
    assert (answer.status, answer.word) == (status, WORDS[status]), answer.raw
    assert re.match(words, answer.message), answer.message
    assert (answer.means.fault.kind, answer.means.fate) == (kind, Fate.REFUSED)
    assert stage.user.get("/servers/detail")["servers"] == []


@pytest.mark.parametrize("what", REFUSED)
def test_nova_refuses(stage: Stage, what: str) -> None:
    ordered, status, words, kind = REFUSED[what]
    is_refused(stage, stage.order(**{"name": "contract-1", "networks": stage.wired, **ordered}), status, words, kind)


def test_an_image_without_data_is_no_image_to_boot(stage: Stage) -> None:
    image = {"name": "contract-image", "disk_format": "raw", "container_format": "bare"}
    made = stage.user.send("POST", "/images", image, "image")
    answer = stage.order(imageRef=made["id"])
    is_refused(stage, answer, 400, f"Image {made['id']} is not active\\.", Kind.INVALID)


@pytest.mark.parametrize(
    ("needs", "words"), [({"min_disk": 50}, "Flavor's disk is smaller"), ({"min_ram": 900}, "Flavor's memory is too")]
)
def test_an_image_that_needs_more_than_the_flavor_has(stage: Stage, needs: dict[str, int], words: str) -> None:
    image = {"name": "contract-image", "disk_format": "raw", "container_format": "bare", **needs}
    made = stage.user.send("POST", "/images", image, "image")
    binary = {"Content-Type": "application/octet-stream"}
    stage.user.ask("PUT", f"/images/{made['id']}/file", service="image", data=b"disk", headers=binary)
    is_refused(stage, stage.order(imageRef=made["id"]), 400, words, Kind.UNSUITABLE)


def test_a_flavor_without_a_disk_needs_a_volume(stage: Stage) -> None:
    words = "Only volume-backed servers are allowed for flavors with zero disk."
    is_refused(stage, stage.order(flavorRef=stage.bare), 403, words, Kind.NEEDS_VOLUME)


def test_two_security_groups_of_one_name_are_ambiguous(stage: Stage) -> None:
    for _time in range(2):
        stage.user.send("POST", "/security-groups", {"security_group": {"name": "contract-twin"}})
    words = "Multiple security_group matches found for name 'contract-twin', use an ID to be more specific."
    is_refused(
        stage,
        stage.order(networks=stage.wired, security_groups=[{"name": "contract-twin"}]),
        409,
        words,
        Kind.AMBIGUOUS_NAME,
    )


def test_two_networks_are_ambiguous(stage: Stage) -> None:
    network = stage.user.send("POST", "/networks", {"network": {"name": "contract-second"}})["network"]
    subnet = {"network_id": network["id"], "ip_version": 4, "cidr": "10.214.0.0/24"}
    stage.user.send("POST", "/subnets", {"subnet": subnet})
    words = "Multiple possible networks found, use a Network ID to be more specific."
    is_refused(stage, stage.order(networks="auto"), 409, words, Kind.AMBIGUOUS_NAME)


def test_a_network_without_addresses_is_none_to_be_on(stage: Stage) -> None:
    network = stage.user.send("POST", "/networks", {"network": {"name": "contract-empty"}})["network"]
    answer = stage.order(networks=[{"uuid": network["id"]}])
    words = f"Network {network['id']} requires a subnet in order to boot instances on\\."
    is_refused(stage, answer, 400, words, Kind.INVALID)


def test_a_port_that_is_taken_is_a_conflict(stage: Stage) -> None:
    body = {"port": {"name": "contract-port", "network_id": stage.network}}
    port = stage.user.send("POST", "/ports", body)["port"]["id"]
    first = stage.ready(networks=[{"port": port}])["id"]
    answer = stage.order("contract-2", networks=[{"port": port}])
    assert (answer.status, answer.message) == (409, f"Port {port} is still in use.")
    assert answer.means.fault.kind is Kind.CONFLICT
    assert [row["id"] for row in stage.user.get("/servers")["servers"]] == [first]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"instances": 0}, "Quota exceeded for instances: Requested 1, but already used 0 of 0 instances"),
        ({"cores": 0}, "Quota exceeded for cores: Requested 1, but already used 0 of 0 cores"),
        ({"ram": 100}, "Quota exceeded for ram: Requested 512, but already used 0 of 100 ram"),
        (
            {"cores": 0, "ram": 0},
            "Quota exceeded for cores, ram: Requested 1, 512, but already used 0, 0 of 0, 0 cores, ram",
        ),
    ],
)
def test_a_full_project_says_which_quota_is_full(stage: Stage, limits: dict[str, int], words: str) -> None:
    stage.quota(**limits)
    is_refused(stage, stage.order(), 403, words, Kind.QUOTA)


def test_the_quota_of_ports_is_asked_before_anything_is_made(stage: Stage) -> None:
    stage.quota(port=0)
    is_refused(stage, stage.order(networks=stage.wired), 403, "Maximum number of ports exceeded", Kind.PORT_QUOTA)


def test_a_microversion_that_is_not_offered_is_refused(stage: Stage) -> None:
    answer = stage.order(version="2.999")
    assert (answer.status, answer.word) == (406, "computeFault")
    assert answer.message.startswith("Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.")
    assert answer.means.fault.kind is Kind.MICROVERSION


@pytest.mark.parametrize(("field", "value", "since"), [("description", "told", 19), ("tags", ["contract"], 52)])
def test_a_field_is_unknown_before_its_microversion(stage: Stage, field: str, value: object, since: int) -> None:
    fields: Row = {field: value, "networks": "none" if since > 37 else None}
    answer = stage.order(version=f"2.{since - 1}", **fields)
    is_refused(stage, answer, 400, r"Invalid input for field/attribute server\.", Kind.INVALID)
    assert stage.order(version=f"2.{since}", **fields).status == 202


def test_before_2_37_networks_are_not_needed(stage: Stage) -> None:
    assert stage.order(version="2.36", networks=None).status == 202
