# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of images."""

from __future__ import annotations

import dataclasses
import re
import tempfile
import threading
import typing as t

from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_image
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.simulator.resources import Image

from .scene import answered

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .scene import Scene, Told

CLOUDS = {"clouds": {"alpha": {"import_methods": ["web-download"]}}}
ONE, OTHER = b"QFI\xfb one" * 1000, b"QFI\xfb other" * 1000
NOWHERE = "http://127.0.0.1:1/app.img"


def images(scene: Scene) -> Iterator[Told]:
    path = f"{scene.folder}/simulated.yaml"
    given: dict[str, t.Any] = {"name": "app", "clouds_yaml_path": path, "timeout": 40}
    mine = {**given, "path": scene.file("app.qcow2", ONE)}
    with Simulator(CLOUDS) as clouds:
        clouds.clouds_yaml(path)
        for what, options in _wrong(scene).items():
            for name, text in scene.told_by(multi_stack_image, what, **_without({**mine, **options})):
                yield name, _plain(text)
        yield from scene.told_by(multi_stack_image, "no time for an image", **{**mine, "timeout": 1})
        for what, behaviour in _TROUBLE.items():
            rule = clouds.behave(cloud="alpha", **behaviour)
            for name, text in scene.told_by(multi_stack_image, what, **mine):
                yield name, _plain(text)
            clouds.heal(rule)
        yield from _there(scene, clouds, mine)
        yield "what would be done where others are to fetch it", _done({**given, "url": NOWHERE, "disk_format": "raw"})
        hints = scene.file("formats.yml", "clouds: {alpha: {image_format: raw}}\n")
        with scene.patch.context() as patch:
            patch.setenv("PATH", str(scene.folder))
            yield from scene.told_by(
                multi_stack_image, "no converter", **{**mine, "name": "new", "accounts_file": hints}
            )
            scene.folder.joinpath("qemu-img").write_text("#!/bin/sh\necho Image is corrupt >&2; exit 1\n", "utf-8")
            scene.folder.joinpath("qemu-img").chmod(0o755)
            damaged = {**mine, "name": "new", "accounts_file": hints}
            yield from scene.told_by(multi_stack_image, "a converter that cannot do it", **damaged)
            yield from _nowhere_to_write(scene, damaged)


def _nowhere_to_write(scene: Scene, options: dict[str, t.Any]) -> Iterator[Told]:
    with scene.patch.context() as patch:
        patch.setattr(tempfile, "tempdir", f"{scene.folder}/none")
        yield from scene.told_by(multi_stack_image, "no folder for what is made", **options)


def _there(scene: Scene, clouds: Simulator, mine: dict[str, t.Any]) -> Iterator[Told]:
    """What is said of images that are there."""
    region = clouds.world.region("alpha")
    owner, *_others = (each.id for each in clouds.world.clouds["alpha"].projects.values())
    theirs = Image(id="f00d", name="app", owner=owner, created=region.now(), visibility="private")
    region.images["f00d"] = theirs
    yield from scene.told_by(multi_stack_image, "an image of somebody else", **mine)
    clouds.set_quota("alpha", image_count_total=1)
    yield from scene.told_by(multi_stack_image, "a quota that is used up", **{**mine, "name": "new"})
    clouds.set_quota("alpha", image_count_total=-1, image_size_total=0)
    yield from scene.told_by(multi_stack_image, "a quota of sizes that is used up", **{**mine, "name": "new"})
    clouds.set_quota("alpha", image_size_total=-1)
    del region.images["f00d"]
    yield "an image that would be made", _done(mine)
    content = answered(multi_stack_image, **mine)["image"]["content"]
    yield "one that would be changed", _done({**mine, "min_ram": 5})
    other = {**mine, "path": scene.file("other.qcow2", OTHER)}
    for name, text in scene.told_by(multi_stack_image, "other content under that name", **other):
        yield name, _plain(text)
    yield "one that would be deleted", _plain(_done({**mine, "path": None, "state": "absent"}))
    region.images.clear()
    until = {"multi_stack": content, "multi_stack_until": str(int(region.now()) + 99)}
    region.images["f00d"] = dataclasses.replace(theirs, status="saving", properties=until)
    yield from scene.told_by(multi_stack_image, "another run that is at it", **{**mine, "timeout": 6})
    region.images.clear()
    rule = clouds.behave(event="image.create", do="delay", seconds=1.5)
    timer = threading.Timer(1.0, lambda: scene.file("app.qcow2", OTHER))
    timer.start()
    yield from scene.told_by(multi_stack_image, "a file that changes meanwhile", **mine)
    clouds.heal(rule)
    scene.file("app.qcow2", ONE)


def _without(options: dict[str, t.Any]) -> dict[str, t.Any]:
    """Only what is given."""
    return {name: value for name, value in options.items() if value is not None}


def _done(options: dict[str, t.Any]) -> str:
    rows = answered(multi_stack_image, **_without(options), _ansible_check_mode=True)["by_location"]
    return "; ".join(rows["alpha:RegionOne"]["done"])


def _plain(text: str) -> str:
    """Without what is another in each run."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "(an id)", text)


_TROUBLE: dict[str, dict[str, t.Any]] = {
    "an image that may not be public": {
        "event": "image.create",
        "do": "answer",
        "status": 403,
        "message": "You are not authorized to complete publicize_image action.",
    },
    "an image that Glance has looked into": {
        "event": "image.write",
        "do": "answer",
        "status": 415,
        "message": "Image failed safety checks",
    },
    "data that is damaged on its way": {"event": "image.upload", "do": "truncate"},
}


def _wrong(scene: Scene) -> dict[str, dict[str, t.Any]]:
    """Images that are none, and orders that make no sense."""
    return {
        "an image without a name": {"name": " "},
        "a path to no image": {"path": f"{scene.folder}/none.qcow2"},
        "an empty image": {"path": scene.file("empty.qcow2", b"")},
        "a text for an image": {"path": scene.file("letter.txt", b"Dear Ada")},
        "a packed image": {"path": scene.file("app.gz", b"\x1f\x8b" + bytes(99))},
        "an image of another format": {"disk_format": "raw"},
        "a text for an image of a format": {"path": scene.file("letter.txt", b"Dear Ada"), "disk_format": "qcow2"},
        "a checksum that is none": {"checksum": "sha256:abc"},
        "a wrong checksum": {"checksum": "md5:" + "0" * 32},
        "a property of Glance's own": {"properties": {"status": "active"}},
        "a property that is no text": {"properties": {"a": []}},
        "less than no memory": {"min_ram": -1},
        "a URL that is none": {"path": None, "url": "ftp://example.com/app"},
        "a URL that leads nowhere": {"path": None, "url": NOWHERE},
    }
