# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rounds: what is done to the runs and to the clouds, one function for each kind."""

from __future__ import annotations

import time
import typing as t

from . import judge
from .mishaps import Mishap, draw
from .orders import ABSENT, Answer, Order
from .rig import pause

if t.TYPE_CHECKING:
    import random

    from .stage import Round, Stage

# Where a kill falls: until one was too late for such a run, which then says how long they take.
FIRST_LENGTHS = {"launch": 12.0, "out": 9.0, "in": 5.0, "destroy": 5.0}
EARLIEST_KILL = 0.5
SAME = 8
CROWD = 6
CROWD_QUOTA = 3
STUCK_SECONDS = 20.0


def kill(stage: Stage, one: Round) -> None:
    """An order is killed in the middle; the same order again makes all exact."""
    dice = one.dice
    action = dice.choices(("launch", "out", "in", "destroy"), (4, 2, 2, 2))[0]
    few, many = dice.randint(3, 4), dice.randint(6, 9)
    before, count = {"launch": (0, many), "out": (few, many), "in": (many, few), "destroy": (few, ABSENT)}[action]
    used = stage.have("kill", before)
    if action == "in":
        used = _up_to(stage, few)
    order = Order(fleet="kill", count=count)
    run = stage.start(order)
    at = dice.uniform(EARLIEST_KILL, stage.lengths.get(action, FIRST_LENGTHS[action]))
    one.numbers.update(action=action, count=count, kill=round(at, 2))
    one.missed = not run.kill_at(at)
    answer = stage.finish(run)
    if one.missed:
        stage.lengths[action] = answer.seconds
    elif dice.random() < 0.5:  # else the rerun begins at once, while requests of the dead are still on their way
        used |= stage.look().in_use("kill") if action in ("launch", "out") else used
        one.numbers["there"] = len(stage.sight.fleet("kill"))
    stage.settle(order, "rerun", frozenset() if action == "destroy" else used)


def freeze(stage: Stage, one: Round) -> None:
    """A service of one site hangs, dies or loses a host during a launch; the same order again makes all exact."""
    dice = one.dice
    many = dice.randint(6, 8)
    used = stage.have("cold", dice.choice((0, 0, 3)))
    stage.count_from_here()
    mishap = draw(dice, stage.rig.sites)
    begins, lasts = dice.uniform(0.5, 8.0), dice.uniform(4.0, 18.0)
    # Some runs outwait the mishap, others give their requests up, and do not know what came of them.
    patience = dice.choice((4, 4, 15))
    one.numbers.update(what=str(mishap), count=many, had=len(used), begins=round(begins, 1), lasts=round(lasts, 1))
    one.numbers.update(patience=patience)
    order = Order(fleet="cold", count=many, timeout=60, more={"api_timeout": patience, "survey_timeout": 4})
    started = time.monotonic()
    run = stage.start(order)
    pause(started + begins)
    _suffer(stage, mishap, lasts)
    answer = stage.finish(run)
    sight = stage.calm(STUCK_SECONDS)
    one.numbers.update(first=answer.message, first_exact=answer.exact, there=len(sight.fleet("cold")), made=stage.made)
    one.blame(judge.ended([answer]), "run")
    if answer.exact:
        one.blame(judge.truly(answer, sight), "run")
        used |= answer.ids
    stage.settle(Order(fleet="cold", count=many), "rerun", used)


def together(stage: Stage, one: Round) -> None:
    """Identical orders at once, which know nothing of each other."""
    dice = one.dice
    before, count = dice.choice(((0, 2), (0, 3), (2, 4), (5, 2)))
    used = stage.have("same", before)
    if before > count:
        used = _up_to(stage, count)
    stage.count_from_here()
    orders = [Order(fleet="same", count=count)] * SAME
    answers = _at_once(stage, orders, dice, dice.choice((0.0, 1.0, 4.0)))
    sight = stage.calm()
    exact = [answer for answer in answers if answer.exact]
    one.numbers.update(
        before=before,
        count=count,
        exact=len(exact),
        made=stage.made,
        wasted=stage.made - max(0, count - before),
        there=len(sight.fleet("same")),
        slowest=round(max(answer.seconds for answer in answers), 1),
    )
    one.blame(judge.ended(answers), "run")
    if len(exact) == SAME:
        one.blame(judge.truly(exact[0], sight), "all said exact")
    for answer in exact:
        used |= answer.ids
    stage.settle(orders[0], "rerun", used)


