# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the world does by itself while runs are under way: failures of a location, and deeds of other parties."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Server
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import (
    NEVER,
    Machine,
    Place,
    Upset,
)

from .scenario import FLEET
from .truth import slot_in
from .upsets import BOOTS

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import World

    from .scenario import Happening

Spell: t.TypeAlias = "t.Callable[[m.ToLocation], Fault | Upset | None]"


@dataclass(frozen=True, slots=True)
class Deed:
    """One kind of happening: what it does, and undoes in time; ``harms`` says that servers may be lost by it."""

    do: t.Callable[[World, Place, Happening], t.Callable[[], object] | None]
    harms: bool = False


def happen(world: World, happening: Happening, fallen: t.MutableMapping[str, int]) -> None:
    """Do it now, and undo it in time."""
    place = world.place(happening.site)
    fallen[f"world {happening.what}"] = fallen.get(f"world {happening.what}", 0) + 1
    undo = HAPPENINGS[happening.what].do(world, place, happening)
    if undo is not None:
        world.later(world.now + happening.length, undo)


def _spell(which: Fault | Upset, *kinds: type[m.ToLocation]) -> t.Callable[..., t.Callable[[], object]]:
    """Every request there, or those of these kinds, fares the same for a time."""

    def do(_world: World, place: Place, _happening: Happening) -> t.Callable[[], object]:
        usual = place.script

        def spelled(command: m.ToLocation) -> Fault | Upset | None:
            hit = active[0] and (not kinds or isinstance(command, kinds))
            return which if hit else usual(command)

        active = [True]
        place.script = spelled
        return functools.partial(active.__setitem__, 0, False)

    return do


def _expire(_world: World, place: Place, happening: Happening) -> None:
    """The token has expired: the next few requests are refused, whatever they are."""
    usual, left = place.script, [happening.size]

    def spelled(command: m.ToLocation) -> Fault | Upset | None:
        left[0] -= 1
        return _EXPIRED if left[0] >= 0 else usual(command)

    place.script = spelled


def _lose_a_cell(_world: World, place: Place, happening: Happening) -> t.Callable[[], object]:
    """Some servers are in no filtered list, and in a survey only by their ids."""
    ids = [number for number, machine in place.machines.items() if machine.gone_at == NEVER]
    place.unknown = frozenset(ids[happening.size % 2 :: 2])
    return functools.partial(setattr, place, "unknown", frozenset())


def _eat(world: World, place: Place, happening: Happening) -> t.Callable[[], object]:
    """Others launch what takes room, and remove it again."""
    ids = [f"eater-{happening.at}-{number}" for number in range(happening.size)]
    for each in ids:
        server = Server(id=each, name=each, status="ACTIVE", vcpus=1, ram=512, created=1_800_000_000 + world.now)
        place.machines[each] = Machine(server=server)
    return lambda: [place.machines.pop(each, None) for each in ids]


def _cut_the_quota(_world: World, place: Place, happening: Happening) -> t.Callable[[], object]:
    usual, place.quota = place.quota, happening.size
    return functools.partial(setattr, place, "quota", usual)


def _run_full(_world: World, place: Place, _happening: Happening) -> t.Callable[[], object]:
    """The hosts are full, whatever the quota says."""
    usual, place.fate = place.fate, lambda command: BOOTS["no host"]
    return functools.partial(setattr, place, "fate", usual)


def _slow_down(_world: World, place: Place, happening: Happening) -> t.Callable[[], object]:
    usual, place.latency = place.latency, place.latency * 4 + happening.size
    return functools.partial(setattr, place, "latency", usual)


def _ours(world: World, place: Place, happening: Happening) -> t.Iterator[Machine]:
    """Some of the servers there that are the fleet's."""
    found = [each for each in place.machines.values() if each.gone_at == NEVER and slot_in(each.server, FLEET)]
    yield from [each for each in found if each.seen(world.now)][: happening.size]


def _erase(world: World, place: Place, happening: Happening) -> None:
    """One run of openstack.cloud.server: metadata and tags are gone, name and description stay."""
    for machine in _ours(world, place, happening):
        machine.server = replace(machine.server, metadata=(("owner", "somebody"),))


def _rename(world: World, place: Place, happening: Happening) -> None:
    for machine in _ours(world, place, happening):
        if dict(machine.server.metadata).get("multi_stack"):
            machine.server = replace(machine.server, name="renamed")


def _lock(world: World, place: Place, happening: Happening) -> None:
    for machine in _ours(world, place, happening):
        machine.server = replace(machine.server, locked=True)


def _kill(world: World, place: Place, happening: Happening) -> None:
    """Somebody deletes servers of the fleet."""
    for machine in _ours(world, place, happening):
        machine.gone_at = world.now + place.delete


def _crash(world: World, place: Place, happening: Happening) -> None:
    """A host dies with its servers."""
    for machine in _ours(world, place, happening):
        if world.now >= machine.active_at:
            machine.fault = BootFault(code=500, message="the host died")


def _stop(world: World, place: Place, happening: Happening) -> None:
    for machine in _ours(world, place, happening):
        machine.server = replace(machine.server, status="SHUTOFF")


def _occupy(world: World, place: Place, happening: Happening) -> t.Callable[[], object]:
    """Somebody takes snapshots."""
    busy = [each for each in _ours(world, place, happening) if each.server.task is None]
    for machine in busy:
        machine.server = replace(machine.server, task="image_snapshot")

    def undo() -> None:
        for machine in busy:
            machine.server = replace(machine.server, task=None)

    return undo


_EXPIRED = Fault(kind=Kind.UNAUTHORIZED, message="The request you have made requires authentication.", status=401)

HAPPENINGS: dict[str, Deed] = {
    "down": Deed(_spell(Fault(kind=Kind.UNREACHABLE, message="Connection refused"))),
    "hung": Deed(_spell(Upset.HANG)),
    "dripping": Deed(_spell(Upset.DRIP)),
    "mute": Deed(_spell(Upset.LANDED)),
    "half down": Deed(_spell(Fault(kind=Kind.SERVER_ERROR, status=500), m.Survey, m.Show, m.List)),
    "failing": Deed(_spell(Fault(kind=Kind.SERVER_ERROR, status=500))),
    "unauthorized": Deed(_spell(_EXPIRED)),
    "token expired": Deed(_expire),
    "throttled": Deed(_spell(Fault(kind=Kind.RATE_LIMIT, status=429), m.Create, m.Delete)),
    "deletes ignored": Deed(_spell(Upset.IGNORED, m.Delete)),
    "deletes refused": Deed(_spell(Fault(kind=Kind.CONFLICT, status=409), m.Delete)),
    "cell down": Deed(_lose_a_cell),
    "eaten": Deed(_eat),
    "quota cut": Deed(_cut_the_quota),
    "hosts full": Deed(_run_full),
    "slow": Deed(_slow_down),
    "metadata erased": Deed(_erase),
    "renamed": Deed(_rename),
    "locked": Deed(_lock),
    "busy": Deed(_occupy),
    "killed": Deed(_kill, harms=True),
    "host dies": Deed(_crash, harms=True),
    "stopped": Deed(_stop, harms=True),
}
