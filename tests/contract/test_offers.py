# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a location offers: flavors and zones."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage


def test_flavors_tell_their_sizes(stage: Stage) -> None:
    rows = stage.user.get("/flavors/detail")["flavors"]
    flavor = next(row for row in rows if row["id"] == stage.flavor)
    assert flavor["name"] == stage.names["flavor"]
    assert (flavor["vcpus"], flavor["ram"], flavor["disk"]) == (1, 512, 1)


def test_flavors_come_page_by_page(stage: Stage) -> None:
    everything = [row["id"] for row in stage.user.get("/flavors/detail")["flavors"]]
    found: list[str] = []
    path = "/flavors/detail?limit=2"
    for _page in everything:
        page = stage.user.get(path)
        found += [row["id"] for row in page["flavors"]]
        if not page.get("flavors_links"):
            break
        assert page["flavors_links"][0]["rel"] == "next"
        path = f"/flavors/detail?limit=2&marker={found[-1]}"
    assert found == everything


def test_a_marker_that_is_no_flavor_is_refused(stage: Stage) -> None:
    answer = stage.user.ask("GET", f"/flavors/detail?marker={NOWHERE}")
    assert (answer.status, answer.word) == (400, "badRequest")
    assert answer.message == f"marker [{NOWHERE}] not found"


def test_a_list_of_flavors_that_is_not_full_leads_nowhere(stage: Stage) -> None:
    assert "flavors_links" not in stage.user.get("/flavors/detail?limit=500")


def test_zones_tell_whether_they_are_open(stage: Stage) -> None:
    rows = stage.user.get("/os-availability-zone")["availabilityZoneInfo"]
    zones = {row["zoneName"]: row["zoneState"]["available"] for row in rows}
    assert zones[stage.names["zone"]] is True
    assert all(row["hosts"] is None for row in rows)
