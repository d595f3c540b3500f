# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of last good answers: who may read it, and what is believed of it."""

from __future__ import annotations

import os
import stat
import time
import typing as t

import pytest
import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.memories import Memories, cache_folder, key_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.memory import Memory, name_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.messages import Surveyed
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Identity, Server

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.memory import Key

KEY = (("auth_url", "https://alpha/v3"),)
NOW = float(int(time.time()))  # files have the time of this machine


def memory(*names: str, seen_at: float = NOW) -> Memory:
    servers = tuple(Server(id=name, name=name, status="ACTIVE") for name in names)
    identity = Identity(endpoint="https://alpha/compute", project_id="p")
    survey = Surveyed(now=0.0, location="alpha", started_at=0.0, servers=servers, identity=identity)
    return Memory(seen_at=seen_at, survey=survey)


def file_of(folder: Path, key: Key = KEY) -> Path:
    return folder / f"{name_of(key)}.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "openmultistack"


def kept(folder: Path, memory: Memory) -> Path:
    memories = Memories(str(folder))
    memories.keep({KEY: memory}, NOW)
    assert memories.warnings == []
    return file_of(folder)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_kept_last_is_recalled(folder: Path) -> None:
    kept(folder, memory("old"))
    kept(folder, memory("new"))
    memories = Memories(str(folder))
    assert memories.recall(KEY, "alpha", NOW) == memory("new")
    assert memories.recall((("auth_url", "https://other/v3"),), "other", NOW) is None
    assert memories.warnings == []
    assert os.listdir(folder) == [file_of(folder).name]


def test_only_the_user_may_look_whatever_the_umask_and_who_made_the_folder(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o777)
    folder.chmod(0o777)
    former = os.umask(0)
    try:
        path = kept(folder, memory("one"))
    finally:
        os.umask(former)
    assert (mode_of(folder), mode_of(path)) == (0o700, 0o600)


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def anothers(path: Path) -> None:
    path.write_text(path.read_text().replace("https://alpha/v3", "https://evil/v3"))


def writable(path: Path) -> None:
    path.chmod(0o666)


def link(path: Path) -> None:
    real = path.rename(path.with_suffix(".real"))
    path.symlink_to(real)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [damaged, binary, empty, anothers, writable, link, pipe, directory])
def test_a_file_that_is_not_as_it_was_written_is_ignored_and_told_of(
    harm: t.Callable[[Path], None], folder: Path
) -> None:
    path = kept(folder, memory("one"))
    harm(path)
    memories = Memories(str(folder))
    assert memories.recall(KEY, "alpha", NOW) is None
    [warning] = memories.warnings
    assert warning.startswith(f"{path}: the last good answer of alpha cannot be used: ")


def test_an_answer_of_the_future_is_ignored_and_told_of(folder: Path) -> None:
    kept(folder, memory("one", seen_at=NOW + 30))
    assert Memories(str(folder)).recall(KEY, "alpha", NOW) is not None
    kept(folder, memory("one", seen_at=NOW + 3600))
    memories = Memories(str(folder))
    assert memories.recall(KEY, "alpha", NOW) is None
    assert "was the clock of this machine set back?" in memories.warnings[0]


def test_where_nothing_can_be_kept_there_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for folder in (tmp_path / "file" / "openmultistack", tmp_path / "link"):
        memories = Memories(str(folder))
        memories.keep({KEY: memory("one")}, NOW)
        [warning] = memories.warnings
        assert warning.startswith(f"{folder}: the answers of the clouds cannot be kept there (")
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_write_that_fails_leaves_what_was_there_and_no_draft(folder: Path) -> None:
    path = kept(folder, memory("one"))
    path.unlink()
    path.mkdir()
    memories = Memories(str(folder))
    memories.keep({KEY: memory("two")}, NOW)
    assert len(memories.warnings) == 1
    assert os.listdir(folder) == [path.name]


def test_what_nobody_wrote_for_a_month_is_removed_and_nothing_else(folder: Path) -> None:
    path = kept(folder, memory("one"))
    for name in ("old.json", ".old.json.draft", "notes.txt"):
        (folder / name).touch()
        os.utime(folder / name, (NOW - 31 * 86400, NOW - 31 * 86400))
    os.utime(path, (NOW - 29 * 86400, NOW - 29 * 86400))
    Memories(str(folder)).keep({}, NOW)
    assert sorted(os.listdir(folder)) == sorted([path.name, "notes.txt"])


@pytest.mark.parametrize("named", ["", "relative/cache"])
def test_the_folder_is_the_users_own_unless_an_absolute_one_is_named(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", named)
    assert cache_folder() == f"{tmp_path}/.cache/openmultistack"
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == "/somewhere/openmultistack"


AUTH = {"auth_url": "https://alpha/v3", "username": "ada", "password": "hunter2", "project_name": "crawl"}


def keys_of(path: Path, **clouds: dict[str, t.Any]) -> list[Key]:
    path.write_text(yaml.safe_dump({"clouds": clouds}), encoding="utf-8")
    accounts = load_accounts(str(path))
    return [key_of(accounts, each) for each in accounts.all]


def test_an_account_is_known_by_place_project_and_user_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    [key] = keys_of(path, alpha={"auth": AUTH, "region_name": "r1"})
    assert dict(key) == {
        "auth_url": "https://alpha/v3",
        "username": "ada",
        "project_name": "crawl",
        "region": "r1",
    }
    others = ({"auth_url": "https://beta/v3"}, {"username": "bob"}, {"project_name": "other"}, {"user_id": "1"})
    for other in others:
        assert keys_of(path, alpha={"auth": AUTH | other, "region_name": "r1"}) != [key]
    assert keys_of(path, renamed={"auth": AUTH | {"password": "new"}, "region_name": "r1"}) == [key]


def test_regions_are_told_apart_also_by_what_each_has_of_its_own(tmp_path: Path) -> None:
    own = {"name": "r2", "values": {"auth": {"project_name": "special", "password": "hunter3"}}}
    one, two = keys_of(tmp_path / "clouds.yaml", alpha={"auth": AUTH, "regions": ["r1", own]})
    assert (dict(one)["project_name"], dict(two)["project_name"]) == ("crawl", "special")
    assert "hunter" not in str((one, two))


def test_accounts_of_a_vendor_are_told_apart_by_it(tmp_path: Path) -> None:
    auth = {"username": "ada", "password": "hunter2"}
    keys = keys_of(
        tmp_path / "clouds.yaml",
        a={"cloud": "x", "auth": auth, "region_name": "r"},
        b={"profile": "y", "region_name": "r"},
    )
    assert [dict(key).get("cloud", dict(key).get("profile")) for key in keys] == ["x", "y"]
