# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clouds really say, and what we take it for."""

from __future__ import annotations

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import (
    PASSING,
    ROOM,
    RULES,
    UNTOLD,
    Answer,
    Kind,
    Scope,
    boot_fault_of,
    fault_of,
)

INSTANCE = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "Can not find requested image", Kind.NO_IMAGE),
        (400, "Image 1234 could not be found.", Kind.NO_IMAGE),
        (400, "Invalid input for field/attribute imageRef. Value: nope. 'nope' is not valid under any", Kind.NO_IMAGE),
        (400, "Flavor nope could not be found.", Kind.NO_FLAVOR),
        (400, "Flavor's disk is too small for requested image. Flavor disk is 1 bytes", Kind.UNSUITABLE),
        (400, "Flavor's memory is too small for requested image.", Kind.UNSUITABLE),
        (400, "Image 1234 is unacceptable: no raw", Kind.UNSUITABLE),
        (400, f"Network {INSTANCE} could not be found.", Kind.NO_NETWORK),
        (400, "Unable to automatically allocate a network for project x", Kind.NO_NETWORK),
        (400, f"Port id {INSTANCE} could not be found.", Kind.NO_PORT),
        (400, "Invalid key_name provided.", Kind.NO_KEY),
        (400, "Unable to find security_group with name or id 'nosg'", Kind.NO_GROUP),
        (400, "Security group web not found for project x", Kind.NO_GROUP),
        (400, "Security group rule protocol nope not supported. Only protocol values [None, 'tcp'] are", Kind.INVALID),
        (400, "The requested availability zone is not available", Kind.NO_ZONE),
        (400, "Invalid input for field/attribute networks. Value: [{'uuid': 'x'}]", Kind.INVALID),
        (400, f"Instance group {INSTANCE} could not be found.", Kind.FENCED_OFF),
        (401, "The request you have made requires authentication.", Kind.UNAUTHORIZED),
        (403, "Quota exceeded for instances: Requested 1, but already used 20 of 20 instances", Kind.QUOTA),
        (403, "Quota exceeded for cores, ram: Requested 1, 512, but already used 0, 0 of 0, 0 cores, ram", Kind.QUOTA),
        (403, "Quota exceeded, too many servers in group", Kind.GROUP_QUOTA),
        (403, "Quota exceeded, too many server groups.", Kind.GROUP_QUOTA),
        (403, "Maximum number of ports exceeded", Kind.PORT_QUOTA),
        (403, "The number of defined ports: 500 is over the limit: 500", Kind.PORT_QUOTA),
        (403, "Only volume-backed servers are allowed for flavors with zero disk.", Kind.NEEDS_VOLUME),
        (403, "Policy doesn't allow os_compute_api:servers:create to be performed.", Kind.FORBIDDEN),
        (403, "Policy doesn't allow os_compute_api:os-volumes to be performed.", Kind.FORBIDDEN),
        (404, f"Instance {INSTANCE} could not be found.", Kind.NOT_FOUND),
        (406, "Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.104.", Kind.MICROVERSION),
        (409, "Multiple possible networks found, use a Network ID to be more specific.", Kind.AMBIGUOUS_NAME),
        (409, "Multiple security_groups found matching 'web'. Use an ID to be more specific.", Kind.AMBIGUOUS_NAME),
        (409, f"Instance {INSTANCE} is locked", Kind.LOCKED),
        (409, f"Port {INSTANCE} is still in use.", Kind.CONFLICT),
        (409, "Quota exceeded for resources: ['port'].", Kind.PORT_QUOTA),
        (409, "OverQuota: Quota exceeded for resources: ['floatingip'].", Kind.QUOTA),
        (409, "IpAddressGenerationFailure: No more IP addresses available on network x.", Kind.NO_ADDRESS),
        (413, "This request was rate-limited.", Kind.RATE_LIMIT),
        (413, "Quota exceeded for instances: Requested 1, but already used 10 of 10", Kind.QUOTA),
        (413, "Request is too large.", Kind.INVALID),
        (413, "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota", Kind.VOLUME_QUOTA),
        (413, "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds", Kind.VOLUME_QUOTA),
        (418, "short and stout", Kind.INVALID),
        (429, "", Kind.RATE_LIMIT),
        (500, "Unexpected API Error. Please contact the administrator\n<class 'x'>", Kind.SERVER_ERROR),
        (503, "Service Unavailable", Kind.SERVER_ERROR),
    ],
)
def test_a_refusal_is_what_its_text_says(status: int, message: str, kind: Kind) -> None:
    fault = fault_of(Answer(status=status, message=message, request_id="req-1"))
    assert (fault.kind, fault.message, fault.status) == (kind, message, status)
    assert (fault.request_id, fault.retry_after) == ("req-1", None)


