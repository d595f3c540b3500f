# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rules mean: the user's, Neutron's, and when two are the same."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_rules import Rule, opening, rule_seen
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

ANYBODY = ["0.0.0.0/0", "::/0"]


def told(**given: t.Any) -> list[str]:
    """The rules that an option makes, in words."""
    return [rule.told({}) for rule in opening(given, "rules[0]").rules()]


MEANT: list[tuple[dict[str, t.Any], list[str]]] = [
    ({"cidrs": ANYBODY}, ["everything from 0.0.0.0/0", "everything from ::/0"]),
    ({"cidrs": ["10.0.0.0/8"], "protocol": ["any"]}, ["everything from 10.0.0.0/8"]),
    ({"cidrs": ["10.1.1.1"], "protocol": ["TCP"], "ports": [22]}, ["tcp 22 from 10.1.1.1/32"]),
    (
        {"cidrs": ["10.0.0.0/8"], "protocol": ["tcp", "udp"], "ports": ["53", "80-90"]},
        [f"{protocol} {ports} from 10.0.0.0/8" for protocol in ("tcp", "udp") for ports in ("53", "80-90")],
    ),
    ({"cidrs": ["::1"], "protocol": ["sctp"], "ports": ["1-65535"]}, ["sctp from ::1/128"]),
    ({"cidrs": ["10.0.0.0/8"], "protocol": ["tcp"], "ports": ["7", "7-7"]}, ["tcp 7 from 10.0.0.0/8"]),
    ({"cidrs": ANYBODY, "protocol": ["icmp"]}, ["icmp from 0.0.0.0/0", "ipv6-icmp from ::/0"]),
    (
        {"cidrs": ANYBODY, "protocol": ["1"], "icmp_type": 8},
        ["icmp type 8 from 0.0.0.0/0", "ipv6-icmp type 8 from ::/0"],
    ),
    (
        {"cidrs": ["::/0"], "protocol": ["icmpv6"], "icmp_type": 1, "icmp_code": 0},
        ["ipv6-icmp type 1 code 0 from ::/0"],
    ),
    ({"groups": ["web"]}, ["everything from group web (IPv4)", "everything from group web (IPv6)"]),
    ({"groups": ["web"], "ethertype": "IPv4", "protocol": ["112"]}, ["vrrp from group web (IPv4)"]),
    ({"groups": ["web"], "protocol": ["ipv6-icmp"]}, ["ipv6-icmp from group web (IPv6)"]),
    ({"cidrs": ["10.0.0.0/8"], "protocol": ["99"], "direction": "egress"}, ["egress 99 to 10.0.0.0/8"]),
    ({"peers": ["crawl"]}, []),
]


@pytest.mark.parametrize(("given", "rules"), MEANT)
def test_a_rule_of_the_user_is_one_or_many_of_neutrons(given: dict[str, t.Any], rules: list[str]) -> None:
    assert told(**given) == rules


