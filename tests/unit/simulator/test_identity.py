# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, ask

UNAUTHORIZED = {
    "error": {
        "code": 401,
        "message": "The request you have made requires authentication.",
        "title": "Unauthorized",
    }
}


def token_request(**changes: t.Any) -> dict[str, t.Any]:
    domain = {"id": "default"}
    user = {"name": "demo", "password": "demo-secret", "domain": domain} | changes.get("user", {})
    project = {"name": "demo", "domain": domain} | changes.get("project", {})
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": project},
        }
    }


@pytest.mark.parametrize(
    "wrong",
    [{"user": {"password": "no"}}, {"user": {"name": "nobody"}}, {"project": {"name": "nothing"}}],
)
def test_refuses_wrong_credentials_as_keystone_does(lab: Lab, wrong: dict[str, t.Any]) -> None:
    answer = ask(lab.sim.url, "POST", "/alpha/identity/v3/auth/tokens", token_request(**wrong))
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)


def test_the_catalog_names_every_service_in_every_region(lab: Lab) -> None:
    answer = ask(lab.sim.url, "POST", "/alpha/identity/v3/auth/tokens", token_request())
    catalog = {service["type"]: service["endpoints"] for service in answer.json["token"]["catalog"]}
    assert set(catalog) == {"identity", "compute", "image", "network", "block-storage"}
    assert catalog["compute"][0]["url"] == f"{lab.sim.url}/alpha/RegionOne/compute/v2.1"
    assert catalog["compute"][0]["region"] == "RegionOne"


def test_an_application_credential_has_its_project(lab: Lab) -> None:
    lab.sim.world.clouds["alpha"].credentials["abc"] = ("secret", lab.sim.world.clouds["alpha"].users["demo"])
    credential = {"id": "abc", "secret": "secret"}
    identity = {"methods": ["application_credential"], "application_credential": credential}
    answer = ask(lab.sim.url, "POST", "/alpha/identity/v3/auth/tokens", {"auth": {"identity": identity}})
    assert answer.status == 201
    assert answer.json["token"]["project"]["name"] == "demo"


def test_ids_differ_from_cloud_to_cloud(lab: Lab) -> None:
    assert lab.member("alpha").project_id != lab.member("beta").project_id


def test_a_token_of_another_cloud_is_worth_nothing(lab: Lab) -> None:
    alpha, beta = lab.member("alpha"), lab.member("beta")
    beta.token = alpha.token
    assert beta.ask("GET", "/servers").status == 401
    assert beta.ask("GET", "/networks", service="network/v2.0").json == UNAUTHORIZED
    glance = beta.ask("GET", "/images", service="image/v2")
    assert glance.status == 401
    assert glance.headers["Content-Type"].startswith("text/html")


def test_tokens_expire(lab: Lab) -> None:
    member = lab.member()
    lab.wait(3601)
    assert member.ask("GET", "/servers").status == 401
    member.login()
    assert member.ask("GET", "/servers").status == 200


def test_discovery_needs_no_token(lab: Lab) -> None:
    for path, status in (
        ("/alpha/identity", 300),
        ("/alpha/identity/v3", 200),
        ("/alpha/RegionOne/compute", 200),
        ("/alpha/RegionOne/compute/v2.1/", 200),
        ("/alpha/RegionOne/image/", 300),
        ("/alpha/RegionOne/network/", 200),
        ("/alpha/RegionOne/volume/", 300),
    ):
        assert ask(lab.sim.url, "GET", path).status == status, path


def test_an_unknown_path_is_a_404(lab: Lab) -> None:
    assert ask(lab.sim.url, "GET", "/nowhere/identity/v3").status == 404
    assert ask(lab.sim.url, "GET", "/alpha/Mars/compute/v2.1/servers").status == 404
    assert ask(lab.sim.url, "GET", "/alpha/RegionOne/compute/v2.1/nothing").status == 404


@pytest.mark.parametrize("lab", [{"project_in_url": True}], indirect=True)
def test_an_old_cloud_has_the_project_in_its_urls(lab: Lab) -> None:
    answer = ask(lab.sim.url, "POST", "/alpha/identity/v3/auth/tokens", token_request())
    catalog = {service["type"]: service["endpoints"][0]["url"] for service in answer.json["token"]["catalog"]}
    path = catalog["compute"].removeprefix(lab.sim.url)
    assert path.endswith(f"/v2.1/{answer.json['token']['project']['id']}")
    token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    assert ask(lab.sim.url, "GET", f"{path}/servers", **token).json == {"servers": []}
    assert lab.sim.wire()[-1]["event"] == "server.list"


@pytest.mark.parametrize("lab", [{"rate_limits": {"identity": 1}}], indirect=True)
def test_keystone_may_be_limited_too(lab: Lab) -> None:
    statuses = [ask(lab.sim.url, "GET", "/alpha/identity/v3").status for _number in range(2)]
    assert statuses == [200, 429]
