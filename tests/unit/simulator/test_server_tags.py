# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.unit.simulator.clouds import Lab, Member


def test_tags_come_and_go_one_by_one(lab: Lab, member: Member) -> None:
    server_id = member.made(tags=["old"])
    lab.wait(15)
    tags = f"/servers/{server_id}/tags"
    new = member.ask("PUT", f"{tags}/new")
    assert new.status == 201
    assert new.headers["Location"].endswith(f"/v2.1{tags}/new")
    assert member.ask("PUT", f"{tags}/new").status == 204
    assert member.ask("GET", f"{tags}/new").status == 204
    assert member.ask("DELETE", f"{tags}/old").status == 204
    assert member.get(tags) == {"tags": ["new"]}
    gone = member.ask("DELETE", f"{tags}/old")
    assert (gone.status, gone.message) == (404, f"Instance {server_id} has no tag 'old'")
    none = member.ask("GET", f"{tags}/old")
    assert (none.status, none.message) == (404, f"Server {server_id} has no tag 'old'")
    assert member.ask("DELETE", tags).status == 204
    assert member.show(server_id)["tags"] == []


def test_tags_of_a_server_that_is_built_stay_as_they_are(member: Member) -> None:
    server_id = member.made(tags=["old"])
    for method, path, body, verb in (
        ("PUT", "", {"tags": ["new"]}, "update tags"),
        ("PUT", "/new", None, "update tag"),
        ("DELETE", "/old", None, "delete tag"),
        ("DELETE", "", None, "delete tags"),
    ):
        refused = member.ask(method, f"/servers/{server_id}/tags{path}", body)
        assert refused.status == 409
        assert refused.message == f"Cannot '{verb}' instance {server_id} while it is in vm_state building"
    assert member.get(f"/servers/{server_id}/tags") == {"tags": ["old"]}


def test_there_are_no_tags_before_their_microversion(lab: Lab) -> None:
    old = lab.member(minor=25)
    assert old.ask("GET", f"/servers/{old.made()}/tags").status == 404
