# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What the names in an order mean at one location: one GET for each kind of thing that it names, all at once.

Beside them the port quota, which Nova's limits do not tell. Ids pass straight through. What exists there instead is
asked for only when something is missing, to tell the user.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import quote, urlencode

from .._core.cloud_id import is_id
from .._core.faults import Kind
from .._core.listing import listing
from .._core.model import Flavor, Offer
from .compute import NETWORK_WORDS, Resolved
from .failure import CallError, refused
from .image_pages import pages
from .neutron import quotas
from .parallel import together
from .servers import fields, number, rows, text

if t.TYPE_CHECKING:
    from .._core.order import Spec
    from .accounts import Account
    from .clock import Clock
    from .wire import Wire

_MOST_PAGES = 20
# What is only good to know is not waited for long.
_QUOTA_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What an image asks of a flavor; ``ram`` in MiB, ``disk`` in GiB."""

    ram: int = 0
    disk: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an order means at one location. ``ports_left`` is None where nobody says, or there is no limit."""

    offers: tuple[Offer, ...]
    resolved: Resolved
    ports_left: int | None = None


@dataclass(slots=True)
class Found:
    """What the look-ups of one location brought."""

    image: str = ""
    needs: Needs = field(default_factory=Needs)
    flavors: list[tuple[Flavor, int]] = field(default_factory=list)
    networks: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    zones: tuple[str | None, ...] = (None,)
    ports_left: int | None = None


