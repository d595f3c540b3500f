# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images from the web, and in the formats that clouds want, as Ansible calls the module, on simulated clouds."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import threading
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_image
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer, called

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.tests.simulator.resources import Image

pytestmark = pytest.mark.slow

QCOW2 = b"QFI\xfb" + bytes(range(256)) * 400
SHA512, SHA256 = hashlib.sha512(QCOW2).hexdigest(), hashlib.sha256(QCOW2).hexdigest()
FETCHING = {"import_methods": ["glance-direct", "web-download"]}


class Web(http.server.ThreadingHTTPServer):
    """A folder on the web, and what was asked of it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), functools.partial(Page, self.asked, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.server_port}"


class Page(http.server.SimpleHTTPRequestHandler):
    def __init__(self, asked: list[tuple[str, str]], *args: t.Any, **more: t.Any) -> None:
        self._asked = asked
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        assert "X-Auth-Token" not in self.headers
        self._asked.append((self.path, self.headers.get("Range", "")))
        super().do_GET()

    def log_message(self, *_words: t.Any) -> None:
        """Nothing: pytest would show it."""


@pytest.fixture
def web(tmp_path: pathlib.Path) -> t.Iterator[Web]:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "app.img").write_bytes(QCOW2)
    (tmp_path / "web" / "page.html").write_bytes(b"<html>It works!</html>" * 100)
    with Web(tmp_path / "web") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Door:
    """Runs the module, and tells what it answered and what became of the images."""

    def __init__(self, capsys: pytest.CaptureFixture[str], clouds: Simulator, folder: pathlib.Path) -> None:
        self._capsys, self.clouds, self.folder = capsys, clouds, folder

    def __call__(self, *, check: bool = False, **options: t.Any) -> Answer:
        given = {"name": "app", "clouds_yaml_path": str(self.folder / "clouds.yaml"), "timeout": 20, **options}
        self.clouds.log.clear()
        return called(multi_stack_image, self._capsys, **given, _ansible_check_mode=check)

    def writes(self, cloud: str) -> list[str]:
        wire = [each for each in self.clouds.wire() if each["service"] == "image" and each["cloud"] == cloud]
        return [f"{each['method']} {each['path'].rpartition('/')[2]}"[:10] for each in wire if each["method"] != "GET"]

    def images(self, cloud: str) -> list[Image]:
        return [each for each in self.clouds.world.region(cloud).images.values() if each.name == "app"]


@pytest.fixture
def door(web: Web, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> t.Iterator[Door]:
    page = {"size": len(QCOW2), "md5": hashlib.md5(QCOW2).hexdigest(), "sha512": SHA512}
    fetching = {**FETCHING, "web": {f"{web.url}/app.img": page}}
    world = {"clouds": {"alpha": {}, "beta": fetching, "gamma": {**FETCHING, "web": {}}}}
    with Simulator(world) as clouds:
        clouds.clouds_yaml(tmp_path / "clouds.yaml")
        yield Door(capsys, clouds, tmp_path)


def test_clouds_that_can_fetch_it_do_and_it_is_sent_to_the_others(door: Door, web: Web) -> None:
    url = f"{web.url}/app.img?Signature=hidden"
    answer = door(url=f"{web.url}/app.img", checksum=f"sha512:{SHA512}", locations=["alpha", "beta"])
    assert not answer.get("failed")
    assert door.writes("alpha") == ["POST image", "PUT file"]
    assert door.writes("beta") == ["POST image", "POST impor"]
    assert answer["by_location"]["beta:RegionOne"]["done"] == ["create image app", "have image app downloaded there"]
    for cloud in ("alpha", "beta"):
        assert [(each.status, each.digest, each.disk_format) for each in door.images(cloud)] == [
            ("active", SHA512, "qcow2")
        ]
    assert sorted(web.asked) == [("/app.img", ""), ("/app.img", "bytes=0-69631")]
    again = door(url=url, checksum=f"sha512:{SHA512}", locations=["alpha", "beta"])
    assert (again["changed"], again["image"]["url"]) == (False, f"{web.url}/app.img")
    assert "hidden" not in str(again["image"]) + again["msg"]
    assert len(web.asked) == 2


def test_one_that_cannot_fetch_it_after_all_is_sent_it(door: Door, web: Web) -> None:
    answer = door(url=f"{web.url}/app.img", locations=["gamma"])
    assert not answer.get("failed")
    assert door.writes("gamma")[:3] == ["POST image", "POST impor", door.writes("gamma")[2]]
    assert door.writes("gamma")[-2:] == ["POST image", "PUT file"]
    assert [each.status for each in door.images("gamma")] == ["active"]
    assert not door(url=f"{web.url}/app.img", locations=["gamma"])["changed"]


@pytest.mark.parametrize("more", [{"web_download": False}, {"checksum": f"sha256:{SHA256}"}])
def test_no_cloud_fetches_what_it_is_not_to_or_cannot_have_verified(
    more: dict[str, t.Any], door: Door, web: Web
) -> None:
    answer = door(url=f"{web.url}/app.img", locations=["beta"], **more)
    assert not answer.get("failed")
    assert door.writes("beta") == ["POST image", "PUT file"]
    assert [each for each in os.listdir(door.folder) if each.startswith("multi_stack")] == []


def test_what_it_fetched_itself_is_verified(door: Door, web: Web) -> None:
    (door.folder / "web" / "app.img").write_bytes(b"QFI\xfb another one by now")
    answer = door(url=f"{web.url}/app.img", checksum=f"sha512:{'0' * 128}", locations=["beta"])
    assert answer["failed"]
    assert "/app.img is sha512:" in answer["msg"]
    assert door.images("beta") == []


def test_no_such_url_is_told_with_nothing_made(door: Door, web: Web) -> None:
    answer = door(url=f"{web.url}/nothing.img?Signature=hidden")
    assert answer["msg"].count(f"{web.url}/nothing.img answers 404 File not found; see whether url is right") == 3
    assert "hidden" not in answer["msg"]
    answer = door(url="http://127.0.0.1:1/app.img", locations=["alpha"])
    assert "cannot be reached" in answer["msg"]
    assert [door.writes(cloud) for cloud in ("alpha", "beta", "gamma")] == [[], [], []]


def test_a_page_is_no_image(door: Door, web: Web) -> None:
    answer = door(url=f"{web.url}/page.html", locations=["alpha"])
    assert "/page.html: it does not begin as images do" in answer["msg"]
    assert door.images("alpha") == []


CONVERTER = """#!/bin/sh
test "$1 $2 $3 $4 $5" = "convert -f qcow2 -O raw" || { echo "qemu-img: odd order: $*" >&2; exit 1; }
test ! -e "$0.broken" || { echo "qemu-img: Image is corrupt" >&2; exit 1; }
echo once >> "$0.calls"
printf 'converted ' > "$7" && cat "$6" >> "$7"
"""


@pytest.fixture
def converter(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "qemu-img"
    program.write_text(CONVERTER, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    return program


HINTS = "clouds: {alpha: {image_format: raw}, gamma: {image_format: raw}}\n"


@pytest.fixture
def given(door: Door) -> dict[str, t.Any]:
    (door.folder / "accounts.yml").write_text(HINTS, encoding="utf-8")
    (door.folder / "app.qcow2").write_bytes(QCOW2)
    return {"path": str(door.folder / "app.qcow2"), "accounts_file": str(door.folder / "accounts.yml")}


def test_is_converted_once_for_clouds_that_want_another_format(
    door: Door, converter: pathlib.Path, given: dict[str, t.Any]
) -> None:
    answer = door(**given)
    assert not answer.get("failed")
    formats = {cloud: [each.disk_format for each in door.images(cloud)] for cloud in ("alpha", "beta", "gamma")}
    assert formats == {"alpha": ["raw"], "beta": ["qcow2"], "gamma": ["raw"]}
    assert door.images("alpha")[0].digest == hashlib.sha512(b"converted " + QCOW2).hexdigest()
    assert converter.with_name("qemu-img.calls").read_text() == "once\n"
    assert not door(**given)["changed"]
    converter.unlink()
    assert not door(**given)["changed"]


def test_what_cannot_be_converted_is_told_and_leaves_nothing(
    door: Door, converter: pathlib.Path, given: dict[str, t.Any]
) -> None:
    converter.with_name("qemu-img.broken").touch()
    answer = door(**given)
    assert "alpha:RegionOne: qemu-img cannot make raw of qcow2: qemu-img: Image is corrupt" in answer["msg"]
    assert [len(door.images(cloud)) for cloud in ("alpha", "beta", "gamma")] == [0, 1, 0]


def test_without_a_converter_it_is_told_how_to_do_without(
    door: Door, given: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(door.folder))
    answer = door(**given)
    assert "the image is qcow2, its hint image_format wants raw here, and there is no qemu-img" in answer["msg"]
    assert [door.writes(cloud) for cloud in ("alpha", "gamma")] == [[], []]
