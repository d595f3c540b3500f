# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a thing that is to be the same at every location."""

from __future__ import annotations

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import (
    Ready,
    Step,
    readiness_answer,
    readiness_failure,
)

ROW = {"name": "ops", "fingerprint": "aa:bb"}
MADE = Ready(location="a:1", after=ROW, done=(Step(what="create", told="create key ops"),))
SAME = Ready(location="b:1", before=ROW, after=ROW)
FAILED = Ready(location="c:1", fault=Fault(kind=Kind.FORBIDDEN, message="not allowed", status=403))
GONE = Ready(location="d:1", before=ROW, done=(Step(what="delete", told="delete key ops"),))


def test_tells_each_location_by_itself() -> None:
    told = readiness_answer("key ops", [MADE, SAME, FAILED], check=False)
    assert told["changed"]
    assert told["msg"] == "key ops: 2 of 3 locations are as wanted, 1 of them changed just now"
    assert told["by_location"]["a:1"] == {
        "state": "changed",
        "done": ["create key ops"],
        "reason": "",
        "advice": "",
        **ROW,
    }
    assert told["by_location"]["b:1"]["state"] == "unchanged"
    assert told["by_location"]["c:1"]["reason"] == "not allowed"
    assert "role" in told["by_location"]["c:1"]["advice"]


def test_a_diff_has_a_line_for_each_fact() -> None:
    diff = readiness_answer("key ops", [MADE, GONE], check=True)["diff"]
    assert diff == {
        "before": "d:1 name: ops\nd:1 fingerprint: aa:bb\n",
        "after": "a:1 name: ops\na:1 fingerprint: aa:bb\n",
    }


def test_a_diff_goes_into_what_has_parts_and_leaves_ids_out() -> None:
    row = {"groups": {"web": {"id": "1", "rules": ["tcp 22", "tcp 80"]}}, "id": "2"}
    diff = readiness_answer("groups", [Ready(location="a:1", after=row)], check=True)["diff"]
    assert diff["after"] == "a:1 groups web rules: tcp 22\na:1 groups web rules: tcp 80\n"


def test_check_mode_tells_what_would_be() -> None:
    told = readiness_answer("key ops", [MADE, SAME], check=True)
    assert told["msg"] == "key ops: 1 of 2 locations would be changed"


def test_what_may_have_been_written_counts_as_changed() -> None:
    assert readiness_answer("key ops", [Ready(location="a:1", doubtful=True)], check=False)["changed"]
    assert not readiness_answer("key ops", [SAME, FAILED], check=False)["changed"]


def test_a_failure_names_each_location_with_what_to_do() -> None:
    assert readiness_failure("key ops", [MADE, SAME]) == ""
    head, line = readiness_failure("key ops", [MADE, FAILED]).splitlines()
    assert head == "key ops: 1 of 2 locations are as wanted; run this again for the others"
    assert line.startswith("c:1: not allowed; give its user the role")