class LookUps:
    """The look-ups of one location for one order."""

    def __init__(self, wire: Wire, account: Account, clock: Clock) -> None:
        self._wire = wire
        self._names = account.names
        self._label = account.label
        self._clock = clock

    def resolve(self, spec: Spec, deadline: float) -> Meaning:
        """The offers of this location in the user's order, and the ids that its POSTs take; or why it has none."""
        found = Found(image=self._names.image.get(spec.image, spec.image))
        key = self._names.key_name.get(spec.key_name or "", spec.key_name or "")
        failures = [
            end
            for end in together(self._asks(found, spec, key, deadline), self._clock, deadline)
            if isinstance(end, CallError)
        ]
        if failures:
            raise _worst(failures)
        resolved = Resolved(
            image=found.image, networks=found.networks, security_groups=found.security_groups, key_name=key or None
        )
        return Meaning(offers=self._offers(found), resolved=resolved, ports_left=found.ports_left)

    def _asks(self, found: Found, spec: Spec, key: str, deadline: float) -> list[t.Callable[[], None]]:
        """One for each kind of thing that the order names."""
        asks: list[t.Callable[[], None]] = [lambda: self._flavors(found, spec.flavors, deadline)]
        if spec.image_filter:
            asks.append(lambda: self._newest(found, spec, deadline))
        elif found.image and not is_id(found.image):
            asks.append(lambda: self._image(found, deadline))
        if spec.networks:
            asks.append(lambda: self._networks(found, spec.networks, deadline))
        if spec.security_groups:
            asks.append(lambda: self._groups(found, spec.security_groups, deadline))
        if key:
            asks.append(lambda: self._key(key, deadline))
        if spec.zones:
            asks.append(lambda: self._zones(found, spec.zones, deadline))
        if [self._names.network.get(name, name) for name in spec.networks[:1]] != ["none"]:
            asks.append(lambda: self._ports(found, deadline))
        return asks

    def _offers(self, found: Found) -> tuple[Offer, ...]:
        """Each fitting flavor in each zone. A flavor without a disk gets one of the image's size."""
        needs = found.needs
        unfit = [
            f'flavor "{flavor.name}" has {flavor.ram} MiB of memory and {disk} GiB of disk'
            for flavor, disk in found.flavors
            if not _fits(flavor, disk, needs)
        ]
        if len(unfit) == len(found.flavors):
            wanted = f"the image needs {needs.ram} MiB of memory and {needs.disk} GiB of disk"
            raise refused(Kind.UNSUITABLE, f"{wanted}, but {', '.join(unfit)}; order a larger flavor")
        return tuple(
            Offer(location=self._label, flavor=flavor, zone=zone)
            for flavor, disk in found.flavors
            if _fits(flavor, disk, needs)
            for zone in found.zones
        )

    def _flavors(self, found: Found, names: t.Sequence[str], deadline: float) -> None:
        """The flavors that the order names, by name or id; alternatives that are missing are skipped unless all are."""
        there: list[t.Mapping[str, t.Any]] = []
        path = "/flavors/detail"
        for _page in range(_MOST_PAGES):
            content = fields(self._wire.get(path, deadline).content)
            page = [fields(row) for row in rows(content.get("flavors"))]
            there += page
            if not page or not rows(content.get("flavors_links")):
                break
            path = f"/flavors/detail?marker={quote(text(page[-1].get('id')), safe='')}"
        wanted = [self._names.flavor.get(name, name) for name in names]
        known = {text(row.get(key)): row for key in ("id", "name") for row in there}
        found.flavors = [_flavor(known[name]) for name in dict.fromkeys(wanted) if name in known]
        if not found.flavors:
            raise _lacking(Kind.NO_FLAVOR, "flavor", wanted, there)

    def _image(self, found: Found, deadline: float) -> None:
        name = found.image
        there = self._rows("/images?" + urlencode({"name": name}), ("image", "images"), deadline)
        active = [row for row in there if row.get("status") == "active"]
        if there and not active:
            states = ", ".join(sorted({text(row.get("status")) for row in there}))
            raise refused(Kind.NO_IMAGE, f'image "{name}" is not active ({states}); wait for it, or name another')
        if not active:
            raise _lacking(
                Kind.NO_IMAGE, "image", [name], self._rows("/images?limit=200", ("image", "images"), deadline)
            )
        _boot(found, self._only(active, "image", name))

    def _newest(self, found: Found, spec: Spec, deadline: float) -> None:
        """The newest image that has what the order wants; Glance lists the newest first, and knows no patterns."""
        wanted = dict(spec.image_filter)
        pattern = wanted.pop("name", "*")
        for reply in pages(self._wire, {**wanted, "status": "active", "sort": "created_at:desc"}, deadline):
            for row in map(fields, rows(fields(reply.content).get("images"))):
                if fnmatchcase(text(row.get("name")), pattern) and _has(row, wanted):
                    _boot(found, row)
                    return
        there = self._rows("/images?limit=200", ("image", "images"), deadline)
        raise _lacking(Kind.NO_IMAGE, "image", [spec.image_told], there)

    def _networks(self, found: Found, names: t.Sequence[str], deadline: float) -> None:
        mapped = [self._names.network.get(name, name) for name in names]
        if mapped[0] in NETWORK_WORDS:
            found.networks = (mapped[0],)
        else:
            found.networks = self._ids(mapped, ("network", "networks"), Kind.NO_NETWORK, deadline)

    def _groups(self, found: Found, names: t.Sequence[str], deadline: float) -> None:
        mapped = [self._names.security_groups.get(name, name) for name in names]
        found.security_groups = self._ids(mapped, ("security group", "security_groups"), Kind.NO_GROUP, deadline)

    def _key(self, name: str, deadline: float) -> None:
        try:
            self._wire.get(f"/os-keypairs/{quote(name, safe='')}", deadline)
        except CallError as failed:
            if not failed.missing:
                raise
            content = fields(self._wire.get("/os-keypairs", deadline).content)
            there = [fields(fields(row).get("keypair")) for row in rows(content.get("keypairs"))]
            raise _lacking(Kind.NO_KEY, "key", [name], there) from failed

    def _zones(self, found: Found, names: t.Sequence[str], deadline: float) -> None:
        """The zones that the order names and this location has; some other cloud's are no fault of it."""
        content = fields(self._wire.get("/os-availability-zone", deadline).content)
        there = [fields(row) for row in rows(content.get("availabilityZoneInfo"))]
        open_ones = {text(row.get("zoneName")) for row in there if fields(row.get("zoneState")).get("available", True)}
        found.zones = tuple(name for name in dict.fromkeys(names) if name in open_ones)
        if not found.zones:
            raise _lacking(Kind.NO_ZONE, "zone", names, [{"name": name} for name in open_ones])

    def _ports(self, found: Found, deadline: float) -> None:
        """How many ports the project may still have; a Neutron that does not say so is no fault."""
        ports = quotas(self._wire, min(deadline, self._clock.now() + _QUOTA_PATIENCE)).get("port")
        if ports is not None and ports.limit is not None:
            found.ports_left = int(ports.room)

    def _ids(self, names: t.Sequence[str], words: tuple[str, str], kind: Kind, deadline: float) -> tuple[str, ...]:
        """The ids of Neutron's things, in the order of their names: one GET for all, none for ids."""
        asked = [name for name in names if not is_id(name)]
        word, path = words[0], f"/{words[1].replace('_', '-')}"
        query = urlencode([("name", name) for name in asked])
        there = self._rows(f"{path}?{query}", ("network", words[1]), deadline) if asked else []
        ids = []
        for name in names:
            same = [row for row in there if row.get("name") == name]
            if not same and name in asked:
                raise _lacking(kind, word, [name], self._rows(f"{path}?limit=200", ("network", words[1]), deadline))
            ids.append(text(self._only(same, word, name).get("id")) if same else name)
        return tuple(ids)

    def _rows(self, path: str, words: tuple[str, str], deadline: float) -> list[t.Mapping[str, t.Any]]:
        service, key = words
        return [fields(row) for row in rows(fields(self._wire.get(path, deadline, service).content).get(key))]

    def _only(self, same: t.Sequence[t.Mapping[str, t.Any]], word: str, name: str) -> t.Mapping[str, t.Any]:
        """The one of that name; of several, the one that is ours."""
        mine = self._wire.session().project_id
        ours = [row for row in same if mine in (row.get("project_id"), row.get("tenant_id"), row.get("owner"))]
        for candidates in (same, ours):
            if len(candidates) == 1:
                return candidates[0]
        ids = listing(text(row.get("id")) for row in same)
        raise refused(Kind.AMBIGUOUS_NAME, f'{len(same)} {word}s are named "{name}": {ids}; give the id of one')