NONSENSE: list[tuple[dict[str, t.Any], str]] = [
    ({}, "it says of nobody; give cidrs"),
    ({"cidrs": ["10.0.0.0/33"]}, '"10.0.0.0/33" is no CIDR; write 203.0.113.0/24'),
    ({"cidrs": ["anywhere"]}, '"anywhere" is no CIDR'),
    ({"cidrs": ["10.0.0.1/8"]}, '"10.0.0.1/8" has more than its network; write 10.0.0.0/8'),
    ({"cidrs": ["::/0"], "ethertype": "IPv4"}, "::/0 is IPv6, and ethertype says otherwise"),
    ({"cidrs": ["10.0.0.0/8"], "protocol": ["ipv6-icmp"]}, "there is no ipv6-icmp from 10.0.0.0/8, which is IPv4"),
    ({"cidrs": ANYBODY, "protocol": ["tpc"]}, '"tpc" is no protocol; there is any, ah'),
    ({"cidrs": ANYBODY, "protocol": ["256"]}, '"256" is no protocol'),
    ({"cidrs": ANYBODY, "ports": ["22"]}, "ports belong to tcp, udp, sctp, dccp and udplite"),
    ({"cidrs": ANYBODY, "protocol": ["tcp", "esp"], "ports": ["22"]}, "ports belong to tcp"),
    *(
        ({"cidrs": ANYBODY, "protocol": ["tcp"], "ports": [ports]}, f'"{ports}" is no port or range of ports')
        for ports in ("0", "65536", "90-80", "ssh", "80-", "-1", "1-2-3", "")
    ),
    ({"cidrs": ANYBODY, "protocol": ["tcp"], "icmp_type": 8}, "icmp_type and icmp_code belong to the protocols icmp"),
    ({"cidrs": ANYBODY, "protocol": ["icmp"], "icmp_code": 8}, "icmp_code needs its icmp_type"),
    ({"cidrs": ANYBODY, "protocol": ["icmp"], "icmp_type": 256}, "icmp_type and icmp_code are 0 to 255"),
    ({"cidrs": ANYBODY, "description": "x" * 256}, "a description has at most 255 letters"),
    ({"cidrs": ANYBODY, "description": "multi_stack peers of mine"}, 'does not begin with "multi_stack peers"'),
]


@pytest.mark.parametrize(("given", "says"), NONSENSE)
def test_refuses_nonsense_where_it_stands(given: dict[str, t.Any], says: str) -> None:
    with pytest.raises(OrderError) as refused:
        opening(given, "rules[3]")
    assert str(refused.value).startswith("rules[3]: ")
    assert says in str(refused.value)


SAME: list[tuple[dict[str, t.Any], dict[str, t.Any]]] = [
    ({"remote_ip_prefix": "0.0.0.0/0", "description": "x", "id": "1"}, {}),
    ({"protocol": "6", "port_range_min": 1, "port_range_max": 65535}, {"protocol": "tcp"}),
    ({"protocol": "any"}, {"protocol": None}),
    ({"ethertype": "IPv6", "protocol": "icmp"}, {"ethertype": "IPv6", "protocol": "58"}),
    ({"ethertype": "IPv6", "protocol": "icmpv6", "remote_ip_prefix": "::/0"}, {"ethertype": "IPv6", "protocol": 58}),
    ({"remote_ip_prefix": "10.0.0.7/8"}, {"remote_ip_prefix": "10.0.0.0/8"}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_knows_what_means_the_same(one: dict[str, t.Any], other: dict[str, t.Any]) -> None:
    assert rule_seen(one) == rule_seen(other)


def test_knows_what_does_not() -> None:
    shown: list[dict[str, t.Any]] = [
        {},
        {"direction": "egress"},
        {"ethertype": "IPv6"},
        {"protocol": "tcp"},
        {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22},
        {"protocol": "quic"},
        {"remote_ip_prefix": "10.0.0.0/8"},
        {"remote_ip_prefix": "nonsense"},
        {"remote_group_id": "1"},
        {"remote_address_group_id": "1"},
    ]
    rules = [rule_seen(each) for each in shown]
    assert len(set(rules)) == len(shown)
    assert rules[9].told({}) == "everything from address group 1 (IPv4)"
    assert rules[8].told({"1": "web"}) == "everything from group web (IPv4)"


def test_a_rule_is_sent_as_neutron_takes_it_and_seen_as_it_was_meant() -> None:
    for rule in (
        Rule(protocol=6, low=22, high=22, cidr="10.0.0.0/8", note="ssh"),
        Rule(ingress=False, version=6, group="1", protocol=99),
        Rule(),
    ):
        assert rule_seen(rule.body) == rule
    assert Rule(protocol=6, low=22, high=22).body == {
        "direction": "ingress",
        "ethertype": "IPv4",
        "protocol": "tcp",
        "port_range_min": 22,
        "port_range_max": 22,
        "remote_ip_prefix": None,
        "remote_group_id": None,
        "description": "",
    }
