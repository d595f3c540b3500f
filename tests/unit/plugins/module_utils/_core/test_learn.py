# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each event changes in the tables: newer reads win, absence proves little, and each end counts once."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.learn import LESSONS, UNANSWERED, learn
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Identity, Location, Offer, Server
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.rows import AttemptRow, Deletion, State
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.tables import Tables

from .cloud import EPOCH, SMALL
from .world import marked, order_of

HERE = Offer(location="a:1", flavor=SMALL)
ONE = marked(1, "one")
GONE = Fault(kind=Kind.CONFLICT, message="in use")
LOST = Fault(kind=Kind.TIMED_OUT)


def tables(count: int = 3) -> Tables:
    return Tables(order_of(count), [Location(label="a:1"), Location(label="b:1")], float(EPOCH))


def surveyed(at: float, *servers: Server, began: float | None = None, **facts: t.Any) -> m.Surveyed:
    identity = Identity(endpoint=facts.pop("endpoint", "a"), project_id="p")
    began = at - 0.1 if began is None else began
    facts.setdefault("location", "a:1")
    return m.Surveyed(now=at, started_at=began, servers=servers, identity=identity, **facts)


def listed(at: float, *servers: Server, began: float | None = None) -> m.Listed:
    return m.Listed(now=at, location="a:1", started_at=at - 0.1 if began is None else began, servers=servers)


def shown(at: float, server: Server, began: float | None = None) -> m.Shown:
    began = at - 0.1 if began is None else began
    return m.Shown(now=at, location="a:1", id=server.id, started_at=began, server=server)


def of_server(kind: type[t.Any], at: float = 5.0, **facts: t.Any) -> t.Any:
    return kind(now=at, location="a:1", id="one", **facts)


def of_attempt(kind: type[t.Any], at: float = 5.0, **facts: t.Any) -> t.Any:
    return kind(now=at, location="a:1", token="T", **facts)


def posted(some: Tables) -> AttemptRow:
    attempt = AttemptRow(token="T", slot=1, offer=HERE, posted_at=1.0)
    some.add_attempt(attempt)
    some.locations["a:1"].pace.sent()
    return attempt


def deleting(some: Tables) -> None:
    """A DELETE of the server one is under way."""
    learn(some, surveyed(1.0, ONE))
    some.servers["one"].deletion, some.servers["one"].deletes = Deletion.SENT, 1
    some.locations["a:1"].deleting = 1


def test_a_delete_that_had_no_turn_counts_as_none() -> None:
    some = tables()
    deleting(some)
    learn(some, of_server(m.DeleteRefused, fault=LOST))
    assert (some.servers["one"].deletes, some.servers["one"].deletion) == (0, Deletion.NONE)


def test_a_mark_that_a_survey_has_shown_already_changes_nothing_more() -> None:
    some = tables()
    learn(some, surveyed(1.0, replace(ONE, metadata=(), description="")))
    learn(some, surveyed(2.0, ONE))
    learn(some, of_server(m.Marked))
    assert (some.suspicious, some.servers["one"].ours) == ({}, True)


@pytest.mark.parametrize("event", sorted(LESSONS, key=str))
def test_every_lesson_is_about_an_event_of_a_location(event: type[m.Event]) -> None:
    assert issubclass(event, m.At)


def test_what_only_wakes_the_engine_teaches_nothing() -> None:
    some = tables()
    learn(some, m.Woke(now=1.0))
    learn(some, m.Stop(now=1.0, why="SIGTERM"))
    assert (some.servers, some.attempts) == ({}, {})


@pytest.mark.parametrize("kind", UNANSWERED)
def test_what_brought_no_answer_is_no_sign_of_life(kind: type[m.Event]) -> None:
    some = tables()
    deleting(some)
    posted(some)
    facts: dict[str, t.Any] = {"now": 9.0, "location": "a:1", "fault": LOST}
    facts |= {"id": "one"} if issubclass(kind, m.OfServer) else {"token": "T"} if issubclass(kind, m.OfAttempt) else {}
    learn(some, t.cast("t.Any", kind)(**facts))
    assert some.locations["a:1"].answered_at == 1.0


def test_an_older_read_changes_nothing() -> None:
    some = tables()
    learn(some, listed(5.0, ONE, began=3.0))
    learn(some, shown(6.0, replace(ONE, status="BUILD"), began=2.0))
    row = some.servers["one"]
    assert (row.server, row.shown_at) == (ONE, 2.0)
    learn(some, surveyed(7.0, began=2.5, date=EPOCH + 9.0))
    learn(some, surveyed(8.0, replace(ONE, status="ERROR"), began=1.0))
    assert (some.locations["a:1"].surveyed_at, row.server, row.gone) == (2.5, ONE, False)


def test_absence_from_a_list_only_asks() -> None:
    some = tables()
    learn(some, listed(5.0, ONE))
    learn(some, listed(6.0))
    assert (some.servers["one"].gone, some.servers["one"].missed) == (False, True)


