# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks, subnets, routers and ports in Neutron."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Row, Stage


def ask(stage: Stage, method: str, path: str, body: object = None) -> Answer:
    return stage.user.ask(method, path, body, service="network")


def made(stage: Stage, kind: str, **fields: t.Any) -> Row:
    named = {"name": f"contract-{kind}", **fields}
    return dict(stage.user.send("POST", f"/{kind}s", {kind: named})[kind])


def network(stage: Stage, cidr: str = "10.214.0.0/24") -> tuple[str, str]:
    """A network with a subnet."""
    made_one = made(stage, "network")["id"]
    return made_one, made(stage, "subnet", network_id=made_one, ip_version=4, cidr=cidr)["id"]


def found(stage: Stage, path: str, key: str) -> list[str]:
    return [row["id"] for row in stage.user.get(path, "network")[key]]


def refuses(answer: Answer, status: int, word: str, kind: Kind) -> str:
    assert (answer.status, answer.word) == (status, word), answer.raw
    assert answer.means.fault.kind is kind
    return answer.message


def attach(stage: Stage, router: str, subnet: str, verb: str = "add") -> Answer:
    return ask(stage, "PUT", f"/routers/{router}/{verb}_router_interface", {"subnet_id": subnet})


def test_a_network_is_made(stage: Stage) -> None:
    row = made(stage, "network", description="ours", mtu=1400)
    assert (row["name"], row["description"], row["mtu"], row["status"]) == ("contract-network", "ours", 1400, "ACTIVE")
    assert (row["router:external"], row["shared"], row["subnets"]) == (False, False, [])
    assert row["project_id"] == row["tenant_id"] == stage.user.project_id
    assert row["created_at"].endswith("Z")


def test_two_networks_may_have_the_same_name(stage: Stage) -> None:
    pair = {made(stage, "network")["id"], made(stage, "network")["id"]}
    assert set(found(stage, "/networks?name=contract-network", "networks")) == pair


def test_a_network_is_found_by_its_id_and_by_its_name(stage: Stage) -> None:
    one = made(stage, "network")["id"]
    other = made(stage, "network", name="contract-other")["id"]
    assert found(stage, f"/networks?id={one}", "networks") == [one]
    assert set(found(stage, "/networks?name=contract-network&name=contract-other", "networks")) == {one, other}
    assert found(stage, "/networks?name=contract-nothing", "networks") == []


def test_networks_that_lead_outside_are_found(stage: Stage) -> None:
    rows = stage.user.get("/networks?router:external=true", "network")["networks"]
    assert rows
    assert all(row["router:external"] for row in rows)


def test_networks_come_page_by_page(stage: Stage) -> None:
    ids = {made(stage, "network")["id"] for _number in range(3)}
    page = stage.user.get("/networks?name=contract-network&limit=2", "network")
    assert len(page["networks"]) == 2
    assert "next" in {link["rel"] for link in page["networks_links"]}
    marker = page["networks"][-1]["id"]
    last = stage.user.get(f"/networks?name=contract-network&limit=2&marker={marker}", "network")
    assert {row["id"] for row in [*page["networks"], *last["networks"]]} == ids
    assert "next" not in {link["rel"] for link in last.get("networks_links", ())}


def test_a_network_is_changed(stage: Stage) -> None:
    one = made(stage, "network")["id"]
    answer = ask(stage, "PUT", f"/networks/{one}", {"network": {"description": "new", "mtu": 1300}})
    assert answer.status == 200
    assert (answer.json["network"]["description"], answer.json["network"]["mtu"]) == ("new", 1300)


def test_a_network_of_others_is_not_changed(stage: Stage) -> None:
    (outside, *_others) = stage.user.get("/networks?router:external=true", "network")["networks"]
    answer = ask(stage, "PUT", f"/networks/{outside['id']}", {"network": {"description": "mine"}})
    assert answer.status == 403
    assert answer.means.fault.kind is Kind.FORBIDDEN


def test_what_never_was_is_missing(stage: Stage) -> None:
    words = {"networks": "NetworkNotFound", "subnets": "SubnetNotFound", "routers": "RouterNotFound"}
    for kind, word in {**words, "ports": "PortNotFound"}.items():
        for method in ("GET", "DELETE"):
            refuses(ask(stage, method, f"/{kind}/{NOWHERE}"), 404, word, Kind.NOT_FOUND)


