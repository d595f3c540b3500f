# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, is_trusted_as_template, trust_as_template

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Host
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._host_vars import (
    Meant,
    names_for,
    plain,
)


def host(name: str, location: str = "alpha:east", id: str = "1") -> Host:
    server = Server(id=id, name=name, status="ACTIVE", created=0.0)
    return Host(name=name, location=location, server=server)


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("web", "web"),
        ("web[1:2]", "web[1:2]"),
        ("localhost", "localhost.alpha.east"),
        ("all", "all.alpha.east"),
        ("fleet_crawl", "fleet_crawl.alpha.east"),
        ("flavor_m1_tiny", "flavor_m1_tiny.alpha.east"),
        ("{{ 1 + 1 }}", "__ 1 + 1 __.alpha.east"),
        ("web\n[ERROR]: forged", "web_[ERROR]: forged.alpha.east"),
        ("web\x1b[31m", "web_[31m.alpha.east"),
        ("\u202ebew", "_bew.alpha.east"),
        ("w" * 300, "w" * 255 + ".alpha.east"),
    ],
)
def test_a_name_that_means_something_else_gets_its_location(name: str, becomes: str) -> None:
    meant = Meant.by({"fleet_crawl"}, [{"prefix": "flavor", "key": "multi_stack.flavor"}, {"key": "multi_stack.zone"}])
    assert [name for name, _host in names_for([host(name)], meant)] == [becomes]


def test_names_stay_unique() -> None:
    hosts = [host("{"), host("_.alpha.east", id="2"), host("}", id="3"), host("{", id="4")]
    assert [name for name, _host in names_for(hosts, Meant(names=()))] == [
        "_.alpha.east.1",
        "_.alpha.east",
        "_.alpha.east.3",
        "_.alpha.east.4",
    ]


def test_only_text_without_a_brace_is_called_harmless() -> None:
    value = plain({"cloud": "alpha", "name": "{{ 1 }}", "addresses": ["10.0.0.1"], "slot": 1, "zone": None})
    assert value == {"cloud": "alpha", "name": "{{ 1 }}", "addresses": ["10.0.0.1"], "slot": 1, "zone": None}
    assert is_trusted_as_template(value["cloud"])
    assert is_trusted_as_template(value["addresses"][0])
    assert not is_trusted_as_template(value["name"])


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ 1 + 1 }}",
        "{% if true %}2{% endif %}",
        "{# nothing #}",
        "#jinja2:variable_start_string:'<<',variable_end_string:'>>'\n<< 1 + 1 >>",
        "#jinja2:block_start_string:'<%',block_end_string:'%>'\n<% if true %>2<% endif %>",
        "#jinja2:line_statement_prefix:'!'\n! if true\n2\n! endif",
        " #jinja2:variable_start_string:'<<',variable_end_string:'>>'\n<< 1 + 1 >>",
    ],
)
def test_what_a_cloud_says_is_never_rendered(hostile: str) -> None:
    templar = Templar(DataLoader(), variables={"multi_stack": plain({"owner": hostile})})
    assert templar.template(trust_as_template("{{ multi_stack.owner }}")) == hostile
    assert not is_trusted_as_template(plain(hostile))


def test_what_the_user_trusts_never_makes_the_same_words_of_a_cloud_trusted() -> None:
    template = "{{ 1 + 1 }}"
    plain(trust_as_template(template))
    assert not is_trusted_as_template(plain("".join(template)))
