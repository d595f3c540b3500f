# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metadata of servers, which is where the collection keeps whose they are."""

from __future__ import annotations

import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind
from ansible_collections.openmultistack.cloud.tests.contract.stage import NOWHERE

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage


def write(stage: Stage, server_id: str, **items: str) -> Answer:
    return stage.user.ask("POST", f"/servers/{server_id}/metadata", {"metadata": items})


def test_what_is_written_is_added_to_what_is_there(stage: Stage) -> None:
    server_id = stage.ready(metadata={"a": "1", "b": "1"})["id"]
    answer = write(stage, server_id, b="2", c="2")
    assert (answer.status, answer.json) == (200, {"metadata": {"a": "1", "b": "2", "c": "2"}})
    assert stage.user.get(f"/servers/{server_id}/metadata") == answer.json
    assert stage.show(server_id)["metadata"] == answer.json["metadata"]


def test_nothing_is_written_to_what_never_was(stage: Stage) -> None:
    answer = write(stage, NOWHERE, a="b")
    assert (answer.status, answer.word) == (404, "itemNotFound")
    assert answer.means.missing


def test_nothing_is_written_to_a_server_in_error(stage: Stage) -> None:
    server_id = stage.broken(flavorRef=stage.giant)["id"]
    answer = write(stage, server_id, a="b")
    assert (answer.status, answer.word) == (409, "conflictingRequest")
    assert answer.message == f"Cannot 'update metadata' instance {server_id} while it is in vm_state error"
    assert answer.means.fault.kind is Kind.CONFLICT


def test_nothing_is_written_to_a_locked_server(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    stage.act(server_id, {"lock": None})
    answer = write(stage, server_id, a="b")
    assert answer.status == 409
    assert answer.means.fault.kind is Kind.LOCKED


def test_there_are_128_items_at_most(stage: Stage) -> None:
    server_id = stage.ready(metadata={f"key{number}": "x" for number in range(128)})["id"]
    answer = write(stage, server_id, another="x")
    assert (answer.status, answer.word) == (403, "forbidden")
    assert answer.message == "Maximum number of metadata items exceeds 128"


def test_a_value_has_255_letters_at_most(stage: Stage) -> None:
    server_id = stage.ready()["id"]
    assert write(stage, server_id, fits="x" * 255).status == 200
    answer = write(stage, server_id, long="x" * 256)
    assert (answer.status, answer.word) == (400, "badRequest")
