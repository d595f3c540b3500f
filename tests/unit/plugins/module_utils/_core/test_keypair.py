# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is a public key, and what makes a location have it."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.keypair import (
    KeypairOrder,
    differs,
    keypair_name,
    plan_keypair,
    public_key,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError


def line(kind: str = "ssh-ed25519", *parts: bytes) -> str:
    """A key as OpenSSH writes it."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind.encode(), *(parts or (b"x" * 32,))))
    return f"{kind} {base64.b64encode(blob).decode()}"


KEY = public_key(line() + " ada@desk", "public_key")
PRINT = KEY.fingerprint
ORDER = KeypairOrder(name="ops", public=KEY)
ABSENT = KeypairOrder(name="ops")


def test_a_key_is_the_same_whatever_its_comment() -> None:
    assert public_key(f"  {line()}   \n", "x").fingerprint == PRINT
    assert public_key(line("ssh-ed25519", b"y" * 32), "x").fingerprint != PRINT
    assert len(PRINT.split(":")) == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "hello world",
        f"{line()}\n{line()}",
        "ssh-ed25519 !!!!",
        line()[:-8],
        line().replace("ssh-ed25519 ", "ssh-rsa "),
        "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519").decode(),
    ],
)
def test_refuses_what_is_none(text: str) -> None:
    with pytest.raises(OrderError, match=r"^key\.pub: it is "):
        public_key(text, "key.pub")


def test_never_takes_a_private_key() -> None:
    with pytest.raises(OrderError, match="it is a private key, which is sent nowhere"):
        public_key("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "key")


def test_a_name_is_what_clouds_take() -> None:
    assert keypair_name("ada's"[:3] + " 2@desk") == "ada 2@desk"
    with pytest.raises(OrderError, match='name: "a/b" cannot be the name of a key'):
        keypair_name("a/b")


@pytest.mark.parametrize(
    ("order", "there", "steps"),
    [
        (ORDER, None, ["create"]),
        (ORDER, PRINT, []),
        (ORDER, "other", ["delete", "create"]),
        (ABSENT, None, []),
        (ABSENT, "other", ["delete"]),
    ],
)
def test_plans_what_is_lacking(order: KeypairOrder, there: str | None, steps: list[str]) -> None:
    plan = plan_keypair(order, "ops", there)
    assert [step.what for step in plan.steps] == steps
    assert (plan.before is None) == (there is None)
    assert (plan.after is None) == (order.public is None)


def test_another_key_is_replaced_only_when_the_order_says_so() -> None:
    assert differs(ORDER, "other")
    assert not differs(ORDER, PRINT)
    assert not differs(ORDER, None)
    assert not differs(KeypairOrder(name="ops", public=KEY, replace=True), "other")
    assert not differs(ABSENT, "other")
