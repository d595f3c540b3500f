# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal tells what is new, and nothing that is wrong with it reaches the run."""

from __future__ import annotations

import json
import os
import stat
import threading
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.journal import (
    NAME,
    Journal,
    following,
    make_journal,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.progress import Progress, Share

if t.TYPE_CHECKING:
    import pathlib

BEGUN = Progress(fleet="crawl", wanted=2, shares=(Share(location="a:1", building=2),))
HALF = replace(BEGUN, shares=(Share(location="a:1", ready=1, building=1),))


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    os.close(make_journal(str(tmp_path)))
    return tmp_path


def journal(folder: pathlib.Path | str | None) -> Journal:
    return Journal(None if folder is None else str(folder), "crawl", 100.0)


def written(folder: pathlib.Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in (folder / NAME).read_text(encoding="utf-8").splitlines()]


def test_only_its_user_can_read_it(folder: pathlib.Path) -> None:
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


def test_it_is_made_once(folder: pathlib.Path) -> None:
    with pytest.raises(FileExistsError):
        make_journal(str(folder))


def test_what_changes_is_told_and_what_does_not_is_not(folder: pathlib.Path) -> None:
    some = journal(folder)
    for at, progress in ((101.0, BEGUN), (102.0, BEGUN), (103.0, HALF), (104.0, HALF)):
        some.watch(at, lambda progress=progress: progress)
    some.close(105.26, lambda: HALF, "crawl is as it should be")
    assert [(each["at"], each["line"] or each["end"]) for each in written(folder)[1:]] == [
        (1.0, "fleet crawl: 0 of 2 ready | a:1 2 building"),
        (3.0, "fleet crawl: 1 of 2 ready | a:1 1 ready, 1 building"),
        (5.3, "crawl is as it should be | a:1 1 ready, 1 building"),
    ]


def test_a_failure_has_no_last_word(folder: pathlib.Path) -> None:
    some = journal(folder)
    some.close(101.0, lambda: HALF, "")
    assert written(folder)[-1]["end"] == ""


def test_the_run_is_looked_at_once_a_second_at_most(folder: pathlib.Path) -> None:
    looks: list[float] = []
    some = journal(folder)
    for tick in range(100):
        some.watch(100 + tick / 10, lambda tick=tick: looks.append(tick) or BEGUN)
    assert len(looks) == 10


@pytest.mark.parametrize("folder", [None, "", "/nowhere/at/all"])
def test_without_a_journal_nobody_looks(folder: str | None) -> None:
    some = journal(folder)
    some.watch(101.0, lambda: pytest.fail("looked"))
    some.close(101.0, lambda: pytest.fail("looked"), "done")


def test_it_is_never_made_by_the_run(tmp_path: pathlib.Path) -> None:
    journal(tmp_path).watch(101.0, lambda: BEGUN)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("elsewhere"), os.mkfifo, os.mkdir])
def test_nothing_but_a_file_is_written_to(tmp_path: pathlib.Path, make: t.Callable[[pathlib.Path], None]) -> None:
    (tmp_path / "elsewhere").touch()
    make(tmp_path / NAME)
    journal(tmp_path).watch(101.0, lambda: BEGUN)
    assert (tmp_path / "elsewhere").read_text(encoding="utf-8") == ""


def test_one_that_vanishes_is_no_trouble(folder: pathlib.Path) -> None:
    some = journal(folder)
    (folder / NAME).unlink()
    some.watch(101.0, lambda: BEGUN)
    some.close(102.0, lambda: HALF, "done")
    assert not (folder / NAME).exists()


def test_one_that_cannot_be_written_is_given_up(folder: pathlib.Path) -> None:
    some = journal(folder)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, t.cast("int", some._file))
    os.close(full)
    some.watch(101.0, lambda: BEGUN)
    some.watch(102.0, lambda: pytest.fail("looked again"))
    some.close(103.0, lambda: HALF, "done")


def test_it_is_looked_at_while_the_block_runs_and_once_at_its_end() -> None:
    looks: list[bool] = []
    twice = threading.Event()

    def look(last: bool) -> None:
        looks.append(last)
        if len(looks) == 2:
            twice.set()

    with following(look, 0.01, 5.0):
        assert twice.wait(30)
    assert looks[:2] == [False, False]
    assert looks[-1] is True
    assert looks.count(True) == 1


def test_a_look_that_fails_is_the_last_one() -> None:
    looks: list[bool] = []
    failed = threading.Event()

    def look(last: bool) -> None:
        looks.append(last)
        failed.set()
        raise OSError("gone")

    with following(look, 0.01, 5.0):
        assert failed.wait(30)
    assert looks == [False]


def test_the_end_does_not_wait_for_a_look_that_hangs() -> None:
    hangs, over = threading.Event(), threading.Event()

    def look(last: bool) -> None:
        hangs.set()
        over.wait(30)

    with following(look, 0.01, 0.05):
        assert hangs.wait(30)
    over.set()
