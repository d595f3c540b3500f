# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every port keeps, whatever is behind it; each command is tried, and each of its ends."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Phase
from ansible_collections.openmultistack.cloud.tests.contract.fake import Trouble

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.worlds import World

NOBODY = "11111111-2222-3333-4444-555555555555"


def test_a_survey_tells_whose_project_this_is_and_what_time(world: World) -> None:
    one, other = (world.port().does(m.Survey, limits=limits) for limits in (True, False))
    assert isinstance(one, m.Surveyed)
    assert one.identity == other.identity
    assert one.identity.endpoint
    assert one.identity.project_id
    assert one.user
    assert one.date == pytest.approx(world.clock.wall(), abs=5)
    assert not one.partial


def test_limits_are_read_only_where_they_are_asked_for(world: World) -> None:
    port = world.port()
    assert port.does(m.Survey).limits is None
    limits = port.does(m.Survey, limits=True).limits
    assert (limits.instances.limit, limits.cores.limit, limits.ram.limit) == (20, 40, 51200)


def test_a_server_lives_and_dies(world: World) -> None:
    port = world.port()
    made = port.creates(metadata=(("multi_stack", "1;contract;1;T;1;2;0;x"), ("role", "web")))
    server = port.ready(made.id).server
    assert (server.name, server.phase, server.vcpus, server.ram) == ("contract-001", Phase.READY, 1, 512)
    assert dict(server.metadata) == {"multi_stack": "1;contract;1;T;1;2;0;x", "role": "web"}
    assert server.description == "1;contract;1;TOKEN;1;2;0;spec"
    assert server.addresses
    assert server.created == pytest.approx(world.clock.wall(), abs=120)
    assert isinstance(port.does(m.Delete, id=made.id), m.DeleteAccepted)
    port.gone(made.id)
    assert isinstance(port.does(m.Delete, id=made.id), m.Gone)


def test_what_was_created_is_surveyed_at_once(world: World) -> None:
    port = world.port()
    before = port.does(m.Survey)
    made = port.creates()
    seen = port.does(m.Survey)
    assert made.id in {server.id for server in seen.servers}
    assert seen.usage.instances == before.usage.instances + 1
    assert seen.usage.marked == before.usage.marked + 1


def test_a_list_shows_the_fleet_and_no_other(world: World) -> None:
    port = world.port()
    ours = {port.creates(name).id for name in ("contract-001", "contract-1000")}
    for name in ("contract-2-001", "other-contract-001", "contract-x"):
        port.creates(name)
    assert {server.id for server in port.does(m.List).servers} == ours


def test_a_look_up_makes_an_offer_of_each_flavor_in_each_zone(world: World) -> None:
    (zone,) = world.spec.zones
    port = world.port(flavors=("no.such.flavor", *world.spec.flavors), zones=("nowhere", zone))
    (offer,) = port.does(m.LookUp).offers
    assert (offer.location, offer.flavor.name, offer.zone) == (world.label, world.spec.flavors[0], zone)
    assert world.port(zones=()).does(m.LookUp).offers[0].zone is None


@pytest.mark.parametrize(
    ("missing", "kind"),
    [
        ({"image": "nope"}, Kind.NO_IMAGE),
        ({"flavors": ("nope",)}, Kind.NO_FLAVOR),
        ({"networks": ("nope",)}, Kind.NO_NETWORK),
        ({"security_groups": ("nope",)}, Kind.NO_GROUP),
        ({"key_name": "nope"}, Kind.NO_KEY),
        ({"zones": ("nope",)}, Kind.NO_ZONE),
    ],
)
def test_a_name_that_is_not_there_fails_the_look_up(world: World, missing: dict[str, t.Any], kind: Kind) -> None:
    end = world.port(**missing).does(m.LookUp)
    assert isinstance(end, m.LookUpFailed)
    assert end.fault.kind is kind
    assert "; it has " in end.fault.message


def test_a_server_that_never_was_is_gone(world: World) -> None:
    port = world.port()
    for command in (m.Show, m.Delete, m.Unlock):
        assert isinstance(port.does(command, id=NOBODY), m.Gone)
    assert isinstance(port.does(m.Mark, id=NOBODY, metadata=(("a", "b"),)), m.Gone)
    assert port.does(m.Console, id=NOBODY).text == ""


def test_a_mark_is_added_to_what_is_there(world: World) -> None:
    port = world.port()
    made = port.creates()
    before = dict(port.ready(made.id).server.metadata)
    assert isinstance(port.does(m.Mark, id=made.id, metadata=(("multi_stack_expires", "77"),)), m.Marked)
    after = dict(port.does(m.Show, id=made.id).server.metadata)
    assert after == {**before, "multi_stack_expires": "77"}


def test_a_lock_is_taken_off(world: World) -> None:
    port = world.port()
    made = port.creates()
    port.ready(made.id)
    world.lock(made.id)
    assert port.does(m.Show, id=made.id).server.locked
    refused = port.does(m.Delete, id=made.id)
    assert isinstance(refused, m.DeleteRefused)
    assert refused.fault.kind is Kind.LOCKED
    assert port.does(m.Unlock, id=made.id).fault is None
    assert not port.does(m.Show, id=made.id).server.locked
    assert isinstance(port.does(m.Delete, id=made.id), m.DeleteAccepted)


def test_a_console_is_read(world: World) -> None:
    port = world.port()
    made = port.creates()
    port.ready(made.id)
    assert port.until(lambda: port.does(m.Console, id=made.id).text)


def test_a_port_that_nobody_listens_at_is_shut(world: World) -> None:
    assert port_is_open(world) is False


