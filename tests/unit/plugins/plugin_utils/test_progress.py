# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a journal is said, and when."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.plugin_utils import _progress
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._progress import Crier, Elsewhere, Here, told, wanted

if t.TYPE_CHECKING:
    import pathlib


def record(at: float, line: str = "", end: str = "", news: t.Sequence[str] = ()) -> bytes:
    return json.dumps({"at": at, "news": list(news), "line": line, "end": end}).encode() + b"\n"


def crier(*records: bytes, now: float = 0.0) -> Crier:
    some = Crier("localhost")
    for each in records:
        some.hear(now, each)
    return some


def test_says_where_and_when_and_how_far() -> None:
    assert crier(record(0, "1 of 2")).due(2.5) == ["[localhost 0:02] 1 of 2"]
    assert crier(record(0, "1 of 2")).due(754.0) == ["[localhost 12:34] 1 of 2"]


def test_a_quick_run_is_not_talked_about() -> None:
    some = crier(record(0, "0 of 2"))
    assert some.due(1.9) == []
    some.hear(1.95, record(1.9, end="2 of 2", news=["a:1 is full"]))
    assert some.due(1.95, last=True) == []


def test_nothing_is_said_twice() -> None:
    some = crier(record(0, "1 of 2", news=["a:1 is full"]))
    assert len(some.due(2.0)) == 2
    some.hear(10.0, record(10.0, "1 of 2"))
    assert some.due(10.0) == []


def test_the_newest_is_said_and_what_was_between_is_not() -> None:
    some = crier(record(0, "0 of 3"), record(1, "1 of 3"), record(2, "2 of 3"))
    assert some.due(2.0) == ["[localhost 0:02] 2 of 3"]


def test_what_went_wrong_is_said_every_two_seconds_and_the_rest_ever_more_seldom() -> None:
    some, states, setbacks = crier(record(0, "begun")), [], []
    for second in range(1, 900):
        some.hear(float(second), record(second, f"{second} of 900", news=["x"] if second == 601 else []))
        lines = some.due(float(second))
        states += [second for line in lines if "of 900" in line]
        setbacks += [second for line in lines if line.endswith("x")]
    assert 60 < len(states) < 100
    assert states[1] - states[0] <= 4
    assert states[-1] - states[-2] > 25
    assert setbacks[0] - 601 <= 2


def test_many_setbacks_at_once_are_a_few_lines() -> None:
    some = crier(record(0, "begun", news=[f"l{number}:1 is full" for number in range(50)]))
    lines = some.due(2.0)
    assert len(lines) == 7
    assert lines[5] == "[localhost 0:02] ... and 45 more like that"


def test_the_last_word_comes_after_the_last_news() -> None:
    some = crier(record(0, "0 of 2"))
    some.due(2.0)
    some.hear(2.1, record(2.1, end="2 of 2", news=["a:1 is full"]))
    assert some.due(2.1, last=True) == ["[localhost 0:02] a:1 is full", "[localhost 0:02] 2 of 2"]


def test_a_run_that_was_heard_of_late_still_has_its_last_word() -> None:
    some = crier(record(1.0, "0 of 2"), record(9.0, end="2 of 2"), now=50.0)
    assert some.due(50.0, last=True) == ["[localhost 0:09] 2 of 2"]


def test_a_failed_run_has_no_last_word() -> None:
    some = crier(record(0, "0 of 2"))
    some.due(2.0)
    some.hear(2.1, record(2.1))
    assert some.due(2.1, last=True) == []


def test_the_time_is_the_runs_own_however_late_it_is_heard() -> None:
    some = crier(record(65.0, "1 of 2"), now=1000.0)
    assert some.due(1001.0) == ["[localhost 1:06] 1 of 2"]


def test_what_comes_in_pieces_is_put_together() -> None:
    some = Crier("localhost")
    for byte in record(0, "1 of 2"):
        some.hear(0.0, bytes([byte]))
    assert some.due(2.0) == ["[localhost 0:02] 1 of 2"]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\n",
        b"{\n",
        b"[]\n",
        b"null\n",
        b"\xff\xfe\n",
        b"[" * 60000 + b"\n",
        b'{"at": "soon", "news": [], "line": "x", "end": ""}\n',
        b'{"at": null, "news": [], "line": "x", "end": ""}\n',
        b'{"at": 1, "news": 3, "line": "x", "end": ""}\n',
        b'{"line": "x"}\n',
        b"x" * 300000,
    ],
)
def test_what_is_no_journal_is_left_out(nonsense: bytes) -> None:
    assert crier(nonsense).due(5.0) == []


