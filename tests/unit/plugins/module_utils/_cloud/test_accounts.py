# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import typing as t

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import (
    Account,
    Accounts,
    choose,
    load_accounts,
)
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Hints, Location
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import AccountsError, MissingLibraryError
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.account_files import (
    MANY,
    PLAIN,
    URL,
    complaint,
    write,
)
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import accounts_of

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("an_empty_home")


def labels(accounts: Accounts) -> list[str]:
    return [each.label for each in accounts.all]


def test_each_region_of_each_cloud_is_an_account_in_the_order_of_the_file(tmp_path: Path) -> None:
    nowhere = {key: value for key, value in PLAIN.items() if key != "region_name"}
    accounts = accounts_of(tmp_path, {"zeta": MANY, "alpha": PLAIN, "nowhere": nowhere})
    assert labels(accounts) == ["zeta:one", "zeta:two", "alpha:here", "nowhere"]
    assert accounts.all[1] == Account(cloud="zeta", region="two", notes=accounts.all[1].notes)
    assert accounts.source == str(tmp_path / "clouds.yaml")


@pytest.mark.parametrize(
    ("said", "regions"),
    [
        ({"region_name": "one"}, ["one"]),
        ({"region_name": ["one", "two"]}, ["one", "two"]),
        ({"region_name": "one,two"}, ["one", "two"]),
        ({"region-name": "one"}, ["one"]),
        ({"regions": ["one", "two"]}, ["one", "two"]),
        ({"regions": ["two"], "region_name": "one"}, ["two"]),
        ({"regions": [{"name": "one", "values": None}]}, ["one"]),
    ],
)
def test_regions_are_written_in_many_ways(tmp_path: Path, said: dict[str, t.Any], regions: list[str]) -> None:
    cloud = {**{key: value for key, value in PLAIN.items() if key != "region_name"}, **said}
    assert [each.region for each in accounts_of(tmp_path, {"alpha": cloud}).all] == regions


def test_a_region_is_opened_with_its_own_values(tmp_path: Path) -> None:
    own = {"name": "two", "values": {"auth": {"project_name": "other"}, "interface": "internal"}}
    accounts = accounts_of(tmp_path, {"alpha": {**PLAIN, "regions": ["one", own]}})
    one, two = (accounts.settings(each) for each in accounts.all)
    assert (one.get_region_name(), one.config["auth"]["project_name"]) == ("one", "demo")
    assert (two.get_region_name(), two.config["auth"]["project_name"]) == ("two", "other")
    assert (one.get_interface(), two.get_interface()) == ("public", "internal")


def test_the_file_of_the_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(write(tmp_path, {"clouds": {"alpha": PLAIN}})))
    assert labels(load_accounts()) == labels(load_accounts("")) == ["alpha:here"]


def test_the_usual_places_are_looked_at(tmp_path: Path) -> None:
    write(tmp_path / "home", {"clouds": {"alpha": PLAIN}})
    assert labels(load_accounts()) == ["alpha:here"]


def test_a_given_path_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(write(tmp_path / "home", {"clouds": {"alpha": PLAIN}})))
    monkeypatch.setenv("OS_AUTH_URL", URL)
    path = write(tmp_path / "there", {"clouds": {"beta": PLAIN}})
    assert labels(load_accounts(str(path))) == ["beta:here"]


def test_the_passwords_beside_a_given_path_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"clouds": {"alpha": {"auth": {"password": "other"}}}}, "secure.yaml")
    accounts = accounts_of(tmp_path, {"alpha": PLAIN})
    assert accounts.settings(accounts.all[0]).config["auth"]["password"] == "other"


def test_the_passwords_of_the_environment_go_with_a_given_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "away", {"clouds": {"alpha": {"auth": {"password": "other"}}}}, "secret.yaml")
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(path))
    accounts = accounts_of(tmp_path, {"alpha": PLAIN})
    assert accounts.settings(accounts.all[0]).config["auth"]["password"] == "other"


def test_a_cloud_that_only_the_passwords_of_another_place_name_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "home", {"clouds": {"work": {"auth": {"password": "p"}}}}, "secure.yaml")
    here = write(tmp_path, {"clouds": {"alpha": PLAIN}}, "here.yaml")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(here))
    assert labels(load_accounts()) == ["alpha:here"]


