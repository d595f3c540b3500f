# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of the engine, in worlds where something goes wrong: what fails them, and what they warn of."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.advice import fault_text
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import answer
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import UNTOLD, Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, OnShortfall, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import (
    decision_line,
    failure,
    missing_text,
    refusal_lines,
    silent_line,
    summary,
    warnings,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import (
    NO_ROOM,
    NOT_TRIED,
    Decision,
    Missing,
    Refusal,
    What,
    Why,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.room import Bound
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import State
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Filling
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verdict import Reason
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.cloud import EPOCH, Place, Upset
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._core.world import World, marked, order_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Result

    from .scene import Scene, Told

DOWN = Fault(kind=Kind.UNREACHABLE, message="nova.example cannot be reached: connection refused")
NO_HOST = BootFault(code=500, message="No valid host was found. There are not enough hosts available.")
FULL = Fault(kind=Kind.QUOTA, message="Quota exceeded for instances: Requested 1", status=403, request_id="req-1")
LOCKED = Fault(kind=Kind.LOCKED, message="Instance one is locked", status=409)
SHORT = Patience(timeout=40.0)
SSH = Patience(ready_port=22, boot=60.0)


def upset(
    what: Fault | Upset, kind: type[m.Command], times: int = 1000
) -> t.Callable[[m.ToLocation], Fault | Upset | None]:
    """What happens to the first commands of this kind."""
    left = [what] * times
    return lambda command: left.pop() if left and isinstance(command, kind) else None


def world(*servers: t.Any, **facts: t.Any) -> World:
    """One location with these servers."""
    made = World([Place("a:1", **facts)])
    for server in servers:
        made.add("a:1", server)
    return made


def objections(_scene: Scene) -> Iterator[Told]:
    """Runs that do nothing at all, and say why."""
    dead = {"script": upset(DOWN, m.Survey)}
    half = World([Place("a:1"), Place("b:1", **dead)])
    small = [Place("a:1", quota=2), Place("b:1", hints=Hints(available=False)), Place("c:1", chosen=False)]
    nameless = upset(Fault(kind=Kind.NO_IMAGE, message='no image "x"; it has debian-13'), m.LookUp)
    ada, old = marked(1, "one", owner="ada"), marked(1, "old", spec="00000000")
    for what, run in {
        "no location answers": world(**dead).launch(1),
        "one location does not answer, and all are needed": half.launch(1, fail_on_unreachable=True),
        "there is not room for all": World([*small, Place("d:1", **dead), Place("e:1", limitless=True)]).launch(9),
        "no location has the image": world(script=nameless).launch(1),
        "the fleet is another's": world(ada).launch(1, owner="bob"),
        "the fleet was made otherwise": world(old).launch(1, on_drift=OnDrift.FAIL),
        "too many would go": world(*(marked(n, f"id{n}") for n in (1, 2, 3))).launch(1, max_removals=1),
    }.items():
        yield what, failure(run)


def shortfalls(_scene: Scene) -> Iterator[Told]:
    """Runs that did something, and not all."""
    stopped = world(build=60.0)
    run = stopped.start(order_of(2))
    stopped.later(1005, run.stop)
    silent = world(build=60.0)
    silent.place("a:1").script = lambda command: DOWN if silent.now > 1002 else None
    taken = world(build=5.0)
    taken.later(1003, taken.place("a:1").machines.clear)
    for what, result in {
        "no host": world(fate=lambda command: NO_HOST).launch(3, min_count=2),
        "no quota": World([Place("a:1", script=upset(FULL, m.Create)), Place("b:1", quota=1)]).launch(2, min_count=1),
        "a stop": stopped.finish(run),
        "a rollback": world(fate=lambda command: NO_HOST).launch(2, on_shortfall=OnShortfall.ROLLBACK),
        "no time": world(build=100.0).launch(1, patience=SHORT),
        "nothing is heard of a server any more": silent.launch(1, patience=Patience(timeout=100.0)),
        "no answer to the creation": world(script=upset(Upset.HANG, m.Create)).launch(1, patience=SHORT),
        "surveys that outlast the run": world(script=upset(Upset.HANG, m.Survey)).launch(
            1, patience=Patience(timeout=5.0)
        ),
        "a replacement that fails": world(marked(1, "old", spec="0" * 8), fate=lambda command: NO_HOST).launch(
            1, on_drift=OnDrift.REPLACE, patience=SHORT
        ),
        "many servers that do not answer": world(boots=1e9).launch(12, patience=SSH),
        "a server without an address": world(marked(1, "one", addresses=()), boots=1e9).launch(1, patience=SSH),
        "an absent fleet that does not go": world(marked(1, "one"), script=upset(Upset.IGNORED, m.Delete)).destroy(),
        "an absent fleet that the cloud keeps": world(marked(1, "one"), script=upset(LOCKED, m.Delete)).destroy(),
        "an absent fleet in the dark": world(script=upset(DOWN, m.Survey)).destroy(),
        "a fleet of which a cell hides a part": world(unknown=frozenset({"x"})).destroy(),
    }.items():
        yield what, failure(result)


def remarks(_scene: Scene) -> Iterator[Told]:
    """What a run warns of."""
    lookalike = marked(9, "lookalike", metadata=(), description="")
    both = Place("a:1", endpoint="same")
    twice = World([both, Place("b:1", endpoint="same", machines=both.machines)])
    old = marked(1, "old", spec="00000000")
    for what, result in {
        "a cloud that is named twice": twice.launch(1),
        "a location that does not answer": World([Place("a:1"), Place("b:1", script=upset(DOWN, m.Survey))]).launch(1),
        "a lookalike": world(lookalike).launch(1),
        "an answer that was lost": world(script=upset(Upset.LOST, m.Create, 1)).launch(
            2, patience=Patience(timeout=60.0)
        ),
        "no server groups": world(script=upset(Fault(kind=Kind.FORBIDDEN, message="no"), m.OpenFence)).launch(
            1, fence=True
        ),
        "a server group that stays": world(script=upset(Fault(kind=Kind.FORBIDDEN, message="no"), m.ShutFence)).launch(
            1, fence=True
        ),
        "an order beside a destroy": _beside_another(),
        "a clock that is ahead": world(offset=90.0).launch(1),
        "a clock that is behind": world(offset=-30.0).launch(1),
        "a location that ends servers early": world(hints=Hints(max_lifetime=60)).launch(1, lifetime=3600),
        "a later order's server": world(marked(8, "later", run_at=EPOCH + 5000)).launch(1),
        "servers that were made otherwise": world(old, marked(2, "two", spec="0" * 8)).launch(2),
    }.items():
        for each in warnings(result):
            yield f"{what} (warning)", each


def leftovers(_scene: Scene) -> Iterator[Told]:
    """Why a server is there that should not be."""
    slow = world(marked(1, "old", spec="0" * 8), build=100.0)
    dying = world(marked(7, "dying", task="deleting"))
    beside = world(marked(1, "one", task="rebooting"), marked(1, "two", task="rebooting", created=EPOCH + 99.0))
    unlimited = Refusal(location="a:1", why=Why.FULL, asked=3, bound=Bound(resource="cores", limit=None, used=1))
    [line] = refusal_lines(replace(world().launch(0), refusals=(unlimited,)))
    yield "a refusal without a limit", line
    for result in (
        slow.launch(1, on_drift=OnDrift.REPLACE, patience=SHORT),
        dying.launch(1, patience=SHORT),
        beside.launch(1, patience=SHORT),
        world(marked(1, "one"), marked(2, "two", locked=True), script=upset(LOCKED, m.Delete)).launch(
            1, patience=SHORT
        ),
    ):
        for each in warnings(result):
            yield "a server that is left (warning)", each
    whole = {"at": 12.5, "location": "a:1", "slot": 3, "id": "ID"}
    story = [Decision(**whole, what=What.DELETED, why=reason.value) for reason in Reason]
    story += [Decision(**whole, what=what) for what in What]
    yield "the story of a run", "\n".join(map(decision_line, story))
    yield "faults without words of the cloud", "\n".join(f"a:1: {fault_text(Fault(kind=kind))}" for kind in Kind)
    yield "a fault without words of anybody", silent_line("a:1", None)
    yield "a boot that failed without a word", f"a:1: {fault_text(UNTOLD)}"


def silences(_scene: Scene) -> Iterator[Told]:
    """Why a server counts as not ready."""
    for what, servers in {"nobody answers": (), "no address": (marked(1, "one", addresses=()),)}.items():
        rows = answer(world(*servers, boots=1e9).launch(1, patience=SSH))["unready"]
        yield f"a server is not ready: {what}", f"{rows[0]['location']}: {rows[0]['name']}: {rows[0]['reason']}"


def slots(_scene: Scene) -> Iterator[Told]:
    """Why a slot has no server."""
    met = (Filling.PENDING, Filling.TAKEN, State.UNDONE, State.POSTING, State.SEEN)
    for why in (*(each.value for each in met), NO_ROOM, NOT_TRIED):
        yield f"a slot is empty: {why}", missing_text(Missing(slot=1, why=why, location="a:1", id="ID"))


def stories(_scene: Scene) -> Iterator[Told]:
    """Lines of the story that carry a sentence, and what a run is in one line."""
    courtesy = World([Place("a:1", quota=8)])
    elder = courtesy.start(order_of(15, fleet="elder", wait_for_room=True, patience=Patience(timeout=600.0)))
    younger = order_of(5, fleet="younger", wait_for_room=True, patience=Patience(timeout=100.0))
    runs: list[t.Any] = []
    courtesy.later(courtesy.now + 0.9, lambda: runs.append(courtesy.start(younger)))
    while not runs:
        courtesy.happen()
    result = courtesy.finish(runs[0])
    courtesy.finish(elder)
    undone = world(fate=lambda command: NO_HOST).launch(2, on_shortfall=OnShortfall.ROLLBACK)
    told = [
        each for run in (result, undone) for each in run.decisions if each.what in (What.GAVE_WAY, What.ROLLED_BACK)
    ]
    for decision in told[:1] + told[-1:]:
        yield "the story of a run", decision_line(decision)
    yield "an order that gave way", failure(result)
    two = world(marked(1, "one"), marked(2, "two"))
    for what, run in {
        "all is there": world().launch(2),
        "not all is there": world(quota=1).launch(2, min_count=0),
        "what would be made": world().run(order_of(2), check=True),
        "what would go": two.run(order_of(absent=True), check=True),
        "all is gone": two.destroy(),
        "there was nothing": world().destroy(),
    }.items():
        yield what, summary(run)


def _beside_another() -> Result:
    """A fleet that is destroyed while another order goes on making it."""
    made, ids = World([Place("a:1")]), itertools.count(1)

    def another() -> None:
        new = marked(1, f"new-{next(ids)}", until=EPOCH + 5000, created=EPOCH + made.now)
        made.add("a:1", new, active_at=made.now + 5.0)
        made.later(made.now + 20.0, another)

    another()
    return made.destroy(patience=Patience(timeout=100.0))
