# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that cannot be used as they are: clouds.yaml, the accounts file, and the folder of last good answers."""

from __future__ import annotations

import re
import sys
import typing as t

from openstack.config import loader

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.accounts import choose, load_accounts
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.memories import Memories
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.memory import name_of
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import entry
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.test_memories import (
    KEY,
    NOW,
    anothers,
    damaged,
    kept,
    memory,
    writable,
)

from .scene import PASSWORD, refusal

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .scene import Scene, Told

ALPHA = entry("http://alpha.example")
MANY = {**ALPHA, "regions": ["east", "west"]}
CLOUDS: dict[str, object] = {
    "an empty file": "",
    "no cloud in it": "clouds: {}",
    "not YAML": f"clouds:\n  alpha: {{auth: {{password: {PASSWORD}",
    "not UTF-8": b"clouds: {alpha: {auth: \xff}}",
    "no cloud yet": "clouds:\n",
    "a list for a file": "[alpha]",
    "a list for the cache": "cache: []\nclouds: {alpha: {auth: {auth_url: 'http://a'}}}",
    "a list of clouds": "clouds: [alpha]",
    "a text for the clouds": f"clouds: {PASSWORD}",
    "a number for a cloud": "clouds: {alpha: 7}",
    "a cloud that is only switched on": "clouds: {alpha: true}",
    "a number for regions": {"clouds": {"alpha": {**ALPHA, "regions": 7}}},
    "a list for a profile": {"clouds": {"alpha": {**ALPHA, "profile": ["vexxhost"]}}},
    "nothing for auth_type": {"clouds": {"alpha": {**ALPHA, "auth_type": None}}},
    "a number for verify": {"clouds": {"alpha": {**ALPHA, "verify": 7}}},
    "names for networks": {"clouds": {"alpha": {**ALPHA, "networks": ["lan"]}}},
    "passwords in a list": {"clouds": {"alpha": {"auth": {**ALPHA["auth"], "password": [PASSWORD]}}}},
    "a region without a name": {"clouds": {"alpha": {**ALPHA, "regions": [{"name": None}]}}},
    "a password for the whole account": f"clouds: {{alpha: {{auth: {PASSWORD}}}}}",
    "a region as a date": "clouds: {alpha: {auth: {auth_url: 'http://a'}, regions: [{name: r, values: 2026-01-01}]}}",
    "no address": "clouds: {alpha: {auth: {username: demo}}}",
    "a region twice": {"clouds": {"alpha": {**ALPHA, "regions": ["east", "east"]}}},
    "a misspelt region": {"clouds": {"alpha": {**ALPHA, "regions": [{"name": "east", "value": {}}]}}},
    "a remote profile": {"clouds": {"alpha": {**ALPHA, "region_name": "", "profile": "https://vendor.example"}}},
}
HINTS: dict[str, object] = {
    "a misspelt hint": {"prioritty": 1},
    "a status that is none": {"status": "down"},
    "a status as YAML reads yes": {"status": True},
    "a priority in words": {"priority": "high"},
    "a negative weight": {"weight": -1},
    "a negative cost": {"cost": -1},
    "half a server": {"max_servers": 0.5},
    "servers of an owner": {"max_servers_per_owner": "many"},
    "a life without end": {"max_lifetime": "never"},
    "no headroom": {"headroom": None},
    "no request at all": {"requests_per_second": 0},
    "users in a list": {"ssh_user": ["debian"]},
    "hosts in a list": {"jump_host": ["gate"]},
    "a name for all images": {"image": "debian"},
    "hints in a list": ["unavailable"],
}


