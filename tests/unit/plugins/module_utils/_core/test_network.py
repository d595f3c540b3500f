# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a location have a network, and which ranges it gets."""

from __future__ import annotations

import ipaddress
import itertools
import random
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.cidrs import allotted, pools_of
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Quota
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.network import plan_network
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.network_order import (
    NetworkOrder,
    network_order,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.network_sight import (
    Layout,
    Network,
    NetworkSight,
    Port,
    Router,
    Subnet,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import ObjectionError, Plan
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.signs import described
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

NET = Network(id="n1", name="mesh", description=described(""), created="2026-01-01", mtu=1500)
TWIN = replace(NET, id="n2", created="2026-01-02")
FOREIGN = replace(NET, id="n9", description="by hand")
SUBNET = Subnet(id="s1", network="n1", cidr="10.64.7.0/24", dns=("9.9.9.9",))
ROUTER = Router(id="r1", name="mesh", description=described(""), created="2026-01-01", external="e1")
LINK = Port(id="p1", network="n1", subnets=("s1",), device="r1", owner="network:router_interface_distributed")
DHCP = Port(id="p2", network="n1", subnets=("s1",), device="dhcp", owner="network:dhcp")
SERVER = Port(id="p3", network="n1", subnets=("s1",), device="one", owner="compute:nova")
PUBLIC = Network(id="e1", name="public", mine=False)
WHOLE = NetworkSight(networks=(NET,), subnets=(SUBNET,), routers=(ROUTER,), ports=(LINK, DHCP))
NOTHING = NetworkSight(externals=(PUBLIC,), cidrs=("10.64.3.0/24",))


def order(**options: t.Any) -> NetworkOrder:
    plain = {"name": "mesh", "state": "present", "pools": ["10.64.0.0/12"], "prefix_length": 24, "router": True}
    return network_order({**plain, **options})


def done(plan: Plan) -> list[str]:
    return [step.told for step in plan.steps]


def objection(order: NetworkOrder, sight: NetworkSight) -> str:
    with pytest.raises(ObjectionError) as refused:
        plan_network(order, sight)
    return f"{refused.value.fault.message}; {refused.value.fault.remedy}"


def test_makes_everything_in_its_order() -> None:
    plan = plan_network(order(mtu=1400, description="x"), NOTHING)
    assert done(plan) == [
        "create network mesh",
        "create router mesh to public",
        "create subnet 10.64.3.0/24 of network mesh",
        "connect subnet 10.64.3.0/24 to router mesh",
    ]
    assert [step.later for step in plan.steps] == [False, False, True, True]
    facts = [step.facts or {} for step in plan.steps]
    assert facts[0]["body"]["network"] == {"name": "mesh", "description": described("x"), "mtu": 1400}
    assert facts[1]["body"]["router"]["external_gateway_info"] == {"network_id": "e1"}
    assert (plan.before, plan.after) == (
        None,
        {"name": "mesh", "id": "", "cidrs": ["10.64.3.0/24"], "router": "mesh"},
    )


def test_goes_on_where_another_run_stopped() -> None:
    made = replace(NOTHING, networks=(NET,), routers=(ROUTER,))
    plan = plan_network(order(dns_servers=["9.9.9.9", "2620:fe::fe"]), made)
    assert [(step.told, step.later) for step in plan.steps] == [
        ("create subnet 10.64.3.0/24 of network mesh", False),
        ("connect subnet 10.64.3.0/24 to router mesh", True),
    ]
    body = (plan.steps[0].facts or {})["body"]["subnet"]
    assert (body["network_id"], body["dns_nameservers"], body["ip_version"]) == ("n1", ["9.9.9.9"], 4)
    plan = plan_network(order(), replace(WHOLE, ports=(DHCP,)))
    assert (plan.steps[0].facts or {})["path"] == "/routers/r1/add_router_interface"
    plan = plan_network(order(), replace(WHOLE, ports=(), routers=(), externals=(PUBLIC,)))
    assert [(step.told.split()[0], step.later) for step in plan.steps] == [("create", False), ("connect", True)]


def test_does_nothing_where_all_is_as_ordered_whatever_its_range() -> None:
    for options in ({}, {"pools": ["192.168.0.0/16"]}, {"mtu": 1500}, {"dns_servers": ["9.9.9.9"]}):
        layout = Layout(order(**options), WHOLE)
        assert (layout.needs_ranges, layout.needs_way_out) == (False, False)
        plan = plan_network(order(**options), WHOLE)
        assert plan.steps == ()
        assert plan.before == plan.after == {"name": "mesh", "id": "n1", "cidrs": ["10.64.7.0/24"], "router": "mesh"}


def test_changes_what_can_be_changed() -> None:
    wanted = order(mtu=1400, dns_servers=[], description="new")
    assert done(plan_network(wanted, WHOLE)) == [
        "set the MTU of network mesh to 1400",
        "describe network mesh anew",
        "set the DNS servers of subnet 10.64.7.0/24",
    ]
    elsewhere = replace(WHOLE, routers=(replace(ROUTER, external=""),), externals=(PUBLIC,))
    assert done(plan_network(order(), elsewhere)) == ["lead router mesh to public"]
    named = replace(WHOLE, externals=(PUBLIC,))
    assert plan_network(order(external_network="public"), named).steps == ()


def test_an_inner_network_has_no_router_and_loses_one() -> None:
    plan = plan_network(order(router=False, pools=["fd00:1::/48"]), replace(NOTHING, cidrs=("fd00:1:0:5::/64",)))
    assert done(plan) == ["create network mesh", "create subnet fd00:1:0:5::/64 of network mesh"]
    body = (plan.steps[1].facts or {})["body"]["subnet"]
    assert (body["name"], body["ipv6_ra_mode"], body["ipv6_address_mode"]) == ("mesh-ipv6", *["dhcpv6-stateful"] * 2)
    assert plan.after is not None
    assert plan.after["router"] == ""
    assert done(plan_network(order(router=False), WHOLE)) == [
        "disconnect subnet 10.64.7.0/24 from router mesh",
        "delete router mesh",
    ]


def test_a_second_version_of_ip_comes_to_what_is_there() -> None:
    both = order(pools=["10.64.0.0/12", "fd00:1::/48"])
    assert Layout(both, WHOLE).needs_ranges
    plan = plan_network(both, replace(WHOLE, cidrs=("10.64.7.0/24", "fd00:1:0:5::/64")))
    assert done(plan) == [
        "create subnet fd00:1:0:5::/64 of network mesh",
        "connect subnet fd00:1:0:5::/64 to router mesh",
    ]
    assert (plan.steps[0].facts or {})["body"]["subnet"]["ipv6_ra_mode"] == "slaac"


def test_the_way_out_is_the_only_one_or_the_one_that_is_named() -> None:
    two = replace(NOTHING, externals=(PUBLIC, replace(PUBLIC, id="e2", name="other")))
    assert "several external networks (other, public); say by external_network" in objection(order(), two)
    assert done(plan_network(order(external_network="other"), two))[1] == "create router mesh to other"
    assert 'no external network "else" (other, public)' in objection(order(external_network="else"), two)
    same = replace(NOTHING, externals=(PUBLIC, replace(PUBLIC, id="e2")))
    assert 'several external networks "public"' in objection(order(external_network="public"), same)
    assert "no external network that a router could lead to; router: false" in objection(
        order(), replace(NOTHING, externals=())
    )


def test_takes_away_what_is_ours_in_the_other_order() -> None:
    gone = order(state="absent")
    plan = plan_network(gone, WHOLE)
    assert done(plan) == [
        "disconnect subnet 10.64.7.0/24 from router mesh",
        "delete router mesh",
        "delete subnet 10.64.7.0/24 of network mesh",
        "delete network mesh",
    ]
    assert (plan.before is None, plan.after) == (False, None)
    assert plan_network(gone, NetworkSight()) == Plan()


def test_what_is_in_use_stays_and_its_users_are_told() -> None:
    gone = order(state="absent")
    users = tuple(f"server n{number}" for number in range(6))
    used = replace(WHOLE, ports=(*WHOLE.ports, SERVER), users=users)
    assert objection(gone, used) == (
        "network mesh (n1) is in use by server n0, server n1, server n2, server n3, server n4 and 1 more; "
        "delete these first, or take them off it"
    )
    other = replace(WHOLE, ports=(*WHOLE.ports, replace(LINK, id="p9", device="r9")))
    assert "is in use by router r9;" in objection(gone, other)
    elsewhere = replace(WHOLE, ports=(*WHOLE.ports, replace(LINK, network="n8", subnets=("s8",))))
    assert "router mesh (r1) also leads to subnet s8 of another network" in objection(gone, elsewhere)


def test_what_others_made_is_never_touched() -> None:
    for state in ("present", "absent"):
        said = objection(order(state=state), replace(WHOLE, networks=(FOREIGN,)))
        assert said.startswith('network "mesh" (n9) was not made by this module; give another name, or')
    shared = replace(NET, mine=False)
    assert "was not made by this module" in objection(order(), NetworkSight(networks=(shared,)))
    stranger = replace(WHOLE, ports=(DHCP,), routers=(replace(ROUTER, description=""),))
    assert done(plan_network(order(state="absent"), stranger))[0].startswith("delete subnet")


def test_one_that_the_hints_name_is_used_as_it_is() -> None:
    mapped = order(external_network="out").at({"mesh": "private", "out": "public"})
    assert (mapped.here, mapped.mapped, mapped.external) == ("private", True, "public")
    assert not Layout(mapped, NOTHING).needs_way_out
    there = NetworkSight(networks=(FOREIGN,), subnets=(replace(SUBNET, network="n9"),))
    plan = plan_network(mapped, there)
    assert plan.steps == ()
    assert plan.before == plan.after == {"name": "mesh", "id": "n9", "cidrs": ["10.64.7.0/24"], "router": ""}
    assert plan_network(replace(mapped, absent=True), there) == Plan()
    assert 'is "private" here, and there is no network of that name' in objection(mapped, NetworkSight())
    two = NetworkSight(networks=(FOREIGN, replace(FOREIGN, id="n8")))
    assert "there is 2 networks (n9, n8) of that name" in objection(mapped, two)


def test_twins_of_two_runs_become_one_and_all_runs_keep_the_same() -> None:
    twin = replace(SUBNET, id="s2", network="n2", cidr="10.64.7.0/24")
    extra = replace(ROUTER, id="r2", created="2026-01-02")
    link = replace(LINK, id="p4", network="n2", subnets=("s2",), device="r2")
    sight = replace(
        WHOLE, networks=(TWIN, NET), subnets=(SUBNET, twin), routers=(extra, ROUTER), ports=(LINK, link, DHCP)
    )
    plan = plan_network(order(), sight)
    assert [(step.facts or {})["path"] for step in plan.steps] == [
        "/subnets/s2",
        "/networks/n2",
        "/routers/r2/remove_router_interface",
        "/routers/r2",
    ]
    busy = replace(sight, ports=(LINK, link, replace(SERVER, network="n2")))
    assert Layout(order(), busy).network == TWIN


def test_knows_the_quotas_before_it_writes() -> None:
    for resource in ("network", "subnet", "router", "port"):
        full = replace(NOTHING, quotas={resource: Quota(limit=10, used=10)})
        assert objection(order(), full).startswith(f"room for 0 more {resource}s, 1 needed; 10 of 10 used; delete")
    room = {each: Quota(limit=10, used=9) for each in ("network", "subnet", "router", "port")}
    assert len(plan_network(order(), replace(NOTHING, quotas=room)).steps) == 4


def test_says_so_where_the_pools_are_used_up() -> None:
    said = objection(order(), replace(NOTHING, cidrs=("",)))
    assert said.startswith("pools: every range of 10.64.0.0/12 overlaps one that is used already")


NONSENSE: list[tuple[dict[str, t.Any], str]] = [
    ({"name": " "}, 'name: " " cannot be the name of a network'),
    ({"name": "00000000-0000-0000-0000-000000000000"}, "and is no id"),
    ({"pools": []}, "pools: there is none"),
    ({"pools": ["10.64.0.0/33"]}, 'pools: "10.64.0.0/33" is no range of addresses'),
    ({"pools": ["10.64.1.0/12"]}, 'pools: "10.64.1.0/12" is no range of addresses'),
    ({"pools": ["10.64.0.0/12", "10.65.0.0/16"]}, "pools: 10.64.0.0/12 and 10.65.0.0/16 overlap"),
    ({"pools": ["10.64.0.0/25"]}, "pools: 10.64.0.0/25 has no room for a /24"),
    ({"pools": ["fd00::/65"]}, "pools: fd00::/65 has no room for a /64"),
    ({"prefix_length": 30}, "prefix_length: it is 30, where 1 to 29 leaves addresses for servers"),
    ({"mtu": 100}, "mtu: it is 100, where 576 to 9216 are possible"),
    ({"dns_servers": ["dns.example"]}, 'dns_servers: "dns.example" is no address'),
    ({"description": "x" * 201}, "description: it has 201 letters"),
]


@pytest.mark.parametrize(("options", "says"), NONSENSE)
def test_refuses_orders_that_make_no_sense(options: dict[str, t.Any], says: str) -> None:
    with pytest.raises(OrderError) as refused:
        order(**options)
    assert says in str(refused.value)


POOLS = pools_of(["10.64.0.0/20", "fd00:1::/60"], 24)
LABELS = [f"cloud{number}:one" for number in range(10)]


def spans(given: t.Mapping[str, t.Sequence[str]]) -> list[t.Any]:
    return [ipaddress.ip_network(cidr) for each in given.values() for cidr in each]


def test_no_two_ranges_overlap_and_all_runs_choose_the_same() -> None:
    rng = random.Random(6)
    for _world in range(50):
        foreign = {label: [f"10.64.{rng.randrange(16)}.0/26"] if rng.random() < 0.3 else [] for label in LABELS}
        given = allotted("mesh", POOLS, foreign, {})
        chosen = spans(given)
        taken = chosen + spans(foreign)
        for one, other in itertools.product(chosen, taken):
            assert one is other or one.version != other.version or not one.overlaps(other)
        shuffled = dict(rng.sample(sorted(foreign.items()), len(foreign)))
        assert allotted("mesh", POOLS, shuffled, {}) == given


def test_a_location_keeps_its_range_whatever_comes_and_goes() -> None:
    large = pools_of(["10.0.0.0/8"], 24)
    ten = allotted("mesh", large, dict.fromkeys(LABELS, ()), {})
    five = allotted("mesh", large, dict.fromkeys(LABELS[:5], ()), {})
    assert all(ten[label] == five[label] for label in five)
    other = allotted("other", large, dict.fromkeys(LABELS, ()), {})
    assert not set(spans(other)) & set(spans(ten))
    kept = allotted(
        "mesh", large, {**dict.fromkeys(LABELS, ()), LABELS[3]: ["192.168.0.0/24"]}, {LABELS[3]: ["192.168.0.0/24"]}
    )
    assert kept == {**ten, LABELS[3]: ["192.168.0.0/24"]}


def test_what_a_silent_location_would_get_is_left_free() -> None:
    silent = allotted("mesh", POOLS, dict.fromkeys(LABELS), {})
    assert silent == allotted("mesh", POOLS, dict.fromkeys(LABELS, ()), {})


def test_there_may_be_none_left_and_what_is_no_range_is_passed_over() -> None:
    small = pools_of(["10.64.0.0/23"], 24)
    given = allotted("mesh", small, {"a:1": ["nonsense"], "b:1": [], "c:1": []}, {})
    assert sorted(cidr for each in given.values() for cidr in each) == ["", "10.64.0.0/24", "10.64.1.0/24"]
    two = pools_of(["10.64.0.0/24", "10.66.0.0/24"], 24)
    assert sorted(map(str, spans(allotted("mesh", two, {"a:1": [], "b:1": []}, {})))) == [
        "10.64.0.0/24",
        "10.66.0.0/24",
    ]
