# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.compute import Resolved
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import CallError
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.lookups import LookUps, Meaning
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.order import Spec
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Line,
    Loopback,
    Says,
    accounts_of,
    entry,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Offer

UUID = "0c902d47-04e2-499a-a7cf-46160b2dffc4"
FLAVORS, IMAGES, NETWORKS = "GET /v2.1/flavors/detail", "GET /v2/images", "GET /v2.0/networks"
QUOTA = "GET /v2.0/quotas/p1/details.json"
GROUPS, ZONES = "GET /v2.0/security-groups", "GET /v2.1/os-availability-zone"
SMALL = {"id": "1", "name": "m1.small", "vcpus": 1, "ram": 2048, "disk": 20}
TINY = {"id": "2", "name": "m1.tiny", "vcpus": 1, "ram": 512, "disk": 1}
BARE = {"id": "3", "name": "m1.bare", "vcpus": 2, "ram": 4096, "disk": 0}
DEBIAN = {"id": "i1", "name": "debian-13", "status": "active", "min_ram": 0, "min_disk": 0, "owner": "x"}
SPEC: dict[str, t.Any] = {"image": "debian-13", "flavors": ("m1.small",)}


@pytest.fixture
def service(service: Loopback) -> Loopback:
    service.says(FLAVORS, Says({"flavors": [SMALL, TINY, BARE]}))
    service.says(IMAGES, Says({"images": [DEBIAN]}))
    service.says(NETWORKS, Says({"networks": [{"id": "n1", "name": "private"}, {"id": "n2", "name": "public"}]}))
    service.says(GROUPS, Says({"security_groups": [{"id": "g1", "name": "default", "project_id": "p1"}]}))
    service.says("GET /v2.1/os-keypairs/ops", Says({"keypair": {"name": "ops"}}))
    service.says("GET /v2.1/os-keypairs", Says({"keypairs": [{"keypair": {"name": "ops"}}]}))
    zones = [{"zoneName": name, "zoneState": {"available": name != "shut"}} for name in ("az1", "az2", "shut")]
    service.says(ZONES, Says({"availabilityZoneInfo": zones}))
    return service


@pytest.fixture
def here(service: Loopback, tmp_path: Path) -> Here:
    return Here(service, tmp_path)


class Here:
    def __init__(self, service: Loopback, folder: Path) -> None:
        self.service, self._folder = service, folder
        self.asked: list[str] = []
        self.asked_for_ports = 0

    def looks_up(self, hints: dict[str, t.Any] | None = None, **spec: t.Any) -> tuple[tuple[Offer, ...], Resolved]:
        meaning = self.means(hints, **spec)
        return meaning.offers, meaning.resolved

    def means(self, hints: dict[str, t.Any] | None = None, **spec: t.Any) -> Meaning:
        accounts = accounts_of(self._folder, {"alpha": entry(self.service.url, multi_stack=hints or {})})
        line = Line(accounts)
        before = len(self.service.asked)
        try:
            look_ups = LookUps(line.wire, accounts.all[0], line.clock)
            return look_ups.resolve(Spec(**{**SPEC, **spec}), line.until())
        finally:
            asked = [each.path for each in self.service.asked[before:] if "tokens" not in each.path]
            self.asked = sorted(path for path in asked if "quotas" not in path)
            self.asked_for_ports = len(asked) - len(self.asked)

    def fault(self, hints: dict[str, t.Any] | None = None, **spec: t.Any) -> Fault:
        with pytest.raises(CallError) as caught:
            self.looks_up(hints, **spec)
        return caught.value.fault


def keys(offers: tuple[Offer, ...]) -> list[tuple[str, str | None, str]]:
    return [(offer.location, offer.zone, offer.flavor.name) for offer in offers]