def clouds_yaml(scene: Scene) -> Iterator[Told]:
    yield "a path to nothing", refusal(lambda: load_accounts(f"{scene.folder}/none.yaml"))
    with scene.patch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", f"{scene.folder}/none.yaml")
        yield "a variable that names nothing", refusal(load_accounts)
    with scene.patch.context() as patch:
        patch.setattr(loader, "CONFIG_FILES", [])
        yield "no clouds.yaml", refusal(load_accounts)
    yield "a folder", refusal(lambda: load_accounts(str(scene.folder)))
    for what, content in CLOUDS.items():
        said = refusal(lambda content=content: load_accounts(scene.file("clouds.yaml", content)))
        yield what, _own_words(said)
    with scene.patch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", scene.file("clouds.yaml", {"clouds": {"envvars": ALPHA}}))
        patch.setenv("OS_AUTH_URL", "http://alpha.example")
        yield "what openstacksdk does not take", _own_words(refusal(load_accounts))
    with scene.patch.context() as patch:
        patch.setitem(sys.modules, "openstack.config", None)
        yield "no openstacksdk", _own_words(refusal(load_accounts))


def hints(scene: Scene) -> Iterator[Told]:
    path = scene.file("clouds.yaml", {"clouds": {"alpha": ALPHA}})
    for what, said in HINTS.items():
        guide = scene.file("accounts.yml", {"clouds": {"alpha": {"regions": {"here": said}}}})
        yield what, refusal(lambda guide=guide: load_accounts(path, guide))
    for what, content in {
        "a misspelt beginning": {"cloud": {}},
        "a list": [1],
        "a list of clouds": {"clouds": [1]},
    }.items():
        guide = scene.file("accounts.yml", content)
        yield what, refusal(lambda guide=guide: load_accounts(path, guide))
    yield (
        "regions in a list",
        refusal(lambda: load_accounts(path, scene.file("accounts.yml", {"clouds": {"alpha": {"regions": ["here"]}}}))),
    )
    yield "a path to nothing", refusal(lambda: load_accounts(path, f"{scene.folder}/none.yml"))
    path = scene.file("clouds.yaml", {"clouds": {"conoha": MANY}})
    strange = {"connoha": {"cost": 1}, "conoha": {"regions": {"wets": {"cost": 1}}}}
    for said in load_accounts(path, scene.file("accounts.yml", {"clouds": strange})).warnings:
        yield "hints for nobody (warning)", said


def choices(scene: Scene) -> Iterator[Told]:
    accounts = load_accounts(scene.file("clouds.yaml", {"clouds": {"conoha": MANY}}))
    yield "a location that is not there", refusal(lambda: choose(accounts, ["conoha:wets"], []))
    yield "an exclusion of nobody", refusal(lambda: choose(accounts, [], ["beta"]))
    yield "an exclusion of all", refusal(lambda: choose(accounts, [], ["*"]))


def last_good(scene: Scene) -> Iterator[Told]:
    folder = scene.folder / "cache"
    for what, harm in (
        ("a damaged file", damaged),
        ("a file of another account", anothers),
        ("a file that others may write", writable),
        ("a huge file", _huge),
    ):
        harm(kept(folder, memory("one")))
        yield f"{what} (warning)", _recalled(folder)
    kept(folder, memory("one", seen_at=NOW + 3600))
    yield "an answer from tomorrow (warning)", _recalled(folder)
    elsewhere = scene.folder / "link"
    elsewhere.symlink_to(folder)
    memories = Memories(str(elsewhere))
    memories.keep({KEY: memory("one")}, NOW)
    yield "a folder of somebody else (warning)", memories.warnings[0]


def _huge(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(1 << 30)


def _recalled(folder: Path) -> str:
    memories = Memories(str(folder))
    assert memories.recall(KEY, "alpha:here", NOW) is None
    (folder / f"{name_of(KEY)}.json").unlink()
    [warning] = memories.warnings
    return warning


def _own_words(text: str) -> str:
    """A message without the words of Python, of PyYAML and of openstacksdk, which change from version to version."""
    text = re.sub(r"no valid YAML \((?!it is).*?\);", "no valid YAML (the words of PyYAML);", text)
    text = re.sub(r"(clouds.yaml): .*(; correct it, or what stands)", r"\1: (the words of openstacksdk)\2", text)
    return re.sub(r"imported \(.*?\);", "imported (the words of Python);", text)
