# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The rows of the tables: what is known of each location, attempt and server, and how far each is."""

from __future__ import annotations

import enum
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .identity import Belonging, Whose, rank
from .ledger import Ledger
from .model import Identity, Limits, Location, Offer, Phase, Server, Usage
from .pace import Pace

if t.TYPE_CHECKING:
    from .faults import Fault

LONG_AGO = float("-inf")
# How much is asked of the single servers of a location at once; the driver has as many hands for each.
AT_ONCE = 8


class Knowledge(enum.Enum):
    """What is known of a location; nothing, unknown and empty are three things."""

    UNASKED = "unasked"
    KNOWN = "known"
    PARTIAL = "partial"
    UNREACHABLE = "unreachable"
    MERGED = "merged"


class Lookup(enum.Enum):
    """How far the names of the order are resolved at a location."""

    UNASKED = "unasked"
    ASKED = "asked"
    KNOWN = "known"
    FAILED = "failed"


@dataclass(slots=True)
class Hold:
    """An offer that is not tried again before ``until``, and how often that happened."""

    until: float
    times: int
    fault: Fault


@dataclass(slots=True)
class Waiting:
    """Another order that waits for room, as its servers at one location tell it; times are epoch seconds."""

    run_at: int
    until: int
    count: int
    slots: set[int] = field(default_factory=set)


@dataclass(slots=True)
class LocationRow:
    """One location.

    ``surveyed_at`` is when its last complete survey began, ``looked_at`` its last one of all; ``polled_at`` when the
    last survey or list ended, well or not; ``posted_at`` when a POST was last accepted; ``stirred_at`` when one of
    its servers last changed; ``offset`` is its clock less ours; ``deleting`` counts the DELETEs under way,
    ``showing`` are the servers being read by id. ``ports`` is for how many servers there were ports left when the
    names were looked up, ``ports_taken`` how many came since; ``owners`` counts what each owner has there;
    ``waiting`` are other fleets whose orders wait for room.
    """

    location: Location
    index: int
    knowledge: Knowledge = Knowledge.UNASKED
    identity: Identity | None = None
    merged_into: str = ""
    limits: Limits | None = None
    usage: Usage = Usage()
    ledger: Ledger = field(default_factory=Ledger)
    surveyed_at: float = LONG_AGO
    looked_at: float = LONG_AGO
    surveying: bool = False
    answered_at: float = LONG_AGO
    failures: int = 0
    partials: int = 0
    failed_at: float = LONG_AGO
    fault: Fault | None = None
    offset: float = 0.0
    user: str = ""
    lookup: Lookup = Lookup.UNASKED
    asked_at: float = LONG_AGO
    lookup_fault: Fault | None = None
    lookups: int = 0
    look_again_at: float = LONG_AGO
    ports: int | None = None
    ports_taken: int = 0
    waiting: dict[str, Waiting] = field(default_factory=dict)
    owners: Counter[str] = field(default_factory=Counter)
    offers: tuple[Offer, ...] = ()
    holds: dict[tuple[object, ...], Hold] = field(default_factory=dict)
    listing: bool = False
    polled_at: float = LONG_AGO
    list_took: float = 0.0
    deleting: int = 0
    posted_at: float = LONG_AGO
    stirred_at: float = LONG_AGO
    pace: Pace = field(default_factory=Pace)
    showing: set[str] = field(default_factory=set)
    fences: list[Fence] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.location.label

    @property
    def known(self) -> bool:
        return self.knowledge is Knowledge.KNOWN

    @property
    def takes_more(self) -> bool:
        """Whether one more read or DELETE of a server may be asked here; what waits for its turn grows old."""
        return len(self.showing) + self.deleting < AT_ONCE

    @property
    def placeable(self) -> Limits | None:
        """The limits to place within, or None where this order may not place servers."""
        return self.limits if self.known and self.location.chosen and self.location.hints.available else None


class Adoption(enum.Enum):
    """How far the adoption of a suspicious server is, or the return of a server's own mark."""

    NONE = "none"
    SENT = "sent"
    MARKED = "marked"
    SHOWING = "showing"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Suspect:
    """A server that looks like one of the fleet, but lacks the proof."""

    location: str
    server: Server
    adoption: Adoption = Adoption.NONE


