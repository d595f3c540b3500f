# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts in their files, as Ansible calls the module, and tried out on simulated clouds."""

from __future__ import annotations

import os
import resource
import threading
import typing as t

import pytest
import yaml

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.account_files import account_files
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.account_order import account_order
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.account_plan import plan_present
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import AccountsError
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.account import account
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.converge import converge
from ansible_collections.openmultistack.cloud.plugins.module_utils._options import ACCOUNT, ACCOUNTS, ORDER, SERVER
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_account
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.modules.called import Answer, called

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.ask import Outcome

pytestmark = pytest.mark.slow

WORLD = {
    "defaults": {"build_seconds": 0, "latency": {}},
    "clouds": {"alpha": {"regions": {"one": {}, "two": {}}}, "beta": {"auth": "application_credential"}, "gamma": {}},
}
HUSH = "hush-Hush_1234567890"
ADA = {
    "auth_url": "https://keystone.invalid/v3",
    "username": "ada",
    "project_name": "p",
    "user_domain_id": "default",
    "project_domain_id": "default",
}
LOGIN = {**ADA, "password": HUSH}
CLOUDS = """\
# mine
clouds:
  # the first
  alpha:
    auth: {auth_url: https://x/v3, username: a}  # a
    vendor: 1
"""


@pytest.fixture(scope="module")
def clouds() -> t.Iterator[Simulator]:
    with Simulator(WORLD) as simulator:
        yield simulator


