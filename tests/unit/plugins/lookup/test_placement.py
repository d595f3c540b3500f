# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader
from ansible.utils.display import Display

from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_server
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import called

if t.TYPE_CHECKING:
    import pathlib

    Slots = list[dict[str, t.Any]]

pytestmark = pytest.mark.slow

WHAT = {"image": "cirros", "flavor": ["m1.tiny"], "network": "private"}


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator({"defaults": {"quota": {"instances": 4}}, "clouds": ["alpha", "beta"]}) as simulator:
        yield simulator


@pytest.fixture
def place(clouds: Simulator, tmp_path: pathlib.Path) -> t.Callable[..., Slots]:
    clouds.reset()
    clouds.clouds_yaml(tmp_path / "clouds.yaml")

    def answer(*terms: str, **keywords: t.Any) -> Slots:
        lookup = lookup_loader.get("openmultistack.cloud.placement")
        return t.cast("Slots", lookup.run(list(terms), {}, clouds_yaml_path=str(tmp_path / "clouds.yaml"), **keywords))

    return answer


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_others: lines.append(msg))
    return lines


def test_answers_with_slots_that_are_spread_evenly(place: t.Callable[..., Slots], clouds: Simulator) -> None:
    slots = place(fleet="crawl", count=4, **WHAT)
    assert [each["name"] for each in slots] == ["crawl-001", "crawl-002", "crawl-003", "crawl-004"]
    assert sorted(each["cloud"] for each in slots) == ["alpha", "alpha", "beta", "beta"]
    assert {request["method"] for request in clouds.wire(service="compute")} == {"GET"}


def test_takes_the_other_name_of_count(place: t.Callable[..., Slots]) -> None:
    assert len(place(exact_count=3, **WHAT)) == 3


def test_answers_alike_every_time(place: t.Callable[..., Slots]) -> None:
    assert place(fleet="crawl", count=5, **WHAT) == place(fleet="crawl", count="5", **{**WHAT, "flavor": "m1.tiny"})


def test_needs_no_fleet(place: t.Callable[..., Slots]) -> None:
    assert [each["slot"] for each in place(count=3, **WHAT)] == [1, 2, 3]


FULL = [f"{label}:RegionOne: room for 4, asked 10; instances 0 of 4 used" for label in ("alpha", "beta")]


def test_warns_of_what_does_not_fit(place: t.Callable[..., Slots], warned: list[str]) -> None:
    assert len(place(fleet="crawl", count=10, **WHAT)) == 8
    assert warned == [f"placement: {line}" for line in FULL]


def test_fails_for_what_does_not_fit_on_request(place: t.Callable[..., Slots], warned: list[str]) -> None:
    for fleet, said in (("crawl", "fleet crawl: there is room for 8"), (None, "there is room for 8")):
        with pytest.raises(AnsibleError) as refused:
            place(fleet=fleet, count=10, on_shortfall="fail", **WHAT)
        assert str(refused.value).startswith(f"placement: {said} of 10 servers where 10 are needed")
        assert [line for line in FULL if line not in str(refused.value)] == []
    assert len(place(count=10, min_count=8, on_shortfall="fail", **WHAT)) == 8
    assert warned == [f"placement: {line}" for line in FULL]


