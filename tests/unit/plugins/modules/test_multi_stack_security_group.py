# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security groups in all clouds, as Ansible calls the module, on simulated clouds."""

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.identity import Mark
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.security_group import security_group
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_security_group
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules import called
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer, states

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

WORLD = {
    "defaults": {"delete_seconds": 0.0},
    "clouds": {"alpha": {}, "beta": {"multi_stack": {"security_groups": {"web": "web-at-beta"}}}, "gamma": {}},
}
ALL = ("alpha", "beta", "gamma")
SSH = {"protocol": ["tcp"], "ports": ["22"], "cidrs": ["0.0.0.0/0"]}
HTTP = {"protocol": ["tcp"], "ports": ["80", "443"], "cidrs": ["0.0.0.0/0", "::/0"]}
OUT = ["egress IPv4", "egress IPv6"]


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door(called.Door):
    """Runs the module, and tells what it answered, what it wrote, and what there is."""

    def __call__(self, *rules: t.Any, check: bool = False, **options: t.Any) -> Answer:
        given = {"timeout": 10, **options}
        if "security_groups" not in given:
            given = {"name": "web", "rules": list(rules), **given}
        given = {key: value for key, value in given.items() if value is not None}
        return self.run(multi_stack_security_group, **given, _ansible_check_mode=check)

    def params(self, *rules: t.Any, **options: t.Any) -> dict[str, t.Any]:
        """For the job itself, which threads may call."""
        plain = {"state": "present", "name": "web", "rules": list(rules), "exclusive": True, "egress": True}
        return {**plain, "adopt": False, "timeout": 30.0, "clouds_yaml_path": str(self.clouds_yaml), **options}

    def wire(self, cloud: str) -> list[str]:
        """The requests of the last call at one cloud: event by event."""
        return [each["event"] for each in self.clouds.wire(cloud=cloud) if each["service"] != "identity"]

    @property
    def writes(self) -> list[str]:
        return [each["event"] for each in self.written()]

    def groups(self, cloud: str) -> dict[str, list[str]]:
        """The rules that groups truly have: direction, version, protocol, ports, whom."""
        found: dict[str, list[str]] = {}
        names = {group.id: group.name for group in self.region(cloud).security_groups.values()}
        mine = next(iter(self.clouds.world.clouds[cloud].projects))
        for group in self.region(cloud).security_groups.values():
            if group.project_id == mine and group.name != "default":
                found[group.name] = sorted(
                    " ".join(
                        str(each)
                        for each in (
                            *(rule[key] for key in ("direction", "ethertype", "protocol", "port_range_min")),
                            rule["remote_ip_prefix"],
                            names.get(rule["remote_group_id"]),
                        )
                        if each is not None
                    )
                    for rule in group.rules
                )
        return found

    def by_hand(self, cloud: str, name: str = "web") -> str:
        """A group that a person makes with other tools; its id."""
        from ansible_collections.openmultistack.cloud.tests.simulator.resources import SecurityGroup  # noqa: PLC0415

        project = next(iter(self.clouds.world.clouds[cloud].projects))
        number = len(self.region(cloud).security_groups)
        group = SecurityGroup(id=f"by-hand-{number}", name=name, project_id=project, created=0.0)
        self.region(cloud).security_groups[group.id] = group
        return group.id


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    return Door.opened(capsys, clouds, tmp_path)


def done(answer: Answer, cloud: str = "alpha") -> list[str]:
    return t.cast("list[str]", answer["by_location"][f"{cloud}:RegionOne"]["done"])


def test_makes_a_group_with_all_its_rules_in_one_request(door: Door) -> None:
    answer = door(SSH, HTTP)
    assert (answer["changed"], states(answer)) == (True, dict.fromkeys(ALL, "changed"))
    wanted = sorted(
        [*OUT, "ingress IPv4 tcp 22"] + [f"ingress IPv{version} tcp {port}" for version in (4, 6) for port in (80, 443)]
    )
    assert door.groups("alpha") == {"web": wanted}
    assert door.groups("beta") == {"web-at-beta": wanted}
    assert door.wire("alpha") == [
        "security_group.list",
        "quota.read",
        "security_group.create",
        "security_group.list",
        "quota.read",
        "security_group_rule.create",
        "security_group.list",
    ]


