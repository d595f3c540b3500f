# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What became of an order: which servers it has, which slots are missing and why, and what is left over or unknown."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import replace

from .adopt import ADOPTED, adoptable, erased
from .confirm import confirmed, confirmed_since, rivals
from .faults import HALF_SHOWN
from .fence import unfenced
from .gate import foreign_owners, removals
from .identity import server_name
from .model import Phase
from .refusal import refusals
from .remove import doomed
from .result import NO_ROOM, NOT_TRIED, Decision, Kept, Leftover, Missing, Result, Tally, Unresolved, What
from .rows import Adoption, AttemptRow, Deletion, Guard, Knowledge, LocationRow, ServerRow, State, Suspect
from .standing import standing
from .tables import Filling, taken
from .verdict import Reason
from .watch import settled

if t.TYPE_CHECKING:
    from .desk import Desk
    from .faults import Fault


def account_of(desk: Desk, now: float) -> Result:
    """The account as the tables stand at the end of a run."""
    check, order = desk.run.check, desk.run.order
    removed = _planned_removals(desk, now) if check else _removed(desk)
    adopted = _adopted(desk)
    kept = standing(desk)
    missing = _missing(desk, kept)
    leftovers = _leftovers(desk, kept, missing)
    planned = desk.placement.assigned if check and desk.objection is None else ()
    unknown = _unknown(desk)
    unresolved = _unresolved(desk)
    doubtful = any(each.adoption is not Adoption.NONE for each in desk.tables.suspicious.values())
    settled = not (missing or leftovers or unknown or unresolved or doubtful or desk.stopped or desk.was_open)
    since = confirmed_since(desk)
    confirmed_all = all(confirmed(row, since) for row in desk.tables.locations.values())
    fit = [each for each in kept if each.answers and not each.unwanted and each.slot not in dict(planned)]
    here = len(fit) + (len(planned) if check else 0) + (_building(missing) if check or not order.wait else 0)
    short = (leftovers or unknown) if order.absent else here < order.min_count
    return Result(
        fleet=order.fleet,
        wanted=order.count,
        least=order.min_count,
        absent=order.absent,
        check=check,
        failed=bool(short and not (check and order.absent)) or desk.objection is not None or bool(desk.stopped),
        exact=settled and confirmed_all and desk.objection is None and not check and all(each.ready for each in kept),
        changed=bool(planned or removed or adopted) if check else _wrote(desk),
        as_of=_as_of(desk),
        objection=desk.objection,
        stopped=desk.stopped,
        owners=tuple(foreign_owners(desk)),
        servers=kept,
        planned=planned,
        removed=removed,
        missing=missing,
        leftovers=leftovers,
        suspicious=_suspicious(desk),
        unresolved=unresolved,
        unknown=unknown,
        merged=tuple((row.label, row.merged_into) for row in _rows(desk, Knowledge.MERGED)),
        tallies=_tallies(desk, kept, missing, removed),
        refusals=refusals(desk, now),
        before=_before(desk),
        decisions=_story(desk),
        removals=removals(desk),
        max_removals=order.max_removals,
        adopted=adopted,
        skews=tuple((row.label, row.offset) for row in _rows(desk, Knowledge.KNOWN) if abs(row.offset) > _MUCH_SKEW),
        rival_until=max((row.belonging.mark.until for row in rivals(desk) if row.belonging.mark), default=None),
        unfenced=tuple(row.label for row in desk.tables.locations.values() if unfenced(row)),
        fences=_fences_left(desk),
        shortened=tuple(sorted(desk.shortened)),
        ready_port=order.patience.ready_port,
    )


def _story(desk: Desk) -> tuple[Decision, ...]:
    """What was decided, and how each try that came to nothing ended, in the order of time."""
    failed = (
        Decision(
            at=round(each.ended_at - desk.run.started, 3),
            what=What.FAILED,
            location=each.location,
            slot=each.slot,
            id=each.id,
            why=each.state.value,
            fault=each.fault,
        )
        for attempts in _failed(desk).values()
        for each in attempts
    )
    return tuple(sorted([*desk.story, *failed], key=lambda each: each.at))


def _rows(desk: Desk, *which: Knowledge) -> list[t.Any]:
    return [row for row in desk.tables.locations.values() if row.knowledge in which]


def _building(missing: t.Sequence[Missing]) -> int:
    return sum(each.why == Filling.PENDING.value for each in missing)


