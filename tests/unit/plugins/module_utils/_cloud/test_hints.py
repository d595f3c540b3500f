# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.account_files import (
    MANY,
    PLAIN,
    complaint,
    write,
)
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import accounts_of

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("an_empty_home")


def test_hints_come_from_four_places_the_nearest_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"priority": 1, "weight": 1, "cost": 1, "headroom": 1, "image": {"a": "cloud", "b": "cloud"}}
    region = {
        "name": "one",
        "values": {"multi_stack": {"weight": 2, "cost": 2, "headroom": 2, "image": {"b": "region"}}},
    }
    path = write(tmp_path, {"clouds": {"alpha": {**PLAIN, "regions": [region, "two"], "multi_stack": there}}})
    override = {
        "clouds": {"alpha": {"cost": 3, "headroom": 3, "regions": {"one": {"headroom": 4, "status": "unavailable"}}}}
    }
    guide = write(tmp_path, override, "accounts.yml")
    one, two = load_accounts(str(path), str(guide)).all
    assert one.hints == Hints(available=False, priority=1, weight=2.0, cost=3.0, headroom=4)
    assert two.hints == Hints(available=True, priority=1, weight=1.0, cost=3.0, headroom=3)
    assert one.names.image == {"a": "cloud", "b": "region"}
    monkeypatch.setenv("OPENMULTISTACK_ACCOUNTS_FILE", str(guide))
    assert load_accounts(str(path)).all == load_accounts(str(path), "").all == (one, two)


@pytest.mark.parametrize(("said", "seconds"), [("2h", 7200), ("1d 30m", 88200), ("90", 90), (90, 90)])
def test_an_owner_may_be_given_a_share_and_servers_a_longest_life(tmp_path: Path, said: object, seconds: int) -> None:
    hints = {"max_servers_per_owner": 0, "max_lifetime": said}
    (account,) = accounts_of(tmp_path, {"alpha": {**PLAIN, "multi_stack": hints}}).all
    assert account.hints == Hints(max_servers_per_owner=0, max_lifetime=seconds)


@pytest.mark.parametrize("content", ["", "clouds:\n", "clouds: {alpha: }\n", "clouds: {alpha: {regions: }}\n"])
def test_an_empty_accounts_file_says_nothing(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, {"clouds": {"alpha": PLAIN}})
    accounts = load_accounts(str(path), str(write(tmp_path, content, "accounts.yml")))
    assert accounts.all[0].hints == Hints()
    assert accounts.warnings == ()


def test_hints_for_clouds_that_are_not_there_are_warned_of(tmp_path: Path) -> None:
    path = write(tmp_path, {"clouds": {"conoha": MANY}})
    content = {"clouds": {"connoha": {"status": "unavailable"}, "conoha": {"regions": {"too": {"priority": 1}}}}}
    guide = write(tmp_path, content, "accounts.yml")
    assert load_accounts(str(path), str(guide)).warnings == (
        f'{guide}: cloud "connoha" is not in clouds.yaml, so its hints have no effect; there is conoha',
        f'{guide}: region "too" of cloud "conoha" is not in clouds.yaml, so its hints have no effect; '
        "there is two, one",
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"cloud": {}}, 'accounts.yml: unknown key "cloud"; it takes clouds'),
        ({"clouds": {"alpha": {"prioritty": 1}}}, 'cloud "alpha": unknown key "prioritty"; it takes priority, '),
        (
            {"clouds": {"alpha": {"regions": {"here": {"x": 1}}}}},
            'cloud "alpha", region "here": unknown key "x"; it takes ',
        ),
        ({"clouds": [1]}, 'accounts.yml: "clouds" is to be a mapping'),
        ([1], "accounts.yml: the file is to be a mapping (key: value), not a list"),
    ],
)
def test_an_accounts_file_with_a_mistake_is_told(tmp_path: Path, content: t.Any, text: str) -> None:
    path = write(tmp_path, {"clouds": {"alpha": PLAIN}})
    assert text in complaint(str(path), str(write(tmp_path, content, "accounts.yml")))


@pytest.mark.parametrize(
    ("hints", "text"),
    [
        ({"status": "on"}, 'status is to be available or unavailable, not "on"'),
        ({"priority": "high"}, 'priority is to be a whole number, not "high"'),
        ({"priority": True}, 'priority is to be a whole number, not "true"'),
        ({"weight": -1}, 'weight is to be a number, 0 or more, not "-1"'),
        ({"cost": []}, "cost is to be a number, 0 or more, not a list"),
        ({"max_servers": -1}, "max_servers is to be a whole number, 0 or more"),
        ({"max_servers_per_owner": 1.5}, "max_servers_per_owner is to be a whole number, 0 or more"),
        ({"max_lifetime": "soon"}, 'max_lifetime is to be a length of time (40m, 2h, 1d), or seconds, not "soon"'),
        ({"max_lifetime": "never"}, "max_lifetime is to be a length of time"),
        ({"max_lifetime": 0}, "max_lifetime is to be a length of time"),
        ({"max_lifetime": True}, "max_lifetime is to be a length of time"),
        ({"requests_per_second": 0}, "requests_per_second is to be a number above 0"),
        ({"image": "x"}, 'image is to be a mapping of your names to this provider\'s, not "x"'),
        ({"flavor": {"a": 1}}, "flavor is to be a mapping of your names to this provider's"),
        ({"ssh_user": 7}, "ssh_user is to be a name, or a mapping of images to names"),
        ({"jump_host": {}}, "jump_host is to be a text"),
    ],
)
def test_a_hint_of_the_wrong_kind_is_told(tmp_path: Path, hints: dict[str, t.Any], text: str) -> None:
    path = write(tmp_path, {"clouds": {"alpha": {**PLAIN, "multi_stack": hints}}})
    said = complaint(str(path))
    assert said.startswith(f'{path}: cloud "alpha": ')
    assert text in said


def test_the_ssh_user_may_depend_on_the_image(tmp_path: Path) -> None:
    one, two = accounts_of(
        tmp_path,
        {
            "one": {**PLAIN, "multi_stack": {"ssh_user": "debian", "jump_host": "bastion"}},
            "two": {**PLAIN, "multi_stack": {"ssh_user": {"debian-13": "debian"}}},
        },
    ).all
    assert (one.ssh_user("any"), one.notes.jump_host) == ("debian", "bastion")
    assert (two.ssh_user("debian-13"), two.ssh_user("other")) == ("debian", "")
