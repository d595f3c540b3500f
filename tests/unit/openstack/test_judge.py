# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judge of the rounds on real clouds: each wrong that it is there for is seen."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.openstack.faults.orders import Answer
    from ansible_collections.openmultistack.cloud.tests.openstack.faults.witness import Seen, Sight


@pytest.fixture
def judge() -> t.Any:
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.openstack.faults import judge  # noqa: PLC0415

    return judge


def seen(slot: int, id: str = "", status: str = "ACTIVE", *, name: str = "", mark: str = "") -> Seen:
    from ansible_collections.openmultistack.cloud.tests.openstack.faults.witness import Seen  # noqa: PLC0415

    name = name or f"crawl-{slot:03d}"
    return Seen(id=id or f"id-{slot}", name=name, status=status, task="", site="alpha", mark=mark)


def sight(*servers: Seen, **rest: frozenset[str]) -> Sight:
    from ansible_collections.openmultistack.cloud.tests.openstack.faults.witness import Sight  # noqa: PLC0415

    return Sight(servers=servers, **rest)


def answer(count: int, *slots: int, hung: bool = False, killed: bool = False, **data: t.Any) -> Answer:
    from ansible_collections.openmultistack.cloud.tests.openstack.faults.orders import Answer, Order  # noqa: PLC0415

    servers = [{"slot": slot, "id": f"id-{slot}"} for slot in slots]
    told = {"exact": len(slots) == max(count, 0), "servers": servers, "msg": "", **data}
    return Answer(
        order=Order(fleet="crawl", count=count),
        seconds=1.0,
        data={} if killed or hung else told,
        killed=killed,
        hung=hung,
        noise="",
    )


def test_what_was_ordered_and_runs_is_exact(judge: t.Any) -> None:
    assert judge.exact(answer(2, 1, 2), sight(seen(1), seen(2), seen(1, "other", name="batch-001"))) == []


WRONG = {
    "one is missing": [(1,)],
    "a slot is filled twice": [(1,), (2,), (2, "twin")],
    "there is one beyond the count": [(1,), (2,), (3,)],
    "one is broken": [(1,), (2, "", "ERROR")],
    "one still builds": [(1,), (2, "", "BUILD")],
    "another runs than was returned": [(1,), (2, "other")],
}


@pytest.mark.parametrize("there", WRONG.values(), ids=WRONG)
def test_anything_else_is_not(judge: t.Any, there: list[tuple[t.Any, ...]]) -> None:
    assert judge.exact(answer(2, 1, 2), sight(*(seen(*one) for one in there)))


def test_a_server_with_the_mark_alone_counts(judge: t.Any) -> None:
    renamed = seen(2, "renamed", name="else", mark="1;crawl;2;TOKEN;1;2;0;spec")
    assert judge.exact(answer(1, 1), sight(seen(1), renamed))


def test_a_run_that_falls_short_with_the_right_servers_is_not_exact(judge: t.Any) -> None:
    assert judge.exact(answer(1, 1, exact=False), sight(seen(1)))


def test_every_run_ends_with_an_account_but_those_that_were_killed(judge: t.Any) -> None:
    assert judge.ended([answer(1, 1), answer(1, killed=True)]) == []
    assert judge.ended([answer(1, hung=True)])
    assert judge.ended([dataclasses.replace(answer(1, killed=True), killed=False)])


def test_what_was_in_use_is_there_and_runs(judge: t.Any) -> None:
    assert judge.kept(frozenset({"id-1"}), sight(seen(1)), "returned") == []
    assert judge.kept(frozenset({"id-2"}), sight(seen(1)), "returned")
    assert judge.kept(frozenset({"id-1"}), sight(seen(1, "", "ERROR")), "returned")


def test_a_server_alone_in_its_slot_is_in_use() -> None:
    assert sight(seen(1), seen(2), seen(2, "twin"), seen(3, "", "BUILD")).in_use("crawl") == {"id-1"}


def short(**change: t.Any) -> Answer:
    missing = [{"slot": 2, "id": None, "reason": "full"}]
    return answer(2, 1, **{"shortfall": {"missing": missing}, **change})


def test_a_shortfall_with_its_reasons_is_an_account(judge: t.Any) -> None:
    assert judge.accounted(short(), sight(seen(1))) == []
    assert judge.accounted(short(leftovers=[{"id": "id-2"}]), sight(seen(1), seen(2, "", "ERROR"))) == []
    assert judge.accounted(short(unresolved=[{"slot": 2}]), sight(seen(1), seen(2, "late"))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"shortfall": {"missing": []}},
        {"shortfall": {"missing": [{"slot": 2, "id": None, "reason": ""}]}},
        {"shortfall": {"missing": [{"slot": 1, "id": None, "reason": "full"}]}},
    ],
    ids=["a slot is not told", "no reason is told", "the wrong slot is told"],
)
def test_less_is_none(judge: t.Any, change: dict[str, t.Any]) -> None:
    assert judge.accounted(short(**change), sight(seen(1)))


def test_neither_is_one_that_forgets_a_server_or_invents_one(judge: t.Any) -> None:
    assert judge.accounted(short(), sight(seen(1), seen(2, "", "ERROR")))
    assert judge.accounted(short(), sight())


def test_whatever_was_not_there_in_the_beginning_is_a_leak(judge: t.Any) -> None:
    bare = sight(groups=frozenset({"g"}), ports=frozenset({"router"}))
    assert judge.no_leaks(bare, bare) == []
    assert judge.no_leaks(bare, sight(seen(1)))
    assert judge.no_leaks(bare, sight(groups=frozenset({"g", "h"})))
    assert judge.no_leaks(bare, sight(ports=frozenset({"router", "server"})))