def test_each_kind_of_thing_costs_one_get(here: Here) -> None:
    offers, ids = here.looks_up(
        networks=("private", "public"), security_groups=("default",), key_name="ops", zones=("az1",)
    )
    assert keys(offers) == [("alpha:here", "az1", "m1.small")]
    assert ids == Resolved(image="i1", networks=("n1", "n2"), security_groups=("g1",), key_name="ops")
    assert here.asked == [
        "/v2.0/networks?name=private&name=public",
        "/v2.0/security-groups?name=default",
        "/v2.1/flavors/detail",
        "/v2.1/os-availability-zone",
        "/v2.1/os-keypairs/ops",
        "/v2/images?name=debian-13",
    ]


def test_ids_and_what_is_not_named_cost_nothing(here: Here) -> None:
    offers, ids = here.looks_up(image=UUID, networks=(UUID,), security_groups=(UUID,))
    assert here.asked == ["/v2.1/flavors/detail"]
    assert ids == Resolved(image=UUID, networks=(UUID,), security_groups=(UUID,))
    assert offers[0].flavor.id == "1"
    assert here.looks_up(image=UUID)[1].networks == ()


@pytest.mark.parametrize("word", ["auto", "none"])
def test_words_for_networks_cost_nothing(here: Here, word: str) -> None:
    assert here.looks_up(image=UUID, networks=(word,))[1].networks == (word,)
    assert here.asked == ["/v2.1/flavors/detail"]


def test_offers_follow_the_users_order(here: Here) -> None:
    offers, _ids = here.looks_up(flavors=("m1.tiny", "m1.none", "m1.small", "m1.tiny"), zones=("az2", "az1", "moon"))
    assert keys(offers) == [
        ("alpha:here", "az2", "m1.tiny"),
        ("alpha:here", "az1", "m1.tiny"),
        ("alpha:here", "az2", "m1.small"),
        ("alpha:here", "az1", "m1.small"),
    ]


def test_a_flavor_may_be_named_by_its_id(here: Here) -> None:
    assert here.looks_up(flavors=("2",))[0][0].flavor.name == "m1.tiny"


def test_flavors_are_read_to_the_last_page(here: Here) -> None:
    more = [{"rel": "next", "href": "http://192.0.2.1/steal"}]
    here.service.says(FLAVORS, Says({"flavors": [TINY], "flavors_links": more}), Says({"flavors": [SMALL]}))
    assert here.looks_up(image=UUID)[0][0].flavor.id == "1"
    assert here.asked == ["/v2.1/flavors/detail", "/v2.1/flavors/detail?marker=2"]


def test_the_names_of_a_provider_are_used(here: Here) -> None:
    here.service.says("GET /v2.1/os-keypairs/theirs", Says({"keypair": {}}))
    hints = {
        "image": {"mine": "debian-13"},
        "flavor": {"small": "m1.small"},
        "network": {"net": "private"},
        "security_groups": {"web": "default"},
        "key_name": {"key": "theirs"},
    }
    names = {"networks": ("net",), "security_groups": ("web",), "key_name": "key"}
    offers, ids = here.looks_up(hints, image="mine", flavors=("small",), **names)
    assert offers[0].flavor.name == "m1.small"
    assert ids == Resolved(image="i1", networks=("n1",), security_groups=("g1",), key_name="theirs")


@pytest.mark.parametrize(
    ("spec", "kind", "message"),
    [
        ({"flavors": ("m1.smal",)}, Kind.NO_FLAVOR, 'no flavor "m1.smal"; it has m1.small, m1.'),
        ({"flavors": ("a", "b")}, Kind.NO_FLAVOR, 'no flavor "a" or "b"; it has m1.bare, m1.small, m1.tiny'),
        ({"networks": ("privat",)}, Kind.NO_NETWORK, 'no network "privat"; it has private, public'),
        ({"networks": (UUID, "x")}, Kind.NO_NETWORK, 'no network "x"; it has private, public'),
        ({"security_groups": ("web",)}, Kind.NO_GROUP, 'no security group "web"; it has default'),
        ({"key_name": "op"}, Kind.NO_KEY, 'no key "op"; it has ops'),
        ({"zones": ("moon", "shut")}, Kind.NO_ZONE, 'no zone "moon" or "shut"; it has az1, az2'),
    ],
)
def test_what_is_missing_is_told_with_what_there_is(
    here: Here, spec: dict[str, t.Any], kind: Kind, message: str
) -> None:
    fault = here.fault(**spec)
    assert fault.kind is kind
    assert fault.message.startswith(message)