def test_the_variables_of_one_cloud_count_where_no_file_names_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"AUTH_URL": f"{URL}/v3", "USERNAME": "me", "REGION_NAME": "here"}.items():
        monkeypatch.setenv(f"OS_{name}", value)
    accounts = load_accounts()
    assert labels(accounts) == ["envvars:here"]
    assert accounts.settings(accounts.all[0]).config["username"] == "me"
    write(tmp_path / "home", {"clouds": {"alpha": PLAIN}})
    assert labels(load_accounts()) == ["alpha:here"]


def test_accounts_do_not_show_their_secrets(tmp_path: Path) -> None:
    assert "sEcReT" not in repr(accounts_of(tmp_path, {"alpha": PLAIN}))


def test_no_clouds_at_all_is_told_with_what_to_do() -> None:
    assert complaint() == (
        "no clouds.yaml was found in the working folder, ~/.config/openstack or /etc/openstack; "
        "put one there, name it by OS_CLIENT_CONFIG_FILE, or give clouds_yaml_path"
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("clouds: {alpha: {auth: [}\n", "clouds.yaml, line 1: this is no valid YAML ("),
        ("clouds: {}\n", 'clouds.yaml: it names no cloud; write at least one under "clouds:"'),
        ("", 'clouds.yaml: it names no cloud; write at least one under "clouds:"'),
        ("other: {}\n", "clouds.yaml: it names no cloud"),
        ("clouds: {alpha: 7}\n", 'clouds.yaml: cloud "alpha" is to be a mapping (key: value), not a number'),
        ("clouds: {alpha: {}}\n", 'clouds.yaml: cloud "alpha" has no auth_url; write "auth:" with auth_url, username'),
        ("clouds: {alpha: {auth: {username: me}}}\n", 'clouds.yaml: cloud "alpha" has no auth_url'),
        ("clouds: {alpha: {auth: x}}\n", 'cloud "alpha": auth is to be a mapping (key: value), not a text'),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, content: str, text: str) -> None:
    path = write(tmp_path, content)
    assert text in complaint(str(path))


@pytest.mark.parametrize("secret", ["clouds:\n  a: {auth: {password: sEcReT\n", 'password: "sEcReT\n', "\tsEcReT: [\n"])
def test_a_broken_file_does_not_tell_its_secrets(tmp_path: Path, secret: str) -> None:
    assert "sEcReT" not in complaint(str(write(tmp_path, secret)))


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"regions": ["one", "one"]}, 'cloud "alpha" has region "one" twice'),
        ({"regions": [{"name": "one", "value": {}}]}, 'takes "name" and "values", not value'),
        ({"regions": [{"name": "one", "values": 7}]}, '"values" of region "one" of cloud "alpha" is to be a mapping'),
        (
            {"region_name": None, "profile": "https://example.com"},
            "known only to the remote profile https://example.com",
        ),
        ({"region_name": None, "profile": "ovh"}, "known only to the remote profile https://ovhcloud.com"),
    ],
)
def test_regions_that_cannot_be_told_are_complained_of(tmp_path: Path, more: dict[str, t.Any], text: str) -> None:
    path = write(tmp_path, {"clouds": {"alpha": {**PLAIN, **more}}})
    assert text in complaint(str(path))


def test_a_shipped_profile_gives_its_regions(tmp_path: Path) -> None:
    cloud = {"profile": "rackspace", "auth": {"username": "me", "password": "x"}}
    assert "rackspace:DFW" in labels(accounts_of(tmp_path, {"rackspace": cloud}))


def test_a_remote_profile_is_not_asked_for_where_the_regions_are_known(tmp_path: Path) -> None:
    cloud = {"profile": "https://127.0.0.1:1", "region_name": "one", "auth": {"username": "me"}}
    assert labels(accounts_of(tmp_path, {"alpha": cloud})) == ["alpha:one"]


def test_a_file_that_is_named_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = str(tmp_path / "missing.yaml")
    assert complaint(missing).startswith(f"{missing}: there is no such file, but clouds_yaml_path names it")
    assert complaint("", missing).startswith(f"{missing}: it cannot be read: no such file")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", missing)
    assert complaint().startswith(f"{missing}: there is no such file, but OS_CLIENT_CONFIG_FILE names it")
    assert complaint(str(write(tmp_path, {"clouds": {"alpha": PLAIN}})), missing).startswith(
        f"{missing}: it cannot be read"
    )


