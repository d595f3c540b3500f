# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the user are changed where they have to be, and nowhere else."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.yaml_edit import comments_in, rewritten
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.yaml_text import parsed
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.edits import GONE, Edit, applied, edits_between
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import AccountsError

TEXT = """\
# mine
cache: {max_age: 1}   # seconds
clouds:
  # the first
  alpha:
    auth:
      auth_url: "https://x/v3"   # there
      username: 'ada'
    regions:
    - one   # near
    - {name: two, values: {interface: internal}}
    note: |
      several
      lines

  # the other
  beta: {auth: {auth_url: https://y/v3}} # b
# the end
"""


def changed(*edits: tuple[str, t.Any], text: str = TEXT, drop_comments: bool = False) -> str:
    made = [Edit(path=tuple(path.split(".")), after=value) for path, value in edits]
    after = rewritten(text, made, "clouds.yaml", drop_comments=drop_comments)
    assert yaml.safe_load(after) == applied(yaml.safe_load(text) or {}, made)
    return after


CASES: dict[str, tuple[str, t.Any, str, str]] = {
    "a value": ("clouds.alpha.auth.username", "eve", "username: 'ada'", "username: eve"),
    "a value before a comment": (
        "clouds.alpha.auth.auth_url",
        "https://z/v3",
        '"https://x/v3"   #',
        "https://z/v3   #",
    ),
    "a text that looks like another type": ("clouds.alpha.auth.username", "yes", "'ada'", "'yes'"),
    "a text with signs": ("clouds.alpha.auth.username", 'a: "b" #c', "'ada'", "'a: \"b\" #c'"),
    "a text of several lines": ("clouds.alpha.note", "x", "note: |\n      several\n      lines\n", "note: x\n"),
    "one more": (
        "clouds.alpha.auth.project",
        "p",
        "      username: 'ada'\n",
        "      username: 'ada'\n      project: p\n",
    ),
    "one more after lines": (
        "clouds.alpha.verify",
        False,
        "      lines\n",
        "      lines\n    verify: false\n",
    ),
    "one more mapping": (
        "clouds.gamma.auth",
        {"username": "x"},
        "# b\n",
        "# b\n  gamma:\n    auth:\n      username: x\n",
    ),
    "within braces": (
        "clouds.beta.auth.username",
        "x",
        "{auth_url: https://y/v3}",
        "{auth_url: 'https://y/v3', username: x}",
    ),
    "all of it": ("clouds.beta", GONE, "  beta: {auth: {auth_url: https://y/v3}} # b\n", ""),
    "one setting": ("clouds.alpha.auth.username", GONE, "      username: 'ada'\n", ""),
    "the last of a mapping": ("clouds.beta.auth.auth_url", GONE, "{auth: {auth_url: https://y/v3}}", "{auth: {}}"),
}


@pytest.mark.parametrize("case", CASES)
def test_only_the_place_changes(case: str) -> None:
    path, value, before, after = CASES[case]
    assert before in TEXT
    assert changed((path, value)) == TEXT.replace(before, after)


def test_a_whole_cloud_goes_and_the_comments_around_it_stay() -> None:
    assert changed(("clouds.alpha", GONE)).splitlines() == [
        "# mine",
        "cache: {max_age: 1}   # seconds",
        "clouds:",
        "  # the first",
        "",
        "  # the other",
        "  beta: {auth: {auth_url: https://y/v3}} # b",
        "# the end",
    ]


def test_several_changes_at_once() -> None:
    text = changed(("clouds.alpha", GONE), ("clouds.beta", GONE), ("clouds.gamma", {"a": 1}), ("cache.max_age", 2))
    assert text.splitlines() == [
        "# mine",
        "cache: {max_age: 2}   # seconds",
        "clouds:",
        "  # the first",
        "",
        "  # the other",
        "  gamma:",
        "    a: 1",
        "# the end",
    ]


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "clouds:\n", "clouds: {}", "---\nclouds:\n  x: 1", "clouds:\r\n  x: 1\r\n"]
)
def test_a_file_that_holds_little_is_filled(text: str) -> None:
    after = changed(("clouds.alpha", {"auth": {"a": "b"}}), text=text, drop_comments=text.startswith("#"))
    assert "  alpha:\n    auth:\n      a: b\n" in after.replace("\r", "")


def test_a_list_on_lines_of_its_own_makes_room_for_another() -> None:
    text = "clouds:\n  alpha:\n    regions:\n    - one\n    - two\n  # b\n  beta: 1\n"
    assert changed(("clouds.alpha.regions", ["one"]), text=text).endswith("[one]\n  # b\n  beta: 1\n")


ANCHORED = "x: &x {a: 1} # shared\nclouds:\n  alpha: {b: *x}\n  beta: *x\n"


def test_where_comments_would_be_lost_that_has_to_be_said() -> None:
    for text in (
        ANCHORED,
        "clouds: {alpha: {a: 1 # c\n  }}\n",
        TEXT.replace("- one ", "- one\n    # more\n    - zero "),
    ):
        path = (
            "clouds.beta.a" if text == ANCHORED else "clouds.alpha.a" if "c\n" in text[:40] else "clouds.alpha.regions"
        )
        with pytest.raises(AccountsError, match=r"clouds.yaml: this cannot be changed without losing its comments"):
            changed((path, 2), text=text)
        assert "#" not in changed((path, 2), text=text, drop_comments=True)


def test_a_file_without_comments_is_written_anew_where_it_has_to_be() -> None:
    assert "beta:\n    a: 2\n" in changed(("clouds.beta.a", 2), text=ANCHORED.replace(" # shared", ""))


def test_a_comment_is_what_yaml_takes_for_one() -> None:
    text = "a: x#y # one\nb: '# no'\nc: |\n  # no\nd: \"#\" # two # still\n# three"
    assert [text[at:].splitlines()[0] for at in comments_in(text)] == ["# one", "# two # still", "# three"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: b\nc: *hush", "f, line 2: this is no valid YAML (found undefined alias)"),
        ("a: !hush b", "f, line 1: this is no valid YAML (could not determine a constructor for the tag)"),
        ("a: 'hush", "f, line 1: this is no valid YAML (found unexpected end of stream)"),
        ("a: %hush", "f, line 1: this is no valid YAML (found character that cannot start any token)"),
        ("a: \x07hush", "f: this is no valid YAML (it holds what no text holds)"),
    ],
)
def test_of_what_is_no_yaml_the_place_is_told_and_not_the_text(text: str, says: str) -> None:
    with pytest.raises(AccountsError) as caught:
        parsed(text, "f")
    assert str(caught.value) == f"{says}; correct it there or just before"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_edits_between_two_contents_make_one_of_the_other() -> None:
    before = {"a": {"b": 1, "c": [1]}, "d": None, "e": "x"}
    after = {"a": {"b": True, "c": [1], "f": {}}, "d": {"g": 1}}
    assert applied(before, edits_between(before, after)) == after
