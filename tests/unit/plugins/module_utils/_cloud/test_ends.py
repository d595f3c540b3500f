# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.ends import failing
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError, Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Flavor, Offer

OFFER = Offer(location="alpha", flavor=Flavor(id="1", name="m1.tiny", vcpus=1, ram=512))
COMMANDS: tuple[m.ToLocation, ...] = (
    m.Survey(location="alpha"),
    m.List(location="alpha"),
    m.LookUp(location="alpha"),
    m.Show(location="alpha", id="s1"),
    m.Create(location="alpha", slot=1, token="T", name="x-001", offer=OFFER, metadata=(), description=""),
    m.Delete(location="alpha", id="s1"),
    m.Unlock(location="alpha", id="s1"),
    m.Mark(location="alpha", id="s1", metadata=()),
    m.OpenFence(location="alpha", name="fence"),
    m.ShutFence(location="alpha", group="g1"),
    m.Probe(location="alpha", id="s1", address="127.0.0.1", port=22),
    m.Console(location="alpha", id="s1"),
)
FAULT = Fault(kind=Kind.TIMED_OUT, message="late")


def name(command: m.ToLocation) -> str:
    return type(command).__name__


def test_every_command_to_a_location_is_tried_here() -> None:
    assert {type(command) for command in COMMANDS} == set(m.ENDS)


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("command", COMMANDS, ids=name)
def test_a_failure_ends_in_an_event_of_the_vocabulary(command: m.ToLocation, fate: Fate, missing: bool) -> None:
    event: t.Any = failing(command, CallError(fate, FAULT, missing=missing), 1.0, 2.0)
    assert isinstance(event, m.ENDS[type(command)])
    assert (event.now, event.location) == (2.0, "alpha")
    assert getattr(event, "id", "s1") == "s1"
    if hasattr(event, "fault"):
        assert event.fault is FAULT


@pytest.mark.parametrize(
    ("fate", "end"), [(Fate.NOT_SENT, m.NotSent), (Fate.REFUSED, m.Refused), (Fate.LOST, m.Ambiguous)]
)
def test_the_fate_of_a_post_is_told_apart(fate: Fate, end: type[m.Event]) -> None:
    assert isinstance(failing(COMMANDS[4], CallError(fate, FAULT), 1.0, 2.0), end)


@pytest.mark.parametrize(
    ("fate", "end"),
    [(Fate.NOT_SENT, m.DeleteRefused), (Fate.REFUSED, m.DeleteRefused), (Fate.LOST, m.DeleteUnknown)],
)
def test_the_fate_of_a_delete_is_told_apart(fate: Fate, end: type[m.Event]) -> None:
    assert isinstance(failing(COMMANDS[5], CallError(fate, FAULT), 1.0, 2.0), end)
