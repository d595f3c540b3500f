# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every port keeps when clouds are broken in ways that no real one lets us."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.fake import Trouble

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.worlds import World

pytestmark = [pytest.mark.simulated]


@pytest.mark.parametrize(("preset", "landed"), [("lost_answer", True), ("lost_request", False)])
def test_a_lost_answer_leaves_open_whether_there_is_a_server(world: World, preset: str, landed: bool) -> None:
    trouble(world, m.Create, Trouble(Fate.LOST, carried_out=landed), {"preset": preset})
    port = world.port()
    end = port.creates()
    assert isinstance(end, m.Ambiguous)
    assert (len(port.does(m.List).servers) == 1) is landed


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [(429, {"Retry-After": "7"}, 7.0), (413, {"Retry-After": "7"}, 7.0), (429, {}, None)],
)
def test_a_location_that_is_asked_too_much_says_for_how_long_it_rests(
    world: World, status: int, headers: dict[str, str], seconds: float | None
) -> None:
    rests = Trouble(Fate.REFUSED, Kind.RATE_LIMIT, retry_after=seconds)
    trouble(world, m.Create, rests, {"event": "server.create", "do": "answer", "status": status, "headers": headers})
    end = world.port().creates()
    assert isinstance(end, m.Refused)
    assert (end.fault.kind, end.fault.retry_after) == (Kind.RATE_LIMIT, seconds)


@pytest.mark.parametrize("preset", ["error_before", "error_after", "gateway_timeout"])
def test_an_error_of_the_cloud_leaves_open_whether_there_is_a_server(world: World, preset: str) -> None:
    lost = Trouble(Fate.LOST, Kind.SERVER_ERROR, carried_out=preset != "error_before")
    trouble(world, m.Create, lost, {"preset": preset})
    end = world.port().creates()
    assert isinstance(end, m.Ambiguous)
    assert end.fault.kind is Kind.SERVER_ERROR


def test_a_location_that_hangs_ends_at_its_deadline(world: World) -> None:
    trouble(world, m.Survey, Trouble(Fate.LOST, Kind.TIMED_OUT), {"preset": "hung"})
    end = world.port().does(m.Survey, patience=0.3)
    assert isinstance(end, m.SurveyFailed)
    assert end.fault.kind is Kind.TIMED_OUT


@pytest.mark.parametrize("preset", ["dead", "truncated"])
def test_a_location_that_breaks_off_is_no_empty_one(world: World, preset: str) -> None:
    trouble(world, m.List, Trouble(Fate.LOST), {"preset": preset})
    assert isinstance(world.port().does(m.List, patience=1), m.ListFailed)


def test_a_delete_whose_answer_is_lost_is_unknown(world: World) -> None:
    port = world.port()
    made = port.creates()
    trouble(world, m.Delete, Trouble(Fate.LOST), {"event": "server.delete", "do": "hang"})
    assert isinstance(port.does(m.Delete, id=made.id, patience=0.3), m.DeleteUnknown)


def test_servers_of_a_dead_cell_are_known_by_their_ids_alone(world: World) -> None:
    port = world.port()
    made = port.creates()
    port.ready(made.id)
    if world.fake:
        world.fake.unknown_ids.add(made.id)
    elif world.simulator:
        world.simulator.set_region("alpha", down_cells=[0])
    seen = port.does(m.Survey)
    assert seen.unknown_ids == {made.id}
    assert made.id not in {server.id for server in seen.servers}
    assert seen.usage.instances == 1
    assert isinstance(port.does(m.Show, id=made.id, patience=2), m.ShowFailed)


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_quota_of_ports_that_is_not_told_is_no_fault(world: World, status: int) -> None:
    if world.fake:
        world.fake.ports = None
    elif world.simulator:
        world.simulator.behave(event="quota.read", do="answer", status=status)
    found = world.port().does(m.LookUp)
    assert found.ports_left is None
    assert found.offers


def trouble(world: World, command: type[m.ToLocation], fake: Trouble, simulated: dict[str, t.Any]) -> None:
    """Have something go wrong next."""
    if world.fake:
        world.fake.troubles[command] = [fake]
    elif world.simulator:
        world.simulator.behave(**simulated)