class Door:
    """Runs the module in a folder that has all files."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: pathlib.Path) -> None:
        self._capsys, self.folder = capsys, folder
        self.clouds, self.secure, self.hints = (
            folder / name for name in ("clouds.yaml", "secure.yaml", "accounts.yml")
        )

    def __call__(self, *, check: bool = False, **options: t.Any) -> Answer:
        places = {"clouds_yaml_path": str(self.clouds), "accounts_file": str(self.hints)}
        given = {"name": "alpha", "timeout": 10, **places, **options}
        return called(multi_stack_account, self._capsys, **given, _ansible_check_mode=check)

    def outcome(self, *, check: bool = False, **options: t.Any) -> Outcome:
        """The same without Ansible, which shows warnings apart from results."""
        spec = {name: each.get("default") for name, each in {**ACCOUNT, **ACCOUNTS}.items()}
        places = {"clouds_yaml_path": str(self.clouds), "accounts_file": str(self.hints)}
        return account({**spec, "name": "alpha", **places, **options}, check=check)

    def read(self, path: pathlib.Path) -> t.Any:
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    @property
    def all(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in self.folder.iterdir() if each.is_file()}


@pytest.fixture
def door(
    clouds: Simulator, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Door:
    clouds.reset()
    clouds.log.clear()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "there").mkdir()
    return Door(capsys, tmp_path / "there")


@pytest.fixture
def lab(door: Door, clouds: Simulator) -> Door:
    """The files of the simulated clouds."""
    clouds.clouds_yaml(door.clouds)
    return door


def test_adds_an_account_whose_secret_only_its_owner_may_read(door: Door) -> None:
    answer = door(auth=LOGIN, regions=["one"], hints={"cost": 1})
    assert answer["changed"]
    assert door.read(door.clouds) == {"clouds": {"alpha": {"auth": ADA, "region_name": "one"}}}
    assert door.read(door.secure) == {"clouds": {"alpha": {"auth": {"password": HUSH}}}}
    assert door.read(door.hints) == {"clouds": {"alpha": {"cost": 1}}}
    assert [each.stat().st_mode & 0o777 for each in (door.clouds, door.secure)] == [0o600, 0o600]
    assert answer["files"] == [str(each) for each in (door.clouds, door.secure, door.hints)]
    assert answer["account"]["secrets"] == ["password"]
    before = door.all
    assert not door(auth=LOGIN, regions=["one"], hints={"cost": 1})["changed"]
    assert door.all == before


def test_check_mode_tells_and_writes_nothing(door: Door) -> None:
    answer = door(auth=LOGIN, check=True)
    assert (answer["changed"], door.all) == (True, {})
    assert answer["msg"] == f"account alpha: would change {door.clouds}, {door.secure}"
    assert "clouds.yaml: alpha: auth.username: ada\n" in answer["diff"]["after"]


def test_what_others_wrote_stays(door: Door) -> None:
    door.clouds.write_text(CLOUDS, encoding="utf-8")
    door.clouds.chmod(0o644)
    door(name="beta", auth=LOGIN)
    text = door.clouds.read_text(encoding="utf-8")
    assert text.startswith(CLOUDS + "  beta:\n    auth:\n")
    assert door.clouds.stat().st_mode & 0o777 == 0o644
    assert door(name="beta", state="absent", give_up=True)["changed"]
    assert door.clouds.read_text(encoding="utf-8") == CLOUDS


def test_secrets_that_others_may_read_are_hidden_from_them(door: Door) -> None:
    door(auth=LOGIN)
    door.secure.chmod(0o644)
    answer = door(auth=LOGIN)
    assert (answer["changed"], answer["files"]) == (True, [str(door.secure)])
    assert door.secure.stat().st_mode & 0o777 == 0o600


def test_links_to_files_stay_links(door: Door, tmp_path: pathlib.Path) -> None:
    real = tmp_path / "dotfiles.yaml"
    real.write_text(CLOUDS, encoding="utf-8")
    door.clouds.symlink_to(real)
    door(name="beta", auth=LOGIN)
    assert door.clouds.is_symlink()
    assert "beta" in real.read_text(encoding="utf-8")


def test_an_openrc_is_read_and_not_run(door: Door, tmp_path: pathlib.Path) -> None:
    trap, rc = tmp_path / "trap", tmp_path / "openrc.sh"
    rc.write_text(
        f"touch {trap}\nexport OS_AUTH_URL={ADA['auth_url']} OS_USERNAME=ada OS_PROJECT_ID=1\n"
        f"export OS_USER_DOMAIN_ID=default OS_REGION_NAME=one OS_CACERT=$(touch {trap})\nread -sr P\nOS_PASSWORD=$P\n",
        encoding="utf-8",
    )
    no_password = door(openrc=str(rc), cacert="/x")
    assert "OS_PASSWORD is asked for at a prompt (line 4); give auth.password" in no_password["msg"]
    no_path = door(openrc=str(rc), auth={"password": HUSH})
    assert "OS_CACERT is what a command would tell (line 3), which is not run; give cacert" in no_path["msg"]
    given = {"openrc": str(rc), "cacert": "/ca", "auth": {"password": HUSH}}
    assert f"{rc}, line 1: shell code there was not run" in door.outcome(**given, check=True).warnings[0]
    answer = door(**given)
    assert answer["account"]["regions"] == ["one"]
    assert not trap.exists()
    assert "there is no file" in door(openrc=f"{rc}x")["msg"]


NONSENSE: dict[str, tuple[str, str, dict[str, t.Any], str]] = {
    "no yaml": ("clouds.yaml", f"clouds: *{HUSH}", {}, "clouds.yaml, line 1: this is no valid YAML"),
    "no mapping": ("clouds.yaml", "- a", {}, "clouds.yaml: it is to be a mapping (key: value), not a list"),
    "no clouds": ("clouds.yaml", "clouds: [alpha]", {}, 'clouds.yaml: "clouds" is to be a mapping'),
    "no text": ("clouds.yaml", "\udcff", {}, "clouds.yaml: this is no text in UTF-8"),
    "broken secrets": ("secure.yaml", f"clouds: {{alpha: '{HUSH}", {}, "secure.yaml, line 1: this is no valid YAML"),
    "broken hints": (
        "accounts.yml",
        "clouds: {alpha: {cost: dear}}",
        {"hints": {"priority": 1}},
        "cost is to be a number",
    ),
    "unknown hint": ("accounts.yml", "", {"hints": {"prize": 1}}, 'unknown key "prize"'),
    "no accounts file": ("accounts.yml", "", {"hints": {"cost": 1}, "accounts_file": ""}, "give accounts_file"),
    "json": ("clouds.json", "{}", {"clouds_yaml_path": "clouds.json"}, "only files in YAML are written here"),
    "comments": ("clouds.yaml", "clouds: {b: {} # b\n}", {}, "without losing its comments"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_files_that_make_no_sense_are_refused_and_left_as_they_are(
    case: str, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text, options, says = NONSENSE[case]
    monkeypatch.chdir(door.folder)
    (door.folder / name).write_bytes(text.encode(errors="surrogateescape"))
    before = door.all
    answer = door(auth=LOGIN, **options)
    assert answer["failed"]
    assert says in answer["msg"]
    assert HUSH not in str(answer)
    assert door.all == before


def test_a_read_only_file_is_left_as_it_is(door: Door) -> None:
    door.clouds.write_text(CLOUDS, encoding="utf-8")
    door.clouds.chmod(0o444)
    answer = door(name="beta", auth=LOGIN)
    assert f"{door.clouds}: it cannot be written (it is read-only), and is as it was" in answer["msg"]
    assert door.all == {"clouds.yaml": CLOUDS.encode()}


def test_a_disk_that_is_full_while_the_secrets_are_written_costs_nothing(door: Door) -> None:
    door(auth=LOGIN)
    before = door.all
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))  # a disk with room for the short clouds.yaml only
    try:
        answer = door(auth={"username": "eve", "password": HUSH * 20})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert f"{door.secure}: it cannot be written (file too large), and is as it was" in answer["msg"]
    assert door.all == before
    assert door(auth={"username": "eve", "password": HUSH * 20})["changed"]


def test_a_file_that_somebody_changes_meanwhile_is_left_as_it_is(door: Door) -> None:
    door(auth=LOGIN)
    order = account_order({"name": "alpha", "auth": {"username": "eve"}}, "")
    with account_files(str(door.clouds), "", SystemClock()) as files:
        plan = plan_present(order, files.held)
        door.clouds.write_text(CLOUDS, encoding="utf-8")
        with pytest.raises(AccountsError, match="somebody changed it meanwhile"):
            files.write(plan, drop_comments=False)
    assert door.all["clouds.yaml"] == CLOUDS.encode()
    assert sorted(door.all) == ["clouds.yaml", "secure.yaml"]


def test_eight_at_once_lose_nothing_of_each_other(door: Door) -> None:
    given = {"state": "present", "drop_comments": False, "clouds_yaml_path": str(door.clouds), "auth": LOGIN}
    runs = [
        threading.Thread(target=account, args=({**given, "name": f"c{n}"},), kwargs={"check": False}) for n in range(8)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert (
        sorted(door.read(door.clouds)["clouds"])
        == sorted(door.read(door.secure)["clouds"])
        == [f"c{n}" for n in range(8)]
    )


def test_the_usual_places_are_written_where_no_path_is_given(
    door: Door, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openstack.config import loader  # noqa: PLC0415

    home = tmp_path / "home" / ".config" / "openstack"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(loader, "CONFIG_FILES", [str(home / "clouds.yaml")])
    monkeypatch.setattr(loader, "SECURE_FILES", [str(home / "secure.yaml")])
    assert door(auth=LOGIN, clouds_yaml_path="")["changed"]
    assert (home / "secure.yaml").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(door.clouds))
    refused = door(auth=LOGIN, clouds_yaml_path="")["msg"]
    assert "openstacksdk would find no secure.yaml beside it; set OS_CLIENT_SECURE_FILE as well" not in refused
    (home / "secure.yaml").unlink()
    assert "set OS_CLIENT_SECURE_FILE as well, or give clouds_yaml_path" in door(auth=LOGIN, clouds_yaml_path="")["msg"]
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(door.secure))
    assert door(auth=LOGIN, clouds_yaml_path="", check=True)["files"] == [str(door.secure)]


def test_verifies_an_account_at_each_of_its_regions_with_reads_only(lab: Door, clouds: Simulator) -> None:
    before = lab.all
    answer = lab(state="verified")
    assert not answer["changed"]
    assert {label: row["state"] for label, row in answer["by_location"].items()} == {
        "alpha:one": "verified",
        "alpha:two": "verified",
    }
    assert answer["account"]["user"] == "demo"
    assert {each["method"] for each in clouds.wire() if each["service"] != "identity"} == {"GET"}
    assert sum(answer["requests"].values()) == 5
    assert lab.all == before
    assert lab(name="beta", state="verified")["by_location"]["beta:RegionOne"]["services"]


def test_tells_of_each_region_what_is_wrong_there(lab: Door, clouds: Simulator) -> None:
    clouds.behave(preset="nova_dead", cloud="alpha", region="two")
    answer = lab(state="verified")
    assert answer["failed"]
    assert answer["msg"].startswith("account alpha: 1 of 2 locations can be used\nalpha:two: ")
    assert [row["state"] for row in answer["by_location"].values()] == ["verified", "failed"]


WRONG: dict[str, tuple[dict[str, t.Any], str]] = {
    "password": ({"password": HUSH}, "gamma:RegionOne: Keystone refuses the credentials"),
    "address": ({"auth_url": "http://127.0.0.1:1/v3"}, "gamma:RegionOne: 127.0.0.1:1 cannot be reached"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_login_is_told_in_words(case: str, lab: Door) -> None:
    options, says = WRONG[case]
    assert lab(name="gamma", auth=options)["changed"]
    answer = lab(name="gamma", state="verified")
    assert answer["failed"]
    assert says in answer["msg"]
    assert HUSH not in str(answer)


def test_a_keystone_of_the_old_version_is_told_to_be_gone(lab: Door, clouds: Simulator) -> None:
    url = lab.read(lab.clouds)["clouds"]["gamma"]["auth"]["auth_url"].replace("/v3", "/v2.0")
    lab(name="gamma", auth={"auth_url": url})
    assert (
        "auth_url ends in /v2.0, and OpenStack has no Keystone v2 since 2018"
        in lab(name="gamma", state="verified")["msg"]
    )


def test_what_could_be_better_is_remarked(lab: Door, clouds: Simulator) -> None:
    clouds.set_quota("gamma", "RegionOne", instances=0)
    clouds.set_region("gamma", "RegionOne", clock_skew=300)
    outcome = lab.outcome(name="gamma", state="verified")
    full, late = outcome.warnings
    assert full.startswith("gamma:RegionOne: there is no room for a server: instances 0 of 0 used")
    assert "its clock is " in late
    row = outcome.answer["by_location"]["gamma:RegionOne"]
    assert (row["state"], row["remarks"]) == ("verified", [full, late])
    assert 295 <= row["clock_skew_seconds"] <= 300


def test_an_account_that_there_is_not_cannot_be_verified(lab: Door) -> None:
    assert 'name: there is no account "gama"' in lab(name="gama", state="verified")["msg"]


def launched(lab: Door) -> None:
    params = {name: spec.get("default") for name, spec in {**ORDER, **SERVER}.items()}
    order = {"fleet": "crawl", "count": 2, "image": "cirros", "flavor": ["m1.tiny"], "network": "private"}
    outcome = converge({**params, **order, "locations": ["gamma"], "clouds_yaml_path": str(lab.clouds)})
    assert not outcome.failure


def test_removal_is_refused_while_servers_of_ours_are_there(lab: Door, clouds: Simulator) -> None:
    launched(lab)
    before = lab.all
    for check in (True, False):
        answer = lab(name="gamma", state="absent", check=check)
        assert "account gamma: it has servers of ours (2, of the fleets crawl)" in answer["msg"]
    assert lab.all == before
    clouds.log.clear()
    assert lab(name="gamma", state="absent", give_up=True)["changed"]
    assert clouds.wire() == []


def test_removal_is_refused_where_nobody_knows(lab: Door, clouds: Simulator) -> None:
    clouds.behave(preset="nova_dead", cloud="alpha", region="two")
    answer = lab(state="absent")
    assert "account alpha: nobody knows whether servers of ours are there" in answer["msg"]
    assert "alpha:two: " in answer["msg"]


def test_an_empty_account_goes_from_all_files(lab: Door, clouds: Simulator) -> None:
    lab(name="gamma", auth={"user_domain_name": "Default"}, hints={"cost": 1})
    assert "gamma" in lab.read(lab.secure)["clouds"]
    assert lab(name="gamma", state="absent", check=True)["changed"]
    answer = lab(name="gamma", state="absent")
    assert (answer["changed"], answer["requests"]) == (True, {"gamma:RegionOne": 2})
    assert sorted(lab.read(lab.clouds)["clouds"]) == ["alpha", "beta"]
    assert (lab.read(lab.secure), lab.read(lab.hints)) == ({"clouds": {}}, {"clouds": {}})
    assert not lab(name="gamma", state="absent")["changed"]
    assert os.listdir(lab.folder.parent / "cache") == ["openmultistack"]
