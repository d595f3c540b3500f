# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Images in Glance: one content under one name, made once by however many runs, and never left half-made."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from uuid import uuid4

from .._core.faults import Kind
from .._core.image import UNTIL, Scene, needs, objection, plan_image
from .failure import CallError, Fate, refused
from .glance import damaged, delete, explained, late, named, send, show
from .image_rows import full_quota, image_from, import_failure, import_methods
from .servers import fields, text
from .stream import FileChangedError
from .wire import Request

if t.TYPE_CHECKING:
    from .._core.image import ImageOrder
    from .._core.readiness import Plan, Step
    from .everywhere import Site
    from .image_source import Payload, Source

_SERVICE = "image"
_PATCH = "application/openstack-images-v2.1-json-patch"
_WEB_DOWNLOAD = "web-download"
# What Glance itself can be asked to have verified.
_VERIFIED = frozenset({"sha512", "md5"})
# After all was sent, the cloud may still store it when a proxy has lost its patience.
_STORING = 20.0
_LOOK = 0.5
# Before an upload begins the others that begin at the same time are looked at.
_SETTLING = 1.5
# An import that has not begun after so many seconds has failed; not every Glance says so.
_IDLE = 30.0


@dataclass(slots=True)
class _Local:
    """What this run knows of a location: the images that it made, those without data, and how data gets there."""

    mine: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    methods: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Images:
    """Brings one image to locations, under the name and in the format that each has for it.

    So many seconds are in ``reserve`` for taking back an upload that does not end in time.
    """

    order: ImageOrder
    source: Source | None
    web_download: bool = True
    reserve: float = 5.0
    _locals: dict[str, _Local] = field(default_factory=dict)

    def plan(self, site: Site) -> Plan:
        """What is still to be done; where that cannot be told any more, nothing half-made of ours stays there."""
        try:
            return self._planned(replace(site, deadline=self._until(site)))
        except CallError:
            for image_id in self._local(site).empty:
                with contextlib.suppress(CallError):
                    delete(site, image_id)
            raise

    def _until(self, site: Site) -> float:
        """Until when a location is asked for anything but to take back what was begun there."""
        return site.deadline - self.reserve

    def _planned(self, site: Site) -> Plan:
        scene = self._scene(site)
        why, remedy = objection(self.order, scene)
        if why:
            raise refused(Kind.INVALID, why, remedy)
        plan = plan_image(self.order, scene)
        if self.source is None or not needs(plan, "create", "upload"):
            return plan
        form = self.source.form(site.deadline)
        scene = replace(scene, disk_format=scene.disk_format or form, fetches=self._fetches(site, form))
        if needs(plan, "create"):
            self._check_room(site)
        return plan_image(self.order, scene)

    def act(self, site: Site, step: Step) -> None:
        if step.what == "create":
            self._create(site, step)
        elif step.what == "update":
            patch = (step.facts or {})["patch"]
            try:
                send(site, "PATCH", f"/images/{step.id}", patch, {"Content-Type": _PATCH})
            except CallError as failed:
                raise explained(failed) from failed
        elif step.what == "delete":
            delete(site, step.id)
        else:
            self._fill(site, step)

    @property
    def _given(self) -> Source:
        """Where the image comes from; whoever has one made has one."""
        return t.cast("Source", self.source)

    def _local(self, site: Site) -> _Local:
        return self._locals.setdefault(site.account.label, _Local())

    def _name(self, site: Site) -> str:
        return site.account.names.image.get(self.order.name, self.order.name)

    def _scene(self, site: Site) -> Scene:
        name = self._name(site)
        project = site.wire.ready(site.deadline).project_id
        found, now = named(site, name, project)
        return Scene(
            name=name,
            images=found,
            now=now,
            mine=frozenset(self._local(site).mine),
            disk_format=self._wanted(site),
            digest=self._digest(site),
        )

    def _wanted(self, site: Site) -> str:
        """The format that is wanted there; empty where any that the source has will do, and that is not known yet."""
        if self.source is None:
            return ""
        return site.account.image_format or ("" if self.source.url else self.source.form(site.deadline))

    def _digest(self, site: Site) -> str:
        """What an image there has been uploaded with, where that is known: not of one that is converted."""
        hint = site.account.image_format
        if self.source is None or (hint and (self.source.url or hint != self.source.form(site.deadline))):
            return ""
        return self.source.mark

    def _check_room(self, site: Site) -> None:
        """Whether one more fits into the project's quotas; a Glance that does not tell of them has room."""
        try:
            full = full_quota(site.wire.get("/info/usage", site.deadline, _SERVICE).content)
        except CallError:
            return
        if full:
            raise refused(Kind.QUOTA, f"no room for another image: {full}", "delete one, or have the quota raised")

    def _fetches(self, site: Site, form: str) -> bool:
        """Whether the cloud is to get the data by itself: it can, and what it got can be verified if need be."""
        source, local = self.source, self._local(site)
        if source is None or not source.url or not self.web_download or "@" in urlsplit(source.url).netloc:
            return False
        if (site.account.image_format or form) != form:
            return False
        if source.checksum and source.checksum.algorithm not in _VERIFIED:
            return False
        if local.methods is None:
            local.methods = frozenset()
            with contextlib.suppress(CallError):
                local.methods = import_methods(site.wire.get("/info/import", site.deadline, _SERVICE).content)
        return _WEB_DOWNLOAD in local.methods

    def _create(self, site: Site, step: Step) -> None:
        """Make an image without data, under an id that we know even if the answer is lost; not when it is too late.

        Its data is at hand before: an image that is queued for long is taken for one whose run is no more.
        """
        if not self._fetches(site, self._form(site)):
            self._payload(site)
        if site.clock.now() + _SETTLING >= self._until(site):
            raise late(Fate.REFUSED)
        local, image_id = self._local(site), str(uuid4())
        until = int(site.clock.wall() + site.deadline - site.clock.now()) + 1
        local.mine.add(image_id)
        local.empty.add(image_id)
        try:
            send(site, "POST", "/images", {**(step.facts or {}), "id": image_id, UNTIL: str(until)}, {})
        except CallError as failed:
            if failed.fate is not Fate.LOST:
                local.empty.discard(image_id)
            raise explained(failed) from failed

    def _fill(self, site: Site, step: Step) -> None:
        """Have the data get there. An image whose data did not is taken back at once, whatever the reason."""
        try:
            if step.what == "fetch":
                self._fetch(site, step.id)
            else:
                self._upload(site, step.id)
            self._local(site).empty.discard(step.id)
        except BaseException:
            with contextlib.suppress(CallError):
                delete(site, step.id)
            raise

    def _upload(self, site: Site, image_id: str) -> None:
        until, payload = self._until(site), self._payload(site)
        headers = {"Content-Type": "application/octet-stream"}
        request = Request(
            method="PUT",
            service=_SERVICE,
            path=f"/images/{image_id}/file",
            body=lambda _version: payload.stream,
            headers=headers,
            once=True,
        )
        try:
            site.wire.send(request, until)
        except CallError as failed:
            if isinstance(failed.__cause__, FileChangedError):
                raise refused(Kind.INVALID, str(failed.__cause__), "let it be finished, and run this again") from failed
            if failed.fate is not Fate.LOST or not self._stored(site, image_id):
                raise explained(failed) from failed
        self._verify(site, image_id, payload)

    def _form(self, site: Site) -> str:
        return self._given.form(self._until(site))

    def _payload(self, site: Site) -> Payload:
        return self._given.payload(site.account.image_format or self._form(site), self._until(site))

    def _stored(self, site: Site, image_id: str) -> bool:
        """Whether the data is there though nobody said so: while Glance is saving it, it may yet be."""
        until = min(site.deadline - self.reserve / 2, site.clock.now() + _STORING)
        while True:
            try:
                image = show(site, image_id)
            except CallError:
                return False
            if not image.pending or image.status == "queued" or site.clock.now() + _LOOK >= until:
                return image.status == "active"
            site.clock.sleep(_LOOK)

    def _verify(self, site: Site, image_id: str, payload: Payload) -> None:
        """Whether what arrived is what was sent, by the best digest that the cloud tells."""
        shown = fields(site.wire.get(f"/images/{image_id}", site.deadline, _SERVICE).content)
        algorithm, theirs = text(shown.get("os_hash_algo")), text(shown.get("os_hash_value"))
        if not theirs or algorithm not in ("sha256", "sha384", "sha512"):
            algorithm, theirs = "md5", text(shown.get("checksum"))
        if theirs and payload.digest(algorithm) != [theirs]:
            raise damaged(f"what arrived is {algorithm}:{theirs[:16]}..., which is not what was sent")

    def _fetch(self, site: Site, image_id: str) -> None:
        """Have the cloud download it. Where it cannot, the next plan is to upload it from here."""
        local, url = self._local(site), self._given.url
        methods, local.methods = local.methods, frozenset()
        until, began = self._until(site), site.clock.now()
        body = {"method": {"name": _WEB_DOWNLOAD, "uri": url}}
        send(site, "POST", f"/images/{image_id}/import", body, {})
        while True:
            row = fields(site.wire.get(f"/images/{image_id}", until, _SERVICE).content)
            image, failure = image_from(row), import_failure(row)
            idle = image.status == "queued" and not image.importing and site.clock.now() - began > _IDLE
            if failure or idle:
                raise damaged(f"it could not download the image by itself ({failure or 'it did not say why'})")
            if not image.pending:
                break
            if site.clock.now() + _LOOK >= until:
                raise late()
            site.clock.sleep(_LOOK)
        wanted = self._given.checksum
        theirs = {text(row.get("os_hash_algo")): text(row.get("os_hash_value")), "md5": text(row.get("checksum"))}
        if wanted and theirs.get(wanted.algorithm) != wanted.digest:
            raise damaged("what it downloaded by itself is not what checksum says")
        local.methods = methods
