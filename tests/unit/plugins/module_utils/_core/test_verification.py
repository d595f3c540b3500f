# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with an account, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Limits, Quota
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verification import (
    Probe,
    remarks,
    verification_failure,
    verification_row,
)

FULL, FREE, ANY = Quota(limit=2, used=2), Quota(limit=20, used=7), Quota(limit=None, used=9)
GOOD = Probe(
    location="alpha:one",
    auth_url="https://x/v3",
    user="ada",
    project_id="7",
    catalog={"compute": ["one", "two"], "image": ["one"]},
    limits=Limits(instances=FREE, cores=ANY, ram=FREE),
    versions=("2.1", "2.96"),
    date=1000.0,
    between=(1000.0, 1000.25),
)
SILENT = Probe(location="alpha:two", auth_url="https://x/v2.0", fault=Fault(kind=Kind.UNREACHABLE, message="x is away"))


def test_of_a_good_account_there_is_nothing_to_remark() -> None:
    assert remarks(GOOD) == ()
    assert verification_failure("alpha", [GOOD]) == ""
    assert verification_row(GOOD) == {
        "state": "verified",
        "reason": "",
        "advice": "",
        "remarks": [],
        "user": "ada",
        "project_id": "7",
        "services": ["compute", "image"],
        "regions": ["one", "two"],
        "limits": {
            "instances": {"limit": 20, "used": 7},
            "cores": {"limit": None, "used": 9},
            "ram": {"limit": 20, "used": 7},
        },
        "versions": {"oldest": "2.1", "newest": "2.96"},
        "clock_skew_seconds": 0,
        "response_seconds": 0.25,
    }


def test_of_a_silent_one_nothing_is_known_but_why() -> None:
    row = verification_row(SILENT)
    assert (row["state"], row["limits"], row["versions"], row["clock_skew_seconds"]) == ("failed", None, None, None)
    assert row["reason"].startswith("x is away; auth_url ends in /v2.0, and OpenStack has no Keystone v2 since 2018")
    first, second = verification_failure("alpha", [GOOD, SILENT]).splitlines()
    assert first == "account alpha: 1 of 2 locations can be used"
    assert second.startswith("alpha:two: x is away; auth_url ends in /v2.0")
    assert second.endswith(row["advice"])


@pytest.mark.parametrize(
    ("probe", "says"),
    [
        (replace(GOOD, auth_url="http://u:hush@x/v3"), "the password goes to http://x/v3 unencrypted"),
        (replace(GOOD, project_id=""), "its token is of no project; name one by auth.project_name"),
        (
            replace(GOOD, lacking={"network": Fault(kind=Kind.MISCONFIGURED, message="the catalog has no network")}),
            "the catalog has no network; networks and security groups cannot be named",
        ),
        (
            replace(GOOD, limits=Limits(instances=FULL, cores=FULL, ram=FREE)),
            "there is no room for a server: instances 2 of 2 used, cores 2 of 2 used; delete some",
        ),
        (replace(GOOD, date=1030.0), "its clock is 30 s ahead of this machine's"),
        (replace(GOOD, date=900.0), "its clock is 99 s behind this machine's"),
        (replace(GOOD, versions=("2.1", "2.15")), "its Nova speaks microversion 2.15 at most"),
    ],
)
def test_what_is_not_as_it_could_be_is_remarked(probe: Probe, says: str) -> None:
    [remark] = remarks(probe)
    assert remark.startswith(f"alpha:one: {says}")
    assert "hush" not in remark


@pytest.mark.parametrize(
    "probe",
    [
        replace(GOOD, auth_url="http://127.0.0.1:5000/v3"),
        replace(GOOD, lacking={"compute": Fault(kind=Kind.MISCONFIGURED, message="told as the fault")}),
        replace(GOOD, date=1005.0),
        replace(GOOD, date=None),
        replace(GOOD, versions=("", "")),
        replace(GOOD, versions=("2", "3")),
        replace(GOOD, limits=None, versions=None, between=None),
        replace(GOOD, project_id="", fault=SILENT.fault),
    ],
)
def test_what_does_no_harm_is_not(probe: Probe) -> None:
    assert remarks(probe) == ()