def test_a_subnet_is_made(stage: Stage) -> None:
    net = made(stage, "network")["id"]
    given = {"network_id": net, "ip_version": 4, "cidr": "10.214.0.0/24", "dns_nameservers": ["192.0.2.1"]}
    row = made(stage, "subnet", **given)
    assert {key: row[key] for key in given} == given
    assert (row["gateway_ip"], row["enable_dhcp"]) == ("10.214.0.1", True)
    assert row["allocation_pools"] == [{"start": "10.214.0.2", "end": "10.214.0.254"}]
    assert found(stage, f"/subnets?network_id={net}", "subnets") == [row["id"]]


def test_a_subnet_of_ipv6_is_made(stage: Stage) -> None:
    net = made(stage, "network")["id"]
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    row = made(stage, "subnet", network_id=net, ip_version=6, cidr="fd00:214::/64", **modes)
    assert (row["ip_version"], row["ipv6_ra_mode"], row["gateway_ip"]) == (6, "slaac", "fd00:214::")


def test_the_name_servers_of_a_subnet_are_changed(stage: Stage) -> None:
    _net, subnet = network(stage)
    answer = ask(stage, "PUT", f"/subnets/{subnet}", {"subnet": {"dns_nameservers": ["192.0.2.2"]}})
    assert (answer.status, answer.json["subnet"]["dns_nameservers"]) == (200, ["192.0.2.2"])


def test_subnets_of_one_network_do_not_overlap(stage: Stage) -> None:
    net, _subnet = network(stage)
    given = {"network_id": net, "ip_version": 4, "cidr": "10.214.0.128/25"}
    answer = ask(stage, "POST", "/subnets", {"subnet": given})
    assert "overlaps with another subnet" in refuses(answer, 400, "InvalidInput", Kind.INVALID)


@pytest.mark.parametrize(("version", "cidr"), [(4, "10.214.0.0/33"), (4, "nope"), (4, "fd00:214::/64")])
def test_a_range_that_is_none_is_refused(stage: Stage, version: int, cidr: str) -> None:
    given = {"network_id": made(stage, "network")["id"], "ip_version": version, "cidr": cidr}
    answer = ask(stage, "POST", "/subnets", {"subnet": given})
    assert answer.status == 400
    assert answer.means.fault.kind is Kind.INVALID


def test_a_router_leads_outside(stage: Stage) -> None:
    (outside, *_others) = stage.user.get("/networks?router:external=true", "network")["networks"]
    row = made(stage, "router", external_gateway_info={"network_id": outside["id"]})
    assert row["external_gateway_info"]["network_id"] == outside["id"]
    assert found(stage, "/routers?name=contract-router", "routers") == [row["id"]]
    answer = ask(stage, "PUT", f"/routers/{row['id']}", {"router": {"external_gateway_info": None}})
    assert (answer.status, answer.json["router"]["external_gateway_info"]) == (200, None)


def test_a_network_of_ones_own_leads_nowhere(stage: Stage) -> None:
    net, _subnet = network(stage)
    body = {"router": {"name": "contract-router", "external_gateway_info": {"network_id": net}}}
    answer = ask(stage, "POST", "/routers", body)
    assert "is not an external network" in refuses(answer, 400, "BadRequest", Kind.INVALID)


def test_a_router_takes_the_gateway_of_a_subnet(stage: Stage) -> None:
    net, subnet = network(stage)
    router = made(stage, "router")["id"]
    answer = attach(stage, router, subnet)
    assert (answer.status, answer.json["subnet_id"], answer.json["network_id"]) == (200, subnet, net)
    (port,) = stage.user.get(f"/ports?device_id={router}", "network")["ports"]
    assert (port["device_owner"], port["network_id"]) == ("network:router_interface", net)
    assert port["fixed_ips"] == [{"subnet_id": subnet, "ip_address": "10.214.0.1"}]


def test_a_router_is_in_a_subnet_once(stage: Stage) -> None:
    _net, subnet = network(stage)
    router = made(stage, "router")["id"]
    attach(stage, router, subnet)
    message = refuses(attach(stage, router, subnet), 400, "BadRequest", Kind.INVALID)
    assert "already has a port on subnet" in message


def test_two_routers_do_not_share_a_gateway(stage: Stage) -> None:
    _net, subnet = network(stage)
    attach(stage, made(stage, "router")["id"], subnet)
    second = attach(stage, made(stage, "router", name="contract-router-2")["id"], subnet)
    refuses(second, 409, "IpAddressAlreadyAllocated", Kind.CONFLICT)


