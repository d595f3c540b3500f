# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured, and in which order."""

from __future__ import annotations

from ansible_collections.openmultistack.cloud.tests.bench import matrix
from ansible_collections.openmultistack.cloud.tests.bench.matrix import ROWS, Row, chosen, visits


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_sides_take_turns_and_change_places_every_second_round() -> None:
    rows = [
        Row(job="launch", servers=count, locations=1, rounds={"ours": 2, "floor": 2, "loop": 1}) for count in (1, 2)
    ]
    played = [[(turn.row.servers, turn.side, turn.round) for turn in turns] for turns in visits(rows)]
    assert played == [
        [(1, "ours", 1), (1, "floor", 1), (1, "loop", 1)],
        [(2, "ours", 1), (2, "floor", 1), (2, "loop", 1)],
        [(1, "floor", 2), (1, "ours", 2)],
        [(2, "floor", 2), (2, "ours", 2)],
    ]


def test_the_inventories_of_real_clouds_share_the_servers_that_they_read() -> None:
    rows = [row for row in ROWS if row.job == "inventory" and row.real]
    (visit,) = visits(rows)
    assert len(visit) == sum(sum(row.rounds.values()) for row in rows)
    assert [turn.round for turn in visit] == sorted(turn.round for turn in visit)
    assert {turn.row.fault for turn in visit} == {"", "stopped", "frozen"}


def test_every_turn_of_the_matrix_is_played_once() -> None:
    turns = [(turn.row.name, turn.side, turn.round) for visit in visits(ROWS) for turn in visit]
    assert len(turns) == len(set(turns)) == sum(sum(row.rounds.values()) for row in ROWS)


def test_quick_is_the_smallest_row_of_each_kind_once() -> None:
    rows = chosen([], None, quick=True)
    assert [row.servers for row in rows if row.job == "launch"] == [10, 1, 30, 1, 30]
    assert [row.servers for row in rows if row.job == "inventory"] == [60, 60, 60, 100, 100]
    assert {most for row in rows for most in row.rounds.values()} == {1}


def test_rows_are_chosen_by_words_of_their_names() -> None:
    assert [row.name for row in chosen(["launch 30 on"], 2, quick=False)] == ["launch 30 on real clouds"]
    assert chosen(["launch 30 on"], 2, quick=False)[0].rounds == {"ours": 2, "floor": 2, "loop": 1, "async": 1}
    assert {row.job for row in chosen(["plan", "clock"], None, quick=False)} == {"plan", "clock"}
    assert chosen(["nothing like it"], None, quick=True) == []


def test_real_launches_are_run_again_and_destroyed() -> None:
    assert [row.steps(matrix.OURS) for row in chosen(["launch 10 on", "plan"], None, quick=False)] == [
        ("launch", "rerun", "destroy"),
        matrix.STRATEGIES,
    ]
