# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions in JMESPath: what is true, and what is said of those that are none."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MissingLibraryError, OrderError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.where import condition

ROW = {"name": "web", "location": "a:1", "slot": 0, "fleet": "", "addresses": [], "expires": None, "drifted": False}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("", True),
        (" \n", True),
        ("name", True),
        ("slot", True),
        ("fleet", False),
        ("addresses", False),
        ("expires", False),
        ("drifted", False),
        ("nothing", False),
        ("{a: name}", True),
        ("name == 'web' && !fleet", True),
        ('name == "web"', False),
    ],
)
def test_truth_is_as_jmespath_has_it(expression: str, fits: bool) -> None:
    assert condition(expression)(ROW) is fits


@pytest.mark.parametrize("expression", ["name ==", "[", "(" * 100_000, "nosuch(name", "'"])
def test_what_is_no_expression_is_said_so_before_any_row_is_there(expression: str) -> None:
    with pytest.raises(OrderError, match=r"^where: (?s:.)* is no JMESPath expression: "):
        condition(expression)


@pytest.mark.parametrize("expression", ["length(slot)", "nosuch(name)", "contains(slot, 'a')", "sum(name)"])
def test_what_cannot_be_asked_of_a_server_is_said_with_its_name(expression: str) -> None:
    fits = condition(expression)
    with pytest.raises(OrderError, match=r" cannot be asked of web at a:1: "):
        fits(ROW)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    assert condition("")(ROW)
    with pytest.raises(MissingLibraryError, match=r"where: jmespath cannot be imported .*pip install jmespath"):
        condition("name")


@pytest.mark.parametrize(
    "expression", ["stauts == 'ERROR'", "!(name && stauts)", "stauts.x[?y]", "length(stauts) > `1`"]
)
def test_a_field_that_no_row_has_is_refused_where_the_fields_are_known(expression: str) -> None:
    with pytest.raises(OrderError, match=r'^where: no server has "stauts"; each has status, metadata, name$'):
        condition(expression, ("status", "name", "metadata"))


def test_what_lies_within_a_field_is_not_looked_at() -> None:
    known = ("status", "name", "metadata", "tags")
    assert condition("metadata.role == 'web' && tags[?length(@) > `3`] | [0]", known)(
        {"name": "a", "location": "b", "metadata": {"role": "web"}, "tags": ["green"]}
    )
