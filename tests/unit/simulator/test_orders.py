# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member

NOWHERE = "11111111-2222-3333-4444-555555555555"

# What a real cloud answered, word for word.
CAPTURED: list[tuple[dict[str, t.Any], int, str]] = [
    ({"imageRef": NOWHERE}, 400, "Can not find requested image"),
    (
        {"imageRef": "nope"},
        400,
        "Invalid input for field/attribute imageRef. Value: nope. 'nope' is not valid under any of the given schemas",
    ),
    ({"flavorRef": "nope"}, 400, "Flavor nope could not be found."),
    ({"networks": [{"uuid": NOWHERE}]}, 400, f"Network {NOWHERE} could not be found."),
    (
        {"networks": [{"uuid": "x"}]},
        400,
        "Invalid input for field/attribute networks. Value: [{'uuid': 'x'}]. [{'uuid': 'x'}] is not valid under any of"
        " the given schemas",
    ),
    ({"networks": [{"port": NOWHERE}]}, 400, f"Port id {NOWHERE} could not be found."),
    ({"key_name": "nokey"}, 400, "Invalid key_name provided."),
    (
        {"security_groups": [{"name": "nosg"}]},
        400,
        "Unable to find security_group with name or id 'nosg'",
    ),
    ({"availability_zone": "mars"}, 400, "The requested availability zone is not available"),
    ({"name": ""}, 400, "Invalid input for field/attribute name. Value: . '' should be non-empty"),
    ({"hints": {"group": NOWHERE}}, 400, f"Instance group {NOWHERE} could not be found."),
    ({"metadata": {f"k{n}": "v" for n in range(129)}}, 403, "Maximum number of metadata items exceeds 128"),
    ({"min_count": 3, "max_count": 2}, 400, "min_count must be <= max_count"),
]


@pytest.mark.parametrize(("fields", "status", "message"), CAPTURED)
def test_refuses_in_the_words_of_nova(member: Member, fields: dict[str, t.Any], status: int, message: str) -> None:
    answer = member.order(**{"name": "x", **fields})
    assert (answer.status, answer.message) == (status, message)
    assert member.names() == []


def test_networks_are_required_from_2_37(member: Member) -> None:
    body = member.body("f", networks=None)
    image = body["server"]["imageRef"]
    answer = member.ask("POST", "/servers", body)
    shown = f"{{'name': 'f', 'imageRef': '{image}', 'flavorRef': '1'}}"
    why = "'networks' is a required property"
    assert answer.message == f"Invalid input for field/attribute server. Value: {shown}. {why}"
    member.minor = 1
    assert member.ask("POST", "/servers", body).status == 202


@pytest.mark.parametrize(("field", "since"), [("tags", 52), ("description", 19), ("hostname", 90)])
def test_knows_a_field_only_from_its_microversion(member: Member, field: str, since: int) -> None:
    value = ["t"] if field == "tags" else "text"
    networks = "auto" if since > 36 else None
    member.minor = since - 1
    refused = member.order(**{field: value, "networks": networks})
    assert "Additional properties are not allowed" in refused.message
    member.minor = since
    assert member.order(**{field: value, "networks": networks}).status == 202


def test_the_answer_is_novas(member: Member) -> None:
    answer = member.order("one", security_groups=[{"name": "default"}])
    server = answer.json["server"]
    assert answer.status == 202
    assert set(server) == {"id", "links", "OS-DCF:diskConfig", "security_groups", "adminPass"}
    assert answer.headers["Location"].endswith(server["id"])


def test_many_at_once_get_numbers_and_share_everything(member: Member) -> None:
    member.order("web", min_count=1, max_count=3, tags=["t"], metadata={"a": "b"})
    rows = member.get("/servers/detail")["servers"]
    assert sorted(row["name"] for row in rows) == ["web-1", "web-2", "web-3"]
    assert all(row["tags"] == ["t"] and row["metadata"] == {"a": "b"} for row in rows)


def test_a_reservation_finds_all_of_a_batch(member: Member) -> None:
    member.order("other")
    answer = member.order("web", min_count=2, return_reservation_id=True)
    assert member.names(f"?reservation_id={answer.json['reservation_id']}") == ["web-1", "web-2"]


@pytest.mark.parametrize("lab", [{"networks": [{"name": "private"}, {"name": "second"}]}], indirect=True)
def test_cannot_choose_between_two_networks(member: Member) -> None:
    answer = member.order(networks="auto")
    text = "Multiple possible networks found, use a Network ID to be more specific."
    assert (answer.status, answer.message) == (409, text)


def test_a_zero_disk_needs_a_volume(lab: Lab) -> None:
    member = lab.member()
    region = lab.sim.world.region("alpha")
    region.flavors["9"] = region.flavors["1"].__class__(id="9", name="bare", vcpus=1, ram=64, disk=0)
    text = "Only volume-backed servers are allowed for flavors with zero disk."
    answer = member.order(flavorRef="9")
    assert (answer.status, answer.message) == (403, text)
    disk = {
        "boot_index": 0,
        "uuid": member.image,
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 3,
        "delete_on_termination": True,
    }
    server_id = member.made(flavorRef="9", imageRef=None, block_device_mapping_v2=[disk])
    lab.wait(20)
    server = member.show(server_id)
    assert (server["status"], server["image"]) == ("ACTIVE", "")
    assert len(server["os-extended-volumes:volumes_attached"]) == 1


def test_one_volume_boots_one_server(lab: Lab, member: Member) -> None:
    made = member.ask("POST", "/volumes", {"volume": {"size": 1}}, service=f"volume/v3/{member.project_id}")
    lab.wait(1)
    disk = {
        "boot_index": 0,
        "uuid": made.json["volume"]["id"],
        "source_type": "volume",
        "destination_type": "volume",
    }
    assert member.order("a", imageRef=None, block_device_mapping_v2=[disk]).status == 202
    second = member.order("b", imageRef=None, block_device_mapping_v2=[disk])
    assert second.status == 400
    assert second.message.startswith("Invalid volume: ")