def crowd(stage: Stage, one: Round) -> None:
    """Different fleets compete for too little quota."""
    dice = one.dice
    if stage.held:
        stage.have(stage.held.order.fleet, 0)
    stage.limit(CROWD_QUOTA)
    stage.count_from_here()
    room = CROWD_QUOTA * len(stage.rig.sites)
    orders = [Order(fleet=f"crowd-{letter}", count=dice.randint(2, 3)) for letter in "abcdef"[:CROWD]]
    answers = _at_once(stage, orders, dice, 1.0)
    sight = stage.calm()
    one.numbers.update(
        room=room,
        wanted=sum(order.count for order in orders),
        running=sum(len(answer.ids) for answer in answers),
        there=len(sight.servers),
        errors=len(sight.errors),
        made=stage.made,
        slowest=round(max(answer.seconds for answer in answers), 1),
    )
    one.blame(judge.ended(answers), "run")
    for answer in answers:
        one.blame(judge.accounted(answer, sight), "run")
    _again(stage, one, orders, room)
    gone = _at_once(stage, [Order(fleet=order.fleet, count=ABSENT) for order in orders], dice, 0.0)
    one.blame([f"not exact: {answer.message}" for answer in gone if not answer.exact], "absent")
    stage.look()
    one.blame(stage.leaks(), "absent")


def _again(stage: Stage, one: Round, orders: t.Sequence[Order], room: int) -> None:
    """Each of the competitors once more, alone."""
    answers = [stage.finish(stage.start(order)) for order in orders]
    sight = stage.look()
    one.blame(judge.ended(answers) + judge.no_errors(sight), "rerun")
    for answer in answers:
        one.blame(judge.truly(answer, sight) if answer.exact else judge.accounted(answer, sight), "rerun")
    if len(sight.servers) > room:
        one.blame([f"{len(sight.servers)} servers, with room for {room}"], "rerun")
    one.numbers.update(full=sum(answer.exact for answer in answers), at_last=len(sight.servers))


def against(stage: Stage, one: Round) -> None:
    """Two orders that contradict each other, at once; afterwards one of them alone makes all exact."""
    dice = one.dice
    what, before, counts = dice.choice(
        (("launch, destroy", 0, (6, ABSENT)), ("launch, destroy", 4, (7, ABSENT)), ("out, in", 4, (7, 2)))
    )
    used = stage.have("duel", before)
    stage.count_from_here()
    orders = [Order(fleet="duel", count=count, timeout=90) for count in counts]
    answers = _at_once(stage, dice.sample(orders, len(orders)), dice, 5.0)
    sight = stage.calm()
    one.numbers.update(
        what=what,
        before=before,
        ended=[f"{answer.order.count}: {answer.message}" for answer in answers],
        there=len(sight.fleet("duel")),
        made=stage.made,
        slowest=round(max(answer.seconds for answer in answers), 1),
    )
    one.blame(judge.ended(answers), "run")
    last = dice.choice(orders)
    one.numbers["last"] = last.count
    lowest = min(order.servers for order in orders)
    if lowest:  # what both orders wanted was never in dispute
        used = frozenset(seen.id for seen in sight.fleet("duel") if seen.id in used and seen.slot <= lowest)
        one.blame([] if len(used) == lowest else [f"only {len(used)} of the {lowest} undisputed servers live"], "run")
    stage.settle(last, "rerun", used if lowest else frozenset())


def _at_once(stage: Stage, orders: t.Sequence[Order], dice: random.Random, within: float) -> list[Answer]:
    """Let all of them go within so many seconds, and wait for each."""
    runs = [stage.prepare(order) for order in orders]
    for run in runs:
        run.load()
    started = time.monotonic()
    for offset, run in zip(sorted(dice.uniform(0.0, within) for _run in runs), runs, strict=True):
        pause(started + offset)
        run.go()
    return [stage.finish(run) for run in runs]


def _up_to(stage: Stage, count: int) -> frozenset[str]:
    """The servers of the standing fleet that a smaller order keeps."""
    rows = stage.held.data["servers"] if stage.held else ()
    return frozenset(row["id"] for row in rows if row["slot"] <= count)


def _suffer(stage: Stage, mishap: Mishap, seconds: float) -> None:
    mishap.strike(stage.rig)
    try:
        time.sleep(seconds)
    finally:
        mishap.heal(stage.rig)


KINDS: dict[str, t.Callable[[Stage, Round], None]] = {
    "kill": kill,
    "freeze": freeze,
    "together": together,
    "crowd": crowd,
    "against": against,
}
