# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a port makes of services that are silent, or hang."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.faults import Faults
    from ansible_collections.openmultistack.cloud.tests.contract.worlds import World

pytestmark = [pytest.mark.wired, pytest.mark.stops, pytest.mark.slow]


def breaking(world: World) -> Faults:
    assert world.hands.faults
    return world.hands.faults


@pytest.mark.parametrize("role", ["nova", "keystone"])
def test_a_service_that_is_stopped_is_unreachable(world: World, role: t.Any) -> None:
    breaking(world).stop(role)
    end = world.port().does(m.Survey)
    assert isinstance(end, m.SurveyFailed)
    assert end.fault.kind is Kind.UNREACHABLE


@pytest.mark.parametrize("role", ["nova", "keystone"])
def test_a_service_that_hangs_costs_its_deadline_and_no_more(world: World, role: t.Any) -> None:
    breaking(world).freeze(role)
    begun = world.clock.now()
    end = world.port().does(m.Survey, patience=1.5)
    assert world.clock.now() - begun < 2.5
    assert isinstance(end, m.SurveyFailed)
    assert end.fault.kind is Kind.TIMED_OUT


def test_without_neutron_it_is_open_whether_there_is_a_server(world: World) -> None:
    port = world.port()
    offer = port.does(m.LookUp).offers[0]
    breaking(world).stop("neutron")
    end = port.creates(offer=offer)
    assert isinstance(end, m.Ambiguous)
    assert end.fault.kind is Kind.SERVER_ERROR


def test_without_neutron_servers_cannot_be_listed(world: World) -> None:
    port = world.port()
    port.ready(port.creates().id)
    breaking(world).stop("neutron")
    assert isinstance(port.does(m.List, patience=3), m.ListFailed)


def test_once_a_service_is_back_all_is_as_before(world: World) -> None:
    port = world.port()
    before = port.does(m.Survey)
    breaking(world).stop("nova")
    assert isinstance(port.does(m.Survey, patience=2), m.SurveyFailed)
    breaking(world).heal()
    after = port.does(m.Survey)
    assert (after.identity, after.servers) == (before.identity, before.servers)
