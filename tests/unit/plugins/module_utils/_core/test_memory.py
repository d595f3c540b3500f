# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A location's last good answer as text, and what a damaged or foreign text is worth."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import belonging
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.memory import (
    Memory,
    how_long,
    memory_from,
    name_of,
    text_of,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Address, Identity, Server

from .world import marked

KEY = (("auth_url", "https://alpha/v3"), ("username", "ada"))
ADDRESSES = (Address(address="10.0.0.1", network="private"), Address(address="2001:db8::1", network="v6", version=6))


def memory(*servers: Server) -> Memory:
    identity = Identity(endpoint="https://alpha/compute", project_id="p")
    survey = m.Surveyed(now=0.0, location="a:1", started_at=0.0, servers=servers, identity=identity, user="ada")
    return Memory(seen_at=1000.0, survey=survey)


def test_what_was_kept_comes_back() -> None:
    busy = replace(marked(1, "one", addresses=ADDRESSES, zone="az1"), task="image_uploading")
    kept = memory(busy, marked(2, "two"))
    found = memory_from(text_of(KEY, kept), KEY, "a:1")
    sizes_are_not_kept = tuple(replace(each, vcpus=0, ram=0) for each in kept.survey.servers)
    assert found == replace(kept, survey=replace(kept.survey, servers=sizes_are_not_kept))
    assert belonging(found.survey.servers[0]) == belonging(busy)


def test_only_the_mark_is_kept_of_what_users_write() -> None:
    ours = replace(marked(1, "one"), vcpus=0, ram=0)
    secret = replace(
        ours, metadata=(*ours.metadata, ("password", "hunter2")), description=f"{ours.description} hunter2"
    )
    strange = Server(id="x", name="web", status="ACTIVE", metadata=(("token", "hunter2"),), description="hunter2")
    text = text_of(KEY, memory(secret, strange))
    assert "hunter2" not in text
    assert memory_from(text, KEY, "a:1") == memory(ours, replace(strange, metadata=(), description=""))


def test_another_account_finds_nothing_there() -> None:
    other = (("auth_url", "https://alpha/v3"), ("username", "bob"))
    assert name_of(other) != name_of(KEY)
    with pytest.raises(ValueError, match="of another account"):
        memory_from(text_of(KEY, memory()), other, "a:1")


@pytest.mark.parametrize(
    "change",
    [
        {"seen_at": "yesterday"},
        {"seen_at": float("nan")},
        {"seen_at": float("inf")},
        {"seen_at": 10**400},
        {"servers": None},
        {"servers": [None]},
        {"servers": [{}]},
        {"servers": ["server"]},
        {"endpoint": 1},
    ],
)
def test_what_is_damaged_is_told_and_not_believed(change: dict[str, t.Any]) -> None:
    content = json.loads(text_of(KEY, memory(marked(1, "one"))))
    with pytest.raises(ValueError, match="it is damaged"):
        memory_from(json.dumps(content | change), KEY, "a:1")


@pytest.mark.parametrize("field", ["id", "name", "addresses", "metadata", "created"])
def test_a_server_of_another_shape_is_none(field: str) -> None:
    content = json.loads(text_of(KEY, memory(marked(1, "one", addresses=ADDRESSES))))
    for value in (None, 1e300, [[]], {"a": None}):
        content["servers"][0][field] = value
        with pytest.raises(ValueError, match="it is damaged"):
            memory_from(json.dumps(content), KEY, "a:1")


@given(st.data())
def test_a_text_that_lost_a_piece_never_does_more_harm_than_a_refusal(data: st.DataObject) -> None:
    text = text_of(KEY, memory(marked(1, "one", addresses=ADDRESSES)))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        found = memory_from(text[:start] + text[end:], KEY, "a:1")
    except ValueError:
        return
    assert isinstance(found, Memory)


def test_a_bomb_of_brackets_is_damage() -> None:
    with pytest.raises(ValueError, match="damaged"):
        memory_from("[" * 200_000, KEY, "a:1")


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (200000, "2 d")]
)
def test_lengths_of_time_are_said_in_one_unit(seconds: float, words: str) -> None:
    assert how_long(seconds) == words