def _missing(desk: Desk, kept: t.Sequence[Kept]) -> tuple[Missing, ...]:
    filled = {each.slot for each in kept}
    if desk.run.check:
        filled |= {slot for slot, offer in desk.placement.assigned}
    unplaced = set(desk.placement.unplaced)
    slots = (slot for slot in range(1, desk.run.order.count + 1) if slot not in filled)
    return tuple(_why_missing(desk, slot, NO_ROOM if slot in unplaced else NOT_TRIED) for slot in slots)


def _why_missing(desk: Desk, slot: int, otherwise: str) -> Missing:
    """The reason of one missing slot: what stands there, else how its last attempt ended, else how it was planned."""
    standing = desk.tables.candidates(slot)
    filling = desk.tables.filling(slot)
    if standing:
        return Missing(slot=slot, why=Filling.PENDING.value, location=standing[0].location, id=standing[0].id)
    if filling is Filling.TAKEN:
        row = next(row for row in desk.tables.servers_in(slot) if taken(row))
        return Missing(slot=slot, why=filling.value, location=row.location, id=row.id)
    tries = desk.tables.attempts_in(slot)
    if tries:
        last: AttemptRow = tries[-1]
        return Missing(slot=slot, why=last.state.value, location=last.location, id=last.id, fault=last.fault)
    return Missing(slot=slot, why=otherwise)


def _leftovers(desk: Desk, kept: t.Sequence[Kept], missing: t.Sequence[Missing]) -> tuple[Leftover, ...]:
    """Servers of ours that exist and are not kept: twins, surplus, and what does not go away."""
    told = {each.server.id for each in kept} | {each.id for each in missing if each.why == Filling.PENDING.value}
    every = (row for row in desk.tables.servers.values() if desk.run.order.concerns(row.slot))
    rows = (row for row in every if row.ours and not row.gone and row.id not in told)
    return tuple(
        replace(_leftover(desk, row, row.doom or _why_left(desk, row)), doomed=bool(row.doom), fault=row.delete_fault)
        for row in sorted(rows, key=lambda row: (row.slot, row.id))
    )


_LEFT = {
    Phase.DYING: "it is being deleted",
    Phase.BROKEN: Reason.BROKEN.value,
    Phase.RELEASED: Reason.RELEASED.value,
}


def _why_left(desk: Desk, row: ServerRow) -> str:
    if desk.tables.silent(row.location):
        return "its location fell silent"
    if row.phase in _LEFT:
        return _LEFT[row.phase]
    if row.slot > desk.run.order.count:
        return "its slot is beyond the count"
    return "it is still building" if row.phase is Phase.PENDING else "it stands beside another one in its slot"


def _leftover(desk: Desk, row: ServerRow, why: str) -> Leftover:
    name = row.server.name if row.server else server_name(desk.tables.fleet, row.slot)
    return Leftover(location=row.location, id=row.id, name=name, why=why)


def _removed(desk: Desk) -> tuple[Leftover, ...]:
    rows = (row for row in desk.tables.servers.values() if _may_be_deleted(row))
    left = (row for row in rows if row.deletion is not Deletion.REFUSED)
    return tuple(_leftover(desk, row, row.doom) for row in sorted(left, key=lambda row: (row.slot, row.id)))


def _planned_removals(desk: Desk, now: float) -> tuple[Leftover, ...]:
    if desk.objection is not None:
        return ()
    going = [_leftover(desk, row, reason.value) for row, reason in doomed(desk, now)]
    renewed = (desk.tables.candidates(slot)[:1] for slot, _offer in desk.placement.assigned)
    return (*going, *(_leftover(desk, row, Reason.TWIN.value) for rows in renewed for row in rows))


# A clock that is further off than this delays every confirm survey by as much; in seconds.
_MUCH_SKEW = 10.0
_WHY_SUSPICIOUS = "only one of its name and its two marks says so"
_WHY_ERASED = "its metadata was erased"


def _suspicious(desk: Desk) -> tuple[Leftover, ...]:
    adopting = adoptable(desk) if desk.run.check else {}
    left = [each for each in desk.tables.suspicious.values() if each.server.id not in adopting]
    return tuple(_suspect(each) for each in sorted(left, key=lambda each: (each.server.name, each.server.id)))


def _suspect(row: Suspect) -> Leftover:
    return Leftover(location=row.location, id=row.server.id, name=row.server.name, why=_WHY_SUSPICIOUS)


