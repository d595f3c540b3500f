# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clouds made ready, on real clouds: keys, groups, networks and images, each kind in the same way."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

import pytest

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import Rig
    from .plays import Plays
    from .witness import Witness

MANY = 8
SECTOR, PARTITION, SIZE = 512, 446, 8 * 1024**2
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing: the module that brings it, with which options, and the service that it lives in."""

    name: str
    module: str
    service: str
    options: Callable[[Path], dict[str, t.Any]]


def disk(folder: Path, size: int = SIZE) -> Path:
    """A raw image with a boot sector and one partition, which is what Glance takes for a whole one."""
    path = folder / "disk.raw"
    with path.open("wb") as file:
        file.seek(PARTITION)
        file.write(bytes([0x80, 0, 2, 0, 0x83, 0, 0, 0]) + (1).to_bytes(4, "little") + (16000).to_bytes(4, "little"))
        file.seek(SECTOR - 2)
        file.write(b"\x55\xaa")
        file.truncate(size)
    return path


RULES = [
    {"protocol": "tcp", "ports": [22, 443], "cidrs": ["0.0.0.0/0", "::/0"]},
    {"protocol": "icmp", "cidrs": ["192.0.2.0/24"]},
]
KINDS = [
    Kind(
        name="keys",
        module="multi_stack_keypair",
        service="nova",
        options=lambda folder: {"private_key_file": f"{folder}/id"},
    ),
    Kind(
        name="groups", module="multi_stack_security_group", service="neutron", options=lambda _folder: {"rules": RULES}
    ),
    Kind(
        name="networks",
        module="multi_stack_network",
        service="neutron",
        options=lambda _folder: {"pools": ["10.160.0.0/12"], "external_network": "public"},
    ),
    Kind(
        name="images",
        module="multi_stack_image",
        service="glance",
        options=lambda folder: {"path": str(disk(folder)), "disk_format": "raw"},
    ),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def order(kind: Kind, plays: Plays, rig: Rig, tmp_path: Path) -> Iterator[dict[str, t.Any]]:
    """What is wanted, under a name of this test's alone, of which nothing is left behind."""
    name = f"e2e-{kind.name}-{next(_NUMBERS)}-"
    yield {"name": name, **kind.options(tmp_path)}
    rig.mend()
    assert plays.module(kind.module, absent(name)).code == 0


def absent(name: str) -> dict[str, t.Any]:
    return {"name": name, "state": "absent", "timeout": 120}


def test_is_made_everywhere_once_and_taken_away(
    kind: Kind, order: dict[str, t.Any], plays: Plays, witness: Witness
) -> None:
    name = order["name"]
    tried = plays.module(kind.module, order, check=True)
    assert (tried.result["changed"], tried.writes) == (True, [])
    assert not any(witness.names(kind.name, name).values())
    first = plays.module(kind.module, order)
    assert (first.code, first.states) == (0, witness.each("changed")), first.output
    assert witness.names(kind.name, name) == witness.each([name])
    again = plays.module(kind.module, order)
    assert (again.code, again.result["changed"], again.writes) == (0, False, []), again.output
    gone = plays.module(kind.module, absent(name))
    assert (gone.code, gone.result["changed"]) == (0, True), gone.output
    assert not any(witness.names(kind.name, name).values())
    none = plays.module(kind.module, absent(name))
    assert (none.code, none.result["changed"], none.writes) == (0, False, [])


def test_a_cloud_that_is_down_costs_the_others_nothing_and_a_rerun_completes_it(
    kind: Kind, order: dict[str, t.Any], plays: Plays, witness: Witness, rig: Rig
) -> None:
    name = order["name"]
    down = min(witness.clouds)
    rig.stop(down.partition(":")[0], kind.service)
    first = plays.module(kind.module, {**order, "timeout": 60})
    assert first.code != 0
    assert first.states == {cloud: "failed" if cloud == down else "changed" for cloud in witness.clouds}
    assert f"{down}: " in first.result["msg"]
    rig.start(down.partition(":")[0], kind.service)
    there = witness.names(kind.name, name)
    assert there == {cloud: [] if cloud == down else [name] for cloud in witness.clouds}
    second = plays.module(kind.module, order)
    assert second.code == 0, second.output
    assert second.states == {cloud: "changed" if cloud == down else "unchanged" for cloud in witness.clouds}
    assert witness.names(kind.name, name) == witness.each([name])


def test_many_at_once_end_as_one_would(kind: Kind, order: dict[str, t.Any], plays: Plays, witness: Witness) -> None:
    name = order["name"]
    runs = [plays.begun(kind.module, {**order, "timeout": 300}) for _number in range(MANY)]
    for run in runs:
        ended = run.ended()
        assert ended.code == 0, ended.output
    assert witness.names(kind.name, name) == witness.each([name])
    last = plays.module(kind.module, order)
    assert (last.code, last.result["changed"], last.writes) == (0, False, []), last.output
