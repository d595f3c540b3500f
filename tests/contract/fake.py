# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A port without a wire: clouds in memory, on a clock that moves when it is told to. It keeps the same contract."""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.compute import NETWORK_WORDS
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.ends import failing
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, Fate, refused
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import MARK_KEY, name_filter
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import (
    Address,
    Flavor,
    Identity,
    Limits,
    Offer,
    Quota,
    Server,
    Usage,
)

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order

TINY = Flavor(id="1", name="m1.tiny", vcpus=1, ram=512)
NEVER = float("inf")


class ManualClock:
    """Time that passes only in `sleep`."""

    def __init__(self, now: float = 1000.0, wall: float = 1_800_000_000.0) -> None:
        self._now, self._wall = now, wall

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        return self._wall

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._wall += seconds


@dataclass(frozen=True)
class Trouble:
    """How the next command of a kind goes wrong; ``carried_out`` when only the answer is lost."""

    fate: Fate
    kind: Kind = Kind.UNREACHABLE
    carried_out: bool = False
    retry_after: float | None = None


@dataclass
class Made:
    """A server; what it shows depends on the time."""

    server: Server
    active_at: float
    gone_at: float = NEVER
    ports: int = 1


@dataclass
class Place:
    """A location: what it has, what it allows, and what goes wrong there next."""

    instances: int = 20
    cores: int = 40
    ram: int = 51200
    ports: int | None = 500
    fences: int = 10
    fence_members: int = 10
    build_seconds: float = 2.0
    delete_seconds: float = 1.0
    flavors: tuple[Flavor, ...] = (TINY,)
    images: tuple[str, ...] = ("cirros",)
    networks: tuple[str, ...] = ("private",)
    security_groups: tuple[str, ...] = ("default",)
    keys: tuple[str, ...] = ()
    zones: tuple[str, ...] = ("nova",)
    troubles: dict[type[m.ToLocation], list[Trouble]] = field(default_factory=dict)
    servers: dict[str, Made] = field(default_factory=dict)
    unknown_ids: set[str] = field(default_factory=set)
    groups: dict[str, set[str]] = field(default_factory=dict)


def _refusal(kind: Kind, status: int, message: str) -> CallError:
    return CallError(Fate.REFUSED, Fault(kind=kind, message=message, status=status))


def _limit(number: int | None) -> int | None:
    """Clouds write no limit as -1."""
    return None if number is None or number < 0 else number


