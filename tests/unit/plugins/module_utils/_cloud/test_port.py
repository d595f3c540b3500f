# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import compute
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock, entropy
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
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.test_ends import COMMANDS

if t.TYPE_CHECKING:
    from pathlib import Path

DETAIL, LIMITS = "GET /v2.1/servers/detail", "GET /v2.1/limits"


class Here:
    def __init__(self, port: OpenStackPort) -> None:
        self.port = port

    def does(self, command: m.ToLocation, patience: float = 5.0) -> t.Any:
        return self.port.perform(command, SystemClock().now() + patience)


@pytest.fixture
def here(service: Loopback, tmp_path: Path) -> Here:
    accounts = accounts_of(tmp_path, {"alpha": {**entry(service.url), "region_name": ""}})
    order = Order(fleet="crawl", count=1, spec=Spec(image="i", flavors=("f",)))
    return Here(OpenStackPort(accounts, order, SystemClock()))


def test_a_survey_reads_servers_and_limits_at_once(here: Here, service: Loopback) -> None:
    service.says(DETAIL, Says({"servers": []}, how="late"))
    service.says(LIMITS, Says({"limits": {}}, how="late"))
    assert isinstance(here.does(m.Survey(location="alpha", limits=True)), m.Surveyed)
    assert service.most == 2
    assert here.port.requests == {"alpha": 3}


BROKEN = Says({"computeFault": {"message": "Unexpected API Error."}}, 500)


@pytest.mark.parametrize("limits", [Says({"limits": {}}), BROKEN])
def test_without_its_servers_a_survey_has_failed(here: Here, service: Loopback, limits: Says) -> None:
    service.says(DETAIL, BROKEN)
    service.says(LIMITS, limits)
    end = here.does(m.Survey(location="alpha", limits=True))
    assert isinstance(end, m.SurveyFailed)
    assert end.fault.message == "Unexpected API Error."


@pytest.mark.parametrize("limits", [BROKEN, Says(how="closed"), Says(b"<html>", 404), Says(how="mute")])
def test_without_its_limits_a_survey_still_shows_the_servers(here: Here, service: Loopback, limits: Says) -> None:
    service.says(DETAIL, Says({"servers": [{"id": "s1", "status": "ACTIVE"}]}))
    service.says(LIMITS, limits)
    end = here.does(m.Survey(location="alpha", limits=True), 2.0)
    assert isinstance(end, m.Surveyed)
    assert [server.id for server in end.servers] == ["s1"]
    assert end.limits is None


def test_wrong_credentials_are_tried_once_for_a_survey(here: Here, service: Loopback) -> None:
    service.says("POST /v3/auth/tokens", Says(status=401))
    assert here.does(m.Survey(location="alpha", limits=True)).fault.kind is Kind.UNAUTHORIZED
    assert len(service.asked) == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_whatever_is_raised_ends_the_command(
    here: Here, command: m.ToLocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb in ("sight", "show", "delete", "act", "mark", "open_fence", "shut_fence", "console"):
        monkeypatch.delattr(compute, verb)
    assert isinstance(here.does(command, 0.5), m.ENDS[type(command)])


def test_a_post_in_the_dark_is_ambiguous(here: Here, service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    here.port._resolved["alpha"] = compute.Resolved(image="i1")
    monkeypatch.delattr(compute, "create")
    assert isinstance(here.does(COMMANDS[4]), m.Ambiguous)


def test_force_deletes_what_is_only_put_aside(here: Here, service: Loopback) -> None:
    service.says("POST /v2.1/servers/s1/action", Says(None, 202))
    assert isinstance(here.does(m.Delete(location="alpha", id="s1", force=True)), m.DeleteAccepted)
    assert service.asked[-1].body == {"forceDelete": None}


def test_a_locked_server_is_not_deleted(here: Here, service: Loopback) -> None:
    answer = Says({"conflictingRequest": {"message": "Instance s1 is locked"}}, 409)
    service.says("DELETE /v2.1/servers/s1", answer)
    end = here.does(m.Delete(location="alpha", id="s1"))
    assert isinstance(end, m.DeleteRefused)
    assert end.fault.kind is Kind.LOCKED


def test_a_delete_that_is_answered_at_the_second_time_is_done(here: Here, service: Loopback) -> None:
    service.says("DELETE /v2.1/servers/s1", Says(how="reset"), Says(None, 204))
    assert isinstance(here.does(m.Delete(location="alpha", id="s1")), m.DeleteAccepted)


def test_an_open_port_is_seen(here: Here, service: Loopback) -> None:
    host, number = service.host.split(":")
    probe = m.Probe(location="alpha", id="s1", address=host, port=int(number))
    assert here.does(probe).open
    service.close()
    assert not here.does(probe).open


def test_entropy_is_never_the_same() -> None:
    assert len({entropy() for _each in range(100)}) == 100
