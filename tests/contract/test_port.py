# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every port keeps, whatever is behind it; each command is tried, and each of its ends."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Phase

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
    world.hands.quota(instances=7, cores=9, ram=4096)
    port = world.port()
    assert port.does(m.Survey).limits is None
    limits = port.does(m.Survey, limits=True).limits
    assert (limits.instances.limit, limits.cores.limit, limits.ram.limit) == (7, 9, 4096)


def test_no_limit_is_none(world: World) -> None:
    world.hands.quota(instances=-1)
    assert world.port().does(m.Survey, limits=True).limits.instances.limit is None


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
    world.hands.lock(made.id)
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
    world.hands.quota(server_group_members=2)
    port = world.port()
    group = port.does(m.OpenFence, name="contract-fence").group
    ends = [port.creates(f"contract-{number:03}", group=group) for number in range(1, 4)]
    assert all(isinstance(end, m.Created) for end in ends[:2])
    assert isinstance(ends[2], m.Refused)
    assert (ends[2].fault.status, ends[2].fault.kind) == (403, Kind.GROUP_QUOTA)
    port.does(m.Delete, id=ends[0].id)
    port.gone(ends[0].id)
    assert isinstance(port.creates("contract-004", group=group), m.Created)


def test_there_are_as_many_fences_as_the_quota_of_groups_lets(world: World) -> None:
    world.hands.quota(server_groups=2)
    port = world.port()
    opened = [port.does(m.OpenFence, name=f"contract-{number}") for number in range(2)]
    refused = port.does(m.OpenFence, name="contract-2")
    assert isinstance(refused, m.FenceRefused)
    assert (refused.fault.status, refused.fault.kind) == (403, Kind.GROUP_QUOTA)
    assert isinstance(port.does(m.ShutFence, group=opened[0].group), m.FenceShut)
    assert isinstance(port.does(m.OpenFence, name="contract-2"), m.FenceOpen)


def test_a_look_up_tells_how_many_ports_are_left(world: World) -> None:
    port = world.port()
    before = port.does(m.LookUp).ports_left
    made = port.creates()
    port.ready(made.id)
    assert port.does(m.LookUp).ports_left == before - 1
    assert world.port(networks=("none",)).does(m.LookUp).ports_left is None


def test_ports_without_a_limit_are_not_counted(world: World) -> None:
    world.hands.quota(port=-1)
    found = world.port().does(m.LookUp)
    assert found.ports_left is None
    assert found.offers


def test_nothing_is_made_before_the_names_are_known(world: World) -> None:
    offer = world.port().does(m.LookUp).offers[0]
    end = world.port().does(m.Create, slot=1, token="T", name="contract-001", offer=offer, metadata=(), description="")
    assert isinstance(end, m.NotSent)


def test_a_full_project_refuses_for_its_quota(world: World) -> None:
    world.hands.quota(instances=0)
    end = world.port().creates()
    assert isinstance(end, m.Refused)
    assert end.fault.kind is Kind.QUOTA


@pytest.mark.wired
def test_a_token_that_is_revoked_is_replaced_and_nobody_notices(world: World) -> None:
    assert world.hands.revoke
    port = world.port()
    before = port.token
    world.hands.revoke(before)
    assert isinstance(port.does(m.Survey), m.Surveyed)
    assert port.token != before


def test_requests_are_counted(world: World) -> None:
    port = world.port()
    assert port.requests == 0
    port.does(m.Survey)
    first = port.requests
    port.does(m.Survey)
    assert first > 0
    assert port.requests == first + 1