def test_a_name_that_variables_and_file_both_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "home", {"clouds": {"alpha": PLAIN}})
    monkeypatch.setenv("OS_CLOUD_NAME", "alpha")
    said = complaint()
    assert said.startswith(f"{path}: ")
    assert "OS_CLOUD_NAME" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"clouds": ["alpha"]},
            '"clouds" is to name each cloud with its settings under it, and is a list; write "',
        ),
        (
            {"clouds": "alpha"},
            '"clouds" is to name each cloud with its settings under it, and is a text; write "',
        ),
        ({"clouds": 5}, '"clouds" is to name each cloud with its settings under it, and is a number; write "'),
        (["alpha"], "the file is to be a mapping (key: value), not a list"),
        ("alpha", "the file is to be a mapping (key: value), not a text"),
    ],
)
@pytest.mark.parametrize("name", ["clouds.yaml", "secure.yaml"])
def test_clouds_that_are_no_names_with_settings_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: object, said: str, name: str
) -> None:
    path = write(tmp_path, {"clouds": {"alpha": PLAIN}})
    wrong = write(tmp_path, content, name)
    assert complaint(str(path)).startswith(f"{wrong}: {said}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(tmp_path / "secure.yaml"))
    assert complaint().startswith(f"{wrong}: {said}")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert (
        complaint(str(tmp_path))
        == f"{tmp_path}: it cannot be read: is a directory; correct the path, or its permissions"
    )


def test_a_missing_library_is_told_with_its_python(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("openstack", "openstack.config"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingLibraryError, match="pip install openstacksdk") as caught:
        load_accounts()
    assert sys.executable in str(caught.value)


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_path_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    path = write(tmp_path, {"clouds": {"alpha": PLAIN}})
    monkeypatch.setenv("OPENMULTISTACK_ACCOUNTS_FILE", blank)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    assert [each.label for each in load_accounts(blank, blank).all] == ["alpha:here"]
    guide = write(tmp_path, {"clouds": {"alpha": {"cost": 3}}}, "accounts.yml")
    monkeypatch.setenv("OPENMULTISTACK_ACCOUNTS_FILE", str(guide))
    assert load_accounts(blank, blank).all[0].hints.cost == 3.0


@pytest.mark.parametrize(
    ("locations", "exclude", "chosen"),
    [
        ([], [], {"alpha:here", "zeta:one", "zeta:two"}),
        (["zeta"], [], {"zeta:one", "zeta:two"}),
        (["zeta:t*"], [], {"zeta:two"}),
        (["*"], ["alpha"], {"zeta:one", "zeta:two"}),
        (["alpha", "zeta:one"], ["*:one"], {"alpha:here"}),
        ([], ["zeta:*"], {"alpha:here"}),
    ],
)
def test_patterns_choose_locations(tmp_path: Path, locations: list[str], exclude: list[str], chosen: set[str]) -> None:
    accounts = accounts_of(tmp_path, {"alpha": PLAIN, "zeta": MANY})
    assert choose(accounts, locations, exclude) == chosen


@pytest.mark.parametrize(
    ("locations", "exclude", "text"),
    [
        (["zetta"], [], 'locations: "zetta" fits no location of '),
        ([], ["Alpha"], "; there is alpha:here, zeta:one, zeta:two"),
        (["alpha"], ["alpha"], "locations, exclude: together they leave no location"),
    ],
)
def test_patterns_that_fit_nothing_are_told(
    tmp_path: Path, locations: list[str], exclude: list[str], text: str
) -> None:
    accounts = accounts_of(tmp_path, {"alpha": PLAIN, "zeta": MANY})
    with pytest.raises(AccountsError) as caught:
        choose(accounts, locations, exclude)
    assert text in str(caught.value)


def test_locations_carry_hints_and_the_choice(tmp_path: Path) -> None:
    accounts = accounts_of(tmp_path, {"zeta": MANY})
    assert accounts.locations({"zeta:one"}) == (
        Location(label="zeta:one", hints=Hints(), chosen=True),
        Location(label="zeta:two", hints=Hints(priority=2), chosen=False),
    )
