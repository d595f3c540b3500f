# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.loader import inventory_loader

from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.inventory.sources import Source, groups_of

if t.TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.slow


def test_shows_what_runs_in_groups(source: Source) -> None:
    alpha = {"crawl-001", "crawl-002", "web"}
    beta = {"crawl-003", "web.beta.RegionOne", "localhost.beta.RegionOne"}
    assert groups_of(source()) == {
        "cloud_alpha": alpha,
        "cloud_beta": beta,
        "location_alpha_RegionOne": alpha,
        "location_beta_RegionOne": beta,
        "fleet_crawl": {"crawl-001", "crawl-002", "crawl-003"},
        "zone_az1": alpha | beta,
        "flavor_m1_nano": alpha | beta,
        "status_ACTIVE": alpha | beta,
    }


def test_gives_each_host_what_it_needs_to_log_in(source: Source) -> None:
    hosts = source().hosts
    assert hosts["crawl-003"].vars["ansible_host"] == hosts["crawl-003"].vars["multi_stack"]["address"]
    assert hosts["crawl-003"].vars["ansible_user"] == "debian"
    assert "ansible_user" not in hosts["crawl-001"].vars
    assert hosts["crawl-001"].vars["multi_stack_status"] == "ACTIVE"
    assert hosts["crawl-001"].vars["multi_stack"]["slot"] == 1


def test_makes_groups_and_variables_as_the_file_says(source: Source) -> None:
    inventory = source(
        compose={"rack": "multi_stack.cloud ~ '-' ~ multi_stack.availability_zone"},
        groups={"first": "multi_stack.slot == 1"},
        keyed_groups=[{"key": "multi_stack.flavor", "prefix": "flavor"}],
    )
    assert inventory.hosts["crawl-003"].vars["rack"] == "beta-az1"
    assert groups_of(inventory)["first"] == {"crawl-001"}
    assert groups_of(inventory)["flavor_m1_nano"] == set(inventory.hosts)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"strict": True, "compose": {"rack": "multi_stack.nothing"}}, "has no attribute 'nothing'"),
        ({"timout": 3}, 'openmultistack.yml: unknown option "timout"; it takes timeout, '),
        ({"on_unreachable": "perhaps"}, "on_unreachable"),
        ({"clouds_yaml_path": "/nowhere/clouds.yaml"}, "/nowhere/clouds.yaml: there is no such file"),
        ({"accounts_file": "/nowhere/accounts.yml"}, "/nowhere/accounts.yml: it cannot be read"),
        ({"where": "status =="}, 'where: "status ==" is no JMESPath expression: '),
        ({"where": "length(slot)"}, 'where: "length(slot)" cannot be asked of crawl-001 at alpha:RegionOne: '),
        ({"stale_for": "soon"}, 'stale_for: "soon" is no length of time; write for example 40m'),
        ({"stale_for": "never"}, 'stale_for: "never" is no length of time'),
        ({"only_clouds": ["alpha", "gamma"]}, 'only_clouds: "gamma" is no cloud of '),
        ({"locations": ["gamma:*"]}, 'locations: "gamma:*" fits no location of '),
        ({"only_clouds": ["alpha"], "locations": ["beta"]}, "together they leave no location"),
        ({"strict": True, "hostnames": ["multi_stack.nothing"]}, 'hostnames: "multi_stack.nothing" makes no name for'),
    ],
)
def test_refuses_what_makes_no_sense(options: dict[str, t.Any], says: str, source: Source) -> None:
    with pytest.raises(AnsibleError) as refused:
        source(**options)
    assert says in str(refused.value)


@pytest.mark.parametrize("name", ["hosts.yml", "openmultistack.txt", "clouds.yaml"])
def test_other_files_are_not_its_own(name: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / name).touch()
    assert not inventory_loader.get("openmultistack.cloud.multi_stack").verify_file(str(tmp_path / name))


@pytest.mark.parametrize("name", ["osaka.multi_stack.yml", "multi_stack.yaml", "openmultistack.yaml"])
def test_its_own_files_end_in_its_name(name: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / name).touch()
    assert inventory_loader.get("openmultistack.cloud.multi_stack").verify_file(str(tmp_path / name))


