# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a location have an image once, whoever else is at it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.image import (
    MARK,
    UNTIL,
    Image,
    ImageOrder,
    Scene,
    changes_of,
    needs,
    objection,
    plan_image,
)

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import Plan

NOW = 1_000_000.0
MARKED = {MARK: "sha512:aa"}
ORDER = ImageOrder(name="app", mark="sha512:aa")
ABSENT = ImageOrder(name="app")
THERE = Image(id="1", created=NOW - 100, updated=NOW - 90, disk_format="qcow2", visibility="private", properties=MARKED)
STRANGER = Image(id="9", created=NOW - 900, disk_format="qcow2")
QUEUED = replace(THERE, status="queued", created=NOW - 5, updated=NOW - 5)


def scene(*images: Image, mine: str = "", **facts: t.Any) -> Scene:
    known: dict[str, t.Any] = {"mine": frozenset(mine), "disk_format": "qcow2", **facts}
    return Scene(name="app", images=images, now=NOW, **known)


def steps(plan: Plan) -> list[tuple[str, str, bool]]:
    return [(step.what, step.id, step.later) for step in plan.steps]


def planned(*images: Image, order: ImageOrder = ORDER, mine: str = "", **facts: t.Any) -> list[tuple[str, str, bool]]:
    return steps(plan_image(order, scene(*images, mine=mine, **facts)))


NEW = [("create", "", False), ("upload", "", True)]


def test_where_there_is_none_one_is_made_and_then_filled() -> None:
    plan = plan_image(replace(ORDER, min_disk=3, properties={"a": "b"}), scene())
    assert steps(plan) == NEW
    assert (plan.before, needs(plan, "create"), needs(plan, "update")) == (None, True, False)
    assert plan.steps[0].facts == {
        **{"a": "b", MARK: "sha512:aa", "name": "app", "container_format": "bare", "disk_format": "qcow2"},
        **{"visibility": "private", "min_disk": 3, "min_ram": 0},
    }
    assert plan.after == {
        **{"name": "app", "id": "", "content": "sha512:aa", "disk_format": "qcow2", "visibility": "private"},
        **{"min_disk": 3, "min_ram": 0, "properties": {"a": "b"}},
    }


def test_a_cloud_may_fetch_it_by_itself() -> None:
    assert planned(fetches=True) == [("create", "", False), ("fetch", "", True)]


def test_where_it_is_nothing_is_done() -> None:
    plan = plan_image(ORDER, scene(THERE))
    assert (steps(plan), plan.before) == ([], plan.after)
    assert planned(THERE, disk_format="") == []


def test_its_properties_are_brought_up_to_date() -> None:
    order = replace(ORDER, visibility="shared", min_ram=5, properties={"a/b~": "1", "c": "2", "d": "3"})
    there = replace(THERE, properties={**MARKED, "c": "0", "d": "3"})
    plan = plan_image(order, scene(there))
    assert [step.told for step in plan.steps] == ["set visibility, min_ram, a~1b~0, c of image app"]
    assert changes_of(order, there) == [
        {"op": "replace", "path": "/visibility", "value": "shared"},
        {"op": "replace", "path": "/min_ram", "value": 5},
        {"op": "add", "path": "/a~1b~0", "value": "1"},
        {"op": "replace", "path": "/c", "value": "2"},
    ]
    assert plan.before is not None
    assert plan.before["properties"] == {"c": "0", "d": "3"}
    assert plan.after is not None
    assert (plan.after["visibility"], plan.after["properties"]["c"]) == ("shared", "2")


def test_of_several_the_oldest_stays() -> None:
    younger, same = replace(THERE, id="0", created=NOW - 50), replace(THERE, id="2")
    assert planned(younger, same, THERE) == [("delete", "2", False), ("delete", "0", False)]


def test_absent_takes_away_what_bears_our_mark() -> None:
    assert planned(THERE, STRANGER, QUEUED, order=ABSENT) == [("delete", "1", False), ("delete", "1", False)]
    assert plan_image(ABSENT, scene(STRANGER)).before is None
    assert planned(order=ABSENT) == []
    assert objection(ABSENT, scene(STRANGER)) == ("", "")


def test_mine_is_filled_once_all_of_its_second_are_known() -> None:
    assert planned(QUEUED, mine="1") == [("upload", "1", False)]
    plan = plan_image(ORDER, scene(replace(QUEUED, created=NOW), mine="1"))
    assert (steps(plan), plan.awaits) == ([], "its upload has not begun")


