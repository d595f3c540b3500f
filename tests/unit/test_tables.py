# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables that the playbooks show fit into a terminal of 100 columns, of which Ansible's quotes take eleven."""

from __future__ import annotations

import pathlib
import typing as t

import jinja2

TEMPLATES = pathlib.Path(__file__).parents[2] / "roles" / "fleet" / "templates"
LONG = "a-cloud-with-quite-a-long-name-as-people-do-give-them:and-a-region-of-the-same-kind-1"
ADDRESS = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"


def table(rows: list[list[t.Any]], wrapping: list[str]) -> list[str]:
    jinja = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True, autoescape=False)
    jinja.filters |= {"extract": lambda key, container: container[key], "zip": zip}  # Ansible's own filters
    module = jinja.get_template("table.j2").module
    return str(t.cast("t.Any", module).table(rows, wrapping)).rstrip().splitlines()


def test_a_table_that_fits_has_a_line_for_each_row_and_numbers_to_the_right() -> None:
    rows = [["location", "room", "why"], ["alpha", 20, ""], ["beta:east", 7, "it is full"]]
    assert table(rows, ["why", "location"]) == [
        "location   room  why",
        "alpha        20",
        "beta:east     7  it is full",
    ]


def test_a_long_reason_is_wrapped_between_its_words() -> None:
    lines = table([["location", "why"], ["alpha", "so many words " * 12]], ["why", "location"])
    assert len(lines) == 4
    assert max(map(len, lines)) <= 89
    assert [word for line in lines[1:] for word in line.split()] == ["alpha", *["so", "many", "words"] * 12]


def test_a_long_location_is_wrapped_and_nothing_of_it_is_lost() -> None:
    rows = [["fleet", "name", "location", "address"], ["crawl", "crawl-001", LONG, ADDRESS]]
    lines = table(rows, ["location", "name", "fleet"])
    start = lines[0].index("location")
    width = lines[0].index("address") - start
    assert max(map(len, lines)) <= 89
    assert "".join(line[start : start + width].strip() for line in lines[1:]) == LONG
    assert lines[1].endswith(ADDRESS)


def test_two_long_columns_share_what_is_too_much() -> None:
    lines = table([["location", "why", "room"], [LONG, "no room " * 20, 3]], ["why", "location"])
    assert max(map(len, lines)) <= 89
    assert [line.endswith("  3") for line in lines] == [False, True, *[False] * (len(lines) - 2)]
