# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences: each names the location, what was tried, what the cloud said, and what to do."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.advice import advice
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import BootFault, Hints
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import OnDrift, Patience
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.report import (
    advised,
    decision_line,
    failure,
    fault_text,
    missing_text,
    refusal_lines,
    summary,
    warnings,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Missing, Refusal, Why
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.room import Bound

from .cloud import EPOCH, Place, Upset
from .world import World, marked, order_of

DOWN = Fault(kind=Kind.UNREACHABLE, message="connection refused")
REFUSED = f"connection refused; {advice(DOWN)}"


def refusing(fault: Fault | Upset, kind: type[m.Command] = m.Survey) -> t.Any:
    return lambda command: fault if isinstance(command, kind) else None


@pytest.mark.parametrize(
    ("before", "order", "check", "line"),
    [
        (0, {"count": 2}, False, "fleet crawl: 2 of 2 servers are running, and exactly those exist"),
        (0, {"count": 9, "min_count": 0}, False, "fleet crawl: 5 of 9 servers are running"),
        (2, {"count": 1}, True, "fleet crawl: 1 of 1 servers are running; 0 would be made, 1 deleted"),
        (2, {"count": 4}, True, "fleet crawl: 2 of 4 servers are running; 2 would be made, 0 deleted"),
        (2, {"absent": True}, True, "fleet crawl: 2 servers would be deleted"),
        (2, {"absent": True}, False, "fleet crawl: 2 servers deleted"),
        (1, {"absent": True}, False, "fleet crawl: 1 server deleted"),
        (0, {"absent": True}, False, "fleet crawl: there is nothing to delete"),
    ],
)
def test_a_run_is_told_in_one_line(before: int, order: dict[str, t.Any], check: bool, line: str) -> None:
    world = World([Place("a:1", quota=5)])
    if before:
        world.launch(before)
    assert summary(world.run(order_of(**order), check=check)) == line


def test_a_shortfall_names_slots_and_the_words_of_the_cloud() -> None:
    no = BootFault(code=500, message="No valid host was found.")
    result = World([Place("a:1", fate=lambda command: no)]).launch(3, min_count=2)
    head, *lines = failure(result).splitlines()
    assert head == "fleet crawl: 0 of 3 servers are running (min_count is 2); run this again for what is missing"
    assert lines == ["crawl-001, crawl-002, crawl-003: a:1: No valid host was found."]


def test_many_names_are_cut() -> None:
    no = BootFault(code=500, message="boom")
    result = World([Place("a:1", fate=lambda command: no)]).launch(12)
    assert "crawl-010 and 2 more: a:1: boom" in failure(result)


@pytest.mark.parametrize(
    ("places", "order", "lines"),
    [
        (
            [Place("a:1", script=refusing(DOWN))],
            {"count": 1},
            [
                "fleet crawl: no location answered, so nothing was done",
                f"a:1: not known what runs there: {REFUSED}",
            ],
        ),
        (
            [Place("a:1"), Place("b:1", script=refusing(DOWN))],
            {"count": 1, "fail_on_unreachable": True},
            [
                "fleet crawl: not every location answered, so nothing was done (on_unreachable: fail)",
                f"b:1: not known what runs there: {REFUSED}",
            ],
        ),
        (
            [Place("a:1", quota=2), Place("b:1", hints=Hints(available=False)), Place("c:1", chosen=False)],
            {"count": 3},
            [
                "fleet crawl: there is room for 2 of 3 servers where 3 are needed, so nothing was made; lower count "
                "or min_count, free quota, or add accounts",
                "a:1: room for 2, asked 3; instances 0 of 2 used",
                "b:1: its hint status: unavailable keeps new servers away",
                "c:1: left out by locations or exclude",
            ],
        ),
        (
            [Place("a:1", script=refusing(Fault(kind=Kind.NO_IMAGE, message='no image "x"'), m.LookUp))],
            {"count": 1},
            [
                "fleet crawl: there is room for 0 of 1 servers where 1 are needed, so nothing was made; correct the "
                "order, or say in the hints what each cloud calls these things",
                'a:1: no image "x"',
            ],
        ),
    ],
)
def test_an_objection_says_why_nothing_was_done(places: list[Place], order: dict[str, t.Any], lines: list[str]) -> None:
    assert failure(World(places).launch(**order)).splitlines() == lines


def test_check_mode_does_not_warn_of_what_it_would_delete() -> None:
    world = World([Place("a:1")])
    world.launch(2)
    assert warnings(world.run(order_of(1), check=True)) == []


def test_another_owner_is_named() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", owner="ada"))
    assert "it belongs to ada, so nothing was done; choose another name" in failure(world.launch(1, owner="bob"))


def test_drift_is_named_and_warned_of() -> None:
    world = World([Place("a:1")])
    world.add("a:1", marked(1, "one", spec="00000000"))
    said = "1 server was made from another order (crawl-001)"
    assert f"fleet crawl: {said}, so nothing was done (on_drift: fail)" in failure(
        world.launch(1, on_drift=OnDrift.FAIL)
    )
    assert warnings(world.launch(1)) == [f"fleet crawl: {said}; they are kept (on_drift: replace makes them anew)"]


def test_a_stop_is_told() -> None:
    world = World([Place("a:1", build=60.0)])
    run = world.start(order_of(2))
    world.later(1005, run.stop)
    assert failure(world.finish(run)).startswith("fleet crawl: stopped (SIGTERM) with 0 of 2 servers running")


def test_what_is_left_of_an_absent_fleet_is_named() -> None:
    world = World([Place("a:1", script=refusing(Upset.IGNORED, m.Delete)), Place("b:1", script=refusing(DOWN))])
    world.add("a:1", marked(1, "one"))
    assert failure(world.destroy()).splitlines()[:3] == [
        "fleet crawl may not be gone everywhere; run this again",
        "a:1: server crawl-001 (one) still exists: it was to be deleted (the fleet is to be absent)",
        f"b:1: not known what runs there: {REFUSED}",
    ]


def test_warns_of_what_is_unknown_suspicious_unresolved_left_and_merged() -> None:
    lost = [Upset.LOST]
    a = Place(
        "a:1", endpoint="same", script=lambda command: lost.pop() if lost and isinstance(command, m.Create) else None
    )
    b = Place("b:1", endpoint="same", machines=a.machines)
    world = World([a, b, Place("c:1", script=refusing(DOWN))])
    world.add("a:1", marked(9, "lookalike", metadata=(), description=""))
    world.add("a:1", marked(8, "later", run_at=EPOCH + 5000))
    result = world.launch(2, patience=Patience(timeout=60.0))
    assert warnings(result) == [
        "b:1: it is a:1 by another name, and counts once; remove one of the two from clouds.yaml",
        f"c:1: not known what runs there: {REFUSED}",
        "a:1: server crawl-009 (lookalike) looks like one of fleet crawl, but only one of its name and its two marks "
        "says so; it is left alone and not counted. Rename or delete it if it is not wanted, or see what adopt does",
        "a:1: the cloud's answer to the creation of crawl-001 was lost, and no such server was seen so far; "
        "run this again later to make sure",
        "a:1: server crawl-008 (later) is left: its slot is beyond the count",
    ]


def test_a_location_whose_tries_failed_says_how_many() -> None:
    full = Fault(kind=Kind.NO_NETWORK, message="Network x could not be found.", status=400, request_id="req-1")
    result = World([Place("a:1", script=refusing(full, m.Create)), Place("b:1")]).launch(4)
    assert refusal_lines(result) == ["a:1: 2 of 2 refused: Network x could not be found."]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (None, "it did not answer"),
        (Fault(kind=Kind.TIMED_OUT), "no answer in time"),
        (Fault(kind=Kind.NO_HOST, message="No valid host", request_id="req-1"), "No valid host (req-1)"),
        (Fault(kind=Kind.NO_HOST, message="No valid host"), "No valid host"),
        (Fault(kind=Kind.NO_KEY, message="no key", request_id="req-1"), "no key"),
        (
            Fault(kind=Kind.RATE_LIMIT, message="slowly", status=429, retry_after=7.0),
            "slowly; it wants to be left alone for 7 s",
        ),
        (Fault(kind=Kind.RATE_LIMIT, message="slowly", retry_after=7.0), "slowly"),
    ],
)
def test_a_fault_is_told_in_the_clouds_words(fault: Fault | None, text: str) -> None:
    assert fault_text(fault) == text


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        (Missing(slot=1, why="pending", id="x"), "server x was still building"),
        (Missing(slot=1, why="taken", id="x"), "server x was deleted by somebody else meanwhile"),
        (Missing(slot=1, why="seen", id="x"), "server x was building when its location fell silent"),
        (Missing(slot=1, why="posting"), "the cloud had not answered yet"),
        (Missing(slot=1, why="no room"), "no room"),
        (Missing(slot=1, why="not tried"), "it was not tried before the run ended"),
        (Missing(slot=1, why="dead", fault=DOWN), "connection refused"),
    ],
)
def test_a_missing_slot_says_why(missing: Missing, text: str) -> None:
    assert missing_text(missing) == text