@pytest.mark.parametrize(
    ("options", "hosts"),
    [
        ({"only_clouds": ["beta"]}, {"crawl-003", "web", "localhost.beta.RegionOne"}),
        ({"exclude": ["beta"]}, {"crawl-001", "crawl-002", "web"}),
        ({"locations": ["al*:Region*"]}, {"crawl-001", "crawl-002", "web"}),
        ({"fleets": ["cr*"]}, {"crawl-001", "crawl-002", "crawl-003"}),
        ({"statuses": ["error"]}, {"gone"}),
        ({"fleets": ["crawl"], "where": "cloud == 'beta'"}, {"crawl-003"}),
        ({"where": "slot > `1` || name == 'localhost'"}, {"crawl-002", "crawl-003", "localhost.beta.RegionOne"}),
        (
            {"where": "  "},
            {"crawl-001", "crawl-002", "crawl-003", "web", "web.beta.RegionOne", "localhost.beta.RegionOne"},
        ),
        (
            {"hostnames": ["multi_stack.nothing", "multi_stack.fleet", "'host-' ~ multi_stack.cloud"]},
            {
                "crawl",
                "crawl.alpha.RegionOne",
                "crawl.beta.RegionOne",
                "host-alpha",
                "host-beta",
                "host-beta.beta.RegionOne",
            },
        ),
    ],
)
def test_shows_what_is_asked_for_under_the_names_that_are_asked_for(
    options: dict[str, t.Any], hosts: set[str], source: Source
) -> None:
    assert set(source(**options).hosts) == hosts


def test_shows_everything_on_request(source: Source) -> None:
    assert groups_of(source(show_all=True))["status_ERROR"] == {"gone"}


def test_filters_that_leave_nothing_are_told_of(source: Source, warned: list[str]) -> None:
    assert source(where='status == "ACTIVE"').hosts == {}
    assert warned == ["of 6 servers, none is what fleets, statuses, show_all and where ask for; loosen one of them"]


def test_jumps_over_the_host_of_the_location_or_else_the_given_one(source: Source) -> None:
    hosts = source(jump_host="ops@gate, -o ProxyCommand=x").hosts
    assert hosts["crawl-001"].vars["ansible_ssh_common_args"] == "-o 'ProxyJump=ops@gate, -o ProxyCommand=x'"
    assert hosts["crawl-003"].vars["ansible_ssh_common_args"] == "-o ProxyJump=ops@gate.beta:2222"
    assert "ansible_ssh_common_args" not in source().hosts["crawl-001"].vars


def test_logs_in_with_the_key_of_the_server_where_it_is_there(source: Source, tmp_path: pathlib.Path) -> None:
    assert "ansible_ssh_private_key_file" not in source(key_dir=str(tmp_path / "none")).hosts["crawl-001"].vars
    for name in ("crawl-001", "crawl-002"):
        (tmp_path / name).write_text("private")
        (tmp_path / f"{name}.pub").write_text("public")
    hosts = source(key_dir=str(tmp_path)).hosts
    assert hosts["crawl-001"].vars["ansible_ssh_private_key_file"] == str(tmp_path / "crawl-001")
    assert [name for name, host in hosts.items() if "ansible_ssh_private_key_file" in host.vars] == ["crawl-001"]


def test_every_option_can_come_from_the_environment(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "FLEETS": "crawl, web",
        "WHERE": "slot > `1`",
        "EXCLUDE": "beta",
        "HOSTNAMES": "multi_stack.id",
    }.items():
        monkeypatch.setenv(f"OPENMULTISTACK_{name}", value)
    [host] = source().hosts.values()
    assert (host.name, host.vars["multi_stack"]["name"]) == (host.vars["multi_stack"]["id"], "crawl-002")


