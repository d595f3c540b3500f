# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader
from ansible.utils.display import Display

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

if t.TYPE_CHECKING:
    import pathlib

    Slots = list[dict[str, t.Any]]

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


def test_answers_alike_every_time(place: t.Callable[..., Slots]) -> None:
    assert place(fleet="crawl", count=5, **WHAT) == place(fleet="crawl", count="5", **{**WHAT, "flavor": "m1.tiny"})


def test_needs_no_fleet(place: t.Callable[..., Slots]) -> None:
    assert [each["slot"] for each in place(count=3, **WHAT)] == [1, 2, 3]


def test_warns_of_what_does_not_fit(place: t.Callable[..., Slots], warned: list[str]) -> None:
    assert len(place(fleet="crawl", count=10, min_count=1, **WHAT)) == 8
    assert warned == [
        f"placement: {label}:RegionOne: room for 4, asked 10; instances 0 of 4 used" for label in ("alpha", "beta")
    ]


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