def test_a_line_without_end_is_forgotten() -> None:
    some = Crier("localhost")
    for _time in range(100):
        some.hear(0.0, b"x" * _progress.LONGEST)
    assert len(some._rest) <= 2 * _progress.LONGEST


@pytest.mark.parametrize("at", ["1e999", "-5", "NaN"])
def test_an_impossible_time_is_none(at: str) -> None:
    some = crier(b'{"at": %s, "news": ["n"], "line": "x", "end": ""}\n' % at.encode(), now=50.0)
    lines = some.due(53.0)
    assert [line.split("] ")[1] for line in lines] in (["n", "x"], [])


def test_no_text_steers_a_terminal() -> None:
    [line] = crier(record(0, "red \x1b[31m bell \a right \u202e two\nlines \ud800" + "x" * 5000)).due(2.0)
    assert line.isprintable()
    assert len(line) < 1100
    line.encode()


@pytest.mark.parametrize(
    ("variable", "environment", "answer"),
    [
        (None, "", True),
        ("", "", True),
        (True, "", True),
        (False, "", False),
        ("no", "", False),
        ("false", "", False),
        (None, "0", False),
        (None, "yes", True),
        (True, "false", True),
        ("perhaps", "", True),
        ([], "", True),
    ],
)
def test_who_wants_quiet_has_it(variable: object, environment: str, answer: bool) -> None:
    assert wanted(variable, {"OPENMULTISTACK_PROGRESS": environment}) is answer


def test_a_journal_here_stays_readable_when_its_folder_is_gone(tmp_path: pathlib.Path) -> None:
    journal = Here(str(tmp_path))
    path = tmp_path / "multi_stack_journal"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"one\n")
    path.unlink()
    assert journal.read(1) == b"ne\n"
    journal.close()


def shell(command: str) -> tuple[int, bytes]:
    """A machine elsewhere, whose login shell is this one's."""
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    return done.returncode, done.stdout


def test_a_journal_elsewhere_is_made_and_read_by_commands(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    journal = Elsewhere(str(folder) + "/", shell)
    path = folder / "multi_stack_journal"
    assert (stat.S_IMODE(path.stat().st_mode), journal.read(0)) == (0o600, b"")
    path.write_bytes(b"x" * 100000)
    assert len(journal.read(0)) == _progress.LONGEST
    assert len(journal.read(_progress.LONGEST)) == 100000 - _progress.LONGEST
    assert os.listdir(folder) == ["multi_stack_journal"]
    journal.close()


@pytest.mark.parametrize("there", [True, False])
def test_a_journal_elsewhere_that_cannot_be_made_is_an_error(tmp_path: pathlib.Path, there: bool) -> None:
    if there:
        (tmp_path / "multi_stack_journal").touch()
    with pytest.raises(OSError, match="the journal cannot be reached"):
        Elsewhere(str(tmp_path if there else tmp_path / "nowhere"), shell)


def test_what_is_written_is_said_while_the_block_runs(tmp_path: pathlib.Path) -> None:
    said: list[str] = []
    with (
        told(Here(str(tmp_path)), Crier("localhost"), said.append),
        open(tmp_path / "multi_stack_journal", "ab") as file,
    ):
        file.write(record(2.0, "1 of 2", news=["a:1 is full"]))
        file.flush()
        until = time.monotonic() + 30
        while len(said) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert said == ["[localhost 0:02] a:1 is full", "[localhost 0:02] 1 of 2"]
        file.write(record(3.0, end="2 of 2"))
    assert [line.split("] ")[1] for line in said] == ["a:1 is full", "1 of 2", "2 of 2"]


def test_a_listener_that_fails_is_no_trouble(tmp_path: pathlib.Path) -> None:
    def say(line: str) -> None:
        raise BrokenPipeError(line)

    with told(Here(str(tmp_path)), Crier("localhost"), say):
        (tmp_path / "multi_stack_journal").write_bytes(record(5.0, "1 of 2"))
        time.sleep(0.6)
