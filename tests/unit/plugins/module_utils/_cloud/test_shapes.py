# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with an account is told in words: never in those of Python, and never by a value."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.shapes import complaint
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import AccountsError
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import Line, entry

if t.TYPE_CHECKING:
    from pathlib import Path

PLAIN = entry("http://127.0.0.1:9")
KEYS = ("auth", "regions", "region_name", "profile", "auth_type", "verify", "cacert", "cert", "networks")
VALUES = (None, 7, True, "", "sEcReT", ["sEcReT"], {"x": "sEcReT"}, [["sEcReT"]], [{"sEcReT": 1}])
PYTHON = re.compile(r"'|NoneType|object|unhashable|expected|__")


def said_of(folder: Path, content: object) -> str:
    """What is told of a clouds.yaml, when it is read or when its first location is asked; empty where nothing is."""
    path = folder / "clouds.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    try:
        Line(load_accounts(str(path))).wire.session()
    except (AccountsError, CallError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("key", KEYS)
def test_whatever_an_account_holds_is_told_in_words(tmp_path: Path, key: str, value: object) -> None:
    said = said_of(tmp_path, {"clouds": {"alpha": {**PLAIN, key: value}}})
    assert not PYTHON.search(said)
    assert "sEcReT" not in said or isinstance(value, str) or "takes" in said


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("key", ["auth_url", "username", "password", "project_name"])
def test_whatever_a_login_holds_is_told_in_words(tmp_path: Path, key: str, value: object) -> None:
    said = said_of(tmp_path, {"clouds": {"alpha": {**PLAIN, "auth": {**PLAIN["auth"], key: value}}}})
    assert not PYTHON.search(said)
    assert "sEcReT" not in said


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("key", ["clouds", "cache", "client", "metrics"])
def test_whatever_the_file_holds_is_told_in_words(tmp_path: Path, key: str, value: object) -> None:
    said = said_of(tmp_path, {"clouds": {"alpha": PLAIN}, key: value})
    assert not PYTHON.search(said)
    assert "sEcReT" not in said


@pytest.mark.parametrize(
    ("exc", "text"),
    [
        (TypeError("P.__init__() missing 2 required positional arguments: 'a' and 'b'"), "its auth lacks a and b"),
        (
            TypeError("P.__init__() got an unexpected keyword argument 'a'"),
            'its auth does not take "a" with its auth_type',
        ),
        (TypeError("unhashable"), "something in it is of another sort than belongs there (TypeError)"),
        (KeyError("x"), "something in it is of another sort than belongs there (KeyError)"),
        (ValueError(""), "something in it is of another sort than belongs there (ValueError)"),
        (ValueError("The plugin x\n could not be found."), "The plugin x could not be found"),
    ],
)
def test_what_a_library_says_is_turned_into_what_it_means(exc: Exception, text: str) -> None:
    assert complaint(exc) == text
