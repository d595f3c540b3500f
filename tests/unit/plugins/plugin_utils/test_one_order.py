# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task on several hosts is several orders; whoever means one is warned."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.plugin_utils._one_order import ordered_before, several_orders

if t.TYPE_CHECKING:
    import pathlib

Args = dict[str, t.Any]


def test_the_second_host_is_told(tmp_path: pathlib.Path) -> None:
    order: Args = {"fleet": "crawl", "count": 3}
    hosts = ["one", "two", "three"]
    assert [ordered_before(str(tmp_path), "task", host, order) for host in hosts] == [False, True, True]


def test_the_same_host_may_order_again(tmp_path: pathlib.Path) -> None:
    answers = [ordered_before(str(tmp_path), "task", "one", {"fleet": "crawl", "count": count}) for count in (1, 2)]
    assert answers == [False, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"fleet": "a"}, {"fleet": "b"}),
        ({"fleet": "a", "slots": [1]}, {"fleet": "a", "slots": [2]}),
        ({"fleet": "a", "clouds_yaml_path": "x"}, {"fleet": "a", "clouds_yaml_path": "y"}),
        ({"fleet": "a", "accounts_file": "x"}, {"fleet": "a", "accounts_file": "y"}),
    ],
)
def test_different_orders_are_nobodys_business(tmp_path: pathlib.Path, one: Args, other: Args) -> None:
    assert not ordered_before(str(tmp_path), "task", "one", one)
    assert not ordered_before(str(tmp_path), "task", "two", other)


def test_another_task_is_another_order(tmp_path: pathlib.Path) -> None:
    assert not ordered_before(str(tmp_path), "task", "one", {"fleet": "a"})
    assert not ordered_before(str(tmp_path), "other", "two", {"fleet": "a"})


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: pathlib.Path) -> None:
    assert not ordered_before(str(tmp_path / "nowhere"), "task", "one", {"fleet": "a"})


def test_the_warning_says_the_way_out() -> None:
    assert "run_once: true" in several_orders("crawl")
    assert "hosts: localhost" in several_orders("crawl")
