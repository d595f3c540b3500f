# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of a user, and what a server keeps of its key."""

from __future__ import annotations

import base64
import hashlib
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Answer
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage

BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes(range(32))
PUBLIC = f"ssh-ed25519 {base64.b64encode(BLOB).decode()} contract"
FINGERPRINT = hashlib.md5(BLOB, usedforsecurity=False).digest().hex(":")


def post(stage: Stage, name: str = "contract-key", public: str = PUBLIC) -> Answer:
    return stage.user.ask("POST", "/os-keypairs", {"keypair": {"name": name, "public_key": public}})


def test_a_key_is_made_with_its_fingerprint(stage: Stage) -> None:
    answer = post(stage)
    assert answer.status == 201
    key = answer.json["keypair"]
    assert (key["name"], key["type"], key["public_key"]) == ("contract-key", "ssh", PUBLIC)
    assert key["fingerprint"] == FINGERPRINT
    assert "private_key" not in key


def test_a_key_is_shown_by_its_name(stage: Stage) -> None:
    post(stage)
    key = stage.user.get("/os-keypairs/contract-key")["keypair"]
    assert (key["name"], key["fingerprint"]) == ("contract-key", FINGERPRINT)


def test_keys_are_listed(stage: Stage) -> None:
    post(stage)
    rows = stage.user.get("/os-keypairs")["keypairs"]
    assert [set(row) for row in rows] == [{"keypair"}]
    assert rows[0]["keypair"]["name"] == "contract-key"


def test_a_second_key_of_a_name_is_a_conflict(stage: Stage) -> None:
    post(stage)
    answer = post(stage)
    assert (answer.status, answer.word) == (409, "conflictingRequest")
    assert answer.message == "Key pair 'contract-key' already exists."
    assert answer.means.fault.kind is Kind.CONFLICT


def test_a_key_that_is_not_there_is_missing(stage: Stage) -> None:
    for method in ("GET", "DELETE"):
        answer = stage.user.ask(method, "/os-keypairs/contract-nothing")
        assert (answer.status, answer.word) == (404, "itemNotFound")
        assert answer.means.missing


def test_a_key_is_deleted(stage: Stage) -> None:
    post(stage)
    answer = stage.user.ask("DELETE", "/os-keypairs/contract-key")
    assert (answer.status, answer.raw) == (204, b"")
    assert stage.user.get("/os-keypairs") == {"keypairs": []}


def test_what_is_no_key_is_refused(stage: Stage) -> None:
    answer = post(stage, public="nonsense")
    assert (answer.status, answer.word) == (400, "badRequest")
    assert "failed to generate fingerprint" in answer.message


def test_a_user_has_so_many_keys(stage: Stage) -> None:
    stage.quota(key_pairs=1)
    post(stage)
    answer = post(stage, "contract-second")
    assert (answer.status, answer.message) == (403, "Quota exceeded, too many key pairs.")
    assert answer.means.fault.kind is Kind.QUOTA


def test_a_key_that_is_deleted_once_the_post_is_answered_has_done_its_work(stage: Stage) -> None:
    post(stage)
    server_id = stage.made(key_name="contract-key")
    stage.user.ask("DELETE", "/os-keypairs/contract-key")
    server = stage.settled(server_id)
    assert (server["status"], server["key_name"]) == ("ACTIVE", "contract-key")


def test_nothing_is_made_with_a_key_that_is_deleted(stage: Stage) -> None:
    post(stage)
    stage.user.ask("DELETE", "/os-keypairs/contract-key")
    assert stage.order(key_name="contract-key").means.fault.kind is Kind.NO_KEY


def test_an_administrator_does_not_see_the_keys_of_a_user(stage: Stage) -> None:
    post(stage)
    assert stage.admin.ask("GET", "/os-keypairs/contract-key").status == 404
