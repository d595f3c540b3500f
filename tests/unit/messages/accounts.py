# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts: openrc.sh files, clouds.yaml and its fellows that are written, and logins that are tried out."""

from __future__ import annotations

import os
import pathlib
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import account_files
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.account_order import account_order
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.account_plan import plan_present
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.faults import Fault, Kind
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Limits, Quota
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.verification import Probe, remarks
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_account
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

from .scene import PASSWORD, answered, refusal

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .scene import Scene, Told

URL = "https://keystone.example.net:5000/v3"
LOGIN = {"auth_url": URL, "username": "ada", "password": PASSWORD, "project_name": "p", "user_domain_id": "default"}
RC = f"export OS_AUTH_URL={URL} OS_USERNAME=ada OS_PROJECT_ID=1 OS_USER_DOMAIN_ID=default\n"
OURS = "1;crawl;1;AAAAAAAAAAAAAAAA;1800000000;1800000900;0;1ba8f030"
WORLD = {
    "clouds": {
        "alpha": {
            "own_port": True,
            "servers": [{"name": "crawl-001", "metadata": {"multi_stack": OURS}, "description": OURS}],
        },
        "beta": {},
    }
}
# What an openrc.sh may hold that is not simply a setting.
SCRIPTS = {
    "an openrc.sh that sets nothing": "echo hello\n",
    "one that asks for the password": f"{RC}read -sr P\nexport OS_PASSWORD=$P\n",
    "one whose password a command tells": f"{RC}export OS_PASSWORD=$(pass show ada)\n",
    "one whose password hangs on code": f"{RC}export OS_PASSWORD=\nif true; then export OS_PASSWORD=x; fi\n",
    "one whose password is somewhere else": f"{RC}export OS_PASSWORD=$ELSEWHERE\n",
    "one whose region and certificate are told by code": f"{RC}export OS_PASSWORD=x OS_REGION_NAME=$(r)\n",
    "one whose certificate is told by code": f"{RC}export OS_PASSWORD=x OS_CERT=$(r)\n",
    "one with a quote that stays open": f"{RC}export OS_PASSWORD='x\n",
    "one with a bracket that stays open": f"{RC}export OS_PASSWORD=$(x\n",
    "one with a here-document": f"{RC}cat <<END\nOS_PASSWORD=x\nEND\n",
    "one of the old style, with code and a variable nobody knows": (
        "export OS_AUTH_URL=https://keystone.example.net:5000/v2.0 OS_USERNAME=ada OS_TENANT_NAME=p OS_PASSWORD=x\n"
        "export OS_ODD=1\n" + "".join(f"echo $(date) > /tmp/{number}\n" for number in range(30))
    ),
}
FILES = {
    "a clouds.yaml that is none": ("clouds.yaml", "clouds: *nothing", {}),
    "a clouds.yaml with what no text holds": ("clouds.yaml", "clouds: \x01", {}),
    "a clouds.yaml of bytes": ("clouds.yaml", b"\xff\xfe\xff", {}),
    "a clouds.yaml with a list": ("clouds.yaml", "- a", {}),
    "one whose comments would be lost": ("clouds.yaml", "clouds: {b: {} # b\n}", {}),
    "one that is JSON": ("clouds.json", "{}", {"clouds_yaml_path": "clouds.json"}),
    "hints without a file for them": ("clouds.yaml", "clouds: {}", {"hints": {"cost": 1}, "accounts_file": ""}),
    "an account without anything": ("clouds.yaml", "clouds: {}", {"auth": {}}),
    "an account that nobody may be": ("clouds.yaml", "clouds: {}", {"name": "envvars"}),
    "no auth_url": ("clouds.yaml", "clouds: {}", {"auth": {"username": "ada"}}),
    "no user": ("clouds.yaml", "clouds: {}", {"auth": {"auth_url": URL}}),
    "no password": ("clouds.yaml", "clouds: {}", {"auth": {"auth_url": URL, "username": "ada"}}),
    "no secret": ("clouds.yaml", "clouds: {}", {"auth": {"auth_url": URL, "application_credential_id": "1"}}),
    "an address with a password in it": (
        "clouds.yaml",
        "clouds: {}",
        {"auth": {"auth_url": f"https://a:{PASSWORD}@x"}},
    ),
    "an address that is none": ("clouds.yaml", "clouds: {}", {"auth": {"auth_url": "keystone"}}),
    "hints for a region that is not there": (
        "clouds.yaml",
        "clouds: {alpha: {region_name: one}}",
        {"region": "two", "hints": {"cost": 1}},
    ),
    "hints for a region of none": ("clouds.yaml", "clouds: {alpha: {}}", {"region": "two", "hints": {"cost": 1}}),
    "hints of regions that are a list": (
        "accounts.yml",
        "clouds: {alpha: {regions: [one]}}",
        {"regions": ["one"], "region": "one", "hints": {"cost": 1}},
    ),
}


def scripts(scene: Scene) -> Iterator[Told]:
    given = {"name": "alpha", "clouds_yaml_path": f"{scene.folder}/new.yaml", "accounts_file": "", "timeout": 30}
    for what, text in SCRIPTS.items():
        openrc = scene.file("openrc.sh", text)
        yield from scene.told_by(multi_stack_account, what, **given, openrc=openrc, _ansible_check_mode=True)
    yield from scene.told_by(multi_stack_account, "an openrc.sh that is not there", **given, openrc="/none/openrc.sh")


