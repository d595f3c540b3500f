# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Images as Glance keeps them: several may have one name, so that ours bear a mark that says what is in them.

Runs that begin at once each make an image without data. All rank them the same way (oldest first), so one of them sends
and the others take theirs back and wait. What a run left behind that is no more is told by its age: no data comes for
an image that is queued for long, or past the time that its run had.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .readiness import Plan, Step

if t.TYPE_CHECKING:
    from .readiness import Row

MARK = "multi_stack"
UNTIL = "multi_stack_until"
_QUEUED, _ACTIVE = "queued", "active"
_PENDING = frozenset({_QUEUED, "saving", "uploading", "importing"})
_LOST = "killed"
# An image is queued only between two requests of the run that makes it.
_QUEUED_FOR_LONG = 30.0
# Glance tells whole seconds: only of earlier ones is it known which images were made in them.
_SETTLED = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOrder:
    """One content under one name. ``mark`` says what the content is; it is empty where none is to be.

    What is None is left as it is, or as Glance has it for a new image.
    """

    name: str
    mark: str = ""
    visibility: str | None = None
    min_disk: int | None = None
    min_ram: int | None = None
    properties: t.Mapping[str, str] = field(default_factory=dict)
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One image of our project. Times are epoch seconds; ``digest`` is as ours are written ("sha512:...")."""

    id: str
    status: str = _ACTIVE
    created: float = 0.0
    updated: float = 0.0
    importing: bool = False
    disk_format: str = ""
    visibility: str = ""
    min_disk: int = 0
    min_ram: int = 0
    digest: str = ""
    properties: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return self.properties.get(MARK, "")

    @property
    def pending(self) -> bool:
        return self.status in _PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One location: the images there of this name at this moment (epoch seconds), and which of them this run made.

    ``disk_format`` is the one that is wanted there, ``digest`` that of the data in it where it is known; ``fetches``
    where the cloud gets the data by itself.
    """

    name: str
    images: tuple[Image, ...]
    now: float
    mine: frozenset[str] = frozenset()
    disk_format: str = ""
    digest: str = ""
    fetches: bool = False


def plan_image(order: ImageOrder, scene: Scene) -> Plan:
    """What makes a location have the image, once and with this content; or have none that bears our mark."""
    ours = _ours(scene)
    before = _row(order, scene, _best(order, scene, ours) or _twin(scene) or (ours[0] if ours else None))
    if not order.mark:
        return Plan(steps=tuple(_delete(scene, each) for each in ours), before=before)
    whole = [each for each in ours if _fits(order, scene, each)]
    twin = _twin(scene)
    if not whole and twin is not None:
        return Plan(steps=_dead_steps(scene, ours), before=before, after=before)
    after = _row(order, scene, whole[0] if whole else None, wanted=True)
    if whole:
        return Plan(steps=_finishing(order, scene, whole, ours), before=before, after=after)
    steps, awaits = _making(order, scene, ours)
    return Plan(steps=steps, before=before, after=after, awaits=awaits)


def objection(order: ImageOrder, scene: Scene) -> tuple[str, str]:
    """Why a location cannot have the image, and what to do about it; empty where it can."""
    if not order.mark:
        return "", ""
    ours = _ours(scene)
    others = [each for each in ours if _is_other(order, scene, each)]
    if others and not order.replace:
        return (
            f'image "{scene.name}" ({others[0].id}) has other content here ({_content(others[0])})',
            "replace: true puts yours in its place, for new servers",
        )
    strangers = [each for each in scene.images if not each.mark and each.status == _ACTIVE]
    if strangers and not ours and _twin(scene) is None:
        return (
            f'another image is named "{scene.name}" here ({strangers[0].id}), which this module did not make',
            "give yours another name (the hint image does so for this location alone), or delete that one",
        )
    return "", ""


def needs(plan: Plan, *verbs: str) -> bool:
    """Whether one of its steps is one of these."""
    return any(step.what in verbs for step in plan.steps)


def changes_of(order: ImageOrder, image: Image) -> list[dict[str, t.Any]]:
    """What of an image is not as ordered, as the JSON patch that makes it so."""
    fields = {"visibility": order.visibility, "min_disk": order.min_disk, "min_ram": order.min_ram}
    patch: list[dict[str, t.Any]] = [
        {"op": "replace", "path": f"/{name}", "value": value}
        for name, value in fields.items()
        if value is not None and value != getattr(image, name)
    ]
    for name, text in order.properties.items():
        if image.properties.get(name) != text:
            op = "replace" if name in image.properties else "add"
            patch.append({"op": op, "path": f"/{_pointer(name)}", "value": text})
    return patch


def _pointer(name: str) -> str:
    """A name as JSON pointers have it."""
    return name.replace("~", "~0").replace("/", "~1")


def _ours(scene: Scene) -> list[Image]:
    return sorted((each for each in scene.images if each.mark), key=lambda each: (each.created, each.id))


def _fits(order: ImageOrder, scene: Scene, image: Image) -> bool:
    """Whether it is the image that is ordered, with all of its data."""
    return _is_same(order, scene, image) and not image.pending and image.status != _LOST


def _is_same(order: ImageOrder, scene: Scene, image: Image) -> bool:
    return image.mark == order.mark and (not scene.disk_format or image.disk_format == scene.disk_format)