@pytest.mark.parametrize(
    ("began", "facts", "gone"),
    [
        (5.5, {}, True),
        (4.9, {}, False),
        (5.5, {"unknown_ids": frozenset({"x"})}, False),
        (5.5, {"partial": True}, False),
        (5.5, {"location": "b:1", "endpoint": "b"}, False),
    ],
)
def test_absence_counts_in_a_complete_survey_begun_after_the_last_sign(
    began: float, facts: dict[str, t.Any], gone: bool
) -> None:
    some = tables()
    learn(some, listed(5.0, replace(ONE, task="deleting")))
    learn(some, surveyed(6.0, began=began, **facts))
    assert some.servers["one"].gone is gone


def test_of_one_that_was_not_seen_going_even_a_complete_survey_only_asks() -> None:
    some = tables()
    learn(some, listed(5.0, ONE))
    learn(some, surveyed(6.0, began=5.5))
    assert (some.servers["one"].gone, some.servers["one"].missed) == (False, True)


def test_a_created_server_is_not_gone_because_an_earlier_survey_lacked_it() -> None:
    some = tables()
    posted(some)
    learn(some, of_attempt(m.Created, id="one"))
    learn(some, surveyed(6.0, began=4.0))
    assert not some.servers["one"].gone


def test_a_server_may_be_seen_before_its_post_is_answered() -> None:
    some = tables()
    attempt = posted(some)
    mine = marked(1, "T", status="BUILD")
    mine = replace(mine, id="one", description=mine.description.replace("TAAAAAAAAAAAAAAA", "T"), metadata=())
    learn(some, surveyed(4.0, mine))
    assert (attempt.state, attempt.id) == (State.SEEN, "one")
    learn(some, of_attempt(m.Created, id="one"))
    assert (len(some.servers), some.servers["one"].token) == (1, "T")


def test_a_lost_answer_of_a_post_that_was_seen_is_no_doubt() -> None:
    some = tables()
    attempt = posted(some)
    attempt.state = State.SEEN
    learn(some, of_attempt(m.Ambiguous, fault=LOST))
    assert attempt.state is State.SEEN
    assert some.locations["a:1"].pace.in_flight == 0


@pytest.mark.parametrize(
    ("event", "state", "counted"),
    [
        (of_attempt(m.Refused, fault=GONE), State.REFUSED, 0),
        (of_attempt(m.NotSent, fault=LOST), State.NOT_SENT, 0),
        (of_attempt(m.Ambiguous, fault=LOST), State.AMBIGUOUS, 1),
        (of_attempt(m.Created, id="one"), State.SEEN, 1),
    ],
)
def test_a_post_counts_as_room_unless_nothing_came_of_it(event: m.Event, state: State, counted: int) -> None:
    some = tables()
    attempt = posted(some)
    learn(some, event)
    assert (attempt.state, some.locations["a:1"].ledger.change.instances) == (state, counted)
    assert some.locations["a:1"].pace.in_flight == 0


@pytest.mark.parametrize(
    "event",
    [of_server(m.DeleteAccepted), of_server(m.DeleteRefused, fault=GONE), of_server(m.DeleteUnknown, fault=LOST)],
)
def test_the_end_of_a_delete_counts_once_even_if_a_read_was_first(event: m.Event) -> None:
    some = tables()
    deleting(some)
    learn(some, of_server(m.Gone, 4.0, started_at=3.0))
    learn(some, event)
    row = some.servers["one"]
    assert (row.gone, row.deletion, some.locations["a:1"].deleting) == (True, Deletion.ACCEPTED, 0)


def test_a_deleted_server_that_a_read_shows_to_live_may_be_deleted_again() -> None:
    some = tables()
    deleting(some)
    learn(some, of_server(m.DeleteUnknown, fault=LOST))
    assert (some.servers["one"].deletion, some.servers["one"].missed) == (Deletion.UNKNOWN, True)
    learn(some, shown(6.0, ONE))
    assert (some.servers["one"].deletion, some.servers["one"].candidate) == (Deletion.NONE, True)


def test_a_delete_with_a_lost_answer_that_works_is_waited_for() -> None:
    some = tables()
    deleting(some)
    learn(some, of_server(m.DeleteUnknown, fault=LOST))
    learn(some, shown(6.0, replace(ONE, task="deleting")))
    assert (some.servers["one"].deletion, some.servers["one"].leaving) == (Deletion.UNKNOWN, True)


def test_a_list_does_not_prove_that_a_server_is_gone_whose_read_has_failed() -> None:
    some = tables()
    learn(some, surveyed(1.0, ONE))
    learn(some, of_server(m.ShowFailed, 2.0, fault=LOST))
    learn(some, surveyed(3.0))
    assert (some.servers["one"].gone, some.servers["one"].missed) == (False, True)
    learn(some, of_server(m.Gone, 4.0, started_at=3.9))
    assert some.servers["one"].gone
