# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network in all clouds, as Ansible calls the module, on simulated clouds."""

from __future__ import annotations

import dataclasses
import ipaddress
import itertools
import threading
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.network import network
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_network
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules import called
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer, states

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow

WORLD = {
    "defaults": {"delete_seconds": 0.0},
    "clouds": {"alpha": {}, "beta": {"multi_stack": {"network": {"theirs": "private"}}}, "gamma": {}},
}
ALL = ("alpha", "beta", "gamma")


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door(called.Door):
    """Runs the module, and tells what it answered, what it wrote, and what there is."""

    def __call__(self, *, check: bool = False, **options: t.Any) -> Answer:
        given = {"name": "mesh", "timeout": 10, **options}
        return self.run(multi_stack_network, **given, _ansible_check_mode=check)

    def params(self, **options: t.Any) -> dict[str, t.Any]:
        """For the job itself, which threads may call."""
        plain = {"name": "mesh", "state": "present", "pools": ["10.64.0.0/12"], "prefix_length": 24, "router": True}
        return {**plain, "timeout": 30.0, "clouds_yaml_path": str(self.clouds_yaml), **options}

    @property
    def writes(self) -> list[str]:
        return [f"{each['method']} {each['event']}" for each in self.written()]

    def count(self, cloud: str) -> tuple[int, int, int, int]:
        """How many networks, subnets, routers and ports there are."""
        region = self.region(cloud)
        return tuple(len(each) for each in (region.networks, region.subnets, region.routers, region.ports))  # type: ignore[return-value]

    def named(self, cloud: str, name: str = "mesh") -> t.Any:
        return next(each for each in self.region(cloud).networks.values() if each.name == name)


