# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of an account need to be as ordered."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.account_order import account_order
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.account_plan import (
    CLOUDS,
    HINTS,
    SECURE,
    AccountPlan,
    Held,
    account_name,
    account_row,
    plan_absent,
    plan_present,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.cloud_entry import secrets_in_address
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.edits import applied
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

URL = "https://keystone.example.net:5000/v3"
ADA = {"auth_url": URL, "username": "ada", "project_name": "p", "user_domain_id": "d", "project_domain_id": "d"}
OPENRC = f"OS_AUTH_URL={URL} OS_USERNAME=ada OS_PROJECT_ID=1 OS_USER_DOMAIN_ID=d\nread OS_PASSWORD\n"
CREDENTIAL = {"application_credential_id": "i", "application_credential_secret": "hush"}


def planned(held: Held | None = None, openrc: str = "", **options: t.Any) -> AccountPlan:
    given = {"name": "alpha", "openrc": "rc" if openrc else None, **options}
    return plan_present(account_order(given, openrc), held or Held())


def after(held: Held | None = None, openrc: str = "", **options: t.Any) -> Held:
    held = held or Held()
    edits = planned(held, openrc, **options).edits
    return Held(
        clouds=applied(held.clouds, edits[CLOUDS]),
        secure=applied(held.secure, edits[SECURE]),
        hints=applied(held.hints, edits[HINTS]),
    )


def holding(entry: t.Any, secure: t.Any = None, hints: t.Any = None) -> Held:
    def file(content: t.Any) -> dict[str, t.Any]:
        return {"clouds": {"alpha": content}} if content else {}

    return Held(clouds=file(entry), secure=file(secure), hints=file(hints))


def complaint(held: Held | None = None, openrc: str = "", **options: t.Any) -> str:
    with pytest.raises(OrderError) as caught:
        planned(held, openrc, **options)
    return str(caught.value)


THERE = holding({"auth": ADA, "region_name": "one"}, {"auth": {"password": "hush"}})


def test_a_new_account_has_its_secret_apart() -> None:
    held = after(auth={**ADA, "password": "hush", "user_id": None}, regions=["one", "two"], cacert="/ca", verify=False)
    assert held.clouds == {
        "clouds": {"alpha": {"auth": ADA, "cacert": "/ca", "verify": False, "regions": ["one", "two"]}}
    }
    assert held.secure == {"clouds": {"alpha": {"auth": {"password": "hush"}}}}
    plan = planned(auth={**ADA, "password": "hush"})
    assert plan.new
    assert plan.diff["after"].splitlines()[0] == f"clouds.yaml: alpha: auth.auth_url: {URL}"
    assert plan.diff["after"].splitlines()[-1] == "secure.yaml: alpha: auth.password: (not shown)"


def test_nothing_is_to_be_done_where_all_is_as_wanted() -> None:
    plan = planned(THERE, auth={**ADA, "password": "hush"}, regions=["one"])
    assert (plan.edits, plan.diff, plan.new) == (
        {CLOUDS: (), SECURE: (), HINTS: ()},
        {"before": "", "after": ""},
        False,
    )


def test_a_diff_tells_that_a_secret_changed_and_not_what_it_is() -> None:
    assert planned(THERE, auth={"password": "new", "username": "eve"}).diff == {
        "before": "clouds.yaml: alpha: auth.username: ada\nsecure.yaml: alpha: auth.password: (not shown)\n",
        "after": "clouds.yaml: alpha: auth.username: eve\nsecure.yaml: alpha: auth.password: (not shown, another)\n",
    }


def test_a_diff_shows_of_what_it_does_not_know_only_that_it_is_there() -> None:
    entry = {
        "auth": {**ADA, "auth_url": "https://u:hush@x/v3"},
        "regions": ["one", {"values": {"k": "hush"}}],
        "x": {"y": "hush"},
        "z": None,
        "vendor": ["hush"],
        "multi_stack": {"image": {"debian": "vmi"}, "cost": None},
    }
    plan = plan_absent("alpha", holding(entry, {"auth": {"password": "hush"}}, {"cost": 1}))
    assert plan.named
    assert plan.diff == {
        "before": "clouds.yaml: alpha: auth.auth_url: https://x/v3\n"
        "clouds.yaml: alpha: auth.username: ada\n"
        "clouds.yaml: alpha: auth.project_name: p\n"
        "clouds.yaml: alpha: auth.user_domain_id: d\n"
        "clouds.yaml: alpha: auth.project_domain_id: d\n"
        "clouds.yaml: alpha: regions: one, (not shown)\n"
        "clouds.yaml: alpha: x.y: (not shown)\n"
        "clouds.yaml: alpha: z: \n"
        "clouds.yaml: alpha: vendor: (not shown)\n"
        "clouds.yaml: alpha: multi_stack.image.debian: vmi\n"
        "clouds.yaml: alpha: multi_stack.cost: \n"
        "secure.yaml: alpha: auth.password: (not shown)\n"
        "accounts file: alpha: cost: 1\n",
        "after": "",
    }


def test_a_secret_in_clouds_yaml_moves_when_the_account_is_changed() -> None:
    held = after(holding({"auth": {**ADA, "password": "hush"}}), auth={"username": "eve"})
    assert held.clouds["clouds"]["alpha"] == {"auth": {**ADA, "username": "eve"}}
    assert held.secure["clouds"]["alpha"] == {"auth": {"password": "hush"}}


def test_what_it_does_not_understand_is_kept() -> None:
    entry = {"auth": {**ADA, "odd": 1}, "vendor": {"a": 1}, "regions": ["one", {"name": "two", "values": {"b": 2}}]}
    before = holding(entry, {"auth": {"password": "hush", "odder": 3}, "also": 4})
    held = after(before, auth={"project_name": "q"}, regions=["two", "three"])
    assert held.clouds["clouds"]["alpha"] == {
        "auth": {**ADA, "odd": 1, "project_name": "q"},
        "vendor": {"a": 1},
        "regions": [{"name": "two", "values": {"b": 2}}, "three"],
    }
    assert held.secure == before.secure


def test_what_was_kept_apart_stays_apart() -> None:
    apart = {"username": "ada", "password": "hush"}
    held = after(holding({"auth": {"auth_url": URL}}, {"auth": apart}), auth={"username": "eve"})
    assert held.secure["clouds"]["alpha"]["auth"] == {"username": "eve", "password": "hush"}
    assert held.clouds["clouds"]["alpha"]["auth"] == {"auth_url": URL}


def test_an_id_takes_the_place_of_a_name() -> None:
    auth = after(THERE, auth={"project_id": "7"}).clouds["clouds"]["alpha"]["auth"]
    assert (auth.get("project_name"), auth["project_id"], auth["user_domain_id"]) == (None, "7", "d")


def test_one_way_to_log_in_takes_the_place_of_the_other_and_back() -> None:
    held = after(THERE, auth=CREDENTIAL)
    assert held.clouds["clouds"]["alpha"] == {
        "auth": {"auth_url": URL, "application_credential_id": "i"},
        "region_name": "one",
        "auth_type": "v3applicationcredential",
    }
    assert held.secure["clouds"]["alpha"] == {"auth": {"application_credential_secret": "hush"}}
    back = after(held, auth={**ADA, "password": "hush"})
    assert (back.clouds, back.secure) == (THERE.clouds, THERE.secure)


def test_an_openrc_takes_the_place_of_what_was_said_and_keeps_the_password_of_the_same_user() -> None:
    before = holding(
        {"auth": {**ADA, "project_name": "old", "odd": 1}, "auth_type": "v3x", "regions": ["zero"], "vendor": 1},
        {"auth": {"password": "hush"}},
    )
    held = after(before, OPENRC + "OS_REGION_NAME=one OS_INTERFACE=publicURL OS_INSECURE=true OS_CACERT=/ca")
    assert held.clouds["clouds"]["alpha"] == {
        "auth": {"auth_url": URL, "username": "ada", "project_id": "1", "user_domain_id": "d", "odd": 1},
        "vendor": 1,
        "interface": "public",
        "verify": False,
        "cacert": "/ca",
        "regions": ["zero", "one"],
    }
    assert held.secure == before.secure
    again = planned(held, OPENRC + "OS_REGION_NAME=one OS_INTERFACE=publicURL OS_INSECURE=true OS_CACERT=/ca")
    assert not any(again.edits.values())


def test_the_password_of_one_user_is_not_given_to_another() -> None:
    other = OPENRC.replace("ada", "eve")
    assert complaint(THERE, other).startswith(
        'cloud "alpha" cannot be used so: rc: OS_PASSWORD is asked for at a prompt (line 2); give auth.password'
    )
    assert after(THERE, other, auth={"password": "new"}).secure["clouds"]["alpha"]["auth"] == {"password": "new"}


def test_an_option_goes_before_the_openrc() -> None:
    code = "OS_AUTH_URL=$(url) OS_USERNAME=x OS_PROJECT_ID=1 OS_USER_DOMAIN_ID=d OS_REGION_NAME=`r`\nOS_PASSWORD=p"
    given = {"auth_url": URL, "user_id": "u", "project_name": "n", "project_domain_id": "d"}
    entry = after(None, code, auth=given, regions=["one"]).clouds["clouds"]["alpha"]
    assert entry == {"auth": {**given, "user_domain_id": "d"}, "region_name": "one"}


def test_an_openrc_of_an_application_credential() -> None:
    text = (
        f"OS_AUTH_TYPE=v3applicationcredential OS_AUTH_URL={URL}\n"
        "OS_APPLICATION_CREDENTIAL_ID=i OS_APPLICATION_CREDENTIAL_SECRET=hush"
    )
    held = after(None, text)
    assert held.clouds["clouds"]["alpha"]["auth"] == {"auth_url": URL, "application_credential_id": "i"}
    assert held.clouds["clouds"]["alpha"]["auth_type"] == "v3applicationcredential"
    assert held.secure["clouds"]["alpha"]["auth"] == {"application_credential_secret": "hush"}


def test_the_old_style_is_taken_as_keystone_v3_has_it_and_told_of() -> None:
    text = "OS_AUTH_URL=https://x:5000/v2.0/ OS_TENANT_NAME=t OS_USERNAME=ada OS_PASSWORD=p OS_FOO=1"
    order = account_order({"name": "alpha", "openrc": "rc"}, text + "\nls")
    assert order.wanted.auth == {
        "auth_url": "https://x:5000/v3",
        "project_name": "t",
        "username": "ada",
        "password": "p",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    old, domains, strange, code = order.wanted.warnings
    assert "auth_url ends in /v2.0, and OpenStack has no Keystone v2 since 2018. It is taken as /v3" in old
    assert 'rc: it names no domain, so "default" is taken' in domains
    assert strange.startswith("rc: OS_FOO: nothing here knows what that is")
    assert code.startswith("rc, line 2: shell code")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, 'there is no account "alpha" in clouds.yaml; give openrc, or auth'),
        ({"hints": {"cost": 1}}, 'there is no account "alpha" in clouds.yaml'),
        ({"auth": {"username": "ada"}}, "it has no auth_url"),
        ({"auth": {"auth_url": URL}}, "it names no user"),
        ({"auth": ADA}, "its password is not known; give auth.password"),
        ({"auth": {"auth_url": URL, "application_credential_id": "i"}}, "give auth.application_credential_secret"),
        ({"auth": {**ADA, "auth_url": "https://u:hush@x/v3"}}, "auth_url holds a user or a password"),
        ({"auth": {**ADA, "auth_url": "keystone"}}, "auth_url is no address"),
        ({"name": "a:b"}, 'name: "a:b" cannot be the name of an account'),
        ({"name": "envvars"}, 'name: "envvars" cannot be the name of an account'),
    ],
)
def test_refuses_an_account_that_could_not_be_used(options: dict[str, t.Any], says: str) -> None:
    assert says in complaint(**options)
    assert "hush" not in complaint(**options)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "OS_REGION_NAME=$(x)",
            "rc: OS_REGION_NAME is what a command would tell (line 1), which is not run; give regions",
        ),
        ("OS_KEY=$(x)", "OS_KEY is what a command would tell (line 1), which is not run; write its value there"),
        (
            "OS_TENANT_ID=$(x)",
            "OS_TENANT_ID is what a command would tell (line 1), which is not run; give auth.project_id",
        ),
    ],
)
def test_tells_what_to_give_for_what_an_openrc_does_not_tell(line: str, says: str) -> None:
    assert says in complaint(None, line, auth={**ADA, "password": "p", "project_name": None})


