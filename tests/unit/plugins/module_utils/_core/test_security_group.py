# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a location have security groups as ordered."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Quota
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import ObjectionError, Plan
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_group import (
    Group,
    GroupSight,
    plan_groups,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_order import GroupsOrder, groups_order
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.security_rules import EGRESS, PEERS, Rule
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.signs import described
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

SSH = {"protocol": ["tcp"], "ports": ["22"], "cidrs": ["0.0.0.0/0"]}
HTTP = {"protocol": ["tcp"], "ports": ["80"], "cidrs": ["10.0.0.0/8"]}
SSH_RULE = Rule(protocol=6, low=22, high=22, id="r-ssh")
OLD_RULE = Rule(protocol=17, cidr="10.0.0.0/8", id="r-old")
OUT = tuple(replace(rule, id=f"r-out{rule.version}") for rule in EGRESS)
WEB = Group(id="g-web", name="web", description=described(""), created="2026-01-02", rules=(*OUT, SSH_RULE))
TWIN = replace(WEB, id="g-twin", created="2026-01-03")
FOREIGN = replace(WEB, id="g-foreign", description="made by hand")
DB = Group(id="g-db", name="db", description="", rules=OUT)


def order(*rules: t.Any, **options: t.Any) -> GroupsOrder:
    given = {"state": "present", "name": "web", "rules": list(rules), "exclusive": True, "egress": True, "adopt": False}
    return groups_order({**given, **options})


def pair(*rules: t.Any) -> GroupsOrder:
    named = [{"name": "ext", "rules": list(rules)}, {"name": "int", "rules": [{"groups": ["ext", "int"]}]}]
    return order(security_groups=named)


def sight(*groups: Group, **more: t.Any) -> GroupSight:
    return GroupSight(groups=groups, **more)


def done(plan: Plan) -> list[str]:
    return [step.told for step in plan.steps]


def objection(order: GroupsOrder, sight: GroupSight) -> str:
    with pytest.raises(ObjectionError) as refused:
        plan_groups(order, sight)
    return f"{refused.value.fault.message}; {refused.value.fault.remedy}"


def test_makes_what_is_lacking_and_needs_its_id_for_the_rules() -> None:
    plan = plan_groups(order(SSH, HTTP, description="the site"), sight())
    assert done(plan) == ["create security group web", "add 2 rules to security group web"]
    assert [step.later for step in plan.steps] == [False, True]
    assert plan.steps[0].facts == {"name": "web", "description": "the site (made by openmultistack.cloud)"}
    assert plan.before is None
    assert plan.after is not None
    assert plan.after["groups"]["web"]["rules"] == [
        "egress everything to 0.0.0.0/0",
        "egress everything to ::/0",
        "tcp 22 from 0.0.0.0/0",
        "tcp 80 from 10.0.0.0/8",
    ]


def test_does_nothing_where_all_is_as_ordered() -> None:
    plan = plan_groups(order(SSH, SSH), sight(WEB))
    assert plan.steps == ()
    assert plan.before == plan.after


def test_opens_before_it_shuts() -> None:
    there = replace(WEB, rules=(*OUT, SSH_RULE, OLD_RULE))
    plan = plan_groups(order(HTTP), sight(there))
    assert done(plan) == [
        "add 1 rule to security group web",
        "remove rule tcp 22 from 0.0.0.0/0 of security group web",
        "remove rule udp from 10.0.0.0/8 of security group web",
    ]
    assert [step.id for step in plan.steps] == ["g-web", "r-ssh", "r-old"]


def test_keeps_other_rules_when_it_is_not_exclusive() -> None:
    there = replace(WEB, rules=(*OUT, OLD_RULE))
    assert done(plan_groups(order(SSH, exclusive=False), sight(there))) == ["add 1 rule to security group web"]


def test_one_rule_of_each_meaning_is_enough_and_every_run_keeps_the_same() -> None:
    twice = replace(WEB, rules=(*OUT, replace(SSH_RULE, id="r-zzz"), SSH_RULE))
    assert [step.id for step in plan_groups(order(SSH, exclusive=False), sight(twice)).steps] == ["r-zzz"]


def test_lets_nothing_out_when_told_so() -> None:
    assert len(plan_groups(order(egress=False), sight(replace(WEB, rules=OUT))).steps) == 2
    made = plan_groups(order(SSH, egress=False), sight())
    assert done(made)[2:] == [
        "remove rule egress everything to 0.0.0.0/0 of security group web",
        "remove rule egress everything to ::/0 of security group web",
    ]
    assert made.steps[2].later
    assert plan_groups(order(), sight(replace(WEB, rules=()))).steps[0].told == "add 2 rules to security group web"


def test_describes_anew_only_when_told() -> None:
    assert plan_groups(order(SSH), sight(replace(WEB, description=described("x")))).steps == ()
    assert plan_groups(order(SSH, description="x"), sight(replace(WEB, description=described("x")))).steps == ()
    assert done(plan_groups(order(SSH, description="y"), sight(WEB))) == ["describe security group web anew"]
    plan = plan_groups(order(SSH, description="y", adopt=True), sight(FOREIGN))
    assert plan.steps[0].facts == {"description": "y"}


def test_groups_of_one_order_may_name_each_other() -> None:
    plan = plan_groups(pair({"groups": ["int"], "ethertype": "IPv4"}), sight())
    assert done(plan) == [
        "create security group ext",
        "create security group int",
        "add 1 rule to security group ext",
        "add 4 rules to security group int",
    ]
    ext, inner = (Group(id=f"g-{name}", name=name, description=described(""), rules=OUT) for name in ("ext", "int"))
    half = plan_groups(pair({"groups": ["int"]}), sight(ext))
    assert [(step.told, step.later) for step in half.steps] == [
        ("create security group int", False),
        ("add 2 rules to security group ext", True),
        ("add 4 rules to security group int", True),
    ]
    whole = plan_groups(pair({"groups": ["int"], "ethertype": "IPv4"}), sight(ext, inner))
    assert not any(step.later for step in whole.steps)
    facts = whole.steps[0].facts or {}
    assert [rule["remote_group_id"] for rule in facts["rules"]] == ["g-int"]


def test_a_rule_may_name_a_group_that_is_there() -> None:
    for name in ("db", "g-db"):
        plan = plan_groups(order({"groups": [name], "ethertype": "IPv6"}), sight(DB, replace(WEB, rules=OUT)))
        assert (plan.steps[0].facts or {})["rules"][0]["remote_group_id"] == "g-db"
        assert plan.after is not None
        assert "everything from group db (IPv6)" in plan.after["groups"]["web"]["rules"]


def test_objects_to_a_group_that_is_not_there_or_twice() -> None:
    wanted = order({"groups": ["db"]})
    assert objection(wanted, sight(WEB)).startswith('there is no security group "db", which a rule of "web" names')
    two = objection(wanted, sight(WEB, DB, replace(DB, id="g-db2")))
    assert two == '2 security groups are named "db", which a rule of "web" names (g-db, g-db2); name one by its id'


def test_names_of_a_location_count_there() -> None:
    wanted = pair({"groups": ["int", "db"]}).at({"ext": "outer", "db": "g-db"})
    assert [each.here for each in wanted.groups] == ["outer", "int"]
    assert wanted.names == ["outer", "int", "g-db"]
    assert done(plan_groups(wanted, sight(DB)))[0] == "create security group outer"
    same = pair().at({"ext": "int"})
    assert 'several of the groups are called "int" here' in objection(same, sight())
    unknown = "00000000-0000-0000-0000-000000000000"
    by_id = order(SSH).at({"web": unknown})
    assert objection(by_id, sight()) == f"there is no security group {unknown}; a new one needs a name, not an id"
    assert plan_groups(replace(by_id, absent=True), sight()).steps == ()


def test_a_group_that_others_made_is_left_alone_unless_told() -> None:
    assert plan_groups(order(SSH), sight(FOREIGN)).steps == ()
    said = objection(order(HTTP), sight(FOREIGN))
    assert said.startswith('security group "web" was not made by this module, and is not as ordered (add 1 rule')
    assert len(plan_groups(order(HTTP, adopt=True), sight(FOREIGN)).steps) == 2
    gone = order(state="absent")
    assert objection(gone, sight(FOREIGN)).endswith("adopt: true deletes it all the same")
    assert done(plan_groups(order(state="absent", adopt=True), sight(FOREIGN))) == ["delete security group web"]


def test_objects_to_a_name_that_several_bear() -> None:
    for others in ((FOREIGN, WEB), (FOREIGN, replace(FOREIGN, id="g-x"))):
        said = objection(order(SSH, adopt=True), sight(*others))
        assert said.startswith('2 security groups are named "web" (g-')


def test_two_that_runs_made_at_once_become_one() -> None:
    for seen in ((WEB, TWIN), (TWIN, WEB)):
        assert [step.id for step in plan_groups(order(SSH), sight(*seen)).steps] == ["g-twin"]
    used = sight(WEB, TWIN, users={"g-twin": ["server one (s1)"]})
    assert [step.id for step in plan_groups(order(SSH), used).steps] == ["g-web"]


def test_a_group_in_use_stays_and_its_users_are_told() -> None:
    gone = order(state="absent")
    assert done(plan_groups(gone, sight(WEB, users={}))) == ["delete security group web"]
    said = objection(gone, sight(WEB, users={"g-web": [f"server n{number}" for number in range(7)]}))
    assert said == (
        'security group "web" (g-web) is in use by server n0, server n1, server n2, server n3, server n4 and 2 more; '
        "delete these first, or take the group from them"
    )
    assert "in use by server n0;" in objection(gone, sight(WEB, users={"g-web": ["server n0"]}))
    plan = plan_groups(gone, sight(WEB))
    assert (plan.before is None, plan.after) == (False, None)
    assert plan_groups(gone, sight()) == Plan()


ROOM = {"security_group": Quota(limit=10, used=9), "security_group_rule": Quota(limit=100, used=96)}


def test_knows_the_quota_before_it_writes() -> None:
    assert len(plan_groups(order(SSH, HTTP), sight(quotas=ROOM)).steps) == 2
    many = {**HTTP, "ports": ["80", "81", "82"]}
    assert objection(order(many), sight(quotas=ROOM)) == (
        "room for 4 more security group rules, 5 needed; 96 of 100 used; delete what nobody needs, or have the quota "
        "raised"
    )
    full = {**ROOM, "security_group": Quota(limit=10, used=11)}
    assert objection(order(SSH), sight(quotas=full)).startswith("room for 0 more security groups, 1 needed; 11 of 10")
    endless = {"security_group_rule": Quota(limit=None, used=1000)}
    assert len(plan_groups(order(many), sight(quotas=endless)).steps) == 2


def test_shuts_before_it_opens_where_the_room_is_short() -> None:
    short = {"security_group_rule": Quota(limit=100, used=100)}
    plan = plan_groups(order(HTTP), sight(WEB, quotas=short))
    assert [step.what for step in plan.steps] == ["remove", "add"]
    assert plan_groups(order(SSH), sight(WEB, quotas=short)).steps == ()


def peer(location: str, number: int) -> Rule:
    return Rule(cidr=f"203.0.113.{number}/32", note=f"{PEERS}crawl {location}", id=f"r-peer{number}")


def test_peers_come_and_go_and_stay_where_nobody_knows() -> None:
    there = replace(WEB, rules=(*OUT, peer("a:1", 1), peer("b:1", 2), peer("c:1", 3)))
    kept = frozenset({f"{PEERS}crawl c:1"})
    seen = sight(there, peers=((peer("a:1", 1), peer("a:1", 4)),), kept=kept)
    for exclusive in (True, False):
        plan = plan_groups(order({"peers": ["crawl"]}, exclusive=exclusive), seen)
        assert done(plan) == [
            "add 1 rule to security group web",
            "remove rule everything from 203.0.113.2/32 of security group web",
        ]
    others = plan_groups(order({"peers": ["other"]}), replace(seen, peers=((),)))
    assert len(others.steps) == 3


def test_refuses_orders_that_make_no_sense() -> None:
    for options, says in (
        ({"name": ""}, 'name: "" cannot be the name of a group'),
        ({"name": "x" * 256}, "it has 1 to 255 letters"),
        ({"rules": None}, 'rules: none are given for "web"; [] says that nothing may come in'),
        ({"description": "x" * 201}, "description: it has 201 letters, and 200 are the most"),
        ({"rules": [SSH, {}]}, "rules[1]: it says of nobody"),
        (
            {"security_groups": [{"name": "a", "rules": []}, {"name": "b", "rules": [{}]}]},
            "security_groups[1]: rules[0]: it says of nobody",
        ),
        (
            {"security_groups": [{"name": "a", "rules": []}, {"name": "a", "rules": []}]},
            'security_groups: "a" is there twice',
        ),
    ):
        with pytest.raises(OrderError) as refused:
            order(**options)  # type: ignore[arg-type]
        assert says in str(refused.value)


def test_an_order_tells_what_it_is_about() -> None:
    assert order(SSH).told == "security group web"
    assert pair({"peers": ["crawl", "other"]}).told == "security groups ext, int"
    assert pair({"peers": ["crawl", "other"]}).fleets == {"crawl", "other"}
