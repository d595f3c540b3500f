# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The engine's whole vocabulary: what it is told (events) and what it asks for (commands).

Every command but WakeAt and Finish is answered by exactly one of the events that `ENDS` names for it; whoever
carries commands out makes one at the command's deadline. Read events carry `started_at`: when their request began.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .model import Identity, Limits, Offer, Server, Usage

if t.TYPE_CHECKING:
    from .faults import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, at monotonic time ``now``."""

    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class At(Event):
    """Something that happened at one location."""

    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed(At):
    """The truth of a whole project. ``date`` is its clock (epoch seconds); ``unknown_ids`` are servers of a down cell.

    ``partial`` says that the answer named servers without showing them. ``limits`` is None where they were not asked.
    """

    started_at: float
    servers: tuple[Server, ...]
    identity: Identity
    usage: Usage = Usage()
    limits: Limits | None = None
    unknown_ids: frozenset[str] = frozenset()
    partial: bool = False
    date: float | None = None
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFailed(At):
    """No truth of this location was to be had."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(At):
    """The fleet's servers at one location, filtered by the cloud: what it lacks proves nothing."""

    started_at: float
    servers: tuple[Server, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFailed(At):
    """The fleet's tick at one location brought nothing."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(At):
    """The names of the order are known here: what this location can offer, in the user's order of preference."""

    offers: tuple[Offer, ...]
    ports_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpFailed(At):
    """The location cannot take the order as written, or could not say."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class OfServer(At):
    """Something that happened to one server."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(OfServer):
    """One server, read by its id."""

    started_at: float
    server: Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(OfServer):
    """The endpoint and project that once showed this id now answer that there is no such server."""

    started_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFailed(OfServer):
    """The server could not be read."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAttempt(At):
    """How one POST ended."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(OfAttempt):
    """Accepted: the server has an id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(OfAttempt):
    """Refused: nothing was made."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent(OfAttempt):
    """The request provably never reached the cloud."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous(OfAttempt):
    """The answer was lost: there may be a server, now or later."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAccepted(OfServer):
    """The cloud will delete it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRefused(OfServer):
    """The cloud will not delete it, for this reason."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUnknown(OfServer):
    """The answer to a DELETE was lost."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked(OfServer):
    """A lock was taken off a server; ``fault`` says why not."""

    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked(OfServer):
    """The mutable part of a mark was written and read back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRefused(OfServer):
    """The mark could not be written."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceOpen(At):
    """A server group that later POSTs carry: once it is shut, none of them can still land."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceShut(At):
    """No POST that carries this group can create a server any more."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceRefused(At):
    """The fence could not be opened or shut."""

    group: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed(OfServer):
    """Whether the asked port of a server answered."""

    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleRead(OfServer):
    """The tail of a server's console, empty where the cloud gave none."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Woke(Event):
    """The alarm rang."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Event):
    """Make nothing more; account for what exists, and finish."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to be carried out; none blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLocation(Command):
    """A request to one location."""

    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey(ToLocation):
    """Read every server of the project, and its limits where asked."""

    limits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class List(ToLocation):
    """Read the fleet's servers by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(ToLocation):
    """Resolve the names that the order uses at this location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(ToLocation):
    """POST one server. ``metadata`` and ``description`` carry the mark and go in as they are."""

    slot: int
    token: str
    name: str
    offer: Offer
    metadata: tuple[tuple[str, str], ...]
    description: str
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToServer(ToLocation):
    """A request about one server."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(ToServer):
    """Read one server by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(ToServer):
    """Delete one server; ``force`` also where it is only soft-deleted. After ``by`` its proof is too old to begin."""

    force: bool = False
    by: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock(ToServer):
    """Take the lock off a server that must go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(ToServer):
    """Write the mutable part of a mark."""

    metadata: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFence(ToLocation):
    """Make a server group that the next POSTs carry."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutFence(ToLocation):
    """Delete that group."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(ToServer):
    """Try whether a port of a server answers."""

    address: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Console(ToServer):
    """Read the tail of a server's console."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt(Command):
    """Ring once at monotonic time ``at``; the newest alarm replaces the one before."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Command):
    """The last command of a run: what became of it, a `Result` or a `Census` by the engine that ran."""

    result: object


ENDS: dict[type[Command], tuple[type[Event], ...]] = {
    Survey: (Surveyed, SurveyFailed),
    List: (Listed, ListFailed),
    LookUp: (LookedUp, LookUpFailed),
    Show: (Shown, Gone, ShowFailed),
    Create: (Created, Refused, NotSent, Ambiguous),
    Delete: (DeleteAccepted, Gone, DeleteRefused, DeleteUnknown),
    Unlock: (Unlocked, Gone),
    Mark: (Marked, MarkRefused, Gone),
    OpenFence: (FenceOpen, FenceRefused),
    ShutFence: (FenceShut, FenceRefused),
    Probe: (Probed,),
    Console: (ConsoleRead,),
}