def test_an_empty_value_reads_as_not_set(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    options = inventory_loader.get("openmultistack.cloud.multi_stack").option_definitions
    names = [each["name"] for option in options.values() for each in option.get("env") or ()]
    ours = [name for name in names if name.startswith("OPENMULTISTACK_")]
    assert len(ours) > 15
    for name in ours:
        monkeypatch.setenv(name, "")
    blank = dict.fromkeys(["timeout", "stale_for", "on_unreachable", "where", "show_all", "fleets"], "")
    assert len(source(**blank, jump_host=None).hosts) == 6
    assert os.environ["OPENMULTISTACK_TIMEOUT"] == ""


def test_every_option_of_ours_has_an_environment_variable() -> None:
    options = inventory_loader.get("openmultistack.cloud.multi_stack").option_definitions
    of_ansible = {"plugin", "compose", "groups", "keyed_groups", "leading_separator"}
    assert {name for name, option in options.items() if not option.get("env")} == of_ansible


ENVIRONMENT: dict[str, tuple[str, t.Any]] = {
    "accounts_file": ("/some/accounts.yml", "/some/accounts.yml"),
    "clouds_yaml_path": ("/some/clouds.yaml", "/some/clouds.yaml"),
    "exclude": ("alpha,beta:*", ["alpha", "beta:*"]),
    "fleets": ("crawl-*", ["crawl-*"]),
    "hostnames": ("multi_stack.id", ["multi_stack.id"]),
    "jump_host": ("ops@gate", "ops@gate"),
    "key_dir": ("/some/keys", "/some/keys"),
    "locations": ("alpha,beta", ["alpha", "beta"]),
    "on_unreachable": ("omit", "omit"),
    "only_clouds": ("alpha, beta", ["alpha", "beta"]),
    "only_ipv4": ("yes", True),
    "prefer_networks": ("private,*", ["private", "*"]),
    "private": ("1", True),
    "show_all": ("true", True),
    "stale_for": ("2d", "2d"),
    "statuses": ("ACTIVE,ERROR", ["ACTIVE", "ERROR"]),
    "strict": ("true", True),
    "timeout": ("2.5", 2.5),
    "where": ("slot > `1`", "slot > `1`"),
}


def test_every_option_is_taken_from_the_environment_as_it_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = inventory_loader.get("openmultistack.cloud.multi_stack")
    ours = {name for name, each in plugin.option_definitions.items() if f"OPENMULTISTACK_{name.upper()}" in str(each)}
    assert ours == set(ENVIRONMENT)
    for name, (text, _value) in ENVIRONMENT.items():
        monkeypatch.setenv(f"OPENMULTISTACK_{name.upper()}", text)
    plugin.set_options(direct={"plugin": "openmultistack.cloud.multi_stack"})
    assert {name: plugin.get_option(name) for name in ENVIRONMENT} == {
        name: value for name, (_text, value) in ENVIRONMENT.items()
    }


def test_of_several_places_the_first_that_is_there_is_read(source: Source) -> None:
    assert len(source(clouds_yaml_path=["/nowhere/clouds.yaml", str(source.clouds_yaml)]).hosts) == 6
    with pytest.raises(AnsibleParserError, match=r"/nowhere/clouds.yaml: there is no such file"):
        source(clouds_yaml_path=["/nowhere/clouds.yaml"])


def test_options_of_openstack_cloud_lead_to_ours(source: Source) -> None:
    with pytest.raises(AnsibleParserError, match=r'"fail_on_errors" is an option of .*write on_unreachable: fail'):
        source(fail_on_errors=True)
    same = {"only_clouds": ["alpha"], "private": True, "only_ipv4": True, "show_all": True, "compose": {}, "groups": {}}
    assert set(source(**same, keyed_groups=[], strict=False).hosts) == {"crawl-001", "crawl-002", "web", "gone"}


def test_ansibles_cache_spares_the_clouds(source: Source, clouds: Simulator, tmp_path: pathlib.Path) -> None:
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "facts")}
    first = source.with_options(cached, read=True)
    clouds.behave(preset="dead")
    again = source.with_options(cached, read=True)
    assert groups_of(again) == groups_of(first)
    assert [host.vars for host in again.hosts.values()] == [host.vars for host in first.hosts.values()]
    with pytest.raises(AnsibleParserError, match="not every location answered"):
        source.with_options({**cached, "on_unreachable": "fail"}, read=False)


def test_a_cache_of_other_accounts_is_not_used(source: Source, clouds: Simulator, tmp_path: pathlib.Path) -> None:
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "facts")}
    source.with_options({**cached, "only_clouds": ["alpha"]}, read=True)
    assert len(source.with_options(cached, read=True).hosts) == 6
    assert len(source.with_options({**cached, "only_clouds": ["alpha"]}, read=True).hosts) == 3
    for path in (tmp_path / "facts").iterdir():
        path.write_text(json.dumps({"a": 1}))
    assert len(source.with_options(cached, read=True).hosts) == 6


def test_groups_that_would_be_one_are_told_apart(source: Source, warned: list[str], tmp_path: pathlib.Path) -> None:
    with Simulator({"clouds": {name: {"servers": [{"name": name}]} for name in ("a-b", "a_b")}}) as alike:
        alike.clouds_yaml(tmp_path / "clouds.yaml")
        groups = groups_of(source())
        with pytest.raises(AnsibleParserError, match="no two groups may come to one name"):
            source(strict=True)
    assert groups["cloud_a_b"] == {"a_b"}
    [other] = [name for name, hosts in groups.items() if name.startswith("cloud_") and hosts == {"a-b"}]
    assert other.startswith("cloud_a_b_")
    assert (
        warned[0] == f"several groups would be named cloud_a_b; of them, cloud_a-b is {other}, cloud_a_b is cloud_a_b"
    )


def test_what_a_host_tells_is_small_even_of_a_hostile_cloud(source: Source, clouds: Simulator) -> None:
    clouds.add_server(
        "beta",
        name="n" * 70000 + "\n{{ 1 }}",
        key_name="{{ 2 }}" * 9000,
        metadata={"multi_stack_owner": "\n" * 65536, "multi_stack_image": "é" * 65536},
    )
    hosts = source().hosts.values()
    assert len(hosts) == 7
    assert all(len(host.name) < 300 and host.name.isprintable() for host in hosts)
    sizes = [len(json.dumps(host.vars)) for host in hosts]
    assert 500 < min(sizes) < max(sizes) <= 1536