def test_a_second_run_is_one_read_of_each_location(door: Door) -> None:
    door(SSH, HTTP)
    answer = door(HTTP, SSH)
    assert (answer["changed"], set(states(answer).values()), door.writes) == (False, {"unchanged"}, [])
    assert all(door.wire(cloud) == ["security_group.list"] for cloud in ALL)
    assert answer["diff"]["before"] == answer["diff"]["after"]


def test_check_mode_tells_the_same_as_the_run_and_writes_nothing(door: Door) -> None:
    would = door(SSH, check=True, egress=False)
    assert (would["changed"], door.writes) == (True, [])
    did = door(SSH, egress=False)
    assert done(would) == done(did)
    assert would["diff"]["after"] == did["diff"]["after"]
    assert door.groups("gamma") == {"web": ["ingress IPv4 tcp 22"]}


def test_converges_a_group_to_exactly_its_rules_and_opens_first(door: Door) -> None:
    door(SSH, HTTP)
    answer = door(SSH, {"protocol": ["icmp"], "cidrs": ["0.0.0.0/0", "::/0"]})
    assert done(answer)[0] == "add 2 rules to security group web"
    assert len(done(answer)) == 5
    assert door.wire("alpha").count("security_group_rule.create") == 1
    assert door.wire("alpha").count("security_group_rule.delete") == 4
    assert door.groups("alpha")["web"] == sorted(
        [*OUT, "ingress IPv4 tcp 22", "ingress IPv4 icmp", "ingress IPv6 ipv6-icmp"]
    )
    more = door(HTTP, exclusive=False)
    assert done(more) == ["add 4 rules to security group web"]


def test_two_groups_of_one_task_let_each_other_in(door: Door) -> None:
    both = {"protocol": ["tcp", "udp"], "ports": ["1-65535"], "groups": ["ext", "int"], "ethertype": "IPv4"}
    pair = [{"name": "ext", "rules": [SSH, both]}, {"name": "int", "rules": [both]}]
    would = door(security_groups=pair, check=True)
    answer = door(security_groups=pair)
    assert done(answer) == done(would)
    among = [f"ingress IPv4 {protocol} {name}" for protocol in ("tcp", "udp") for name in ("ext", "int")]
    assert door.groups("alpha") == {
        "ext": sorted([*OUT, "ingress IPv4 tcp 22", *among]),
        "int": sorted([*OUT, *among]),
    }
    assert not door(security_groups=pair)["changed"]
    names = door(security_groups=[{"name": "ext"}, {"name": "int"}], state="absent")
    assert done(names) == ["delete security group ext", "delete security group int"]
    assert door.groups("alpha") == {}


def test_a_rule_may_name_a_group_of_an_earlier_task(door: Door) -> None:
    door(SSH)
    answer = door({"groups": ["web"], "protocol": ["tcp"], "ports": ["5432"]}, name="db", exclude=["gamma"])
    assert answer["changed"]
    assert "ingress IPv4 tcp 5432 web-at-beta" in door.groups("beta")["db"]
    lacking = door({"groups": ["nobody"]}, name="db", exclude=["gamma"])
    assert 'there is no security group "nobody", which a rule of "db" names' in lacking["msg"]
    assert door.writes == []


def test_a_group_of_others_is_only_looked_at(door: Door) -> None:
    door.by_hand("alpha")
    answer = door(SSH)
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert 'security group "web" was not made by this module, and is not as ordered' in answer["msg"]
    assert door.groups("alpha") == {"web": []}
    assert states(door(SSH, adopt=True))["alpha"] == "changed"
    assert states(door(SSH))["alpha"] == "unchanged"
    assert "adopt: true deletes it all the same" in door(state="absent")["msg"]
    assert list(door.groups("alpha")) == ["web"]


def test_a_name_that_several_bear_is_refused_with_their_ids(door: Door) -> None:
    ids = {door.by_hand("alpha"), door.by_hand("alpha")}
    answer = door(SSH)
    assert '2 security groups are named "web" (' in answer["msg"]
    assert all(each in answer["msg"] for each in ids)