@pytest.mark.parametrize(
    ("message", "retry_after", "kind"),
    [
        ("alpha.example answered 413 (Request Entity Too Large)", 5.0, Kind.RATE_LIMIT),
        ("alpha.example answered 413 (Request Entity Too Large)", 0.0, Kind.RATE_LIMIT),
        ("alpha.example answered 413 (Request Entity Too Large)", None, Kind.INVALID),
        ("Quota exceeded for instances: Requested 1, but already used 10 of 10", 0.0, Kind.QUOTA),
    ],
)
def test_413_that_says_when_to_come_back_is_the_old_429(message: str, retry_after: float | None, kind: Kind) -> None:
    assert fault_of(Answer(status=413, message=message, retry_after=retry_after)).kind is kind


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (413, "Quota exceeded for instances: Requested 1, but already used 21 of 20", Kind.QUOTA),
        (413, "", Kind.QUOTA),
        (500, "No valid host was found. ", Kind.NO_HOST),
        (500, "No valid host was found. There are not enough hosts available.", Kind.NO_HOST),
        (500, "Exceeded maximum number of retries. Exhausted all hosts available", Kind.BUILD_FAILED),
        (500, "Exceeded max scheduling attempts 3 for instance x. Last exception: PortLimitExceeded", Kind.PORT_QUOTA),
        (500, "with error No fixed IP addresses available for network: N, not rescheduling.", Kind.NO_ADDRESS),
        (500, "Build of instance X aborted: Failed to allocate the network(s), not rescheduling.", Kind.BUILD_FAILED),
        (500, "Volume V did not finish being created even after we waited 180 seconds", Kind.BUILD_FAILED),
        (500, "Build of instance X aborted: VolumeLimitExceeded: Maximum number of volumes", Kind.VOLUME_QUOTA),
        (500, "Build of instance X aborted: Image I is unacceptable: bad", Kind.UNSUITABLE),
        (500, "Build of instance X aborted: Flavor's disk is too small for requested image.", Kind.UNSUITABLE),
        (500, "Build of instance X aborted: Signature verification for the image failed", Kind.UNSUITABLE),
        (500, "Binding failed for port P", Kind.BUILD_FAILED),
        (None, "", Kind.BUILD_FAILED),
    ],
)
def test_a_failed_boot_is_what_its_fault_says(code: int | None, message: str, kind: Kind) -> None:
    fault = boot_fault_of(code, message)
    assert (fault.kind, fault.status, fault.message) == (kind, code, message or "the cloud gave no reason")


def test_every_kind_has_its_rule() -> None:
    assert set(RULES) == set(Kind)


def test_room_never_spends_an_attempt() -> None:
    assert not any(RULES[kind].spends for kind in ROOM)
    assert all(RULES[kind].grows for kind in ROOM | PASSING)


def test_what_holds_a_server_only_holds_nothing() -> None:
    assert all(rule.hold == 0 for rule in RULES.values() if rule.scope is Scope.SERVER)


def test_a_fault_without_words_says_so() -> None:
    assert UNTOLD.message == "the cloud gave no reason"
