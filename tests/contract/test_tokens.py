# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of Keystone: how they are had, what is in them, and what happens when they mean nothing any more."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage

SERVICES = {"compute": "/servers", "network": "/networks", "image": "/images"}
UNAUTHORIZED = "The request you have made requires authentication."


def revoke(stage: Stage, token: str) -> Answer:
    return stage.user.ask("DELETE", "/auth/tokens", service="identity", headers={"X-Subject-Token": token})


def is_unauthorized(answer: Answer, service: str) -> None:
    assert answer.status == 401, answer.raw
    assert answer.means.fault.kind is Kind.UNAUTHORIZED
    if service == "image":
        assert answer.headers["Content-Type"].startswith("text/html")
    else:
        assert answer.json["error"]["message"] == UNAUTHORIZED


def test_a_token_is_had_with_a_password(stage: Stage) -> None:
    answer = stage.user.authenticate()
    assert answer.status == 201
    assert answer.headers["X-Subject-Token"]
    token = answer.json["token"]
    assert (token["project"]["id"], token["user"]["id"]) == (stage.user.project_id, stage.user.user_id)
    assert token["user"]["name"] == stage.user.entry["auth"]["username"]
    assert "member" in {role["name"] for role in token["roles"]}
    left = datetime.datetime.fromisoformat(token["expires_at"]) - datetime.datetime.now(datetime.UTC)
    assert left.total_seconds() > 600


def test_a_token_says_where_the_services_are(stage: Stage) -> None:
    catalog = {each["type"]: each["endpoints"] for each in stage.user.authenticate().json["token"]["catalog"]}
    assert {"identity", "compute", "image", "network"} <= set(catalog)
    for service in SERVICES:
        interfaces = {each["interface"] for each in catalog[service]}
        assert "public" in interfaces
        assert stage.user.entry["region_name"] in {each["region"] for each in catalog[service]}


@pytest.mark.parametrize("wrong", [{"password": "nope"}, {"username": "nope"}, {"project_name": "nope"}], ids=str)
def test_wrong_credentials_are_refused(stage: Stage, wrong: dict[str, str]) -> None:
    answer = stage.user.authenticate(**wrong)
    assert answer.status == 401
    assert answer.json["error"] == {"code": 401, "message": UNAUTHORIZED, "title": "Unauthorized"}
    assert answer.means.fault.kind is Kind.UNAUTHORIZED


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("token", ["", "nonsense"], ids=["none", "nonsense"])
def test_without_a_good_token_nothing_is_told(stage: Stage, service: str, token: str) -> None:
    is_unauthorized(stage.user.ask("GET", SERVICES[service], service=service, token=token), service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_token_that_is_revoked_is_worth_nothing(stage: Stage, service: str) -> None:
    # A service may remember for some minutes that a token was good, so this one has been shown to none.
    token = stage.user.authenticate().headers["X-Subject-Token"]
    assert revoke(stage, token).status == 204
    is_unauthorized(stage.user.ask("GET", SERVICES[service], service=service, token=token), service)


def test_nothing_is_made_with_a_token_that_is_revoked(stage: Stage) -> None:
    token = stage.user.authenticate().headers["X-Subject-Token"]
    revoke(stage, token)
    answer = stage.user.ask("POST", "/servers", stage.body(), token=token)
    assert answer.status == 401
    assert stage.user.get("/servers")["servers"] == []


def test_a_token_that_is_revoked_is_gone(stage: Stage) -> None:
    token = stage.user.authenticate().headers["X-Subject-Token"]
    assert revoke(stage, token).status == 204
    assert revoke(stage, token).status == 404


def test_other_tokens_stay_good(stage: Stage) -> None:
    revoke(stage, stage.user.authenticate().headers["X-Subject-Token"])
    assert stage.user.ask("GET", "/servers").status == 200


def test_a_token_for_nobody_s_project_is_refused(stage: Stage) -> None:
    answer = stage.user.authenticate(project_name=str(stage.admin.entry["auth"]["project_name"]))
    assert answer.status == 401
