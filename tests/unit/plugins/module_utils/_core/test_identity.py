# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names, marks, whose a server is, and which of several in one slot stays."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import (
    Mark,
    Whose,
    belonging,
    description_with,
    expires_of,
    image_of,
    mark_from,
    name_filter,
    owner_of,
    owner_value,
    rank,
    server_name,
    token_from,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server

from .world import marked

fleets = st.lists(st.sampled_from(["crawl", "b2", "x"]), min_size=1, max_size=5).map("-".join)
times = st.integers(0, 10**10)
marks = st.builds(
    Mark,
    fleet=fleets,
    slot=st.integers(1, 10**4),
    token=st.integers(0, 9).map(lambda number: token_from(b"entropy", number)),
    run_at=times,
    until=times,
    replaced_at=times,
    spec=st.sampled_from(["00000000", "deadbeef"]),
)


@pytest.mark.no_cover
@given(marks, st.text(max_size=300))
def test_a_mark_comes_back_from_metadata_and_description(mark: Mark, text: str) -> None:
    assert mark_from(str(mark)) == mark
    described = description_with(mark, text)
    assert mark_from(described) == mark
    assert (len(str(mark)) <= 160, len(described) <= 255, str(mark).isascii()) == (True, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "for Ada",
        "2;crawl;1;T;1;2;0;s",
        "1;crawl;x;T;1;2;0;s",
        "1;crawl;1;T;1;2;0",
        "1;crawl;²;T;1;2;0;s",
        "1;;;;;;;",
    ],
)
def test_what_is_no_mark_is_none(text: str) -> None:
    assert mark_from(text) is None


@pytest.mark.no_cover
@given(fleets, st.integers(1, 10**4))
def test_a_name_leads_back_to_fleet_and_slot_and_is_found_by_the_filter(fleet: str, slot: int) -> None:
    server = replace(marked(slot, "x", fleet=fleet), metadata=())
    assert (belonging(server).fleet, belonging(server).slot) == (fleet, slot)
    assert re.search(name_filter(fleet), server_name(fleet, slot))


def test_slots_have_three_digits_or_more() -> None:
    assert [server_name("crawl", slot) for slot in (1, 42, 1000)] == ["crawl-001", "crawl-042", "crawl-1000"]


ONE = marked(1, "one")


@pytest.mark.parametrize(
    ("server", "whose", "fleet", "slot"),
    [
        (ONE, Whose.OURS, "crawl", 1),
        (replace(ONE, name="renamed"), Whose.OURS, "crawl", 1),
        (replace(ONE, metadata=()), Whose.OURS, "crawl", 1),
        (replace(ONE, description="mine now"), Whose.OURS, "crawl", 1),
        (replace(ONE, name="crawl-002"), Whose.OURS, "crawl", 1),
        (replace(ONE, metadata=(), description=""), Whose.SUSPICIOUS, "crawl", 1),
        (replace(ONE, metadata=(), name="web"), Whose.SUSPICIOUS, "crawl", 1),
        (replace(ONE, description="", name="web"), Whose.SUSPICIOUS, "crawl", 1),
        (replace(ONE, metadata=(), name="crawl-002"), Whose.SUSPICIOUS, "crawl", 1),
        (replace(ONE, name="crawl-0001", metadata=(), description=""), Whose.FOREIGN, "", 0),
        (Server(id="x", name="web-1", status="ACTIVE"), Whose.FOREIGN, "", 0),
    ],
)
def test_ours_is_what_two_of_three_signs_agree_on(server: Server, whose: Whose, fleet: str, slot: int) -> None:
    found = belonging(server)
    assert (found.whose, found.fleet, found.slot) == (whose, fleet, slot)


def test_a_fleet_is_never_taken_for_one_whose_name_begins_alike() -> None:
    found = belonging(marked(3, "x", fleet="crawl-2"))
    assert (found.fleet, found.slot) == ("crawl-2", 3)
    assert not re.search(name_filter("crawl"), "crawl-2-003")


def test_all_fleets_that_a_suspicious_server_names_are_known() -> None:
    server = replace(marked(1, "x", fleet="shop"), name="crawl-001", description="")
    assert belonging(server).fleets == {"crawl", "shop"}


def test_the_oldest_stays_then_the_smaller_id_and_a_replacement_before_all() -> None:
    old, new = marked(1, "b", created=1.0), marked(1, "a", created=2.0)
    same = marked(1, "c", created=1.0)
    wanted = marked(1, "d", created=9.0, replaced_at=5)
    ranked = sorted([new, same, wanted, old], key=lambda each: rank(each, belonging(each).mark))
    assert [each.id for each in ranked] == ["d", "b", "c", "a"]
    assert rank(old, None) == (0, 1.0, "b")


@pytest.mark.no_cover
@given(st.lists(st.tuples(st.sampled_from(["ACTIVE", "BUILD", "ERROR"]), st.integers(0, 3)), max_size=5))
def test_rank_never_depends_on_status(found: list[tuple[str, int]]) -> None:
    servers = [marked(1, f"s{n}", created=float(at), status=status) for n, (status, at) in enumerate(found)]
    plain = [replace(server, status="ACTIVE") for server in servers]
    ids = [[each.id for each in sorted(some, key=lambda each: rank(each, None))] for some in (servers, plain)]
    assert ids[0] == ids[1]


def test_each_attempt_of_a_run_has_its_own_token() -> None:
    tokens = {token_from(b"entropy", number) for number in range(1000)} | {token_from(b"other", 0)}
    assert len(tokens) == 1001
    assert all(re.fullmatch(r"[A-Z2-7]{16}", token) for token in tokens)


@pytest.mark.parametrize(
    ("text", "expires"),
    [("never", None), ("1800000000", 1800000000), ("soon", None), ("٣", None), ("9" * 30, None), ("", None)],
)
def test_reads_when_a_server_expires(text: str, expires: int | None) -> None:
    assert expires_of(marked(1, "x", expires=text)) == expires


def test_a_server_without_marks_has_no_owner_and_its_own_image() -> None:
    bare = Server(id="x", name="web", status="ACTIVE", image="uuid")
    assert (owner_of(bare), image_of(bare), expires_of(bare)) == ("", "uuid", None)


@pytest.mark.parametrize(("owner", "length"), [("ada", 3), ("a" * 64, 64), ("a" * 65, 32)])
def test_long_owners_are_hashed(owner: str, length: int) -> None:
    assert len(owner_value(owner)) == length


def test_a_mark_with_a_number_that_nobody_meant_is_none() -> None:
    whole = str(Mark(fleet="crawl", slot=1, token="T", run_at=1, until=2, replaced_at=0, spec="s"))
    assert mark_from(whole) is not None
    assert mark_from(whole.replace(";2;", f";{10**30};")) is None