def test_of_those_that_begin_at_once_the_oldest_goes_on() -> None:
    younger = replace(QUEUED, id="2", created=NOW - 4)
    assert planned(younger, QUEUED, mine="2") == [("delete", "2", False)]
    assert planned(younger, QUEUED, mine="1") == [("upload", "1", False)]
    assert planned(younger, QUEUED, mine="12") == [("delete", "2", False), ("upload", "1", False)]
    plan = plan_image(ORDER, scene(younger, QUEUED))
    assert (steps(plan), plan.awaits) == ([], "another run is still uploading it")


def test_once_it_is_there_those_of_others_are_left_to_them() -> None:
    younger = replace(QUEUED, id="2")
    assert planned(THERE, younger) == []
    assert planned(THERE, younger, mine="2") == [("delete", "2", False)]


@pytest.mark.parametrize(
    ("facts", "dead"),
    [
        ({"updated": NOW - 31}, True),
        ({"updated": NOW - 29}, False),
        ({"updated": NOW - 31, "importing": True, "properties": {**MARKED, UNTIL: "1000001"}}, False),
        ({"updated": NOW - 31, "importing": True}, True),
        ({"status": "saving", "updated": NOW - 900, "properties": {**MARKED, UNTIL: "1000001"}}, False),
        ({"status": "saving", "updated": NOW - 900, "properties": {**MARKED, UNTIL: "999999"}}, True),
        ({"status": "saving", "updated": NOW - 900, "properties": {**MARKED, UNTIL: "soon"}}, True),
        ({"status": "killed"}, True),
    ],
)
def test_what_a_dead_run_left_is_known_by_its_age(facts: dict[str, t.Any], dead: bool) -> None:
    left = replace(QUEUED, **facts)
    assert planned(left) == ([("delete", "1", False), *NEW] if dead else [])
    assert planned(replace(THERE, id="5"), left) == ([("delete", "1", False)] if dead else [])


def test_of_ones_own_nothing_is_under_way_between_two_plans() -> None:
    assert planned(replace(QUEUED, status="saving"), mine="1") == [("delete", "1", False), *NEW]
    assert planned(replace(QUEUED, importing=True), mine="1") == [("delete", "1", False), *NEW]


def test_other_content_goes_once_the_new_is_there_and_only_if_told_to() -> None:
    old = replace(THERE, id="7", properties={MARK: "sha512:bb"})
    why, remedy = objection(ORDER, scene(old))
    assert why == 'image "app" (7) has other content here (qcow2, sha512:bb)'
    assert remedy.startswith("replace: true")
    order = replace(ORDER, replace=True)
    assert objection(order, scene(old)) == ("", "")
    assert planned(old, order=order) == [*NEW, ("delete", "7", True)]
    assert planned(old, QUEUED, order=order, mine="1") == [("upload", "1", False), ("delete", "7", True)]
    assert planned(old, THERE, order=order) == [("delete", "7", False)]
    before = plan_image(order, scene(old)).before
    assert before is not None
    assert before["id"] == "7"


def test_another_format_is_other_content() -> None:
    assert objection(ORDER, scene(THERE, disk_format="raw"))[0].startswith('image "app" (1) has other content')
    assert objection(ORDER, scene(QUEUED, disk_format="raw")) == ("", "")


def test_an_image_that_is_not_ours_stands_in_the_way() -> None:
    assert objection(ORDER, scene(STRANGER))[0] == (
        'another image is named "app" here (9), which this module did not make'
    )
    assert objection(ORDER, scene(STRANGER, THERE)) == ("", "")
    assert objection(ORDER, scene(replace(STRANGER, status="queued"))) == ("", "")


def test_unless_it_has_the_same_data() -> None:
    twin = replace(STRANGER, digest="sha512:aa")
    at = scene(twin, replace(QUEUED, updated=NOW - 90), digest="sha512:aa")
    plan = plan_image(ORDER, at)
    assert (objection(ORDER, at), steps(plan)) == (("", ""), [("delete", "1", False)])
    assert plan.before == plan.after
    assert plan.before is not None
    assert (plan.before["id"], plan.before["content"]) == ("9", "sha512:aa")
    assert planned(twin, THERE, digest="sha512:aa") == []
