# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated location: its servers, its quota, and how it answers each command, well or not."""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import MARK_KEY, name_filter
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import (
    Address,
    BootFault,
    Flavor,
    Hints,
    Identity,
    Limits,
    Location,
    Offer,
    Quota,
    Server,
    Usage,
)

SMALL = Flavor(id="1", name="m1.small", vcpus=1, ram=512)
FLEET = "crawl"
EPOCH = 1_800_000_000
NEVER = float("inf")


class Upset(enum.Enum):
    """What can happen to a request, beside a fault: HANG and LOST do nothing, LANDED, LATE and DRIP do it unseen."""

    HANG = "no answer before the command's deadline"
    LOST = "the request is lost, and its answer"
    LANDED = "the answer is lost"
    LATE = "the answer is lost, and it is done only much later"
    DRIP = "it is done, and its answer comes in drops that never end"
    UNDONE = "the answer is lost, and what was made is seen for a while, then rolled back"
    IGNORED = "accepted, but nothing is done"


Script = t.Callable[[m.ToLocation], "Fault | Upset | None"]


@dataclass
class Machine:
    """One server, in BUILD until ``active_at``, then as ``server`` says, or in ERROR where it has a fault.

    One that vanishes was never more than a POST that is rolled back; nobody deleted it.
    """

    server: Server
    active_at: float = 0.0
    gone_at: float = NEVER
    vanishes_at: float = NEVER
    fault: BootFault | None = None
    soft: bool = False

    def seen(self, now: float) -> Server | None:
        if now >= min(self.gone_at, self.vanishes_at):
            return None
        task = "deleting" if self.gone_at < NEVER else self.server.task
        if self.soft:
            return replace(self.server, status="SOFT_DELETED", task="deleting" if self.gone_at < NEVER else None)
        if now < self.active_at:
            return replace(self.server, status="BUILD", task=task or "spawning")
        return replace(self.server, status="ERROR" if self.fault else self.server.status, task=task, fault=self.fault)


