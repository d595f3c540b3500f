# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many POSTs a location gets at a time."""

from __future__ import annotations

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.pace import MOST, START, Pace

ROOM = 100


def burst(pace: Pace, room: int = ROOM, now: float = 0.0) -> int:
    """How many POSTs may go out at once; they are sent."""
    sent = 0
    while pace.allows(room, now):
        pace.sent()
        sent += 1
    return sent


def answer(pace: Pace, times: int, latency: float = 1.0) -> None:
    for _answer in range(times):
        pace.answered(latency)


def test_begins_with_a_few() -> None:
    assert burst(Pace()) == START


def test_gets_one_more_for_each_good_answer_up_to_a_cap() -> None:
    pace = Pace()
    answer(pace, burst(pace))
    assert burst(pace) == 2 * START
    answer(pace, 2 * START)
    assert burst(pace) == MOST


def test_halves_when_it_is_told_to_slow_down_and_keeps_quiet_till_then() -> None:
    pace = Pace()
    for _post in range(burst(pace)):
        pace.complained(until=10.0)
    assert burst(pace, now=9.9) == 0
    assert burst(pace, now=10.0) == 1


def test_a_complaint_never_shortens_the_quiet() -> None:
    pace = Pace()
    pace.sent()
    pace.sent()
    pace.complained(until=30.0)
    pace.complained(until=5.0)
    assert not pace.allows(ROOM, 29.0)


def test_halves_when_an_answer_takes_much_longer_than_usual() -> None:
    pace = Pace()
    answer(pace, burst(pace))
    burst(pace)
    answer(pace, 1, latency=3.1)
    answer(pace, 2 * START - 1, latency=2.0)
    assert burst(pace) == START


def test_does_not_grow_while_answers_are_slow() -> None:
    pace = Pace()
    answer(pace, burst(pace))
    grown = burst(pace)
    answer(pace, grown, latency=2.0)
    assert burst(pace) == grown


def test_a_lost_answer_is_neither_praise_nor_complaint() -> None:
    pace = Pace()
    for _post in range(burst(pace)):
        pace.lost()
    assert burst(pace) == START


def test_goes_on_one_or_two_at_a_time_near_the_limit() -> None:
    pace = Pace()
    assert burst(pace, room=3) == 2
    assert burst(Pace(), room=1) == 1
    assert burst(Pace(), room=0) == 0