def _boot(found: Found, image: t.Mapping[str, t.Any]) -> None:
    found.needs = Needs(ram=number(image.get("min_ram")), disk=number(image.get("min_disk")))
    found.image = text(image.get("id"))


def _has(image: t.Mapping[str, t.Any], wanted: t.Mapping[str, str]) -> bool:
    """Whether an image is as wanted: not every Glance filters by everything. Numbers and booleans count as texts."""
    asked = {**wanted, "status": "active"}
    return all(str(image.get(name)).lower() == value.lower() for name, value in asked.items())


def _flavor(row: t.Mapping[str, t.Any]) -> tuple[Flavor, int]:
    """A flavor and its disk in GiB."""
    name = text(row.get("name")) or text(row.get("id"))
    flavor = Flavor(id=text(row.get("id")), name=name, vcpus=number(row.get("vcpus")), ram=number(row.get("ram")))
    return flavor, number(row.get("disk"))


def _fits(flavor: Flavor, disk: int, needs: Needs) -> bool:
    return flavor.ram >= needs.ram and (disk == 0 or disk >= needs.disk)


def _lacking(kind: Kind, word: str, names: t.Sequence[str], there: t.Iterable[t.Mapping[str, t.Any]]) -> CallError:
    """No such thing, and what there is instead."""
    wanted = " or ".join(f'"{name}"' for name in names)
    instead = listing((text(row.get("name")) for row in there if row.get("name")), names[0])
    return refused(kind, f"no {word} {wanted}; it has {instead}")


def _worst(failures: t.Sequence[CallError]) -> CallError:
    """One failure for all: the first that says something of the order, with what the others say of it."""
    said = [failed for failed in failures if failed.fault.status is None and failed.fault.kind in _OF_ORDER]
    if not said:
        return failures[0]
    return refused(said[0].fault.kind, "; ".join(failed.fault.message for failed in said))


_OF_ORDER = frozenset(
    {
        Kind.NO_FLAVOR,
        Kind.NO_IMAGE,
        Kind.NO_NETWORK,
        Kind.NO_GROUP,
        Kind.NO_KEY,
        Kind.NO_ZONE,
        Kind.AMBIGUOUS_NAME,
    }
)