def test_a_missing_image_is_told_with_those_there_are(here: Here) -> None:
    there = [{"id": str(n), "name": f"image-{n:02}", "status": "active"} for n in range(22)]
    here.service.says(IMAGES, Says({"images": []}), Says({"images": there}))
    fault = here.fault(image="image-7x")
    assert fault.kind is Kind.NO_IMAGE
    assert fault.message.startswith('no image "image-7x"; it has image-')
    assert fault.message.endswith(" and 12 more")
    assert fault.message.count(",") == 9


def test_all_that_is_missing_is_told_at_once(here: Here) -> None:
    fault = here.fault(flavors=("x",), networks=("y",))
    assert fault.kind is Kind.NO_FLAVOR
    assert fault.message == 'no flavor "x"; it has m1.bare, m1.small, m1.tiny; no network "y"; it has private, public'


def test_an_image_that_is_not_active_is_told(here: Here) -> None:
    here.service.says(IMAGES, Says({"images": [{**DEBIAN, "status": "queued"}, {**DEBIAN, "status": "deactivated"}]}))
    fault = here.fault()
    assert fault.kind is Kind.NO_IMAGE
    assert fault.message == 'image "debian-13" is not active (deactivated, queued); wait for it, or name another'


def test_an_inactive_image_beside_an_active_one_does_not_matter(here: Here) -> None:
    here.service.says(IMAGES, Says({"images": [{**DEBIAN, "id": "i0", "status": "queued"}, DEBIAN]}))
    assert here.looks_up()[1].image == "i1"


def test_several_of_one_name_are_told_by_their_ids(here: Here) -> None:
    here.service.says(IMAGES, Says({"images": [DEBIAN, {**DEBIAN, "id": "i2"}]}))
    fault = here.fault()
    assert fault.kind is Kind.AMBIGUOUS_NAME
    assert fault.message == '2 images are named "debian-13": i1, i2; give the id of one'


def test_of_several_the_projects_own_is_meant(here: Here) -> None:
    other = {"id": "g2", "name": "default", "project_id": "p2"}
    mine = {"id": "g1", "name": "default", "tenant_id": "p1"}
    here.service.says(GROUPS, Says({"security_groups": [other, mine]}))
    assert here.looks_up(security_groups=("default",))[1].security_groups == ("g1",)


@pytest.mark.parametrize(
    ("needs", "flavors", "fit"),
    [
        ({"min_ram": 1024}, ("m1.tiny", "m1.small"), ["m1.small"]),
        ({"min_disk": 10}, ("m1.tiny", "m1.small", "m1.bare"), ["m1.small", "m1.bare"]),
        ({"min_disk": None, "min_ram": None}, ("m1.tiny",), ["m1.tiny"]),
    ],
)
def test_flavors_that_are_too_small_for_the_image_are_skipped(
    here: Here, needs: dict[str, t.Any], flavors: tuple[str, ...], fit: list[str]
) -> None:
    here.service.says(IMAGES, Says({"images": [{**DEBIAN, **needs}]}))
    assert [offer.flavor.name for offer in here.looks_up(flavors=flavors)[0]] == fit


def test_an_image_for_which_all_flavors_are_too_small_is_told(here: Here) -> None:
    here.service.says(IMAGES, Says({"images": [{**DEBIAN, "min_ram": 4096, "min_disk": 5}]}))
    fault = here.fault(flavors=("m1.tiny",))
    assert fault.kind is Kind.UNSUITABLE
    assert fault.message == (
        "the image needs 4096 MiB of memory and 5 GiB of disk, "
        'but flavor "m1.tiny" has 512 MiB of memory and 1 GiB of disk; order a larger flavor'
    )