@pytest.fixture
def door(clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Door:
    return Door.opened(capsys, clouds, tmp_path)


def row(answer: Answer, cloud: str = "alpha") -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", answer["by_location"][f"{cloud}:RegionOne"])


def test_makes_network_subnets_and_router_whose_ranges_do_not_overlap(door: Door) -> None:
    answer = door(pools=["10.64.0.0/16", "fd00:1::/56"], mtu=1400, dns_servers=["9.9.9.9", "2620:fe::fe"])
    assert (answer["changed"], states(answer)) == (True, dict.fromkeys(ALL, "changed"))
    spans = [ipaddress.ip_network(cidr) for cloud in ALL for cidr in row(answer, cloud)["cidrs"]]
    assert len(spans) == 6
    assert not any(
        one.overlaps(other) for one, other in itertools.combinations(spans, 2) if one.version == other.version
    )
    assert door.named("alpha").mtu == 1400
    four, six = door.region("alpha").subnets_of(door.named("alpha").id)
    assert (four.dns, six.dns, six.ra_mode) == (("9.9.9.9",), ("2620:fe::fe",), "slaac")
    (router,) = door.region("alpha").routers.values()
    assert door.region("alpha").networks[router.external_id].name == "public"
    links = {port.subnet_id for port in door.region("alpha").ports.values() if port.device_id == router.id}
    assert links == {four.id, six.id}


def test_a_second_run_only_reads_and_keeps_the_ranges(door: Door) -> None:
    first = door()
    again = door(pools=["192.168.0.0/16"])
    assert (again["changed"], set(states(again).values()), door.writes) == (False, {"unchanged"}, [])
    assert all(row(first, cloud)["cidrs"] == row(again, cloud)["cidrs"] for cloud in ALL)
    assert set(again["requests"].values()) == {6}


def test_check_mode_tells_the_same_as_the_run_and_writes_nothing(door: Door) -> None:
    would = door(check=True, pools=["10.64.0.0/12", "fd00:1::/48"])
    assert (would["changed"], door.writes) == (True, [])
    did = door(pools=["10.64.0.0/12", "fd00:1::/48"])
    assert would["diff"] == did["diff"]
    assert row(would)["done"] == row(did)["done"]


def test_changes_what_can_be_changed(door: Door) -> None:
    door()
    answer = door(mtu=1300, dns_servers=["9.9.9.9"], description="for all", router=False)
    assert [step.split()[0] for step in row(answer)["done"]] == ["set", "describe", "disconnect", "delete", "set"]
    assert door.count("alpha") == (3, 3, 0, 0)
    assert not door(mtu=1300, dns_servers=["9.9.9.9"], description="for all", router=False)["changed"]
    back = door()
    assert [step.split()[0] for step in row(back)["done"]] == ["create", "connect"]


def test_takes_away_what_it_made_and_nothing_else(door: Door) -> None:
    before = door.count("alpha")
    door()
    answer = door(state="absent", exclude=["gamma"])
    assert [step.split()[0] for step in row(answer)["done"]] == ["disconnect", "delete", "delete", "delete"]
    assert door.count("alpha") == before
    assert door.count("gamma") == (3, 3, 1, 1)
    assert not door(state="absent", exclude=["gamma"])["changed"]


def test_what_is_in_use_is_not_deleted_and_its_users_are_named(door: Door) -> None:
    door()
    region, mesh = door.region("alpha"), door.named("alpha")
    server = door.clouds.add_server("alpha", name="front")
    (port,) = region.ports_of[server]
    region.ports[port] = dataclasses.replace(region.ports[port], network_id=mesh.id)
    answer = door(state="absent")
    assert states(answer) == {"alpha": "failed", "beta": "changed", "gamma": "changed"}
    assert f"network mesh ({mesh.id}) is in use by server front ({server}); delete these first" in answer["msg"]
    assert door.count("alpha")[:3] == (3, 3, 1)


def test_a_network_that_the_hints_name_is_used_and_never_changed(door: Door) -> None:
    answer = door(name="theirs", mtu=1300)
    assert (row(answer, "beta")["state"], row(answer, "beta")["name"]) == ("unchanged", "private")
    assert (states(answer)["alpha"], door.count("beta")) == ("changed", (2, 2, 0, 0))
    gone = door(name="theirs", state="absent")
    assert (states(gone)["beta"], states(gone)["alpha"]) == ("unchanged", "changed")
    assert door.count("beta") == (2, 2, 0, 0)


def test_a_network_of_others_is_never_touched(door: Door) -> None:
    for state in ("present", "absent"):
        answer = door(name="private", state=state)
        assert states(answer) == dict.fromkeys(ALL, "failed")
        assert 'alpha:RegionOne: network "private" (' in answer["msg"]
        assert "was not made by this module; give another name, or have it used as it is by the hint" in answer["msg"]
        assert door.writes == []


def test_quotas_are_known_before_the_first_write(door: Door) -> None:
    door.clouds.set_quota("alpha", network=1)
    door.clouds.set_quota("beta", router=0)
    answer = door()
    assert "alpha:RegionOne: room for 0 more networks, 1 needed; 1 of 1 used; delete what nobody needs" in answer["msg"]
    assert "beta:RegionOne: room for 0 more routers, 1 needed; 0 of 0 used" in answer["msg"]
    assert (door.count("alpha"), door.count("beta")) == ((2, 2, 0, 0), (2, 2, 0, 0))


def test_no_way_out_or_several_is_said(door: Door) -> None:
    region = door.region("alpha")
    public = door.named("alpha", "public")
    del region.networks[public.id]
    other = dataclasses.replace(door.named("beta", "public"), id="another", name="another")
    door.region("beta").networks[other.id] = other
    answer = door(exclude=["gamma"])
    assert (
        "alpha:RegionOne: it has no external network that a router could lead to; router: false does" in answer["msg"]
    )
    assert (
        "beta:RegionOne: it has several external networks (another, public); say by external_network" in answer["msg"]
    )
    assert states(door(external_network="another", locations=["beta"])) == {"beta": "changed"}
    assert states(door(router=False, locations=["alpha"])) == {"alpha": "changed"}


def test_a_location_that_fails_keeps_none_of_the_others_and_its_range_is_left_free(door: Door) -> None:
    would = door(check=True)
    rule = door.clouds.behave(preset="dead", cloud="beta")
    outcome = network(door.params(), check=False)
    assert states(outcome.answer) == {"alpha": "changed", "beta": "failed", "gamma": "changed"}
    assert outcome.warnings[0].startswith("beta:RegionOne: not known which ranges it uses (")
    door.clouds.heal(rule)
    again = door()
    assert states(again) == {"alpha": "unchanged", "beta": "changed", "gamma": "unchanged"}
    assert all(row(again, cloud)["cidrs"] == row(would, cloud)["cidrs"] for cloud in ALL)


@pytest.mark.parametrize("event", ["network.create", "subnet.create", "router.create", "router.write"])
def test_a_lost_answer_is_settled_by_the_next_read(door: Door, event: str) -> None:
    door.clouds.behave(event=event, cloud="alpha", do="drop", commit=True, times=1)
    answer = door()
    assert not answer.get("failed")
    assert door.count("alpha") == (3, 3, 1, 1)


@pytest.mark.parametrize("place", ["one controller", "many controllers"])
def test_eight_at_once_end_as_one_would(door: Door, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if place == "many controllers":
        monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")  # where no run sees the turn of another
    failures: list[str] = []

    def run_once() -> None:
        failures.append(network(door.params(), check=False).failure)

    runs = [threading.Thread(target=run_once) for _run in range(8)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert failures == [""] * 8
    assert [door.count(cloud) for cloud in ALL] == [(3, 3, 1, 1)] * 3
    assert not network(door.params(), check=False).answer["changed"]


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "pool": ({"pools": ["10.64.0.0/99"]}, 'pools: "10.64.0.0/99" is no range of addresses'),
    "overlap": ({"pools": ["10.64.0.0/12", "10.64.1.0/24"]}, "pools: 10.64.0.0/12 and 10.64.1.0/24 overlap"),
    "small": ({"pools": ["10.64.0.0/28"]}, "pools: 10.64.0.0/28 has no room for a /24"),
    "dns": ({"dns_servers": ["nine"]}, 'dns_servers: "nine" is no address'),
    "mtu": ({"mtu": 1}, "mtu: it is 1, where 576 to 9216 are possible"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_nonsense_before_any_cloud_is_asked(case: str, door: Door) -> None:
    options, says = REFUSED[case]
    answer = door(**options)
    assert answer["failed"]
    assert says in answer["msg"]
    assert door.clouds.wire() == []
