# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet on real clouds: launched, seen, kept, failed over, and destroyed."""

from __future__ import annotations

import json
import typing as t

import pytest

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Rig
    from .plays import Plays
    from .witness import Witness

FLEET = "e2e-fleet"
INVENTORY = "plugin: openmultistack.cloud.multi_stack\ntimeout: 20\non_unreachable: omit\n"


@pytest.fixture
def plays(plays: Plays, rig: Rig) -> Iterator[Plays]:
    """Plays, after which nothing of the fleet is left."""
    yield plays
    rig.mend()
    gone = plays.module("multi_stack_server", {"fleet": FLEET, "state": "absent", "timeout": 240})
    assert gone.code == 0, gone.output


def order(count: int) -> dict[str, t.Any]:
    what = {"image": "cirros", "flavor": ["m1.nano"], "network": "private"}
    return {"fleet": FLEET, "count": count, **what, "timeout": 240}


def slots(count: int) -> set[str]:
    """The names of a fleet of that many."""
    return {f"{FLEET}-{slot:03d}" for slot in range(1, count + 1)}


def hosts(plays: Plays) -> set[str]:
    """The fleet's hosts in the inventory."""
    source = plays.folder / "e2e.openmultistack.yml"
    source.write_text(INVENTORY, encoding="utf-8")
    told = plays.command("ansible-inventory", "--inventory", str(source), "--list")
    assert (told.code, told.writes) == (0, []), told.output
    known = json.loads(told.output[told.output.index("{") :])["_meta"]["hostvars"]
    return {name for name in known if name.startswith(FLEET)}


def running(witness: Witness) -> dict[str, list[str]]:
    found = witness.named("servers", FLEET)
    return {cloud: [row.name for row in rows if row.status == "ACTIVE"] for cloud, rows in found.items()}


def test_spreads_over_the_clouds_and_a_rerun_only_reads(plays: Plays, witness: Witness) -> None:
    count = 2 * len(witness.clouds)
    tried = plays.module("multi_stack_server", order(count), check=True)
    assert (tried.result["changed"], tried.writes) == (True, [])
    launched = plays.module("multi_stack_server", order(count))
    assert (launched.code, launched.result["exact"]) == (0, True), launched.output
    there = running(witness)
    assert {label: len(names) for label, names in there.items()} == witness.each(2)
    assert {name for names in there.values() for name in names} == slots(count)
    assert len([each for each in launched.writes if " /v2.1/servers" in each]) == count
    again = plays.module("multi_stack_server", order(count))
    assert (again.code, again.result["changed"], again.writes) == (0, False, []), again.output
    assert hosts(plays) == slots(count)
    fewer = plays.module("multi_stack_server", order(count - 2))
    assert (fewer.code, fewer.result["exact"]) == (0, True), fewer.output
    assert {name for names in running(witness).values() for name in names} == slots(count - 2)


def test_what_one_cloud_cannot_take_the_others_do(plays: Plays, witness: Witness, rig: Rig) -> None:
    count, down = 2 * len(witness.clouds), min(witness.clouds)
    rig.stop(down.partition(":")[0], "nova")
    launched = plays.module("multi_stack_server", order(count))
    assert launched.code == 0, launched.output
    assert (launched.result["exact"], len(launched.result["servers"])) == (False, count)
    assert f"{down}: " in launched.output
    rig.start(down.partition(":")[0], "nova")
    there = running(witness)
    assert {name for names in there.values() for name in names} == slots(count)
    assert there[down] == []
    again = plays.module("multi_stack_server", order(count))
    assert (again.result["changed"], again.result["exact"], again.writes) == (False, True, []), again.output


def test_the_whole_of_three_quotas_and_not_one_more(plays: Plays, witness: Witness) -> None:
    room = sum(cloud.compute.get_limits().absolute.instances for cloud in witness.clouds.values())
    used = sum(map(len, witness.named("servers", "").values()))
    refused = plays.module("multi_stack_server", order(room - used + 1))
    assert (refused.code, refused.writes) == (2, []), refused.output
    assert not any(running(witness).values())
