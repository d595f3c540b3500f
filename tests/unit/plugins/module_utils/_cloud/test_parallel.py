# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import time
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, refused
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.parallel import together
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind

CLOCK = SystemClock()


def refuse() -> t.NoReturn:
    raise refused(Kind.NO_IMAGE, "no image")


def stumble() -> t.NoReturn:
    raise KeyError("x")


def kind(end: object) -> Kind:
    assert isinstance(end, CallError)
    return end.fault.kind


def test_all_are_asked_at_once_and_answer_in_order() -> None:
    met = threading.Barrier(5, timeout=10)

    def ask(number: int) -> t.Callable[[], int]:
        return lambda: met.wait() * 0 + number

    assert together([ask(number) for number in range(5)], CLOCK, CLOCK.now() + 20) == [0, 1, 2, 3, 4]


def test_failures_are_values() -> None:
    one, two, three = together([refuse, stumble, lambda: 3], CLOCK, CLOCK.now() + 5)
    assert (kind(one), kind(two), three) == (Kind.NO_IMAGE, Kind.BROKEN_ANSWER, 3)


def test_who_is_late_is_left_behind() -> None:
    begun = CLOCK.now()
    one, two = together([lambda: 1, lambda: time.sleep(3)], CLOCK, begun + 0.1)
    assert (one, kind(two)) == (1, Kind.TIMED_OUT)
    assert CLOCK.now() - begun < 2


def test_nothing_to_ask_is_nothing() -> None:
    assert together([], CLOCK, CLOCK.now()) == []