class FakePort:
    """Carries out the commands of one order in clouds of its own."""

    def __init__(self, places: t.Mapping[str, Place], order: Order, clock: ManualClock) -> None:
        self._places = places
        self._order = order
        self._clock = clock
        self._numbers = itertools.count(1)
        self._looked_up: set[str] = set()
        self._requests: dict[str, int] = {}

    @property
    def requests(self) -> t.Mapping[str, int]:
        return dict(self._requests)

    def perform(self, command: m.ToLocation, deadline: float) -> m.Event:
        started_at = self._clock.now()
        place = self._places[command.location]
        self._requests[command.location] = self._requests.get(command.location, 0) + 1
        try:
            event, facts = self._carry_out(command, place)
        except CallError as failed:
            return failing(command, failed, started_at, self._clock.now())
        of = {"id": command.id} if isinstance(command, m.ToServer) else {}
        told: dict[str, t.Any] = {"location": command.location, **of, **facts}
        return event(now=self._clock.now(), **told)

    def _carry_out(self, command: m.ToLocation, place: Place) -> tuple[type[m.Event], dict[str, t.Any]]:
        """What ends the command; or the trouble that the test wants next, with the command carried out or not."""
        troubles = place.troubles.get(type(command))
        trouble = troubles.pop(0) if troubles else None
        verb = getattr(self, f"_{type(command).__name__.lower()}")
        done = verb(command, place) if trouble is None or trouble.carried_out else (m.Event, {})
        if trouble is not None:
            fault = Fault(kind=trouble.kind, message="as the test wants it", retry_after=trouble.retry_after)
            raise CallError(trouble.fate, fault)
        return done[0], done[1]

    def _seen(self, place: Place) -> list[Server]:
        """The servers as they are now."""
        now = self._clock.now()
        place.servers = {key: made for key, made in place.servers.items() if made.gone_at > now}
        return [
            replace(
                made.server,
                status="ACTIVE" if made.active_at <= now else "BUILD",
                task="deleting" if made.gone_at < NEVER else None if made.active_at <= now else "spawning",
                addresses=(Address(address="10.0.0.9", network="private"),) if made.active_at <= now else (),
            )
            for made in place.servers.values()
        ]

    def _one(self, server_id: str, place: Place) -> Server:
        for server in self._seen(place):
            if server.id == server_id:
                return server
        raise CallError(Fate.REFUSED, Fault(kind=Kind.NOT_FOUND, message="no such server", status=404), missing=True)

    def _survey(self, command: m.Survey, place: Place) -> t.Any:
        seen = self._seen(place)
        cores, ram = sum(each.vcpus for each in seen), sum(each.ram for each in seen)
        marked = sum(MARK_KEY in dict(each.metadata) for each in seen)
        limits = Limits(
            instances=Quota(limit=_limit(place.instances), used=len(seen)),
            cores=Quota(limit=_limit(place.cores), used=cores),
            ram=Quota(limit=_limit(place.ram), used=ram),
        )
        return m.Surveyed, {
            "started_at": self._clock.now(),
            "servers": tuple(each for each in seen if each.id not in place.unknown_ids),
            "identity": Identity(endpoint=f"memory://{command.location}", project_id="demo"),
            "usage": Usage(instances=len(seen), cores=cores, ram=ram, marked=marked),
            "limits": limits if command.limits else None,
            "unknown_ids": frozenset(place.unknown_ids),
            "date": self._clock.wall(),
            "user": "demo",
        }

    def _list(self, command: m.List, place: Place) -> t.Any:
        fits = re.compile(name_filter(self._order.fleet))
        seen = tuple(each for each in self._seen(place) if fits.search(each.name))
        return m.Listed, {"started_at": self._clock.now(), "servers": seen}

    def _lookup(self, command: m.LookUp, place: Place) -> t.Any:
        spec = self._order.spec
        wanted = (
            (Kind.NO_IMAGE, "image", (spec.image,), place.images),
            (Kind.NO_NETWORK, "network", spec.networks, (*place.networks, *NETWORK_WORDS)),
            (Kind.NO_GROUP, "security group", spec.security_groups, place.security_groups),
            (Kind.NO_KEY, "key", (spec.key_name,) if spec.key_name else (), place.keys),
        )
        for kind, word, names, there in wanted:
            for name in set(names) - set(there):
                raise refused(kind, f'no {word} "{name}"; it has {", ".join(there)}')
        flavors = [flavor for name in spec.flavors for flavor in place.flavors if flavor.name == name]
        zones = [zone for zone in spec.zones if zone in place.zones]
        if not flavors:
            raise refused(Kind.NO_FLAVOR, f"no flavor; it has {', '.join(each.name for each in place.flavors)}")
        if spec.zones and not zones:
            raise refused(Kind.NO_ZONE, f"no zone; it has {', '.join(place.zones)}")
        self._looked_up.add(command.location)
        label = command.location
        offers = (Offer(location=label, flavor=flavor, zone=zone) for flavor in flavors for zone in zones or (None,))
        self._seen(place)
        used = sum(made.ports for made in place.servers.values())
        limit = None if spec.networks == ("none",) else _limit(place.ports)
        left = None if limit is None else limit - used
        return m.LookedUp, {"offers": tuple(offers), "ports_left": left}

    def _show(self, command: m.Show, place: Place) -> t.Any:
        if command.id in place.unknown_ids:
            raise CallError(Fate.LOST, Fault(kind=Kind.SERVER_ERROR, message="its cell is down"))
        return m.Shown, {"started_at": self._clock.now(), "server": self._one(command.id, place)}

    def _create(self, command: m.Create, place: Place) -> t.Any:
        if command.location not in self._looked_up:
            raise CallError(Fate.NOT_SENT, Fault(kind=Kind.INVALID, message="not looked up"))
        if command.group:
            self._join(command.group, place)
        if 0 <= place.instances <= len(self._seen(place)):
            raise refused(Kind.QUOTA, "Quota exceeded for instances")
        now, made_id = self._clock.now(), f"server-{next(self._numbers)}"
        server = Server(
            id=made_id,
            name=command.name,
            status="BUILD",
            created=self._clock.wall(),
            metadata=command.metadata,
            description=command.description,
            flavor=command.offer.flavor.name,
            vcpus=command.offer.flavor.vcpus,
            ram=command.offer.flavor.ram,
            zone=command.offer.zone or "",
        )
        place.servers[made_id] = Made(server, now + place.build_seconds, ports=len(self._order.spec.networks) or 1)
        if command.group:
            place.groups[command.group].add(made_id)
        return m.Created, {"token": command.token, "id": made_id}

    def _delete(self, command: m.Delete, place: Place) -> t.Any:
        if self._one(command.id, place).locked:
            raise CallError(Fate.REFUSED, Fault(kind=Kind.LOCKED, message="it is locked", status=409))
        made = place.servers[command.id]
        made.gone_at = min(made.gone_at, self._clock.now() + place.delete_seconds)
        return m.DeleteAccepted, {}

    def _unlock(self, command: m.Unlock, place: Place) -> t.Any:
        self._change(command.id, place, locked=False)
        return m.Unlocked, {}

    def _mark(self, command: m.Mark, place: Place) -> t.Any:
        before = dict(self._one(command.id, place).metadata)
        self._change(command.id, place, metadata=tuple({**before, **dict(command.metadata)}.items()))
        return m.Marked, {}

    def _change(self, server_id: str, place: Place, **changes: t.Any) -> None:
        self._one(server_id, place)
        made = place.servers[server_id]
        made.server = replace(made.server, **changes)

    def _openfence(self, command: m.OpenFence, place: Place) -> t.Any:
        if len(place.groups) >= place.fences:
            raise _refusal(Kind.GROUP_QUOTA, 403, "Quota exceeded, too many server groups.")
        group = f"group-{next(self._numbers)}"
        place.groups[group] = set()
        return m.FenceOpen, {"group": group}

    def _join(self, group: str, place: Place) -> None:
        """Nova counts the members that live."""
        if group not in place.groups:
            raise _refusal(Kind.FENCED_OFF, 400, f"Instance group {group} could not be found.")
        if len(place.groups[group] & {each.id for each in self._seen(place)}) >= place.fence_members:
            raise _refusal(Kind.GROUP_QUOTA, 403, "Quota exceeded, too many servers in group")

    def _shutfence(self, command: m.ShutFence, place: Place) -> t.Any:
        place.groups.pop(command.group, None)
        return m.FenceShut, {"group": command.group}

    def _probe(self, command: m.Probe, place: Place) -> t.Any:
        return m.Probed, {"open": False}

    def _console(self, command: m.Console, place: Place) -> t.Any:
        self._one(command.id, place)
        return m.ConsoleRead, {"text": "it boots"}