@pytest.mark.parametrize(
    ("refusal", "line"),
    [
        (Refusal(location="a:1", why=Why.HELD, fault=DOWN), "a:1: connection refused"),
        (Refusal(location="a:1", why=Why.NAMES), "a:1: it did not answer"),
        (
            Refusal(location="a:1", why=Why.FULL, asked=3, bound=Bound(resource="cores", limit=None, used=1)),
            "a:1: room for 0, asked 3; cores no limit",
        ),
    ],
)
def test_a_refusal_carries_its_numbers(refusal: Refusal, line: str) -> None:
    result = replace(World([Place("a:1")]).launch(0), refusals=(refusal,))
    assert refusal_lines(result) == [line]


def test_the_story_is_told_line_by_line() -> None:
    no = BootFault(code=500, message="No valid host was found.")
    world = World([Place("a:1", fate=lambda command: no), Place("b:1")])
    lines = [decision_line(each) for each in world.launch(2).decisions]
    assert "   0.200 placed a:1 1 of 2" in lines
    assert [line.split(maxsplit=1)[1] for line in lines if "deleted" in line] == [
        "deleted a:1 slot 2 id-0001 it is in ERROR"
    ]


def test_a_dead_location_is_part_of_the_story() -> None:
    world = World([Place("a:1"), Place("b:1", script=refusing(DOWN))])
    lines = [decision_line(each) for each in world.launch(1).decisions]
    assert any(line.endswith("unreachable b:1 unreachable: connection refused") for line in lines)


