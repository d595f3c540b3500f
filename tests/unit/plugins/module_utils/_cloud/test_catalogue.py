# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what a location offers, page by page, and what becomes of answers that are none."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.catalogue import CataloguePort, Wanted
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.port import OpenStackPort
from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Order, Spec
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Loopback,
    Says,
    accounts_of,
    entry,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.capacity import Catalogue

FLAVORS, IMAGES, NETWORKS = "GET /v2.1/flavors/detail", "GET /v2/images", "GET /v2.0/networks"
ZONES, ROOT = "GET /v2.1/os-availability-zone", "GET /v2.1/"
TINY = {"id": "2", "name": "m1.tiny", "vcpus": 1, "ram": 512, "disk": 1}
MORE = [{"rel": "next", "href": "http://elsewhere.example.org/"}]


class Asker:
    def __init__(self, service: Loopback, folder: Path) -> None:
        self._service, self._folder = service, folder
        self.event: m.Event | None = None

    def __call__(self, *kinds: str, names: bool = False) -> Catalogue:
        clock = SystemClock()
        accounts = accounts_of(self._folder, {"alpha": entry(self._service.url)})
        order = Order(fleet="", spec=Spec(flavors=("m1.tiny",) if names else ()))
        wanted = Wanted(kinds=kinds, names=names, by=clock.now() + 5.0)
        port = CataloguePort(OpenStackPort(accounts, order, clock), clock, wanted)
        label = accounts.all[0].label
        self.event = port.perform(m.LookUp(location=label), clock.now() + 60.0)
        assert dict(port.requests)[label] > 0
        return port.catalogues[label]


@pytest.fixture
def ask(service: Loopback, tmp_path: Path) -> Asker:
    return Asker(service, tmp_path)


def test_reads_each_kind_and_nothing_else(ask: Asker, service: Loopback) -> None:
    service.says(FLAVORS, Says({"flavors": [TINY]}))
    service.says(IMAGES, Says({"images": [{"id": "i", "name": "cirros", "status": "active", "min_disk": 1}]}))
    service.says(NETWORKS, Says({"networks": [{"id": "n", "name": "", "router:external": True, "shared": False}]}))
    zones = [{"zoneName": name, "zoneState": {"available": name != "shut"}} for name in ("shut", "az1")]
    service.says(ZONES, Says({"availabilityZoneInfo": zones}))
    found = ask("flavors", "images", "networks", "zones").rows
    assert found["flavors"] == (TINY,)
    image = {"id": "i", "name": "cirros", "status": "active", "visibility": "", "min_ram": 0, "min_disk": 1}
    assert found["images"] == (image,)
    assert found["networks"] == ({"id": "n", "name": "n", "status": "", "shared": False, "external": True},)
    assert found["zones"] == ({"name": "az1", "available": True}, {"name": "shut", "available": False})
    assert isinstance(ask.event, m.LookedUp)


def test_follows_pages_by_the_last_id_and_never_to_an_address_of_the_answer(ask: Asker, service: Loopback) -> None:
    pages = [{"flavors": [{**TINY, "id": str(n)}], "flavors_links": MORE} for n in (1, 2)]
    service.says(FLAVORS, *map(Says, pages), Says({"flavors": []}))
    service.says(IMAGES, Says({"images": [{"id": "i1"}], "next": "/v2/images?marker=x"}), Says({"images": []}))
    found = ask("flavors", "images").rows
    assert [row["id"] for row in found["flavors"]] == ["1", "2"]
    assert [row["name"] for row in found["images"]] == ["i1"]
    assert [asked.path.partition("?")[2] for asked in service.asked_for(FLAVORS)] == [
        "limit=500",
        "limit=500&marker=1",
        "limit=500&marker=2",
    ]


def test_a_list_that_repeats_itself_ends(ask: Asker, service: Loopback) -> None:
    service.says(FLAVORS, Says({"flavors": [TINY], "flavors_links": MORE}))
    assert ask("flavors").rows["flavors"] == (TINY,)


def test_a_list_that_never_ends_is_a_fault(ask: Asker, service: Loopback) -> None:
    pages = [Says({"flavors": [{**TINY, "id": str(n)}], "flavors_links": MORE}) for n in range(50)]
    service.says(FLAVORS, *pages)
    fault = ask("flavors").faults["flavors"]
    assert (fault.kind, fault.message) == (Kind.BROKEN_ANSWER, "its list of flavors does not end after 40")


@pytest.mark.parametrize(
    "document",
    [
        {"version": {"min_version": "2.1", "version": "2.96"}},
        {"versions": [{"version": ""}, {"min_version": "2.1", "version": "2.96"}]},
    ],
)
def test_tells_which_versions_nova_offers(document: object, ask: Asker, service: Loopback) -> None:
    service.says(ROOT, Says(document))
    [row] = ask("versions").rows["versions"]
    assert (row["service"], row["oldest"], row["newest"]) == ("compute", "2.1", "2.96")


def test_what_cannot_be_read_is_a_fault_and_the_rest_is_there(ask: Asker, service: Loopback) -> None:
    service.says(NETWORKS, Says({"NeutronError": {"message": "not today"}}, status=500))
    service.says(ZONES, Says({"availabilityZoneInfo": "nonsense"}))
    found = ask("networks", "zones")
    assert found.faults["networks"].message == "not today"
    assert found.rows == {"zones": ()}


def test_names_are_looked_up_with_it(ask: Asker, service: Loopback) -> None:
    service.says(FLAVORS, Says({"flavors": [TINY]}))
    service.says(ZONES, Says({"availabilityZoneInfo": []}))
    ask("zones", names=True)
    assert isinstance(ask.event, m.LookedUp)
    assert [offer.flavor.name for offer in ask.event.offers] == ["m1.tiny"]
    service.says(FLAVORS, Says({"flavors": []}))
    ask(names=True)
    assert isinstance(ask.event, m.LookUpFailed)
    assert ask.event.fault.kind is Kind.NO_FLAVOR