def _is_other(order: ImageOrder, scene: Scene, image: Image) -> bool:
    return not image.pending and image.status != _LOST and not _is_same(order, scene, image)


def _twin(scene: Scene) -> Image | None:
    """An image of somebody else's making that has the very data that is wanted: no other is needed."""
    found = (each for each in scene.images if not each.mark and each.status == _ACTIVE)
    return next((each for each in found if scene.digest and each.digest == scene.digest), None)


def _best(order: ImageOrder, scene: Scene, ours: t.Sequence[Image]) -> Image | None:
    return next((each for each in ours if _fits(order, scene, each)), None) or next(
        (each for each in ours if not each.pending), None
    )


def _is_dead(scene: Scene, image: Image) -> bool:
    """Whether no data comes any more for an image that has none. Of our own nothing is under way between two plans."""
    if image.status == _LOST:
        return True
    if not image.pending:
        return False
    if image.id in scene.mine:
        return image.status != _QUEUED or image.importing
    if image.status == _QUEUED and not image.importing and scene.now - image.updated > _QUEUED_FOR_LONG:
        return True
    until = image.properties.get(UNTIL, "")
    return scene.now > (float(until) if until.isdigit() else image.updated + _QUEUED_FOR_LONG)


def _dead_steps(scene: Scene, ours: t.Iterable[Image]) -> tuple[Step, ...]:
    return tuple(_delete(scene, each) for each in ours if _is_dead(scene, each))


def _finishing(order: ImageOrder, scene: Scene, whole: t.Sequence[Image], ours: t.Sequence[Image]) -> tuple[Step, ...]:
    """There is one: have it as ordered, and no other of ours. The images of runs that are still at it are theirs."""
    patch = changes_of(order, whole[0])
    names = ", ".join(each["path"][1:] for each in patch)
    update = Step(what="update", told=f"set {names} of image {scene.name}", id=whole[0].id, facts={"patch": patch})
    surplus = [
        each
        for each in ours
        if each is not whole[0] and (not each.pending or each.id in scene.mine or _is_dead(scene, each))
    ]
    return (*([update] if patch else ()), *(_delete(scene, each) for each in surplus))


def _making(order: ImageOrder, scene: Scene, ours: t.Sequence[Image]) -> tuple[tuple[Step, ...], str]:
    """There is none yet: who makes it, and what is to be waited for."""
    alive = [each for each in ours if each.pending and not _is_dead(scene, each) and _is_same(order, scene, each)]
    dead = _dead_steps(scene, ours)
    old = [each for each in ours if _is_other(order, scene, each)]
    later = tuple(_delete(scene, each, later=True) for each in old)
    if not alive:
        create = Step(what="create", told=f"create image {scene.name}", facts=_facts(order, scene))
        return (*dead, create, _upload(scene, later=True), *later), ""
    mine = [each for each in alive if each.id in scene.mine]
    if alive[0] not in mine:
        return (*dead, *(_delete(scene, each) for each in mine)), "another run is still uploading it"
    dropped = tuple(_delete(scene, each) for each in mine[1:])
    if scene.now - alive[0].created < _SETTLED:
        return (*dead, *dropped), "its upload has not begun"
    return (*dead, *dropped, _upload(scene, alive[0].id), *later), ""


def _upload(scene: Scene, image_id: str = "", *, later: bool = False) -> Step:
    what = "fetch" if scene.fetches else "upload"
    told = f"have image {scene.name} downloaded there" if scene.fetches else f"upload image {scene.name}"
    return Step(what=what, told=told, id=image_id, later=later)


def _delete(scene: Scene, image: Image, *, later: bool = False) -> Step:
    state = "" if image.status == _ACTIVE else f", which is {image.status}"
    return Step(what="delete", told=f"delete image {scene.name} ({image.id}{state})", id=image.id, later=later)


def _facts(order: ImageOrder, scene: Scene) -> Row:
    """What a new image is made with. Its visibility comes first, as who may not have it needs no upload."""
    return {
        **order.properties,
        MARK: order.mark,
        "name": scene.name,
        "container_format": "bare",
        "disk_format": scene.disk_format,
        "visibility": order.visibility or "private",
        "min_disk": order.min_disk or 0,
        "min_ram": order.min_ram or 0,
    }


def _content(image: Image) -> str:
    return f"{image.disk_format}, {image.mark[:23]}"


def _row(order: ImageOrder, scene: Scene, image: Image | None, *, wanted: bool = False) -> Row | None:
    """What is told of an image, as it is or is to be."""
    if image is None and not wanted:
        return None
    new = Image(id="", disk_format=scene.disk_format, visibility="private", properties={MARK: order.mark})
    shown = image or new
    facts = {
        "name": scene.name,
        "id": shown.id,
        "content": shown.mark or shown.digest,
        "disk_format": shown.disk_format,
        "visibility": shown.visibility,
        "min_disk": shown.min_disk,
        "min_ram": shown.min_ram,
        "properties": {name: shown.properties[name] for name in order.properties if name in shown.properties},
    }
    if wanted:
        ordered = {"visibility": order.visibility, "min_disk": order.min_disk, "min_ram": order.min_ram}
        facts |= {name: value for name, value in ordered.items() if value is not None}
        facts["properties"] = dict(order.properties)
    return facts