def test_a_merged_location_refuses_nothing() -> None:
    a = Place("a:1", endpoint="same", quota=1)
    world = World([a, Place("b:1", endpoint="same", machines=a.machines, quota=1)])
    assert refusal_lines(world.launch(2, min_count=1)) == ["a:1: room for 0, asked 1; instances 1 of 1 used"]


def test_what_an_absent_fleet_leaves_is_no_warning_but_the_failure() -> None:
    world = World([Place("a:1", script=refusing(Upset.IGNORED, m.Delete))])
    world.add("a:1", marked(1, "one"))
    assert warnings(world.destroy()) == []


def test_what_the_cloud_said_to_a_delete_is_told() -> None:
    locked = Fault(kind=Kind.CONFLICT, message="Cannot delete it now.", status=409)
    world = World([Place("a:1", script=refusing(locked, m.Delete))])
    world.add("a:1", marked(1, "one"))
    world.add("a:1", marked(2, "two"))
    said = "it was to be deleted (its slot is beyond the count), but: Cannot delete it now."
    assert warnings(world.launch(1)) == [f"a:1: server crawl-002 (two) is left: {said}"]


def test_a_location_that_shows_a_part_of_its_servers_did_answer() -> None:
    [line] = warnings(World([Place("a:1", unknown=frozenset({"x"})), Place("b:1")]).launch(1))
    assert line.startswith("a:1: not known what runs there: it did not show all of its servers: a part of the cloud ")


def test_server_groups_that_may_be_left_are_told_in_one_line() -> None:
    world = World([Place("a:1", script=refusing(Fault(kind=Kind.FORBIDDEN, message="no"), m.OpenFence))])
    [_refused, line] = warnings(world.launch(1, fence=True))
    assert line.startswith("a:1: server groups crawl-")
    world = World([Place("a:1", script=refusing(Fault(kind=Kind.FORBIDDEN, message="no"), m.ShutFence))])
    [line] = warnings(world.launch(1, fence=True))
    assert line.startswith("a:1: server group crawl-")


def test_advice_ends_a_sentence_that_has_a_full_stop() -> None:
    fault = Fault(kind=Kind.FORBIDDEN, message="Not allowed.", remedy="ask for it")
    assert advised(fault) == "Not allowed; ask for it"


@pytest.mark.parametrize(("offset", "said"), [(90.0, "90 s ahead"), (-30.0, "30 s behind")])
def test_a_clock_that_is_far_off_is_warned_of(offset: float, said: str) -> None:
    result = World([Place("a:1", offset=offset), Place("b:1")]).launch(2)
    assert any(line.startswith(f"a:1: its clock is {said}; ") for line in warnings(result))


def test_clocks_that_agree_are_not_worth_a_word() -> None:
    assert not any("clock" in line for line in warnings(World([Place("a:1", offset=3.0)]).launch(1)))
