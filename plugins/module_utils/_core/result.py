# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a run comes to, as values: no decision is made here, and no sentence."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from .model import Phase

if t.TYPE_CHECKING:
    from .faults import Fault
    from .model import Offer, Server
    from .room import Bound


# Why a slot is empty that no attempt was made for.
NO_ROOM, NOT_TRIED = "no room", "not tried"


class What(enum.Enum):
    """What a decision was about."""

    PLACED = "placed"
    FAILED = "failed"
    DELETED = "deleted"
    UNPLACED = "unplaced"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"
    ROLLED_BACK = "rolled back"
    ADOPTED = "adopted"
    GAVE_WAY = "gave way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the story, as data; ``at`` in seconds since the run began."""

    at: float
    what: What
    location: str = ""
    slot: int | None = None
    id: str = ""
    why: str = ""
    fault: Fault | None = None


class Objection(enum.Enum):
    """Why a run ends before it changed anything."""

    NO_ANSWER = "no location answered"
    UNREACHABLE = "a location did not answer"
    OWNER = "the fleet belongs to another owner"
    DRIFT = "the fleet was made otherwise"
    NO_ROOM = "there is not room for enough of it"
    REMOVALS = "too many servers would go"


class Why(enum.Enum):
    """Why a location takes no more."""

    UNREACHABLE = "unreachable"
    UNAVAILABLE = "unavailable"
    NOT_CHOSEN = "not chosen"
    NAMES = "names"
    FULL = "full"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One location's refusal: it had room for ``room`` more of the ``asked`` servers; what bound it, or which fault."""

    location: str
    why: Why
    room: int = 0
    asked: int = 0
    bound: Bound | None = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A server that stands for its slot; ``unwanted`` where the order wanted another in its place.

    ``answers`` says whether it does at the port that the order names, if any; ``console`` ends with why it may not.
    """

    slot: int
    location: str
    server: Server
    drifted: bool = False
    unwanted: bool = False
    answers: bool = True
    console: str = ""

    @property
    def ready(self) -> bool:
        """Whether it is ACTIVE with nothing under way, answers, and is what the order wants."""
        return self.server.phase is Phase.READY and self.answers and not self.unwanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A slot without a ready server: where it was tried last, or everywhere, and why it came to nothing."""

    slot: int
    why: str
    location: str = ""
    id: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A server of ours that exists beside those that are kept.

    ``doomed`` where it was to be deleted and did not go; ``fault`` is how the last DELETE of it failed.
    """

    location: str
    id: str
    name: str
    why: str
    doomed: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A POST whose answer was lost, and no server seen of it: one may still appear."""

    slot: int
    location: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one location. ``asked`` were there or were tried; ``refused`` are tries that came to nothing."""

    location: str
    knowledge: str
    asked: int = 0
    running: int = 0
    building: int = 0
    refused: int = 0
    deleted: int = 0
    why: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The whole account of one run; ``as_of`` is the epoch second of the confirm survey's start.

    ``skews`` are clocks that differ much from ours, in seconds ahead. ``rival_until`` is when another run that was seen
    at work ends at the latest, also in epoch seconds.
    """

    fleet: str
    wanted: int
    least: int
    absent: bool
    check: bool
    failed: bool
    exact: bool
    changed: bool
    as_of: float | None
    objection: Objection | None
    stopped: str
    owners: tuple[str, ...]
    servers: tuple[Kept, ...]
    planned: tuple[tuple[int, Offer], ...]
    removed: tuple[Leftover, ...]
    missing: tuple[Missing, ...]
    leftovers: tuple[Leftover, ...]
    suspicious: tuple[Leftover, ...]
    unresolved: tuple[Unresolved, ...]
    unknown: tuple[tuple[str, Fault | None], ...]
    merged: tuple[tuple[str, str], ...]
    tallies: tuple[Tally, ...]
    refusals: tuple[Refusal, ...]
    before: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]
    removals: int = 0
    max_removals: int | None = None
    shortened: tuple[str, ...] = ()
    unfenced: tuple[str, ...] = ()
    fences: tuple[tuple[str, str], ...] = ()
    adopted: tuple[Leftover, ...] = ()
    rival_until: float | None = None
    skews: tuple[tuple[str, float], ...] = ()
    ready_port: int = 0

    @property
    def running(self) -> int:
        return sum(not each.unwanted for each in self.servers)
