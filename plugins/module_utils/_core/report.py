# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Sentences: every word that a user reads about a run is made here, from data.

A message names the location, what was tried, what the cloud said and what to do.
"""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from .address import preferred
from .advice import advised, fault_text
from .census import merged_line
from .identity import server_name
from .listing import first_of
from .result import NOT_TRIED, Objection, Why
from .rows import Knowledge, State
from .tables import Filling

if t.TYPE_CHECKING:
    from .faults import Fault
    from .result import Decision, Kept, Leftover, Missing, Refusal, Result, Tally

_SHOWN = 10
_LONG = 200


def failure(result: Result) -> str:
    """Why a run failed: one sentence, then a line for each location that has something to say."""
    head = _objection(result) or _stopped(result) or _left_behind(result) or _shortfall(result)
    if result.objection in (Objection.NO_ANSWER, Objection.UNREACHABLE):
        return head
    told = head.splitlines()
    return "\n".join(told + [line for line in refusal_lines(result) if not any(each.endswith(line) for each in told)])


def summary(result: Result) -> str:
    """What a run did, in one line."""
    if result.absent:
        number = len(result.removed)
        would = "would be " if result.check else ""
        gone = f"fleet {result.fleet}: {number} server{'' if number == 1 else 's'} {would}deleted"
        return gone if result.removed else f"fleet {result.fleet}: there is nothing to delete"
    made = f"fleet {result.fleet}: {_running(result)}"
    if result.check:
        return f"{made}; {len(result.planned)} would be made, {len(result.removed)} deleted"
    return made + (", and exactly those exist" if result.exact else "")


def warnings(result: Result) -> list[str]:
    """What the user should know although the run went on."""
    fleet, fenced = result.fleet, dict.fromkeys(label for label, _name in result.fences)
    said = [merged_line(one, other) for one, other in result.merged]
    said += [silent_line(label, fault) for label, fault in result.unknown if not result.objection]
    said += [
        f"{each.location}: server {each.name} ({each.id}) looks like one of fleet {fleet}, but {each.why}; "
        "it is left alone and not counted. Rename or delete it if it is not wanted, or see what adopt does"
        for each in result.suspicious
    ]
    said += [
        f"{each.location}: the cloud's answer to the creation of {server_name(fleet, each.slot)} was lost, and no "
        "such server was seen so far; run this again later to make sure"
        for each in result.unresolved
    ]
    said += [
        f"{label}: it refused server groups, so servers were created there without a fence; leave fence out, or "
        "exclude the location"
        for label in result.unfenced
    ]
    said += [_fences_line(label, [name for there, name in result.fences if there == label]) for label in fenced]
    if result.absent and not result.exact and not result.check and result.rival_until is not None:
        said.append(
            f"fleet {fleet}: another order was making servers of it meanwhile; it ends at {moment(result.rival_until)} "
            "at the latest. Run this again then"
        )
    said += [
        f"{label}: its clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}; a run that makes servers waits "
        "that long before it can tell that exactly those exist. Have the provider set it right"
        for label, skew in result.skews
    ]
    said += [
        f"{label}: its hint max_lifetime ends new servers earlier than the order asked; see their expires"
        for label in result.shortened
    ]
    going = {each.id for each in result.removed if result.check}
    said += [
        f"{each.location}: server {each.name} ({each.id}) is left: {leftover_text(each)}"
        for each in result.leftovers
        if not result.absent and each.id not in going
    ]
    if not result.failed:
        said += unready_lines(result)
    if any(each.drifted and not each.unwanted for each in result.servers) and result.objection is None:
        said.append(f"fleet {fleet}: {_drift(result)}; they are kept (on_drift: replace makes them anew)")
    return said


def silent_line(label: str, fault: Fault | None) -> str:
    """What is not known of a location, why, and what to do."""
    return f"{label}: not known what runs there: {advised(fault)}"


def refusal_lines(result: Result) -> list[str]:
    """A line for each location that did not take its part, with numbers."""
    told = {each.location for each in result.refusals}
    others = {each.location: why_of(each) for each in result.tallies if each.location not in told}
    lines = [_refusal_line(each) for each in result.refusals]
    return lines + [f"{label}: {why}" for label, why in others.items() if why]


def why_of(tally: Tally) -> str:
    """Why tries at a location came to nothing, or why it was not asked; empty where nothing is wrong."""
    if tally.why is None:
        return ""
    if tally.refused:
        return f"{tally.refused} of {tally.asked} refused: {fault_text(tally.why)}"
    return "" if tally.knowledge == Knowledge.KNOWN.value else fault_text(tally.why)


def decision_line(decision: Decision) -> str:
    """One line of the story."""
    parts = (
        f"{decision.at:8.3f}",
        decision.what.value,
        decision.location,
        "" if decision.slot is None else f"slot {decision.slot}",
        decision.id,
        decision.why,
        "" if decision.fault is None else f"{decision.fault.kind.value}: {fault_text(decision.fault)}",
    )
    return " ".join(part for part in parts if part)


def missing_text(missing: Missing) -> str:
    """Why one slot has no running server."""
    if missing.fault is not None:
        return fault_text(missing.fault)
    return {
        Filling.PENDING.value: f"server {missing.id} was still building",
        Filling.TAKEN.value: f"server {missing.id} was deleted by somebody else meanwhile",
        State.UNDONE.value: "it was taken back: rolled back, or left to an elder order that waits for room",
        State.POSTING.value: "the cloud had not answered yet",
        State.SEEN.value: f"server {missing.id} was building when its location fell silent",
        NOT_TRIED: "it was not tried before the run ended",
    }.get(missing.why, missing.why)


def _objection(result: Result) -> str:
    """Why nothing was done, or nothing."""
    if result.objection is None:
        return ""
    silent = "".join(f"\n{silent_line(label, fault)}" for label, fault in result.unknown)
    said = {
        Objection.NO_ANSWER: f"no location answered, so nothing was done{silent}",
        Objection.UNREACHABLE: f"not every location answered, so nothing was done (on_unreachable: fail){silent}",
        Objection.OWNER: f"it belongs to {first_of(result.owners, _SHOWN)}, so nothing was done; choose another name "
        "for your fleet, or order it as its owner",
        Objection.DRIFT: f"{_drift(result)}, so nothing was done (on_drift: fail); order them as they were made, "
        "or say on_drift: replace",
        Objection.NO_ROOM: f"there is room for {_attainable(result)} of {result.wanted} servers where {result.least} "
        f"are needed, so nothing was made; {_way_out(result)}",
        Objection.REMOVALS: f"{result.removals} of its servers would be taken away where max_removals allows "
        f"{result.max_removals}, so nothing was done; raise it if that is what you mean",
    }
    return f"fleet {result.fleet}: {said[result.objection]}"


def _way_out(result: Result) -> str:
    """What helps where the room is not enough: other names, where these are what every location lacks."""
    if result.refusals and all(each.why is Why.NAMES for each in result.refusals):
        return "correct the order, or say in the hints what each cloud calls these things"
    return "lower count or min_count, free quota, or add accounts"


def _stopped(result: Result) -> str:
    if not result.stopped:
        return ""
    running = f"{result.running} of {result.wanted} servers running"
    return f"fleet {result.fleet}: stopped ({result.stopped}) with {running}; run this again to go on"


def _left_behind(result: Result) -> str:
    """What keeps a fleet from being absent."""
    if not result.absent:
        return ""
    left = [
        f"{each.location}: server {each.name} ({each.id}) still exists: {leftover_text(each)}"
        for each in result.leftovers
    ]
    left += [silent_line(label, fault) for label, fault in result.unknown]
    return "\n".join([f"fleet {result.fleet} may not be gone everywhere; run this again", *left])


def _shortfall(result: Result) -> str:
    tail = f" (min_count is {result.least})" if result.least != result.wanted else ""
    reasons: dict[str, list[str]] = {}
    for each in result.missing:
        why = f"{each.location}: {missing_text(each)}" if each.location else missing_text(each)
        reasons.setdefault(why, []).append(server_name(result.fleet, each.slot))
    lines = [f"{first_of(names, _SHOWN)}: {why}" for why, names in reasons.items()]
    lines += [
        f"{each.server.name}: {each.location}: it was to be replaced ({_fault_of(each)}), and could not be; it is left "
        "as it is"
        for each in result.servers
        if each.unwanted
    ]
    lines += unready_lines(result)
    again = "; run this again for what is missing" if result.running < result.wanted else ""
    return "\n".join([f"fleet {result.fleet}: {_running(result)}{tail}{again}", *lines])


def _running(result: Result) -> str:
    """How many servers run, and how many answer where the order asks for that and not all do."""
    silent = sum(not each.answers for each in result.servers)
    answering = f", and {len(result.servers) - silent} of these answer at port {result.ready_port}" if silent else ""
    return f"{result.running} of {result.wanted} servers are running{answering}"


def unready_lines(result: Result) -> list[str]:
    """A line for each of the first servers that run and do not answer, with the last words of its console."""
    silent = [each for each in result.servers if not each.answers]
    lines = [
        f"{each.location}: server {each.server.name} ({each.server.id}) is {each.server.status}, but "
        f"{_where_it_is(each)} did not answer at port {result.ready_port}{_last_words(each.console)}"
        for each in silent[:_SHOWN]
    ]
    if len(silent) > _SHOWN:
        lines.append(f"{len(silent) - _SHOWN} more do not answer: see unready")
    if silent:
        lines.append("See that the image boots, and that security groups and network let servers be reached from here")
    return lines


def _where_it_is(kept: Kept) -> str:
    return preferred(kept.server.addresses) or "it has no address, so it"


def _last_words(console: str) -> str:
    last = console.splitlines()[-1:]
    return f'; its console ends with "{last[0][:_LONG]}"' if last else ""


def _drift(result: Result) -> str:
    off = [each.server.name for each in result.servers if each.drifted]
    return f"{len(off)} server{' was' if len(off) == 1 else 's were'} made from another order ({first_of(off, _SHOWN)})"


def _fault_of(kept: Kept) -> str:
    return "made from another order" if kept.drifted else f"{kept.server.status}"


def _attainable(result: Result) -> int:
    return result.running + min(result.wanted - result.running, sum(each.room for each in result.refusals))


def _refusal_line(refusal: Refusal) -> str:
    here = f"{refusal.location}: "
    if refusal.why is Why.UNAVAILABLE:
        return here + "its hint status: unavailable keeps new servers away"
    if refusal.why is Why.NOT_CHOSEN:
        return here + "left out by locations or exclude"
    if refusal.why is Why.UNREACHABLE:
        return here + advised(refusal.fault)
    if refusal.bound is None:
        return here + fault_text(refusal.fault)
    limit = "no limit" if refusal.bound.limit is None else f"{refusal.bound.used} of {refusal.bound.limit} used"
    return here + f"room for {refusal.room}, asked {refusal.asked}; {refusal.bound.resource} {limit}"


def _fences_line(label: str, names: t.Sequence[str]) -> str:
    what = "server group" if len(names) == 1 else "server groups"
    return f"{label}: {what} {first_of(names, _SHOWN)} may be left behind; delete what is there"


def leftover_row(leftover: Leftover) -> dict[str, str]:
    reason = leftover_text(leftover)
    return {"location": leftover.location, "id": leftover.id, "name": leftover.name, "reason": reason}


def leftover_text(leftover: Leftover) -> str:
    """Why a server is there although it should not, and what the cloud said when it was to go."""
    why = f"it was to be deleted ({leftover.why})" if leftover.doomed else leftover.why
    return why if leftover.fault is None else f"{why}, but: {fault_text(leftover.fault)}"


def moment(epoch: float) -> str:
    """A time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(int(epoch), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
