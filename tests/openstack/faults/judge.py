# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judge: what is wrong, told from what the runs returned and what the witness saw. Pure functions."""

from __future__ import annotations

import typing as t

from .orders import ABSENT, Answer

if t.TYPE_CHECKING:
    from .witness import Seen, Sight

Wrongs = list[str]


def ended(answers: t.Iterable[Answer]) -> Wrongs:
    """Each run that was not killed ends in time and with a result."""
    wrongs = []
    for answer in answers:
        if answer.hung:
            wrongs.append(f"a run of {answer.order.fleet} did not end: {answer.order.timeout} s and grace are over")
        elif not answer.killed and "exact" not in answer.data:
            wrongs.append(f"a run of {answer.order.fleet} ended without an account: {answer.message}")
    return wrongs


def exact(answer: Answer, sight: Sight) -> Wrongs:
    """The run says exact, and the witness sees exactly what was ordered: running, one in each slot, the ones named."""
    wrongs = ended([answer])
    if not answer.exact:
        wrongs.append(f"the rerun is not exact: {answer.message}")
    return wrongs + truly(answer, sight)


def truly(answer: Answer, sight: Sight) -> Wrongs:
    """What a run that says exact says is what the witness sees; nothing else of the fleet is there."""
    order, there = answer.order, sight.fleet(answer.order.fleet)
    wrongs = [f"not running: {seen}" for seen in there if seen.status != "ACTIVE"]
    if sorted(seen.slot for seen in there) != list(range(1, order.servers + 1)):
        wrongs.append(f"ordered {order.servers}, there are {len(there)}: {_rows(there)}")
    if order.count != ABSENT and answer.ids != {seen.id for seen in there}:
        wrongs.append(f"returned {sorted(answer.ids)}, there are {sorted(seen.id for seen in there)}")
    return wrongs


def kept(before: frozenset[str], sight: Sight, what: str) -> Wrongs:
    """Nothing was taken away that was in use."""
    gone = before - {seen.id for seen in sight.servers if seen.status == "ACTIVE"}
    return [f"gone, though {what}: {server}" for server in sorted(gone)]


def no_errors(sight: Sight) -> Wrongs:
    return [f"left in ERROR: {seen}" for seen in sight.errors]


def accounted(answer: Answer, sight: Sight) -> Wrongs:
    """A run that fell short tells all: what runs is returned, each other server and each empty slot is named."""
    order, data = answer.order, answer.data
    there = sight.fleet(order.fleet)
    told = set(answer.ids)
    told |= {row["id"] for row in data.get("leftovers", ())}
    told |= {row["id"] for row in data.get("suspicious", ())}
    missing = data.get("shortfall", {}).get("missing", ())
    told |= {row["id"] for row in missing if row.get("id")}
    open_slots = {row["slot"] for row in data.get("unresolved", ())}
    wrongs = [f"not in the account: {s}" for s in there if s.id not in told and s.slot not in open_slots]
    running = {seen.id for seen in there if seen.status == "ACTIVE"}
    wrongs += [f"returned, but does not run: {server}" for server in sorted(answer.ids - running)]
    slots = sorted([row["slot"] for row in data.get("servers", ())] + [row["slot"] for row in missing])
    if slots != list(range(1, order.servers + 1)):
        wrongs.append(f"running and missing slots of {order.fleet} are {slots}, not 1 to {order.servers}")
    wrongs += [f"missing without a reason: {row}" for row in missing if not row.get("reason")]
    return wrongs


def no_leaks(before: Sight, after: Sight) -> Wrongs:
    """After the destruction there is what was there in the beginning."""
    wrongs = [f"leaked: {seen}" for seen in after.servers]
    wrongs += [f"leaked server group: {group}" for group in sorted(after.groups - before.groups)]
    wrongs += [f"leaked port: {port}" for port in sorted(after.ports - before.ports)]
    return wrongs


def _rows(servers: tuple[Seen, ...]) -> str:
    return ", ".join(str(seen) for seen in sorted(servers, key=lambda seen: (seen.slot, seen.id)))
