# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import failure
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.failure import Fate
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Kind


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"badRequest": {"code": 400, "message": "Can not find requested image"}}, "Can not find requested image"),
        ({"error": {"code": 401, "message": "No.", "title": "Unauthorized"}}, "No."),
        ({"NeutronError": {"type": "OverQuota", "message": "Quota exceeded", "detail": ""}}, "Quota exceeded"),
        ({"NeutronError": "old style"}, "old style"),
        ({"message": "plain"}, "plain"),
        ({"errors": [{"detail": "of a list"}]}, "of a list"),
        ({"code": 7}, ""),
        (["text"], ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_the_sentence_is_found_in_any_services_json(content: object, text: str) -> None:
    assert failure.text_of(json.dumps(content).encode()) == text


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_what_is_no_json_holds_no_sentence(body: bytes) -> None:
    assert failure.text_of(body) == ""


def test_a_page_is_read_without_its_tags() -> None:
    page = b"<html><head><title>T</title></head><script>x</script><h1>Bad&nbsp;Gateway</h1>\n<p>nginx"
    assert failure.page_text(page) == "Bad Gateway nginx"


def test_what_a_cloud_repeats_of_user_data_is_not_told() -> None:
    body = (
        b'{"badRequest": {"message": "Invalid input for field/attribute user_data. Value: c2VjcmV0. c2VjcmV0 is long"}}'
    )
    assert failure.text_of(body) == "Invalid input for field/attribute user_data."


def test_sentences_are_short_and_hold_no_credentials() -> None:
    said = failure.tidy("see http://user:sEcReT@host/x\n\n  now " + "y" * 1000)
    assert said.startswith("see http://host/x now yyy")
    assert len(said) == 300


@pytest.mark.parametrize(("exposed", "fate"), [(False, Fate.NOT_SENT), (True, Fate.LOST)])
def test_only_a_request_that_never_left_was_not_sent(exposed: bool, fate: Fate) -> None:
    assert failure.broken_off(ConnectionResetError(104, "Connection reset"), "host", exposed=exposed).fate is fate


@pytest.mark.parametrize(
    ("raised", "kind", "text"),
    [
        (OSError(113, "No route to host"), Kind.UNREACHABLE, "host cannot be reached: no route to host"),
        (TimeoutError(), Kind.TIMED_OUT, "host did not answer in time"),
        (OSError(), Kind.UNREACHABLE, "host cannot be reached: no connection"),
        (ValueError("odd"), Kind.BROKEN_ANSWER, "the answer of host could not be understood"),
        (KeyError("odd"), Kind.BROKEN_ANSWER, "host could not be understood (KeyError)"),
    ],
)
def test_what_was_raised_is_told_in_a_sentence(raised: Exception, kind: Kind, text: str) -> None:
    wrapped = RuntimeError("outer")
    wrapped.__cause__ = raised
    for each in (raised, wrapped) if not isinstance(raised, KeyError) else (raised,):
        fault = failure.broken_off(each, "host", exposed=False).fault
        assert (fault.kind, fault.message) == (kind, text)


def test_a_chain_that_leads_back_to_itself_ends() -> None:
    first: t.Any = RuntimeError()
    first.reason = RuntimeError(first)
    assert failure.reading(first, "host") is None