@dataclass
class Place:
    """One location; ``script`` may upset a command, ``fate`` may give a new server the fault of its boot.

    ``lags``: the limits do not count what builds yet; ``unfiltered``: a list shows all servers, whatever was asked;
    ``blind``: the servers of a down cell are in no answer, not even by their ids; ``boots`` is how many seconds after
    it is ACTIVE a server answers.
    """

    label: str
    quota: int | None = 20
    cores: int | None = 100
    ram: int | None = None
    build: float = 5.0
    delete: float = 2.0
    latency: float = 0.1
    late: float = 60.0
    undone: float = 3.0
    offset: float = 0.0
    hints: Hints = Hints()
    chosen: bool = True
    zones: tuple[str | None, ...] = (None,)
    flavors: tuple[Flavor, ...] = (SMALL,)
    endpoint: str = ""
    ports: int | None = None
    limitless: bool = False
    forgets_marks: bool = False
    fences: set[str] = field(default_factory=set)
    script: Script = lambda command: None
    fate: t.Callable[[m.Create], BootFault | None] = lambda command: None
    machines: dict[str, Machine] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    races: bool = False
    lags: bool = False
    unfiltered: bool = False
    blind: bool = False
    soft_deletes: bool = False
    boots: float = 0.0
    ids: t.Iterator[int] = iter(())

    @property
    def location(self) -> Location:
        return Location(label=self.label, hints=self.hints, chosen=self.chosen)

    def alive(self, now: float) -> list[Server]:
        """What a list shows: soft-deleted servers are in none."""
        found = (machine.seen(now) for machine in self.machines.values() if not machine.soft)
        return [server for server in found if server is not None]

    def answer(self, command: m.ToLocation, sent: float, now: float, fleet: str = FLEET) -> m.Event:
        """Do what is asked; the event carries the time of its request, and still has to arrive."""
        if isinstance(command, m.ToServer) and command.id in self.unknown:
            return failing(command, Fault(kind=Kind.SERVER_ERROR, message="the cell is down", status=500), now)
        if isinstance(command, m.List):
            return self._list(sent, now, fleet)
        handlers: dict[type[m.ToLocation], t.Callable[[t.Any, float, float], m.Event]] = {
            m.Survey: self._survey,
            m.LookUp: self._look_up,
            m.Show: self._show,
            m.Create: self._create,
            m.Delete: self._delete,
            m.Unlock: self._unlock,
            m.Mark: self._mark,
            m.OpenFence: self._open_fence,
            m.ShutFence: self._shut_fence,
            m.Probe: self._probe,
            m.Console: self._console,
        }
        return handlers[type(command)](command, sent, now)

    def _survey(self, command: m.Survey, sent: float, now: float) -> m.Event:
        servers = tuple(each for each in self.alive(now) if each.id not in self.unknown)
        hidden = 0 if self.blind else len(self.unknown)
        used = usage_of(servers, hidden)
        counted = usage_of([each for each in servers if each.status != "BUILD"], hidden) if self.lags else used
        limits = Limits(
            instances=Quota(limit=self.quota, used=counted.instances),
            cores=Quota(limit=self.cores, used=counted.cores),
            ram=Quota(limit=self.ram, used=counted.ram),
        )
        marked = sum(MARK_KEY in dict(each.metadata) for each in servers)
        return m.Surveyed(
            now=now,
            location=self.label,
            started_at=sent,
            servers=servers,
            identity=Identity(endpoint=self.endpoint or self.label, project_id="p"),
            usage=replace(used, marked=marked),
            limits=limits if command.limits and not self.limitless else None,
            unknown_ids=frozenset() if self.blind else self.unknown,
            date=float(int(EPOCH + now + self.offset)),
            user="demo",
        )

    def _full(self, flavor: Flavor, now: float) -> str:
        """Which of the quotas would not let one more of this flavor in."""
        used = usage_of(self.alive(now))
        asked = {
            "instances": (used.instances + 1, self.quota),
            "cores": (used.cores + flavor.vcpus, self.cores),
            "ram": (used.ram + flavor.ram, self.ram),
        }
        return next((what for what, (sum_, most) in asked.items() if most is not None and sum_ > most), "")

    def _list(self, sent: float, now: float, fleet: str) -> m.Event:
        fits = re.compile("" if self.unfiltered else name_filter(fleet))
        servers = tuple(each for each in self.alive(now) if each.id not in self.unknown and fits.search(each.name))
        return m.Listed(now=now, location=self.label, started_at=sent, servers=servers)

    def _look_up(self, command: m.LookUp, sent: float, now: float) -> m.Event:
        offers = tuple(
            Offer(location=self.label, flavor=size, zone=zone) for size in self.flavors for zone in self.zones
        )
        left = None if self.ports is None else self.ports - len(self.alive(now))
        return m.LookedUp(now=now, location=self.label, offers=offers, ports_left=left)

    def _show(self, command: m.Show, sent: float, now: float) -> m.Event:
        machine = self.machines.get(command.id)
        server = machine.seen(now) if machine else None
        if server is None:
            return m.Gone(now=now, location=self.label, id=command.id, started_at=sent)
        return m.Shown(now=now, location=self.label, id=command.id, started_at=sent, server=server)

    def _create(self, command: m.Create, sent: float, now: float) -> m.Event:
        if command.group is not None and command.group not in self.fences:
            gone = Fault(kind=Kind.FENCED_OFF, message="Instance group could not be found.", status=400)
            return m.Refused(now=now, location=self.label, token=command.token, fault=gone)
        if self.ports is not None and len(self.alive(now)) >= self.ports:
            many = Fault(kind=Kind.PORT_QUOTA, message="Maximum number of ports exceeded", status=403)
            return m.Refused(now=now, location=self.label, token=command.token, fault=many)
        fault = self.fate(command)
        full = self._full(command.offer.flavor, now)
        if full:
            if not self.races:
                refused = Fault(kind=Kind.QUOTA, message=f"Quota exceeded for {full}", status=403)
                return m.Refused(now=now, location=self.label, token=command.token, fault=refused)
            fault = BootFault(code=413, message=f"Quota exceeded for {full}")
        server = server_of(command, f"id-{next(self.ids):04d}", EPOCH + now + self.offset)
        self.machines[server.id] = Machine(server=server, active_at=now + self.build, fault=fault)
        return m.Created(now=now, location=self.label, token=command.token, id=server.id)

    def _delete(self, command: m.Delete, sent: float, now: float) -> m.Event:
        where: dict[str, t.Any] = {"now": now, "location": self.label, "id": command.id}
        machine = self.machines.get(command.id)
        server = machine.seen(now) if machine else None
        if machine is None or server is None:
            return m.Gone(started_at=sent, **where)
        if server.locked:
            return m.DeleteRefused(fault=Fault(kind=Kind.LOCKED, message="is locked", status=409), **where)
        if self.soft_deletes and not command.force:
            machine.soft = True
        else:
            machine.gone_at = min(machine.gone_at, now + self.delete)
        return m.DeleteAccepted(**where)

    def _unlock(self, command: m.Unlock, sent: float, now: float) -> m.Event:
        machine = self.machines.get(command.id)
        if machine is None or machine.seen(now) is None:
            return m.Gone(now=now, location=self.label, id=command.id, started_at=sent)
        machine.server = replace(machine.server, locked=False)
        return m.Unlocked(now=now, location=self.label, id=command.id)

    def _mark(self, command: m.Mark, sent: float, now: float) -> m.Event:
        machine = self.machines.get(command.id)
        if machine is None or machine.seen(now) is None:
            return m.Gone(now=now, location=self.label, id=command.id, started_at=sent)
        if not self.forgets_marks:
            metadata = {**dict(machine.server.metadata), **dict(command.metadata)}
            machine.server = replace(machine.server, metadata=tuple(metadata.items()))
        return m.Marked(now=now, location=self.label, id=command.id)

    def _open_fence(self, command: m.OpenFence, sent: float, now: float) -> m.Event:
        self.fences.add(f"group-{command.name}")
        return m.FenceOpen(now=now, location=self.label, group=f"group-{command.name}")

    def _shut_fence(self, command: m.ShutFence, sent: float, now: float) -> m.Event:
        self.fences.discard(command.group)
        return m.FenceShut(now=now, location=self.label, group=command.group)

    def _probe(self, command: m.Probe, sent: float, now: float) -> m.Event:
        machine = self.machines.get(command.id)
        up = machine is not None and now >= machine.active_at + self.boots
        return m.Probed(now=now, location=self.label, id=command.id, open=up)

    def _console(self, command: m.Console, sent: float, now: float) -> m.Event:
        return m.ConsoleRead(now=now, location=self.label, id=command.id, text="Booting\nKernel panic\n")