def test_other_ways_to_log_in_are_left_to_their_plugins() -> None:
    held = after(auth={"auth_url": URL}, auth_type="v3kerberos")
    assert held.clouds["clouds"]["alpha"] == {"auth": {"auth_url": URL}, "auth_type": "v3kerberos"}
    assert held.secure == {}


def test_hints_are_merged_name_by_name_and_null_forgets() -> None:
    before = holding({"auth": ADA}, {}, {"cost": 1, "image": {"a": "b", "c": "d"}, "ssh_user": "x"})
    hints = {"cost": None, "priority": 2, "image": {"a": None, "e": "f"}, "ssh_user": {"a": "root"}}
    assert after(before, hints=hints).hints["clouds"]["alpha"] == {
        "priority": 2,
        "image": {"c": "d", "e": "f"},
        "ssh_user": {"a": "root"},
    }
    assert after(before, hints={"cost": None, "image": {"a": None, "c": None}, "ssh_user": None}).hints == {
        "clouds": {}
    }


def test_hints_of_a_region_are_its_own() -> None:
    before = holding({"auth": ADA, "regions": ["one", {"name": "two"}]}, {}, {"cost": 1})
    there = after(before, hints={"status": "unavailable"}, region="two")
    assert there.hints["clouds"]["alpha"] == {"cost": 1, "regions": {"two": {"status": "unavailable"}}}
    assert after(there, hints={"status": None}, region="two").hints == before.hints
    assert complaint(before, hints={"cost": 1}, region="three").endswith('has no region "three"; it has one, two')
    assert complaint(holding({"auth": ADA}), hints={"cost": 1}, region="three").endswith("clouds.yaml names none of it")
    one = after(holding({"auth": ADA, "region_name": "one"}), hints={"cost": 1}, region="one")
    assert one.hints == {"clouds": {"alpha": {"regions": {"one": {"cost": 1}}}}}


