# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of security groups and networks: orders that make no sense, and locations that cannot be as ordered."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Address, Quota
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.network import plan_network
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.network_order import network_order
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.network_sight import (
    Network,
    NetworkSight,
    Port,
    Router,
    Subnet,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.peers import Member, Peers, peer_rules
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import ObjectionError
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_group import (
    Group,
    GroupSight,
    plan_groups,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_order import groups_order
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_rules import EGRESS, Rule, opening
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.signs import described
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_network, multi_stack_security_group
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

from .scene import refusal

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .scene import Scene, Told

GROUPS: dict[str, t.Any] = {"state": "present", "name": "web", "exclusive": True, "egress": True, "adopt": False}
NETWORKS: dict[str, t.Any] = {"state": "present", "name": "mesh", "prefix_length": 24, "router": True}
HERE = {"cidrs": ["10.0.0.0/8"]}
WEB = Group(id="g1", name="web", description=described("the site"), rules=EGRESS)
BY_HAND = replace(WEB, id="g2", description="")
UNKNOWN = "00000000-0000-0000-0000-000000000000"
MESH = Network(id="n1", name="mesh", description=described(""), mtu=1500)
PUBLIC = Network(id="e1", name="public", mine=False)
SUBNET = Subnet(id="s1", network="n1", cidr="10.64.7.0/24")
ROUTER = Router(id="r1", name="mesh", description=described(""), external="e1")
LINK = Port(id="p1", network="n1", subnets=("s1",), device="r1", owner="network:router_interface")
WHOLE = NetworkSight(networks=(MESH,), subnets=(SUBNET,), routers=(ROUTER,), ports=(LINK,))


def rules(_scene: Scene) -> Iterator[Told]:
    wrong: dict[str, dict[str, t.Any]] = {
        "a rule for nobody": {},
        "a CIDR that is none": {"cidrs": ["10.0.0.0/33"]},
        "a CIDR with more than its network": {"cidrs": ["10.0.0.1/8"]},
        "a CIDR of the other version": {**HERE, "ethertype": "IPv6"},
        "a protocol that its addresses do not have": {**HERE, "protocol": ["ipv6-icmp"]},
        "a protocol that is none": {**HERE, "protocol": ["tpc"]},
        "ports without a protocol": {**HERE, "ports": ["22"]},
        "a port that is none": {**HERE, "protocol": ["tcp"], "ports": ["90-80"]},
        "a type of ICMP for TCP": {**HERE, "protocol": ["tcp"], "icmp_type": 8},
        "a code of ICMP without its type": {**HERE, "protocol": ["icmp"], "icmp_code": 0},
        "a type of ICMP that is none": {**HERE, "protocol": ["icmp"], "icmp_type": 256},
        "a rule that is described as one of ours": {**HERE, "description": "multi_stack peers crawl"},
    }
    for what, given in wrong.items():
        yield what, refusal(lambda given=given: opening(given, "rules[0]"))  # type: ignore[misc]
    orders: dict[str, dict[str, t.Any]] = {
        "a group without a name": {"name": " ", "rules": []},
        "a group without rules": {},
        "a long description": {"rules": [], "description": "x" * 201},
        "a group that is ordered twice": {"security_groups": [{"name": "web", "rules": []}] * 2},
    }
    for what, given in orders.items():
        yield what, refusal(lambda given=given: groups_order({**GROUPS, **given}))  # type: ignore[misc]


def groups(_scene: Scene) -> Iterator[Told]:
    """What a location objects to, and what would be done there."""

    def plan(given: list[dict[str, t.Any]], *there: Group, **more: t.Any) -> Callable[[], str]:
        names, sight = more.pop("names", {}), {key: more.pop(key) for key in ("quotas", "users") if key in more}
        order = groups_order({**GROUPS, "rules": given, **more}).at(names)
        return lambda: "; ".join(step.told for step in plan_groups(order, GroupSight(groups=there, **sight)).steps)

    both = [{"name": name, "rules": []} for name in ("ext", "int")]
    full = {"security_group_rule": Quota(limit=100, used=100)}
    ssh = {**HERE, "protocol": ["tcp"], "ports": ["22"]}
    pool = Rule(pool="a1", id="r1")
    yield from (
        ("a group that is made", plan([ssh, {**HERE, "protocol": ["icmp"], "icmp_type": 8, "icmp_code": 0}])()),
        ("a group that is changed", plan([], replace(WEB, rules=(*EGRESS, pool)), description="new", egress=False)()),
        ("a group that is deleted", plan([], WEB, state="absent")()),
        ("a group of somebody else", objection(plan([ssh], BY_HAND))),
        ("a group of somebody else that is to go", objection(plan([], BY_HAND, state="absent"))),
        ("a name that several groups bear", objection(plan([ssh], WEB, BY_HAND))),
        ("a group in a rule that is not there", objection(plan([{"groups": ["db"]}], WEB))),
        ("a group in a rule that is there twice", objection(plan([{"groups": ["db"]}], *twice("db")))),
        ("two groups of one name there", objection(plan([], security_groups=both, name=None, names={"ext": "int"}))),
        ("an id in the hints that is not there", objection(plan([], names={"web": UNKNOWN}))),
        ("a quota that is used up", objection(plan([ssh], WEB, quotas=full))),
        ("a group in use", objection(plan([], WEB, state="absent", users={"g1": ["server front"] * 7}))),
        ("a member that nobody elsewhere knows", objection(lonely)),
    )


def networks(_scene: Scene) -> Iterator[Told]:
    wrong: dict[str, dict[str, t.Any]] = {
        "a network without a name": {"name": ""},
        "no pool": {"pools": []},
        "a pool that is none": {"pools": ["10.64.0.0/99"]},
        "pools that overlap": {"pools": ["10.64.0.0/12", "10.65.0.0/16"]},
        "a pool without room": {"pools": ["10.64.0.0/25"]},
        "ranges without room": {"prefix_length": 30},
        "a packet of no size": {"mtu": 1},
        "a name server without an address": {"dns_servers": ["dns.example"]},
    }
    for what, given in wrong.items():
        yield what, refusal(lambda given=given: ordered(**given))  # type: ignore[misc]

    def plan(sight: NetworkSight, names: t.Mapping[str, str] | None = None, **given: t.Any) -> Callable[[], str]:
        order = ordered(**given).at(names or {})
        return lambda: "; ".join(step.told for step in plan_network(order, sight).steps)

    nothing = NetworkSight(externals=(PUBLIC,), cidrs=("10.64.3.0/24",))
    two = replace(nothing, externals=(PUBLIC, replace(PUBLIC, name="other")))
    same = replace(nothing, externals=(PUBLIC, PUBLIC))
    server = replace(LINK, device="one", owner="compute:nova")
    used = replace(WHOLE, ports=(server,), users=("server front",) * 7)
    astray = replace(WHOLE, ports=(replace(LINK, subnets=("s9",)),))
    inside = replace(WHOLE, routers=(replace(ROUTER, external=""),), externals=(PUBLIC,))
    changed = {"mtu": 1400, "description": "new", "dns_servers": ["9.9.9.9"]}
    hinted = {"mesh": "private"}
    yield from (
        ("a network that is made", plan(nothing)()),
        ("a network that is changed", plan(inside, **changed)()),
        ("a network that is deleted", plan(WHOLE, state="absent")()),
        ("a network of somebody else", objection(plan(NetworkSight(networks=(replace(MESH, description=""),))))),
        ("a network in the hints that is not there", objection(plan(NetworkSight(), hinted))),
        ("a network in the hints that is there twice", objection(plan(NetworkSight(networks=(MESH, MESH)), hinted))),
        ("no external network", objection(plan(replace(nothing, externals=())))),
        ("several external networks", objection(plan(two))),
        ("an external network that is not there", objection(plan(two, external_network="else"))),
        ("an external network that is there twice", objection(plan(same, external_network="public"))),
        ("pools that are used up", objection(plan(replace(nothing, cidrs=())))),
        ("a network in use", objection(plan(used, state="absent"))),
        (
            "a network that a router of somebody else leads to",
            objection(plan(replace(WHOLE, routers=()), state="absent")),
        ),
        ("a router of ours that leads elsewhere, too", objection(plan(astray, state="absent"))),
    )


def silences(scene: Scene) -> Iterator[Told]:
    """What is not known of locations that are silent, and of servers that are not there yet."""
    path = f"{scene.folder}/neutron.yaml"
    given: dict[str, t.Any] = {"clouds_yaml_path": path, "timeout": 40, "locations": ["alpha"]}
    mark = "1;crawl;1;tttttttt;1;2;0;s"
    with Simulator({"clouds": {"alpha": {}, "gamma": {"own_port": True, "unplugged": True}}}) as clouds:
        clouds.clouds_yaml(path)
        told = {"name": "crawl-001", "description": mark, "metadata": {"multi_stack": mark}}
        clouds.add_server("alpha", status="BUILD", **told)
        rule = {"peers": ["crawl"]}
        yield from scene.told_by(
            multi_stack_security_group, "peers at a silent cloud", name="web", rules=[rule], **given
        )
        yield from scene.told_by(multi_stack_network, "ranges of a silent cloud", name="mesh", **given)
        clouds.set_quota("alpha", network=1)
        yield from scene.told_by(multi_stack_network, "a quota of networks that is used up", name="other", **given)


def ordered(**given: t.Any) -> t.Any:
    return network_order({"pools": ["10.64.0.0/12"], **NETWORKS, **given})


def twice(name: str) -> list[Group]:
    return [Group(id=f"{name}{number}", name=name) for number in (1, 2)]


def lonely() -> None:
    """A member with a private address, seen from elsewhere."""
    address = Address(address="10.0.0.5", network="private")
    member = Member(fleet="crawl", name="crawl-001", location="beta:RegionOne", addresses=(address,))
    list(peer_rules([opening({"peers": ["crawl"]}, "rules[0]")], Peers(members=(member,)), "alpha:RegionOne"))


def objection(act: Callable[[], object]) -> str:
    """What is said of a location that cannot be as ordered."""
    try:
        act()
    except ObjectionError as error:
        return f"{error.fault.message}; {error.fault.remedy}"
    raise AssertionError("there is no objection any more")