def _adopted(desk: Desk) -> tuple[Leftover, ...]:
    """Servers that were marked anew, or would be."""
    every = desk.tables.servers.values()
    rows = [_leftover(desk, row, _why_adopted(row)) for row in every if row.adoption is Adoption.DONE]
    if not desk.run.check or desk.objection is not None:
        return tuple(rows)
    rows += [_leftover(desk, row, _WHY_ERASED) for row in erased(desk)]
    return (*rows, *(_suspect(desk.tables.suspicious[each]) for each in adoptable(desk)))


def _why_adopted(row: ServerRow) -> str:
    mark = row.belonging.mark
    return _WHY_SUSPICIOUS if mark is not None and mark.spec == ADOPTED else _WHY_ERASED


def _unresolved(desk: Desk) -> tuple[Unresolved, ...]:
    open_ends = (State.POSTING, State.AMBIGUOUS, State.COVERED)
    found = (each for each in desk.tables.attempts.values() if each.state in open_ends and not settled(desk, each))
    return tuple(Unresolved(slot=each.slot, location=each.location, token=each.token) for each in found)


def _fences_left(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Server groups that may still exist: a location, and the name by which they are found there."""
    rows = ((row.label, fence) for row in desk.tables.locations.values() for fence in row.fences)
    return tuple((label, fence.name) for label, fence in rows if fence.state not in (Guard.SHUT, Guard.REFUSED))


def _unknown(desk: Desk) -> tuple[tuple[str, Fault | None], ...]:
    rows = _rows(desk, Knowledge.UNREACHABLE, Knowledge.UNASKED, Knowledge.PARTIAL)
    since = confirmed_since(desk)
    silent = [row for row in _rows(desk, Knowledge.KNOWN) if not confirmed(row, since) and row.failures]
    return tuple((row.label, _why_unknown(row)) for row in rows + silent)


def _why_unknown(row: LocationRow) -> Fault | None:
    return HALF_SHOWN if row.fault is None and row.knowledge is Knowledge.PARTIAL else row.fault


def _wrote(desk: Desk) -> bool:
    """Whether any write was accepted, or may have been."""
    landed = (State.SEEN, State.DEAD, State.POSTING, State.AMBIGUOUS, State.COVERED)
    made = any(attempt.state in landed for attempt in desk.tables.attempts.values())
    adopted = any(row.adoption is not Adoption.NONE for row in desk.tables.servers.values())
    marked = any(each.adoption is not Adoption.NONE for each in desk.tables.suspicious.values())
    return made or adopted or marked or any(_may_be_deleted(row) for row in desk.tables.servers.values())


def _may_be_deleted(row: ServerRow) -> bool:
    return row.written or row.deletion is Deletion.SENT


def _as_of(desk: Desk) -> float | None:
    known = [row.surveyed_at for row in _rows(desk, Knowledge.KNOWN)]
    return desk.tables.epoch + min(known) if known else None


def _before(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Name and location of the fleet's servers that were there when this run began."""
    rows = (row for row in desk.tables.servers.values() if row.ours and not row.token and row.server)
    return tuple(sorted((row.server.name, row.location) for row in rows if row.server))


def _tallies(
    desk: Desk, kept: t.Sequence[Kept], missing: t.Sequence[Missing], removed: t.Sequence[Leftover]
) -> tuple[Tally, ...]:
    running = Counter(each.location for each in kept)
    building = Counter(each.location for each in missing if each.why == Filling.PENDING.value)
    planned = Counter(offer.location for slot, offer in desk.placement.assigned) if desk.run.check else Counter[str]()
    deleted = Counter(each.location for each in removed)
    failed = _failed(desk)
    return tuple(
        Tally(
            location=row.label,
            knowledge=row.knowledge.value,
            asked=running[row.label] + building[row.label] + planned[row.label] + len(failed[row.label]),
            running=running[row.label],
            building=building[row.label],
            refused=len(failed[row.label]),
            deleted=deleted[row.label],
            why=_last_fault(row, failed[row.label]),
        )
        for row in desk.tables.locations.values()
    )


def _last_fault(row: LocationRow, failed: t.Sequence[AttemptRow]) -> Fault | None:
    return next((each.fault for each in reversed(failed)), row.fault or row.lookup_fault)


def _failed(desk: Desk) -> dict[str, list[AttemptRow]]:
    """The attempts of this run that came to nothing, by location."""
    ended = (State.REFUSED, State.NOT_SENT, State.DEAD, State.AMBIGUOUS, State.COVERED)
    found: dict[str, list[AttemptRow]] = {label: [] for label in desk.tables.locations}
    for attempt in desk.tables.attempts.values():
        if attempt.state in ended:
            found[attempt.location].append(attempt)
    return found