def written(scene: Scene) -> Iterator[Told]:
    """What keeps accounts from being written into their files."""
    for number, (what, (name, content, options)) in enumerate(FILES.items()):
        folder = _folder(scene, str(number))
        scene.file(f"accounts-{number}/{name}", content)
        yield from scene.told_by(
            multi_stack_account, what, **{**_given(folder), "auth": LOGIN, **_placed(options, folder)}
        )
    folder = _folder(scene, "others")
    given = {**_given(folder), "auth": LOGIN}
    told = answered(multi_stack_account, **given, _ansible_check_mode=True)
    yield "an account that would be added", told["msg"]
    yield "how that is shown", told["diff"]["after"].splitlines()[-1]
    answered(multi_stack_account, **given)
    other = {**given, "auth": {**LOGIN, "password": PASSWORD * 2}}
    yield "another password", answered(multi_stack_account, **other, _ansible_check_mode=True)["diff"]["after"]
    os.chmod(f"{folder}/clouds.yaml", 0o444)
    added = {**given, "name": "beta"}
    yield from scene.told_by(multi_stack_account, "a clouds.yaml that is read-only", **added)
    os.chmod(f"{folder}/clouds.yaml", 0o600)
    os.chmod(f"{folder}/secure.yaml", 0o644)
    with scene.patch.context() as patch:
        patch.setattr(os, "chmod", _refused)
        yield from scene.told_by(multi_stack_account, "a secure.yaml that others may read", **given)
    yield from _unreadable(scene, folder)
    yield "a file that somebody changes meanwhile", refusal(lambda: _raced(folder))
    with scene.patch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", f"{folder}/elsewhere.yaml")
        usual = {**added, "clouds_yaml_path": ""}
        yield from scene.told_by(multi_stack_account, "a clouds.yaml with its secrets somewhere else", **usual)


def tried(scene: Scene) -> Iterator[Told]:
    """Logins that are tried out, and accounts that are to go."""
    path = f"{scene.folder}/tried.yaml"
    given = {"name": "alpha", "clouds_yaml_path": path, "accounts_file": "", "timeout": 30}
    with Simulator(WORLD) as clouds:
        clouds.clouds_yaml(path)
        yield "an account that is fine", answered(multi_stack_account, **given, state="verified")["msg"]
        unknown = {**given, "name": "alhpa", "state": "verified"}
        yield from scene.told_by(multi_stack_account, "an account that there is not", **unknown)
        gone = {**given, "state": "absent"}
        yield from scene.told_by(multi_stack_account, "an account that still has servers", **gone)
        clouds.unplug("alpha")
        yield from scene.told_by(multi_stack_account, "an account whose servers nobody knows", **gone)
        clouds.clouds_yaml(path)
        text = pathlib.Path(path).read_text(encoding="utf-8").replace("/v3", "/v2.0")
        pathlib.Path(path).write_text(text, encoding="utf-8")
        old = {**given, "name": "beta", "state": "verified"}
        yield from scene.told_by(multi_stack_account, "a Keystone of the old version", **old)
    for what, probe in _probes().items():
        for each in remarks(probe):
            yield f"{what} (warning)", each


def _probes() -> dict[str, Probe]:
    full, free = Quota(limit=2, used=2), Quota(limit=20, used=0)
    usual: dict[str, t.Any] = {"location": "alpha:RegionOne", "auth_url": URL, "project_id": "p"}
    return {
        "a password that goes unencrypted": Probe(**{**usual, "auth_url": "http://keystone.example.net:5000/v3"}),
        "a token of no project": Probe(**{**usual, "project_id": ""}),
        "a location without room": Probe(**usual, limits=Limits(instances=full, cores=free, ram=free)),
        "a clock that is ahead": Probe(**usual, date=1300.0, between=(1000.0, 1000.2)),
        "an old Nova": Probe(**usual, versions=("2.1", "2.12")),
        "clouds without Glance and Neutron": Probe(**usual, lacking=_lacking()),
    }


def _lacking() -> dict[str, Fault]:
    why = Fault(kind=Kind.INVALID, message="its catalog has none")
    return {"image": why, "network": why}


def _unreadable(scene: Scene, folder: pathlib.Path) -> Iterator[Told]:
    """A folder in the place of a file: even root cannot read that."""
    (folder / "odd.yaml").mkdir()
    odd = {**_given(folder), "clouds_yaml_path": str(folder / "odd.yaml"), "auth": LOGIN}
    yield from scene.told_by(multi_stack_account, "a folder instead of clouds.yaml", **odd)


def _raced(folder: pathlib.Path) -> None:
    order = account_order({"name": "alpha", "auth": {"username": "eve"}}, "")
    with account_files.account_files(f"{folder}/clouds.yaml", "", SystemClock()) as files:
        plan = plan_present(order, files.held)
        (folder / "clouds.yaml").write_text("clouds: {}", encoding="utf-8")
        files.write(plan, drop_comments=False)


def _refused(*_given: object, **_more: object) -> t.NoReturn:
    raise PermissionError(1, "Operation not permitted")


def _folder(scene: Scene, name: str) -> pathlib.Path:
    folder = scene.folder / f"accounts-{name}"
    folder.mkdir()
    return folder


def _given(folder: pathlib.Path) -> dict[str, t.Any]:
    places = {"clouds_yaml_path": f"{folder}/clouds.yaml", "accounts_file": f"{folder}/accounts.yml"}
    return {"name": "alpha", "timeout": 30, **places}


def _placed(options: dict[str, t.Any], folder: pathlib.Path) -> dict[str, t.Any]:
    """Paths in a folder."""
    named = options.get("clouds_yaml_path")
    return {**options, "clouds_yaml_path": f"{folder}/{named}"} if named else options
