# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.turns import in_turn, turn, turn_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Patience
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import accounts_of, entry

if t.TYPE_CHECKING:
    import pathlib

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("mine", flush=True)
time.sleep(60)
"""


def go_on() -> str:
    return ""


class Clock(SystemClock):
    """Sleeps by telling, so that something can happen meanwhile."""

    def __init__(self, *happens: t.Callable[[], object]) -> None:
        self.happens = list(happens)

    def sleep(self, seconds: float) -> None:
        if self.happens:
            self.happens.pop(0)()
        super().sleep(seconds)


@pytest.fixture
def other(tmp_path: pathlib.Path) -> t.Iterator[subprocess.Popen[str]]:
    """Another process whose turn it is."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "turn"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def test_a_turn_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "folder" / "turn"
    with turn(str(path), SystemClock(), 0, go_on) as ours:
        assert ours
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == []


def test_the_next_one_waits_until_it_is_over(tmp_path: pathlib.Path, other: subprocess.Popen[str]) -> None:
    clock = Clock(lambda: None, lambda: (other.kill(), other.wait()))
    with turn(str(tmp_path / "turn"), clock, 30, go_on) as ours:
        assert ours
        assert clock.happens == []


def test_it_goes_on_beside_the_other_when_its_patience_is_over(
    tmp_path: pathlib.Path, other: subprocess.Popen[str]
) -> None:
    with turn(str(tmp_path / "turn"), SystemClock(), 0.3, go_on) as ours:
        assert not ours
    assert (tmp_path / "turn").exists()
    assert other.poll() is None


def test_a_stop_ends_the_waiting(tmp_path: pathlib.Path, other: subprocess.Popen[str]) -> None:
    said: list[str] = []
    clock = Clock(lambda: said.append("SIGTERM"))
    with turn(str(tmp_path / "turn"), clock, 30, lambda: "".join(said)) as ours:
        assert not ours
    assert other.poll() is None


def test_a_file_that_was_removed_meanwhile_is_nobodys(tmp_path: pathlib.Path, other: subprocess.Popen[str]) -> None:
    clock = Clock((tmp_path / "turn").unlink)
    with turn(str(tmp_path / "turn"), clock, 30, go_on) as ours:
        assert ours
        assert other.poll() is None


def test_where_nothing_can_be_written_nobody_waits(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    with turn(str(tmp_path / "file" / "turn"), SystemClock(), 30, go_on) as ours:
        assert not ours


def test_what_fails_inside_is_not_hidden(tmp_path: pathlib.Path) -> None:
    with pytest.raises(PermissionError, match="inside"), turn(str(tmp_path / "turn"), SystemClock(), 0, go_on):
        raise PermissionError("inside")
    assert list(tmp_path.iterdir()) == []


def test_the_same_accounts_and_fleet_are_the_same_turn(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    two = {"alpha": entry("http://127.0.0.1:1/a"), "beta": entry("http://127.0.0.1:1/b")}
    one = turn_of("crawl", accounts_of(tmp_path, two))
    assert one == turn_of("crawl", accounts_of(tmp_path, dict(reversed(two.items()))))
    assert one != turn_of("web", accounts_of(tmp_path, two))
    assert one != turn_of("crawl", accounts_of(tmp_path, {"alpha": two["alpha"]}))
    assert os.path.dirname(one) == str(tmp_path / "cache" / "openmultistack" / "turns")


PRESENT = Order(fleet="crawl", count=3, patience=Patience(timeout=2.0))


def test_what_an_order_waits_is_taken_from_its_timeout(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    accounts = accounts_of(tmp_path, {"alpha": entry("http://127.0.0.1:1/a")})
    with in_turn(PRESENT, accounts, SystemClock(), go_on, check=False) as first:
        assert first.patience.timeout > 1.9
        with in_turn(PRESENT, accounts, SystemClock(), go_on, check=False) as second:
            assert second.patience.timeout <= 1.0


@pytest.mark.parametrize(
    ("order", "check"),
    [(replace(PRESENT, absent=True), False), (replace(PRESENT, count=0), False), (PRESENT, True)],
)
def test_what_places_no_servers_waits_for_nobody(
    order: Order, check: bool, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    accounts = accounts_of(tmp_path, {"alpha": entry("http://127.0.0.1:1/a")})
    with (
        in_turn(PRESENT, accounts, SystemClock(), go_on, check=False),
        in_turn(order, accounts, SystemClock(), go_on, check=check) as ours,
    ):
        assert ours is order
