# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks, subnets and routers of one's own: made in order, and deleted in the other one."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Answer, Lab, Member

NETWORK = "network/v2.0"


def send(member: Member, method: str, path: str, body: t.Any = None) -> Answer:
    return member.ask(method, path, body, service=NETWORK)


def made(member: Member, kind: str, **given: t.Any) -> dict[str, t.Any]:
    answer = send(member, "POST", f"/{kind}s", {kind: {"name": "mine", **given}})
    assert answer.status == 201, answer.raw
    return t.cast("dict[str, t.Any]", answer.json[kind])


def whole(member: Member) -> tuple[str, str, str]:
    """A network with a subnet and a router that leads out: their ids."""
    (public,) = member.get("/networks?router:external=True", NETWORK)["networks"]
    network = made(member, "network", mtu=1400)
    subnet = made(member, "subnet", network_id=network["id"], cidr="10.99.0.0/24", ip_version=4)
    router = made(member, "router", external_gateway_info={"network_id": public["id"]})
    assert (
        send(member, "PUT", f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet["id"]}).status == 200
    )
    return network["id"], subnet["id"], router["id"]


def test_an_interface_is_a_port_at_the_gateway_of_its_subnet(member: Member) -> None:
    network, subnet, router = whole(member)
    (port,) = member.get(f"/ports?device_id={router}", NETWORK)["ports"]
    assert (port["device_owner"], port["network_id"]) == ("network:router_interface", network)
    assert port["fixed_ips"] == [{"subnet_id": subnet, "ip_address": "10.99.0.1"}]
    again = send(member, "PUT", f"/routers/{router}/add_router_interface", {"subnet_id": subnet})
    assert (again.status, again.message[:59]) == (
        400,
        "Bad router request: Router already has a port on subnet " + subnet[:3],
    )
    other = made(member, "router")["id"]
    second = send(member, "PUT", f"/routers/{other}/add_router_interface", {"subnet_id": subnet})
    assert second.status == 409
    assert second.message.startswith("IP address 10.99.0.1 already allocated in subnet ")


def test_what_is_in_use_stays_until_it_is_not(member: Member) -> None:
    network, subnet, router = whole(member)
    for path, says in (
        (f"/routers/{router}", "has ports still attached"),
        (f"/subnets/{subnet}", "have an IP allocation from this subnet"),
        (f"/networks/{network}", "ports still in use on the network"),
    ):
        refused = send(member, "DELETE", path)
        assert (refused.status, says in refused.message) == (409, True)
    gone = f"/routers/{router}/remove_router_interface"
    assert send(member, "PUT", gone, {"subnet_id": subnet}).status == 200
    assert send(member, "PUT", gone, {"subnet_id": subnet}).status == 404
    for path in (f"/routers/{router}", f"/subnets/{subnet}", f"/networks/{network}"):
        assert send(member, "DELETE", path).status == 204
        assert send(member, "GET", path).status == 404


def test_servers_boot_on_a_network_of_ones_own(lab: Lab, member: Member) -> None:
    network, _subnet, _router = whole(member)
    server = member.made(networks=[{"uuid": network}])
    lab.wait(20)
    (address,) = member.show(server)["addresses"]["mine"]
    assert address["addr"].startswith("10.99.0.")


REFUSED: list[tuple[str, dict[str, t.Any], str]] = [
    ("subnet", {"cidr": "10.99.0.0/33", "ip_version": 4}, "is not a valid IP subnet"),
    ("subnet", {"cidr": "10.99.0.0/24", "ip_version": 6}, "does not match the ip_version '6'"),
    ("subnet", {"cidr": "10.99.0.0/24", "ip_version": 4, "ipv6_ra_mode": "slaac"}, "ipv6_ra_mode"),
    ("network", {"mtu": 9001}, "Requested MTU is too big"),
    ("network", {"router:external": True}, "is disallowed by policy"),
    ("router", {"external_gateway_info": {"network_id": "nowhere"}}, "Network nowhere could not be found"),
]


@pytest.mark.parametrize(("kind", "given", "says"), REFUSED)
def test_refuses_as_neutron_does(member: Member, kind: str, given: dict[str, t.Any], says: str) -> None:
    network = {"network_id": made(member, "network")["id"]} if kind == "subnet" else {}
    refused = send(member, "POST", f"/{kind}s", {kind: {**given, **network}})
    assert refused.status in (400, 403, 404)
    assert says in refused.message


def test_two_subnets_of_a_network_share_no_address_and_a_router_leads_out_or_nowhere(member: Member) -> None:
    network, _subnet, _router = whole(member)
    twice = {"network_id": network, "cidr": "10.99.0.0/25", "ip_version": 4}
    refused = send(member, "POST", "/subnets", {"subnet": twice})
    assert (refused.status, "overlaps with another subnet" in refused.message) == (400, True)
    made(member, "subnet", network_id=network, cidr="fd00:99::/64", ip_version=6, ipv6_ra_mode="slaac")
    inside = send(member, "POST", "/routers", {"router": {"external_gateway_info": {"network_id": network}}})
    assert "is not an external network" in inside.message


def test_networks_subnets_and_routers_have_quotas_and_can_be_changed(lab: Lab, member: Member) -> None:
    network, subnet, router = whole(member)
    lab.sim.set_quota("alpha", network=2, subnet=2, router=1)
    for kind, given in (
        ("network", {}),
        ("subnet", {"network_id": network, "cidr": "10.98.0.0/24", "ip_version": 4}),
        ("router", {}),
    ):
        refused = send(member, "POST", f"/{kind}s", {kind: given})
        assert (refused.status, refused.message) == (409, f"Quota exceeded for resources: ['{kind}'].")
    send(member, "PUT", f"/networks/{network}", {"network": {"mtu": 1300, "name": "new"}})
    send(member, "PUT", f"/subnets/{subnet}", {"subnet": {"dns_nameservers": ["9.9.9.9"]}})
    send(member, "PUT", f"/routers/{router}", {"router": {"external_gateway_info": None, "description": "x"}})
    ids = {"network": network, "subnet": subnet, "router": router}
    shown = {kind: member.get(f"/{kind}s/{each}", NETWORK)[kind] for kind, each in ids.items()}
    assert (shown["network"]["mtu"], shown["network"]["name"]) == (1300, "new")
    assert shown["subnet"]["dns_nameservers"] == ["9.9.9.9"]
    assert (shown["router"]["external_gateway_info"], shown["router"]["description"]) == (None, "x")
    project = shown["network"]["project_id"]
    quota = member.get(f"/quotas/{project}/details.json", NETWORK)["quota"]
    assert [quota[kind]["used"] for kind in ("network", "subnet", "router")] == [2, 2, 1]
    foreign = send(member, "DELETE", f"/networks/{member.get('/networks?name=public', NETWORK)['networks'][0]['id']}")
    assert foreign.status == 403