class Guard(enum.Enum):
    """How a fence stands: POSTs may carry it only while it is OPEN; once SHUT, none of them can land any more."""

    OPENING = "opening"
    OPEN = "open"
    SHUTTING = "shutting"
    SHUT = "shut"
    LEFT = "left"
    REFUSED = "refused"


@dataclass(slots=True)
class Fence:
    """One server group that guards some POSTs; ``name`` is how a later run finds it, ``shut_at`` when it was gone."""

    name: str
    state: Guard = Guard.OPENING
    group: str = ""
    posts: int = 0
    failures: int = 0
    shut_at: float = LONG_AGO


class State(enum.Enum):
    """How one POST stands."""

    POSTING = "posting"
    SEEN = "seen"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    AMBIGUOUS = "ambiguous"
    COVERED = "covered"
    DEAD = "dead"
    UNDONE = "undone"


@dataclass(slots=True)
class AttemptRow:
    """One try of this run to fill one slot at one offer."""

    token: str
    slot: int
    offer: Offer
    posted_at: float
    state: State = State.POSTING
    ended_at: float = LONG_AGO
    id: str = ""
    fault: Fault | None = None
    fence: Fence | None = None

    @property
    def location(self) -> str:
        return self.offer.location

    @property
    def undecided(self) -> bool:
        """Whether a server that nobody has seen yet may come of it."""
        return self.state in (State.POSTING, State.AMBIGUOUS, State.COVERED)


class Deletion(enum.Enum):
    """How far the removal of a server is; only what was sent is remembered."""

    NONE = "none"
    SENT = "sent"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(slots=True)
class ServerRow:
    """One server of the fleet.

    ``seen_at`` and ``shown_at`` are when the last read, and the last GET of it, began; ``shown`` is the phase that this
    GET showed. ``evidence_at`` is when the last answer that proves it exists was received. ``server`` is None while
    only the POST's answer is known; ``lived_at`` is when it was first known to be more than a POST that may be rolled
    back; ``missed`` says that a later list lacked it, which proves nothing but asks for a GET. ``dying_at`` is since
    when its removal is known to be under way; ``written`` says that a DELETE of ours was accepted, or may have been.
    ``answers`` says that the port which the order names did; ``trying`` that this, or its console, is being asked.
    """

    id: str
    location: str
    slot: int
    belonging: Belonging
    server: Server | None = None
    phase: Phase = Phase.PENDING
    seen_at: float = LONG_AGO
    shown_at: float = LONG_AGO
    shown: Phase | None = None
    evidence_at: float = LONG_AGO
    sightings: int = 0
    lived_at: float | None = None
    missed: bool = False
    showing: bool = False
    show_after: float = LONG_AGO
    deletion: Deletion = Deletion.NONE
    deletes: int = 0
    delete_after: float = LONG_AGO
    dying_at: float = LONG_AGO
    written: bool = False
    delete_fault: Fault | None = None
    doom: str = ""
    gone: bool = False
    token: str = ""
    adoption: Adoption = Adoption.NONE
    lacked: int = 0
    unreadable: bool = False
    fresh_at: float = LONG_AGO
    answers: bool = False
    trying: bool = False
    try_after: float = LONG_AGO
    console: str | None = None

    @property
    def ours(self) -> bool:
        return self.belonging.whose is Whose.OURS

    @property
    def size(self) -> tuple[int, int]:
        """Its cores, and its RAM in MiB."""
        return (self.server.vcpus, self.server.ram) if self.server else (0, 0)

    @property
    def candidate(self) -> bool:
        """Whether it may stand for its slot; broken and dying ones never do."""
        standing = (Phase.PENDING, Phase.READY, Phase.OCCUPIED, Phase.UNKNOWN)
        return self.ours and not self.gone and self.deletion is Deletion.NONE and self.phase in standing

    @property
    def leaving(self) -> bool:
        """Whether it still exists and its removal is on its way, by us or by others."""
        dying = self.phase is Phase.DYING or self.deletion in (Deletion.SENT, Deletion.ACCEPTED, Deletion.UNKNOWN)
        return self.ours and not self.gone and dying

    @property
    def unmoved(self) -> bool:
        """Whether it was seen as it was before, after a DELETE of it was accepted."""
        return self.deletion is Deletion.ACCEPTED and self.phase is not Phase.DYING and self.seen_at > self.dying_at

    @property
    def rank(self) -> tuple[float, float, str]:
        return (0, float("inf"), self.id) if self.server is None else rank(self.server, self.belonging.mark)