def test_a_service_that_fails_is_no_missing_name(here: Here) -> None:
    here.service.says(NETWORKS, Says({"NeutronError": {"message": "broken"}}, 500))
    fault = here.fault(networks=("private",))
    assert (fault.kind, fault.message) == (Kind.SERVER_ERROR, "broken")
    here.service.says("GET /v2.1/os-keypairs/ops", Says({"forbidden": {"message": "Policy"}}, 403))
    assert here.fault(key_name="ops").kind is Kind.FORBIDDEN


@pytest.mark.parametrize(
    ("port", "left"),
    [
        ({"limit": 500, "used": 20, "reserved": 3}, 477),
        ({"limit": 10, "used": 12, "reserved": 0}, 0),
        ({"limit": 10}, 10),
        ({"limit": -1, "used": 7, "reserved": 0}, None),
        ({"used": 7}, None),
        (None, None),
    ],
)
def test_ports_are_counted_with_the_look_ups(here: Here, port: object, left: int | None) -> None:
    here.service.says(QUOTA, Says({"quota": {"port": port}}))
    assert here.means(networks=("private",)).ports_left == left
    assert here.asked_for_ports == 1
    assert here.means().ports_left == left


def test_an_order_without_networks_counts_no_ports(here: Here) -> None:
    here.service.says(QUOTA, Says({"quota": {"port": {"limit": 5}}}))
    assert here.means(networks=("none",)).ports_left is None
    assert here.means({"network": {"lonely": "none"}}, networks=("lonely",)).ports_left is None
    assert here.asked_for_ports == 0
    assert here.means(networks=("auto",)).ports_left == 5


@pytest.mark.parametrize(
    "answer", [Says(status=404), Says(status=403), Says(b"<html>"), Says(["odd"]), Says(how="cut")]
)
def test_a_neutron_that_does_not_tell_its_quota_fails_nothing(here: Here, answer: Says) -> None:
    here.service.says(QUOTA, answer)
    assert here.means(networks=("private",)).ports_left is None
    assert here.asked_for_ports


def test_where_no_neutron_is_known_its_quota_is_not_asked_for(here: Here) -> None:
    here.service.catalog = ("compute", "image")
    assert here.means(image=UUID).ports_left is None
    assert here.asked_for_ports == 0


@pytest.mark.parametrize("content", [None, [], {"flavors": None}, {"flavors": [None, 7, {}]}])
def test_an_odd_answer_is_an_empty_one(here: Here, content: object) -> None:
    here.service.says(FLAVORS, Says(content))
    assert here.fault().message == 'no flavor "m1.small"; it has none'


def test_a_filter_takes_the_newest_active_image_that_is_like_it_whatever_the_cloud_lists(
    here: Here, service: Loopback
) -> None:
    def image(number: int, **more: t.Any) -> dict[str, t.Any]:
        return {"id": f"i{number}", "name": f"debian-13-{number}", "status": "active", "os_distro": "debian", **more}

    rows = [image(9, status="queued"), image(8, os_distro="other"), image(7, name="alpine"), image(6, min_ram=1024)]
    service.says(IMAGES, Says({"images": [*rows, image(5)]}))
    wanted = {"image": "", "image_filter": (("name", "debian-13-*"), ("os_distro", "debian"))}
    offers, resolved = here.looks_up(**wanted, flavors=("m1.tiny", "m1.small"))
    assert (resolved.image, [offer.flavor.name for offer in offers]) == ("i6", ["m1.small"])
    asked = [path for path in here.asked if "images" in path]
    assert asked == ["/v2/images?os_distro=debian&status=active&sort=created_at%3Adesc&limit=100"]


def test_a_filter_looks_through_all_pages_and_tells_what_there_is_instead(here: Here, service: Loopback) -> None:
    more = {"images": [{**DEBIAN, "name": "other"}], "next": "/v2/images?marker=i1&limit=100"}
    service.says(IMAGES, Says(more), Says({"images": [DEBIAN]}))
    _offers, resolved = here.looks_up(image="", image_filter=(("name", "debian*"),))
    assert resolved.image == "i1"
    service.says(IMAGES, Says({"images": [{**DEBIAN, "name": "other"}]}))
    fault = here.fault(image="", image_filter=(("name", "debian*"),))
    assert fault.message == 'no image "newest:name=debian*"; it has other'
