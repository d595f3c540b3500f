# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images in Glance: made, filled, changed, listed and deleted as the collection does it."""

from __future__ import annotations

import hashlib
import time
import typing as t
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Row, Stage

DATA = b"contract" * 1000
BINARY = {"Content-Type": "application/octet-stream"}
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def ask(stage: Stage, method: str, path: str, body: object = None, **more: t.Any) -> Answer:
    return stage.user.ask(method, path, body, service="image", **more)


def post(stage: Stage, **fields: t.Any) -> Answer:
    body = {"name": "contract-image", "disk_format": "raw", "container_format": "bare", **fields}
    return ask(stage, "POST", "/images", body)


def queued(stage: Stage, **fields: t.Any) -> str:
    answer = post(stage, **fields)
    assert answer.status == 201, answer.raw
    return str(answer.json["id"])


def upload(stage: Stage, image_id: str, data: bytes = DATA) -> Answer:
    return ask(stage, "PUT", f"/images/{image_id}/file", data=data, headers=BINARY)


def active(stage: Stage, **fields: t.Any) -> Row:
    image_id = queued(stage, **fields)
    assert upload(stage, image_id).status == 204
    return dict(stage.user.get(f"/images/{image_id}", "image"))


def patched(stage: Stage, image_id: str, *patch: t.Mapping[str, str]) -> Answer:
    return ask(stage, "PATCH", f"/images/{image_id}", list(patch), headers=PATCH)


def listed(stage: Stage, **query: str) -> t.Any:
    return stage.user.get(f"/images?{urlencode({'owner': stage.user.project_id, **query})}", "image")


def found(stage: Stage, **query: str) -> list[str]:
    return [row["id"] for row in listed(stage, **query)["images"]]


def test_an_image_is_made_without_data_under_the_id_that_we_choose(stage: Stage) -> None:
    image_id = str(uuid4())
    answer = post(stage, id=image_id, contract_until="77", visibility="private")
    assert answer.status == 201
    image = answer.json
    assert (image["id"], image["status"], image["owner"]) == (image_id, "queued", stage.user.project_id)
    assert (image["size"], image["checksum"], image["os_hash_value"]) == (None, None, None)
    assert (image["contract_until"], image["visibility"]) == ("77", "private")
    assert (image["min_disk"], image["min_ram"]) == (0, 0)


def test_an_image_is_visible_to_those_it_is_shared_with_unless_said_otherwise(stage: Stage) -> None:
    assert post(stage).json["visibility"] == "shared"


def test_no_id_is_given_twice(stage: Stage) -> None:
    image_id = queued(stage)
    answer = post(stage, id=image_id)
    assert answer.status == 409
    assert f"Image ID {image_id} already exists!".encode() in answer.raw


def test_two_images_may_have_the_same_name(stage: Stage) -> None:
    assert queued(stage) != queued(stage)


def test_data_makes_an_image_active_and_gives_it_its_digests(stage: Stage) -> None:
    image = active(stage)
    assert (image["status"], image["size"]) == ("active", len(DATA))
    assert (image["os_hash_algo"], image["os_hash_value"]) == ("sha512", hashlib.sha512(DATA).hexdigest())
    assert image["checksum"] == hashlib.md5(DATA, usedforsecurity=False).hexdigest()


def test_an_upload_is_answered_with_nothing(stage: Stage) -> None:
    answer = upload(stage, queued(stage))
    assert (answer.status, answer.raw) == (204, b"")


def test_an_image_is_filled_once(stage: Stage) -> None:
    answer = upload(stage, active(stage)["id"])
    assert answer.status == 409


def test_nothing_is_uploaded_to_what_never_was(stage: Stage) -> None:
    assert upload(stage, NOWHERE).status == 404


def test_data_of_another_type_is_not_taken(stage: Stage) -> None:
    image_id = queued(stage)
    answer = ask(stage, "PUT", f"/images/{image_id}/file", data=DATA, headers={"Content-Type": "text/plain"})
    assert answer.status == 415
    assert stage.user.get(f"/images/{image_id}", "image")["status"] == "queued"


def test_data_that_is_not_of_the_image_s_format_is_not_taken(stage: Stage) -> None:
    image_id = queued(stage, disk_format="qcow2")
    answer = upload(stage, image_id)
    assert answer.status == 415
    assert stage.user.get(f"/images/{image_id}", "image")["status"] != "active"


@pytest.mark.parametrize("wrong", [{"disk_format": "nope"}, {"visibility": "nope"}, {"min_disk": -1}, {"id": "x"}])
def test_an_image_that_is_described_wrongly_is_not_made(stage: Stage, wrong: dict[str, t.Any]) -> None:
    assert post(stage, **wrong).status == 400