def test_the_quotas_of_groups_and_rules_are_known_before_the_first_write(door: Door) -> None:
    door.clouds.set_quota("alpha", security_group=1)
    door.clouds.set_quota("beta", security_group_rule=6)
    door.clouds.set_quota("gamma", security_group_rule=7)
    answer = door(SSH)
    assert "alpha:RegionOne: room for 0 more security groups, 1 needed; 1 of 1 used" in answer["msg"]
    assert "beta:RegionOne: room for 2 more security group rules, 3 needed; 4 of 6 used" in answer["msg"]
    assert states(answer)["gamma"] == "changed"
    assert door.writes == ["security_group.create", "security_group_rule.create"]


def test_rules_change_places_where_there_is_no_room_for_more(door: Door) -> None:
    door(SSH, locations=["alpha"])
    door.clouds.set_quota("alpha", security_group_rule=7)
    answer = door({**SSH, "ports": ["2222"]}, locations=["alpha"])
    assert [step.split()[0] for step in done(answer)] == ["remove", "add"]
    assert "ingress IPv4 tcp 2222" in door.groups("alpha")["web"]


def test_a_group_in_use_is_not_deleted_and_its_users_are_named(door: Door) -> None:
    door(SSH)
    region = door.region("alpha")
    group = next(each.id for each in region.security_groups.values() if each.name == "web")
    server = door.clouds.add_server("alpha", name="front")
    import dataclasses  # noqa: PLC0415

    for port in list(region.ports.values()):
        region.ports[port.id] = dataclasses.replace(port, security_groups=(group,))
    answer = door(state="absent")
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert f"is in use by server front ({server}); delete these first, or take the group from them" in answer["msg"]
    assert door.writes == ["security_group.delete"] * 2
    assert "is in use by server front" in door(state="absent", check=True)["msg"]


def test_a_location_that_fails_keeps_none_of_the_others_and_a_rerun_completes_it(door: Door) -> None:
    rule = door.clouds.behave(preset="dead", cloud="beta")
    answer = door(SSH)
    assert states(answer) == {"alpha": "changed", "beta": "failed", "gamma": "changed"}
    door.clouds.heal(rule)
    assert states(door(SSH)) == {"alpha": "unchanged", "beta": "changed", "gamma": "unchanged"}


@pytest.mark.parametrize("event", ["security_group.create", "security_group_rule.create", "security_group_rule.delete"])
def test_a_lost_answer_is_settled_by_the_next_read(door: Door, event: str) -> None:
    door({**SSH, "ports": ["2222"]}, name="web" if event.endswith("delete") else "other")
    door.clouds.behave(event=event, cloud="alpha", do="drop", commit=True, times=1)
    answer = door(SSH)
    assert not answer.get("failed")
    assert door.groups("alpha")["web"] == sorted([*OUT, "ingress IPv4 tcp 22"])
    assert len([each for each in door.region("alpha").security_groups.values() if each.name == "web"]) == 1