def usage_of(servers: t.Sequence[Server], hidden: int = 0) -> Usage:
    """What these servers take of the quotas, beside some of which only the number is known."""
    cores, ram = sum(each.vcpus for each in servers), sum(each.ram for each in servers)
    return Usage(instances=len(servers) + hidden, cores=cores, ram=ram)


def server_of(command: m.Create, id: str, created: float) -> Server:
    """The server that a POST makes; Nova writes `created` in whole seconds."""
    flavor = command.offer.flavor
    return Server(
        id=id,
        name=command.name,
        status="ACTIVE",
        created=float(int(created)),
        metadata=command.metadata,
        description=command.description,
        addresses=(Address(address="10.0.0.1", network="private"),),
        flavor=flavor.name,
        vcpus=flavor.vcpus,
        ram=flavor.ram,
        zone=command.offer.zone or "nova",
    )


def accepted(command: m.ToLocation, now: float) -> m.Event:
    """The cloud's yes to a DELETE that it then forgets."""
    return m.DeleteAccepted(now=now, location=command.location, id=t.cast("m.Delete", command).id)


def failing(command: m.ToLocation, fault: Fault, now: float) -> m.Event:
    """The event that says that a command failed."""
    facts: dict[str, t.Any] = {"now": now, "location": command.location, "fault": fault}
    if isinstance(command, m.Create):
        kinds = {Kind.TIMED_OUT: m.Ambiguous, Kind.SERVER_ERROR: m.Ambiguous, Kind.UNREACHABLE: m.NotSent}
        return kinds.get(fault.kind, m.Refused)(token=command.token, **facts)
    if isinstance(command, m.Probe):
        return m.Probed(now=now, location=command.location, id=command.id, open=False)
    if isinstance(command, m.Console):
        return m.ConsoleRead(now=now, location=command.location, id=command.id, text="")
    if isinstance(command, m.ToServer):
        lost = fault.kind in (Kind.TIMED_OUT, Kind.SERVER_ERROR, Kind.UNREACHABLE)
        of_server: dict[type[m.Command], type[m.OfServer]] = {
            m.Show: m.ShowFailed,
            m.Unlock: m.Unlocked,
            m.Mark: m.MarkRefused,
            m.Delete: m.DeleteUnknown if lost else m.DeleteRefused,
        }
        return of_server[type(command)](id=command.id, **facts)
    if isinstance(command, m.OpenFence | m.ShutFence):
        return m.FenceRefused(group=command.name if isinstance(command, m.OpenFence) else command.group, **facts)
    return {m.Survey: m.SurveyFailed, m.List: m.ListFailed, m.LookUp: m.LookUpFailed}[type(command)](**facts)
