# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One image in all clouds, as Ansible calls the module, on simulated clouds."""

from __future__ import annotations

import hashlib
import threading
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.image import image
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_image
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer, called

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.simulator.resources import Image

pytestmark = pytest.mark.slow

CLOUDS = ("alpha", "beta", "gamma")
WORLD = {"clouds": {"alpha": {}, "beta": {"multi_stack": {"image": {"app": "app-at-beta"}}}, "gamma": {}}}
QCOW2 = b"QFI\xfb" + bytes(range(256)) * 4000
OTHER = b"QFI\xfb" + b"other" * 1000


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door:
    """Runs the module, and tells what it answered and what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str], clouds: Simulator, folder: pathlib.Path) -> None:
        self._capsys, self.clouds, self.folder = capsys, clouds, folder
        self.file = folder / "app.qcow2"
        self.file.write_bytes(QCOW2)

    def options(self, **options: t.Any) -> dict[str, t.Any]:
        given = {"name": "app", "clouds_yaml_path": str(self.folder / "clouds.yaml"), "timeout": 20, **options}
        if given.get("state") != "absent" and not {"path", "url"} & set(given):
            given["path"] = str(self.file)
        return given

    def __call__(self, *, check: bool = False, **options: t.Any) -> Answer:
        self.clouds.log.clear()
        return called(multi_stack_image, self._capsys, **self.options(**options), _ansible_check_mode=check)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """What the last call wrote: cloud and event."""
        wire = [each for each in self.clouds.wire() if each["service"] != "identity"]
        return sorted((each["cloud"], each["event"]) for each in wire if each["method"] != "GET")

    def images(self, cloud: str = "") -> list[Image]:
        """The images of that name, marked or not."""
        regions = self.clouds.world.regions(cloud or None)
        return [each for region in regions for each in region.images.values() if each.name.startswith("app")]

    def put(self, cloud: str, **facts: t.Any) -> str:
        """An image that somebody else, or another run, made there."""
        region = self.clouds.world.region(cloud)
        from ansible_collections.openmultistack.cloud.tests.simulator.resources import Image  # noqa: PLC0415

        owner = next(iter(self.clouds.world.clouds[cloud].projects.values())).id
        made = Image(
            **{"id": "f" * 8, "name": "app", "owner": owner, "created": region.now(), "visibility": "private", **facts}
        )
        region.images[made.id] = made
        return made.id


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    clouds.reset()
    clouds.clouds_yaml(tmp_path / "clouds.yaml")
    return Door(capsys, clouds, tmp_path)


def states(answer: Answer) -> dict[str, str]:
    return {label.partition(":")[0]: row["state"] for label, row in answer["by_location"].items()}


def mark(content: bytes) -> str:
    return f"sha512:{hashlib.sha512(content).hexdigest()}"


def test_brings_one_image_everywhere_under_the_name_that_it_has_there(door: Door) -> None:
    answer = door(min_disk=10, properties={"hw_qemu_guest_agent": True})
    assert (answer["changed"], states(answer)) == (True, dict.fromkeys(CLOUDS, "changed"))
    assert [(each.name, each.status, each.size) for each in door.images()] == [
        (name, "active", len(QCOW2)) for name in ("app", "app-at-beta", "app")
    ]
    for each in door.images():
        assert (each.disk_format, each.container_format, each.visibility) == ("qcow2", "bare", "private")
        assert each.min_disk == 10
        assert each.digest == hashlib.sha512(QCOW2).hexdigest()
        assert each.properties["hw_qemu_guest_agent"] == "true"
        assert each.properties["multi_stack"] == answer["image"]["content"] == mark(QCOW2)
    assert answer["by_location"]["alpha:RegionOne"]["done"] == ["create image app", "upload image app"]
    assert answer["msg"] == "image app: 3 of 3 locations are as wanted, 3 of them changed just now"


def test_a_second_run_only_reads(door: Door) -> None:
    first = door()
    answer = door()
    assert (answer["changed"], set(states(answer).values()), door.writes) == (False, {"unchanged"}, [])
    assert set(answer["requests"].values()) == {2}
    assert answer["by_location"]["beta:RegionOne"]["id"] == first["by_location"]["beta:RegionOne"]["id"]


def test_check_mode_tells_what_a_run_does_and_writes_nothing(door: Door) -> None:
    would = door(check=True, visibility="shared")
    assert (would["changed"], set(states(would).values()), door.writes) == (True, {"changed"}, [])
    done = door(visibility="shared")
    assert would["diff"] == done["diff"]
    for label, row in would["by_location"].items():
        assert row["done"] == done["by_location"][label]["done"]


def test_takes_away_what_it_made_and_nothing_else(door: Door) -> None:
    door()
    theirs = door.put("alpha")
    answer = door(state="absent", exclude=["gamma"])
    assert (answer["changed"], answer["image"]["content"]) == (True, "")
    assert [each.id for each in door.images("alpha")] == [theirs]
    assert [len(door.images(cloud)) for cloud in CLOUDS] == [1, 0, 1]
    assert not door(state="absent", exclude=["gamma"])["changed"]


def test_a_wrong_checksum_is_told_before_any_cloud_is_asked(door: Door) -> None:
    wrong, right = "0" * 64, hashlib.sha256(QCOW2).hexdigest()
    answer = door(checksum=f"sha256:{wrong}")
    assert answer["failed"]
    assert f"app.qcow2 is sha256:{right}, and not sha256:{wrong}" in answer["msg"]
    assert door.clouds.wire() == []
    assert door(checksum=f"sha256:{right}")["changed"]


def test_properties_and_the_like_are_changed_without_another_upload(door: Door) -> None:
    door(properties={"os_distro": "debian"})
    answer = door(properties={"os_distro": "ubuntu", "os_type": "linux"}, min_ram=512, visibility="shared")
    assert set(door.writes) == {(cloud, "image.update") for cloud in CLOUDS}
    assert answer["by_location"]["alpha:RegionOne"]["done"] == [
        "set visibility, min_ram, os_distro, os_type of image app"
    ]
    found = door.images("alpha")[0]
    assert (found.min_ram, found.visibility, found.properties["os_distro"]) == (512, "shared", "ubuntu")
    assert not door(properties={"os_type": "linux"})["changed"]


def test_other_content_is_a_failure_unless_it_is_to_be_replaced(door: Door) -> None:
    door()
    door.file.write_bytes(OTHER)
    answer = door()
    assert answer["failed"]
    assert 'alpha:RegionOne: image "app" (' in answer["msg"]
    assert "has other content here (qcow2, sha512:" in answer["msg"]
    assert door.writes == []
    answer = door(replace=True)
    assert not answer.get("failed")
    assert [each.digest for each in door.images()] == [hashlib.sha512(OTHER).hexdigest()] * 3
    events = [each["event"] for each in door.clouds.wire() if each["cloud"] == "alpha" and each["method"] != "GET"]
    assert events[-3:] == ["image.create", "image.write", "image.delete"]


def test_an_image_of_somebody_else_is_not_touched(door: Door) -> None:
    theirs = door.put("alpha")
    answer = door(replace=True)
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert 'alpha:RegionOne: another image is named "app" here (ffffffff), which this module did not make' in str(
        answer["msg"]
    )
    assert [each.id for each in door.images("alpha")] == [theirs]


def test_an_image_of_somebody_else_with_the_same_data_will_do(door: Door) -> None:
    theirs = door.put("alpha", digest=hashlib.sha512(QCOW2).hexdigest())
    answer = door()
    assert states(answer) == {"alpha": "unchanged", "beta": "changed", "gamma": "changed"}
    assert answer["by_location"]["alpha:RegionOne"]["id"] == theirs


@pytest.mark.parametrize("content", [b"hello world " * 100, b"\x1f\x8b" + bytes(5000), b"", bytes(100_000)])
def test_a_file_that_is_no_image_is_refused_before_any_cloud_is_asked(content: bytes, door: Door) -> None:
    door.file.write_bytes(content)
    answer = door()
    assert answer["failed"]
    assert "app.qcow2: it " in answer["msg"]
    assert door.clouds.wire() == []


def test_a_format_that_is_given_goes_before_what_the_file_looks_like(door: Door) -> None:
    door.file.write_bytes(bytes(100_000))
    assert door(disk_format="raw")["by_location"]["alpha:RegionOne"]["disk_format"] == "raw"
    door.file.write_bytes(QCOW2)
    assert "it is qcow2, and not raw; leave disk_format out" in door(disk_format="raw")["msg"]


def run(door: Door, failures: list[str], **options: t.Any) -> None:
    spec = {"visibility": None, "min_disk": None, "min_ram": None, "properties": {}, "replace": False}
    params = {**spec, "state": "present", "checksum": None, "disk_format": None, "web_download": True, "url": None}
    failures.append(image({**params, **door.options(**options)}, check=False).failure)


def test_eight_at_once_end_as_one_would(door: Door) -> None:
    failures: list[str] = []
    runs = [threading.Thread(target=run, args=(door, failures)) for _run in range(8)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert failures == [""] * 8
    assert [(each.name, each.status) for each in door.images()] == [
        (name, "active") for name in ("app", "app-at-beta", "app")
    ]


def test_an_upload_that_breaks_off_is_begun_anew_and_leaves_nothing(door: Door) -> None:
    door.clouds.behave(event="image.upload", cloud="alpha", do="drop", at_bytes=300_000, times=2)
    answer = door()
    assert states(answer) == dict.fromkeys(CLOUDS, "changed")
    assert [(each.status, each.size) for each in door.images("alpha")] == [("active", len(QCOW2))]
    assert [event for cloud, event in door.writes if cloud == "alpha"].count("image.create") == 3


def test_an_upload_that_breaks_off_again_and_again_is_taken_back(door: Door) -> None:
    rule = door.clouds.behave(event="image.upload", cloud="alpha", do="drop", at_bytes=300_000)
    answer = door()
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert door.images("alpha") == []
    door.clouds.heal(rule)
    assert states(door()) == {"alpha": "changed", "beta": "unchanged", "gamma": "unchanged"}


def test_data_that_was_damaged_on_its_way_is_sent_again(door: Door) -> None:
    door.clouds.behave(event="image.upload", cloud="beta", do="truncate", times=1)
    answer = door()
    assert states(answer)["beta"] == "changed"
    assert [each.digest for each in door.images("beta")] == [hashlib.sha512(QCOW2).hexdigest()]
    door.clouds.behave(event="image.upload", cloud="gamma", do="truncate")
    door.file.write_bytes(OTHER)
    answer = door(replace=True)
    assert "gamma:RegionOne: what arrived is sha512:" in answer["msg"]
    assert [each.digest for each in door.images("gamma")] == [hashlib.sha512(QCOW2).hexdigest()]


def test_a_cloud_that_hangs_costs_the_others_nothing_and_keeps_nothing_half_made(door: Door) -> None:
    door.clouds.behave(event="image.write", cloud="beta", do="hang")
    answer = door(timeout=4)
    assert states(answer) == {"alpha": "changed", "beta": "failed", "gamma": "changed"}
    assert [each.status for each in door.images("beta")] == []


def test_a_lost_answer_is_settled_by_a_look_at_the_image(door: Door) -> None:
    door.clouds.behave(event="image.write", cloud="alpha", do="drop", commit=True)
    answer = door()
    assert (states(answer)["alpha"], len(door.images("alpha"))) == ("changed", 1)
    assert [event for cloud, event in door.writes if cloud == "alpha"] == ["image.create", "image.write"]


def test_what_a_killed_run_left_is_removed_and_what_others_left_is_not(door: Door) -> None:
    now = door.clouds.world.region("alpha").now()
    content = mark(QCOW2)
    for cloud, facts in {
        "alpha": {"created": now - 60, "status": "queued", "properties": {"multi_stack": content}},
        "beta": {
            "created": now - 900,
            "status": "saving",
            "name": "app-at-beta",
            "properties": {"multi_stack": content, "multi_stack_until": str(int(now) - 10)},
        },
        "gamma": {"created": now - 900, "status": "queued"},
    }.items():
        door.put(cloud, **facts)
    answer = door()
    assert states(answer) == dict.fromkeys(CLOUDS, "changed")
    assert answer["by_location"]["alpha:RegionOne"]["done"][0] == "delete image app (ffffffff, which is queued)"
    assert sorted((each.name, each.status, bool(each.properties)) for each in door.images()) == [
        ("app", "active", True),
        ("app", "active", True),
        ("app", "queued", False),
        ("app-at-beta", "active", True),
    ]


def test_what_another_run_is_still_sending_is_waited_for(door: Door) -> None:
    now = door.clouds.world.region("alpha").now()
    properties = {"multi_stack": mark(QCOW2), "multi_stack_until": str(int(now) + 60)}
    theirs = door.put("alpha", created=now - 40, status="saving", properties=properties)
    answer = door(locations=["alpha"], timeout=6)
    assert "alpha:RegionOne: another run is still uploading it; give it more time (timeout)" in answer["msg"]
    assert door.writes == []
    region = door.clouds.world.region("alpha")

    def land() -> None:
        import dataclasses  # noqa: PLC0415

        region.images[theirs] = dataclasses.replace(region.images[theirs], status="active")

    timer = threading.Timer(1.0, land)
    timer.start()
    answer = door(locations=["alpha"])
    assert (states(answer), door.writes) == ({"alpha": "unchanged"}, [])
    assert answer["by_location"]["alpha:RegionOne"]["id"] == theirs


def test_a_file_that_changes_while_it_is_sent_is_no_image(door: Door) -> None:
    door.clouds.behave(event="image.create", do="delay", seconds=1.0)
    timer = threading.Timer(0.7, lambda: door.file.write_bytes(OTHER))
    timer.start()
    answer = door()
    assert "app.qcow2 changed while it was sent; let it be finished, and run this again" in answer["msg"]
    assert door.images() == []


def test_a_quota_is_known_before_the_first_write(door: Door) -> None:
    door.put("alpha", name="another")
    door.clouds.set_quota("alpha", image_count_total=1)
    answer = door()
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert "alpha:RegionOne: no room for another image: 1 of 1 images used; delete one" in answer["msg"]
    assert [event for cloud, event in door.writes if cloud == "alpha"] == []


def test_a_quota_that_is_full_when_the_data_is_there_leaves_nothing(door: Door) -> None:
    door.clouds.behave(
        event="image.write", cloud="beta", do="answer", status=413, message="Project x is over a limit for image_size"
    )
    answer = door()
    assert "over a limit" in answer["by_location"]["beta:RegionOne"]["reason"]
    assert door.images("beta") == []


def test_who_may_not_make_it_public_uploads_nothing(door: Door) -> None:
    answer = door(visibility="public")
    assert set(states(answer).values()) == {"failed"}
    assert "publicize_image" in answer["msg"]
    assert (
        "only administrators make images public there, mostly; visibility: community or shared may do" in answer["msg"]
    )
    assert {event for _cloud, event in door.writes} == {"image.create"}
    assert door.images() == []
    door()
    assert "only administrators make images public there" in door(visibility="public")["msg"]


def test_no_token_follows_a_redirect_and_nothing_is_sent_twice(door: Door) -> None:
    headers = {"Location": "http://127.0.0.1:1/elsewhere"}
    door.clouds.behave(event="image.write", cloud="gamma", do="answer", status=307, headers=headers)
    answer = door()
    assert "redirects elsewhere, and no token is sent after it" in answer["by_location"]["gamma:RegionOne"]["reason"]
    assert door.writes.count(("gamma", "image.write")) == 1
    assert door.images("gamma") == []


def test_a_token_that_ends_during_the_upload_begins_another(door: Door) -> None:
    door.clouds.behave(event="image.write", cloud="gamma", do="answer", status=401, times=1)
    answer = door()
    assert states(answer)["gamma"] == "changed"
    assert [each.status for each in door.images("gamma")] == ["active"]


def test_a_lost_answer_to_the_making_of_an_image_is_no_loss(door: Door) -> None:
    door.clouds.behave(event="image.create", cloud="beta", do="drop", commit=True)
    answer = door()
    assert (states(answer)["beta"], [each.status for each in door.images("beta")]) == ("changed", ["active"])
    assert door.writes.count(("beta", "image.create")) == 1


def test_a_location_that_falls_silent_before_the_upload_gets_its_image_taken_back(door: Door) -> None:
    door.clouds.behave(event="image.list", cloud="beta", do="hang", after=1)
    answer = door(timeout=6)
    assert states(answer) == {"alpha": "changed", "beta": "failed", "gamma": "changed"}
    assert door.images("beta") == []