def port_is_open(world: World) -> bool:
    return bool(world.port().does(m.Probe, id=NOBODY, address="127.0.0.1", port=1, patience=2).open)


def test_nothing_lands_behind_a_shut_fence(world: World) -> None:
    port = world.port()
    opened = port.does(m.OpenFence, name="contract-fence")
    assert isinstance(opened, m.FenceOpen)
    assert isinstance(port.creates(group=opened.group), m.Created)
    assert isinstance(port.does(m.ShutFence, group=opened.group), m.FenceShut)
    assert isinstance(port.does(m.ShutFence, group=opened.group), m.FenceShut)
    late = port.creates("contract-002", group=opened.group)
    assert isinstance(late, m.Refused)
    assert (late.fault.status, late.fault.kind) == (400, Kind.FENCED_OFF)
    assert len(port.does(m.List).servers) == 1


def test_a_fence_holds_as_many_as_the_quota_of_groups_lets_it(world: World) -> None:
    if not world.fake and not world.simulator:
        pytest.skip("that many servers are too much to ask of real clouds")
    port = world.port()
    group = port.does(m.OpenFence, name="contract-fence").group
    ends = [port.creates(f"contract-{number:03}", group=group) for number in range(1, 12)]
    assert all(isinstance(end, m.Created) for end in ends[:10])
    assert isinstance(ends[10], m.Refused)
    assert (ends[10].fault.status, ends[10].fault.kind) == (403, Kind.GROUP_QUOTA)
    port.does(m.Delete, id=ends[0].id)
    port.gone(ends[0].id)
    assert isinstance(port.creates("contract-011", group=group), m.Created)


def test_there_are_as_many_fences_as_the_quota_of_groups_lets(world: World) -> None:
    port = world.port()
    opened = [port.does(m.OpenFence, name=f"contract-{number}") for number in range(10)]
    try:
        refused = port.does(m.OpenFence, name="contract-10")
        assert isinstance(refused, m.FenceRefused)
        assert (refused.fault.status, refused.fault.kind) == (403, Kind.GROUP_QUOTA)
    finally:
        shut = [port.does(m.ShutFence, group=each.group) for each in opened]
    assert all(isinstance(each, m.FenceShut) for each in shut)
    again = port.does(m.OpenFence, name="contract-10")
    assert isinstance(again, m.FenceOpen)
    port.does(m.ShutFence, group=again.group)


def test_a_look_up_tells_how_many_ports_are_left(world: World) -> None:
    port = world.port()
    before = port.does(m.LookUp).ports_left
    if before is None:
        pytest.skip("this cloud does not tell, or has no limit")
    made = port.creates()
    port.ready(made.id)
    assert port.does(m.LookUp).ports_left == before - 1
    assert world.port(networks=("none",)).does(m.LookUp).ports_left is None


@pytest.mark.parametrize("how", ["no limit", "no extension", "not allowed", "broken"])
def test_ports_that_nobody_counts_are_no_fault(world: World, how: str) -> None:
    if world.fake:
        world.fake.ports = None
    elif world.simulator and how == "no limit":
        world.simulator.set_quota(port=-1)
    elif world.simulator:
        status = {"no extension": 404, "not allowed": 403, "broken": 500}[how]
        world.simulator.behave(event="quota.read", do="answer", status=status)
    else:
        pytest.skip("real clouds keep their quotas")
    found = world.port().does(m.LookUp)
    assert found.ports_left is None
    assert found.offers


def test_nothing_is_made_before_the_names_are_known(world: World) -> None:
    offer = world.port().does(m.LookUp).offers[0]
    end = world.port().does(m.Create, slot=1, token="T", name="contract-001", offer=offer, metadata=(), description="")
    assert isinstance(end, m.NotSent)


def test_requests_are_counted(world: World) -> None:
    port = world.port()
    assert port.requests == 0
    port.does(m.Survey)
    first = port.requests
    port.does(m.Survey)
    assert first > 0
    assert port.requests == first + 1


# What follows needs clouds that can be broken.


def test_a_full_project_refuses_for_its_quota(world: World) -> None:
    if world.fake:
        world.fake.instances = 0
    elif world.simulator:
        world.simulator.set_quota(instances=0)
    else:
        pytest.skip("real clouds keep their quotas")
    end = world.port().creates()
    assert isinstance(end, m.Refused)
    assert end.fault.kind is Kind.QUOTA


@pytest.mark.parametrize(("preset", "landed"), [("lost_answer", True), ("lost_request", False)])
def test_a_lost_answer_leaves_open_whether_there_is_a_server(world: World, preset: str, landed: bool) -> None:
    trouble(world, m.Create, Trouble(Fate.LOST, carried_out=landed), {"preset": preset})
    port = world.port()
    end = port.creates()
    assert isinstance(end, m.Ambiguous)
    assert (len(port.does(m.List).servers) == 1) is landed


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
    else:
        pytest.skip("real clouds keep their cells")
    seen = port.does(m.Survey)
    assert seen.unknown_ids == {made.id}
    assert made.id not in {server.id for server in seen.servers}
    assert seen.usage.instances == 1
    assert isinstance(port.does(m.Show, id=made.id, patience=2), m.ShowFailed)


def trouble(world: World, command: type[m.ToLocation], fake: Trouble, simulated: dict[str, t.Any]) -> None:
    """Have something go wrong next."""
    if world.fake:
        world.fake.troubles[command] = [fake]
    elif world.simulator:
        world.simulator.behave(**simulated)
    else:
        pytest.skip("real clouds are broken by others")