def test_hints_alone_leave_the_login_as_it_is() -> None:
    plan = planned(holding({"auth": {**ADA, "password": "hush"}}), hints={"cost": 1})
    assert [bool(plan.edits[file]) for file in (CLOUDS, SECURE, HINTS)] == [False, False, True]
    assert not plan.named


def test_other_accounts_are_left_alone_when_one_goes() -> None:
    held = Held(
        clouds={"clouds": {"alpha": {"auth": ADA}, "beta": {"x": 1}}, "cache": {"y": 2}}, secure={"clouds": None}
    )
    plan = plan_absent("alpha", held)
    assert applied(held.clouds, plan.edits[CLOUDS]) == {"clouds": {"beta": {"x": 1}}, "cache": {"y": 2}}
    assert not any(plan_absent("gamma", held).edits.values())


@pytest.mark.parametrize(
    "content", [{"clouds": ["alpha"]}, {"clouds": {"alpha": "x"}}, {"clouds": {"alpha": {"auth": 1}}}]
)
def test_a_file_of_another_shape_is_refused(content: dict[str, t.Any]) -> None:
    assert complaint(Held(clouds=content), auth={"username": "x"}).startswith("clouds.yaml: ")


def test_an_account_is_told_without_its_secrets() -> None:
    entry = {"auth": {**ADA, "auth_url": "https://u:hush@x/v3"}, "regions": ["one", {"name": "two"}]}
    row = account_row("alpha", holding(entry, {"auth": {"password": "hush"}}, {"cost": 1}))
    assert row == {
        "name": "alpha",
        "auth_url": "https://x/v3",
        "user": "ada",
        "project": "p",
        "regions": ["one", "two"],
        "secrets": ["password"],
        "hints": {"cost": 1},
    }
    assert account_row("beta", Held())["regions"] == []


def test_true_is_not_one_in_a_file() -> None:
    assert planned(holding({"auth": ADA, "verify": 1}, {"auth": {"password": "p"}}), verify=True).edits[CLOUDS]


def test_the_password_in_an_address_is_found() -> None:
    assert secrets_in_address("https://u:hush@x/v3") == ("hush",)
    assert secrets_in_address("https://u@x:5000/v3") == secrets_in_address(URL) == ()


def test_a_name_is_one_word() -> None:
    assert account_name("my-cloud_1.eu") == "my-cloud_1.eu"