def test_a_router_leaves_a_subnet_once(stage: Stage) -> None:
    _net, subnet = network(stage)
    router = made(stage, "router")["id"]
    attach(stage, router, subnet)
    assert attach(stage, router, subnet, "remove").status == 200
    answer = attach(stage, router, subnet, "remove")
    refuses(answer, 404, "RouterInterfaceNotFoundForSubnet", Kind.NOT_FOUND)


def test_a_router_in_use_is_not_deleted(stage: Stage) -> None:
    _net, subnet = network(stage)
    router = made(stage, "router")["id"]
    attach(stage, router, subnet)
    refuses(ask(stage, "DELETE", f"/routers/{router}"), 409, "RouterInUse", Kind.CONFLICT)
    attach(stage, router, subnet, "remove")
    assert ask(stage, "DELETE", f"/routers/{router}").status == 204


def test_a_network_with_a_router_in_it_is_not_deleted(stage: Stage) -> None:
    net, subnet = network(stage)
    attach(stage, made(stage, "router")["id"], subnet)
    refuses(ask(stage, "DELETE", f"/subnets/{subnet}"), 409, "SubnetInUse", Kind.CONFLICT)
    refuses(ask(stage, "DELETE", f"/networks/{net}"), 409, "NetworkInUse", Kind.CONFLICT)


def test_a_network_with_a_server_in_it_is_not_deleted(stage: Stage) -> None:
    net, _subnet = network(stage)
    server_id = stage.ready(networks=[{"uuid": net}])["id"]
    message = refuses(ask(stage, "DELETE", f"/networks/{net}"), 409, "NetworkInUse", Kind.CONFLICT)
    assert "one or more ports still in use" in message
    stage.delete(server_id)
    stage.gone(server_id)
    stage.until(lambda: ask(stage, "DELETE", f"/networks/{net}").status == 204)


def test_a_network_goes_with_its_subnets(stage: Stage) -> None:
    net, subnet = network(stage)
    answer = ask(stage, "DELETE", f"/networks/{net}")
    assert (answer.status, answer.raw) == (204, b"")
    assert ask(stage, "GET", f"/subnets/{subnet}").status == 404


@pytest.mark.parametrize("kind", ["network", "subnet", "router", "port"])
def test_a_full_quota_is_a_conflict(stage: Stage, kind: str) -> None:
    stage.fill(kind)
    given = {"name": "contract-x", "network_id": stage.network, "ip_version": 4, "cidr": "10.214.0.0/24"}
    fields = {"network": ("name",), "router": ("name",), "port": ("name", "network_id")}.get(kind, given)
    answer = ask(stage, "POST", f"/{kind}s", {kind: {key: given[key] for key in fields}})
    expected = Kind.PORT_QUOTA if kind == "port" else Kind.QUOTA
    assert refuses(answer, 409, "OverQuota", expected) == f"Quota exceeded for resources: ['{kind}']."


def test_the_port_of_a_server_is_found_by_it_and_goes_with_it(stage: Stage) -> None:
    server_id = stage.ready(networks=stage.wired)["id"]
    (port,) = stage.user.get(f"/ports?device_id={server_id}", "network")["ports"]
    assert port["device_owner"].startswith("compute:")
    assert port["network_id"] == stage.network
    assert port["id"] in found(stage, f"/ports?network_id={stage.network}", "ports")
    stage.delete(server_id)
    stage.gone(server_id)
    assert found(stage, f"/ports?device_id={server_id}", "ports") == []


def test_a_port_of_ones_own_outlives_its_server(stage: Stage) -> None:
    port = made(stage, "port", network_id=stage.network)
    server = stage.ready(networks=[{"port": port["id"]}])
    (addresses,) = server["addresses"].values()
    assert [each["addr"] for each in addresses] == [each["ip_address"] for each in port["fixed_ips"]]
    stage.delete(server["id"])
    stage.gone(server["id"])
    left = stage.user.get(f"/ports/{port['id']}", "network")["port"]
    assert (left["device_id"], left["device_owner"]) == ("", "")


def test_the_gateway_of_a_subnet_is_no_address_for_a_port(stage: Stage) -> None:
    net, _subnet = network(stage, "10.214.0.0/30")
    assert made(stage, "port", network_id=net)["fixed_ips"][0]["ip_address"] == "10.214.0.2"
    answer = ask(stage, "POST", "/ports", {"port": {"name": "contract-port", "network_id": net}})
    refuses(answer, 409, "IpAddressGenerationFailure", Kind.NO_ADDRESS)