@pytest.mark.parametrize("place", ["one controller", "many controllers"])
def test_eight_at_once_end_as_one_would(door: Door, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if place == "many controllers":
        monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")  # where no run sees the turn of another
    many = {"protocol": ["tcp"], "ports": [str(port) for port in range(8000, 8020)], "cidrs": ["10.0.0.0/8"]}
    door(HTTP, locations=["alpha"])
    failures: list[str] = []
    params = door.params(SSH, many)
    runs = [
        threading.Thread(target=lambda: failures.append(security_group(params, check=False).failure))
        for _run in range(8)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert failures == [""] * 8
    for cloud, name in (("alpha", "web"), ("beta", "web-at-beta"), ("gamma", "web")):
        assert len([each for each in door.region(cloud).security_groups.values() if each.name == name]) == 1
        assert len(door.groups(cloud)[name]) == 23
    assert not security_group(params, check=False).answer["changed"]


def member(door: Door, cloud: str, slot: int, **more: t.Any) -> str:
    name = f"crawl-{slot:03d}"
    mark = Mark(fleet="crawl", slot=slot, token="t" * 8, run_at=1, until=2, replaced_at=0, spec="s")
    server = {"name": name, "metadata": {"multi_stack": str(mark)}, "description": str(mark), **more}
    return door.clouds.add_server(cloud, **server)


def float_on(door: Door, cloud: str, server: str, address: str) -> None:
    from ansible_collections.openmultistack.cloud.tests.simulator.resources import FloatingIp  # noqa: PLC0415

    region = door.region(cloud)
    public = next(each for each in region.networks.values() if each.external)
    port = region.ports_of[server][0]
    project = next(iter(door.clouds.world.clouds[cloud].projects))
    region.floating_ips[address] = FloatingIp(
        id=address, project_id=project, network_id=public.id, address=address, created=0.0, port_id=port
    )
    region.touch(server)


PEERS = {"protocol": ["udp"], "ports": ["51820"], "peers": ["crawl"]}


def test_members_of_a_fleet_reach_each_other_across_clouds(door: Door) -> None:
    one, two = member(door, "alpha", 1), member(door, "beta", 2)
    float_on(door, "alpha", one, "203.0.113.77")
    float_on(door, "beta", two, "198.51.100.77")
    answer = door(PEERS)
    assert not answer.get("failed")
    rules = door.groups("gamma")["web"]
    assert rules == [*OUT, "ingress IPv4 udp 51820 198.51.100.77/32", "ingress IPv4 udp 51820 203.0.113.77/32"]
    assert len(door.groups("alpha")["web"]) == 5, "its own member is let in from its private address, too"
    assert not door(PEERS)["changed"]
    door.clouds.remove_server(two)
    answer = door(PEERS)
    assert done(answer, "gamma") == ["remove rule udp 51820 from 198.51.100.77/32 of security group web"]


def test_a_member_whom_nobody_elsewhere_knows_is_refused_with_the_reason(door: Door) -> None:
    member(door, "alpha", 1)
    answer = door(PEERS)
    assert states(answer) == {"alpha": "changed", "beta": "failed", "gamma": "failed"}
    assert "peers: server crawl-001 at alpha:RegionOne has only private addresses (10." in answer["msg"]
    assert "give it a floating IP or a public network" in answer["msg"]
    assert "ingress IPv4 udp 51820 10." in " ".join(door.groups("alpha")["web"])


def test_members_at_a_silent_location_keep_their_rules(door: Door) -> None:
    two = member(door, "beta", 2)
    float_on(door, "beta", two, "198.51.100.77")
    door(PEERS, locations=["alpha"])
    door.clouds.behave(preset="nova_hung", cloud="beta")
    answer = door(PEERS, locations=["alpha"], timeout=3)
    assert (answer["changed"], states(answer)) == (False, {"alpha": "unchanged"})
    outcome = security_group(door.params(PEERS, locations=["alpha"], timeout=3), check=False)
    assert outcome.warnings[0].startswith("beta:RegionOne: not known what runs there (")


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "no name": ({"name": None}, "one of the following is required: name, security_groups"),
    "no rules": ({"rules": None}, "state is present but any of the following are missing: rules, security_groups"),
    "both": ({"name": "web", "security_groups": []}, "parameters are mutually exclusive: name|security_groups"),
    "port": ({"rules": [{**SSH, "ports": ["22-21"]}]}, 'rules[0]: "22-21" is no port or range of ports'),
    "cidr": ({"rules": [SSH, {**SSH, "cidrs": ["10.0.0.0/33"]}]}, 'rules[1]: "10.0.0.0/33" is no CIDR'),
    "nobody": ({"rules": [{"protocol": ["tcp"]}]}, "rules[0]: it says of nobody"),
    "twice": (
        {"security_groups": [{"name": "a", "rules": []}, {"name": "a", "rules": []}]},
        'security_groups: "a" is there twice',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_nonsense_before_any_cloud_is_asked(case: str, door: Door) -> None:
    options, says = REFUSED[case]
    answer = door(**options)
    assert answer["failed"]
    assert says in answer["msg"]
    assert door.clouds.wire() == []