def test_tells_what_each_location_calls_the_things_of_the_order(
    place: t.Callable[..., Slots], tmp_path: pathlib.Path
) -> None:
    content = yaml.safe_load((tmp_path / "clouds.yaml").read_text(encoding="utf-8"))
    content["clouds"]["beta"]["multi_stack"] = {
        **{"image": {"linux": "debian-13"}, "flavor": {"small": "m1.nano"}, "network": {"lan": "private"}},
        **{"security_groups": {"web": "default"}, "key_name": {"me": "ops"}},
    }
    (tmp_path / "clouds.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    order = {"image": "linux", "flavor": "small", "network": "lan", "security_groups": ["web"], "locations": ["beta"]}
    [slot] = place(count=1, **order)
    assert slot == {
        **{"slot": 1, "name": "", "location": "beta:RegionOne", "cloud": "beta", "region": "RegionOne"},
        **{"availability_zone": None, "flavor": "m1.nano", "image": "debian-13", "network": "private"},
        **{"nics": [{"net-name": "private"}], "security_groups": ["default"], "key_name": None},
    }


def test_does_not_warn_of_what_it_was_not_told(
    place: t.Callable[..., Slots],
    tmp_path: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
    warned: list[str],
) -> None:
    made = called(
        multi_stack_server,
        capsys,
        **{**WHAT, "fleet": "crawl", "count": 2, "userdata": "#!/bin/sh", "metadata": {"a": "b"}, "tags": ["red"]},
        clouds_yaml_path=str(tmp_path / "clouds.yaml"),
    )
    assert made["exact"]
    assert [each["name"] for each in place(fleet="crawl", count=3, **WHAT)] == ["crawl-003"]
    assert warned == []


def test_warns_of_a_silent_location_once_and_fails_on_request(
    place: t.Callable[..., Slots], clouds: Simulator, warned: list[str]
) -> None:
    clouds.behave(preset="nova_hung", cloud="beta")
    assert len(place(fleet="crawl", count=10, survey_timeout=1, **WHAT)) == 4
    [silent, full] = warned
    assert silent.startswith("placement: beta:RegionOne: not known what runs there: ")
    assert full == "placement: alpha:RegionOne: room for 4, asked 10; instances 0 of 4 used"
    with pytest.raises(AnsibleError, match="not every location answered, so nothing was done"):
        place(fleet="crawl", count=2, survey_timeout=1, on_unreachable="fail", **WHAT)


def test_no_answer_at_all_is_never_an_empty_plan(place: t.Callable[..., Slots], clouds: Simulator) -> None:
    clouds.behave(preset="dead")
    with pytest.raises(AnsibleError, match=r"placement: fleet crawl: no location answered(?s:.*)alpha:RegionOne: "):
        place(fleet="crawl", count=2, survey_timeout=1, **WHAT)


def test_many_reasons_are_a_few_warnings(tmp_path: pathlib.Path, warned: list[str]) -> None:
    with Simulator({"defaults": {"quota": {"instances": 1}}, "clouds": [f"c{n:02d}" for n in range(14)]}) as many:
        many.clouds_yaml(tmp_path / "clouds.yaml")
        lookup = lookup_loader.get("openmultistack.cloud.placement")
        assert len(lookup.run([], {}, clouds_yaml_path=str(tmp_path / "clouds.yaml"), count=99, **WHAT)) == 14
    assert len(warned) == 11
    assert warned[-1].startswith("placement: and 4 more like these")


def test_another_owners_fleet_is_not_planned(
    place: t.Callable[..., Slots], clouds: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = "1;crawl;1;AAAAAAAAAAAAAAAA;1;2;0;00000000"
    metadata = {"multi_stack": mark, "multi_stack_owner": "you"}
    clouds.add_server("alpha", name="crawl-001", description=mark, metadata=metadata)
    assert [each["slot"] for each in place(fleet="crawl", count=2, owner="you", **WHAT)] == [2]
    monkeypatch.setenv("OPENMULTISTACK_OWNER", "me")
    with pytest.raises(AnsibleError, match="it belongs to you"):
        place(fleet="crawl", count=2, **WHAT)
    assert [each["slot"] for each in place(fleet="crawl", count=2, owner="you", **WHAT)] == [2]


def drawn(seed: int) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """A world, with a part of the fleet, some strangers and a cloud that is silent now and then; and an order."""
    dice = random.Random(seed)
    clouds: dict[str, t.Any] = {}
    slots = iter(dice.sample(range(1, 9), 8))
    for name in ("alpha", "beta", "gamma")[: dice.randint(1, 3)]:
        marks = [f"1;crawl;{next(slots)};{'A' * 16};1;2;0;00000000" for _each in range(dice.randint(0, 2))]
        ours = [
            {"name": f"crawl-{int(mark.split(';')[2]):03d}", "description": mark, "metadata": {"multi_stack": mark}}
            for mark in marks
        ]
        clouds[name] = {
            "regions": ["east", "west"][: dice.randint(1, 2)],
            "quota": {"instances": dice.randint(0, 6)},
            "zones": ["az1", "az2"],
            "servers": [*ours, *({"name": "stranger"} for _each in range(dice.randint(0, 1)))],
            "multi_stack": {"priority": dice.randint(0, 2), "weight": dice.randint(0, 2), "cost": dice.randint(0, 2)},
        }
    order = {
        "fleet": "crawl",
        "count": dice.randint(0, 12),
        "strategy": dice.choice(["even", "balanced", "weighted", "pack", "single", "cheapest"]),
        "flavor": dice.choice([["m1.tiny"], ["m1.large", "m1.tiny"]]),
        **({"availability_zones": ["az2", "az1"]} if dice.random() < 0.3 else {}),
        **({"max_per_location": dice.randint(1, 3)} if dice.random() < 0.3 else {}),
        **({"exclude": ["alpha:*"]} if len(clouds) > 1 and dice.random() < 0.3 else {}),
        **({"headroom": 1} if dice.random() < 0.2 else {}),
    }
    return {"clouds": clouds}, {**WHAT, **order}


@pytest.mark.parametrize("seed", range(12))
def test_answers_as_check_mode_does_and_only_reads(
    seed: int, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, order = drawn(seed)
    with Simulator(world) as clouds:
        clouds.clouds_yaml(tmp_path / "clouds.yaml")
        order["clouds_yaml_path"] = str(tmp_path / "clouds.yaml")
        there = clouds.servers()
        clouds.log.clear()
        slots = lookup_loader.get("openmultistack.cloud.placement").run([], {}, **order)
        asked = [each for each in clouds.wire() if each["service"] != "identity"]
        assert asked
        assert {each["method"] for each in asked} == {"GET"}
        assert clouds.servers() == there
        checked = called(multi_stack_server, capsys, **order, on_shortfall="accept", _ansible_check_mode=True)
    common = {"slot", "name", "location", "cloud", "region", "availability_zone", "flavor"}
    assert [{key: slot[key] for key in common} for slot in slots] == checked["planned"]


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "misspelt": ({"cuont": 3}, 'placement: unknown keyword "cuont"; it takes count, '),
    "of the module only": ({"count": 3, "lifetime": "1h"}, 'placement: unknown keyword "lifetime"; it takes '),
    "no count": (WHAT, "count"),
    "negative count": ({"count": -1, **WHAT}, "placement: count: -1 is less than 0; give 0 or more"),
    "no number": ({"count": "many", **WHAT}, "count"),
    "no flavor": ({"count": 3, "image": "cirros"}, "placement: flavor: say which flavor the servers are to have"),
    "illegal fleet": ({"fleet": "A", "count": 3, **WHAT}, 'placement: fleet: "A" cannot be the name of a fleet'),
    "location": ({"count": 3, "locations": "delta", **WHAT}, 'placement: locations: "delta" fits no location of '),
    "strategy": ({"count": 3, "strategy": "luck", **WHAT}, "strategy"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_what_makes_no_sense(case: str, place: t.Callable[..., Slots], clouds: Simulator) -> None:
    keywords, says = REFUSED[case]
    with pytest.raises(AnsibleError) as refused:
        place(**keywords)
    assert says in str(refused.value)
    assert clouds.wire() == []


def test_takes_no_terms(place: t.Callable[..., Slots]) -> None:
    with pytest.raises(AnsibleError, match='placement: takes keywords only, for example count=3; not "crawl"'):
        place("crawl", count=3)