def test_members_make_no_public_images(stage: Stage) -> None:
    answer = post(stage, visibility="public")
    assert answer.status == 403
    assert b"publicize_image" in answer.raw


def test_properties_are_added_replaced_and_removed(stage: Stage) -> None:
    image_id = queued(stage, old="1", older="1")
    answer = patched(
        stage,
        image_id,
        {"op": "add", "path": "/new", "value": "2"},
        {"op": "replace", "path": "/old", "value": "2"},
        {"op": "remove", "path": "/older"},
        {"op": "replace", "path": "/name", "value": "contract-renamed"},
    )
    assert answer.status == 200
    assert (answer.json["new"], answer.json["old"], answer.json["name"]) == ("2", "2", "contract-renamed")
    assert "older" not in answer.json
    assert stage.user.get(f"/images/{image_id}", "image")["name"] == "contract-renamed"


def test_a_property_that_is_not_there_is_not_replaced(stage: Stage) -> None:
    answer = patched(stage, queued(stage), {"op": "replace", "path": "/nothing", "value": "2"})
    assert answer.status == 409


def test_the_image_of_somebody_else_is_theirs(stage: Stage) -> None:
    assert patched(stage, stage.image, {"op": "add", "path": "/contract", "value": "x"}).status == 403
    assert ask(stage, "DELETE", f"/images/{stage.image}").status == 403


@pytest.mark.parametrize("make", [queued, lambda stage: active(stage)["id"]], ids=["queued", "active"])
def test_an_image_is_deleted(stage: Stage, make: t.Callable[[Stage], str]) -> None:
    image_id = make(stage)
    answer = ask(stage, "DELETE", f"/images/{image_id}")
    assert (answer.status, answer.raw) == (204, b"")
    assert ask(stage, "GET", f"/images/{image_id}").status == 404
    assert ask(stage, "DELETE", f"/images/{image_id}").status == 404


def test_a_list_has_what_was_asked_for(stage: Stage) -> None:
    queued_one, active_one = queued(stage), active(stage, os_distro="debian")["id"]
    other = queued(stage, name="contract-other")

    assert set(found(stage)) == {other, active_one, queued_one}
    assert set(found(stage, name="contract-image")) == {active_one, queued_one}
    assert found(stage, name="contract-image", status="active") == [active_one]
    assert found(stage, os_distro="debian") == [active_one]


def test_a_list_is_in_the_order_that_was_asked_for(stage: Stage) -> None:
    for name in ("contract-b", "contract-a", "contract-c"):
        queued(stage, name=name)
    names = [row["name"] for row in listed(stage, sort="name:asc")["images"]]
    assert names == ["contract-a", "contract-b", "contract-c"]
    assert stage.user.ask("GET", "/images?sort=nope", service="image").status == 400


@pytest.mark.slow
def test_the_newest_images_come_first(stage: Stage) -> None:
    older = queued(stage)
    time.sleep(1.1)  # Glance counts in seconds.
    newer = queued(stage)
    assert found(stage) == found(stage, sort="created_at:desc") == [newer, older]


def test_a_list_comes_page_by_page(stage: Stage) -> None:
    ids = {queued(stage) for _number in range(3)}
    page = listed(stage, name="contract-image", sort="created_at:desc", limit="2")
    assert len(page["images"]) == 2
    last = stage.user.get(f"/images?{urlsplit(page['next']).query}", "image")
    assert {row["id"] for row in (*page["images"], *last["images"])} == ids
    assert "next" not in last


def test_a_marker_that_is_no_image_is_refused(stage: Stage) -> None:
    assert ask(stage, "GET", f"/images?marker={NOWHERE}").status == 400


def test_an_image_that_never_was_is_said_to_be_missing_on_a_page(stage: Stage) -> None:
    answer = ask(stage, "GET", f"/images/{NOWHERE}")
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f"No image found with ID {NOWHERE}".encode() in answer.raw


def test_glance_tells_how_images_may_be_imported(stage: Stage) -> None:
    methods = stage.user.get("/info/import", "image")["import-methods"]["value"]
    assert "glance-direct" in methods


def test_a_way_to_import_that_is_not_offered_is_refused(stage: Stage) -> None:
    body = {"method": {"name": "contract-nothing", "uri": "http://127.0.0.1:9/x"}}
    answer = ask(stage, "POST", f"/images/{queued(stage)}/import", body)
    assert answer.status == 400


def test_an_image_that_is_active_is_not_imported(stage: Stage) -> None:
    answer = ask(stage, "POST", f"/images/{active(stage)['id']}/import", {"method": {"name": "glance-direct"}})
    assert answer.status == 409


def test_glance_tells_what_a_project_uses_where_it_has_quotas(stage: Stage) -> None:
    usage = stage.user.get("/info/usage", "image")["usage"]
    assert all({"limit", "usage"} <= set(each) for each in usage.values())
