# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of things that are to be the same at every location: keys, so far."""

from __future__ import annotations

import re
import sys
import typing as t

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.clock import SystemClock
from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud.everywhere import Site, everywhere
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.readiness import Plan, Step, readiness_failure
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Request, survey
from ansible_collections.openmultistack.cloud.plugins.modules import multi_stack_keypair, multi_stack_server
from ansible_collections.openmultistack.cloud.tests.simulator import Simulator
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import accounts_of, entry

from .scene import PASSWORD, answered, refusal

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .scene import Scene, Told

CLOUDS = {"clouds": {"alpha": {}, "beta": {"multi_stack": {"status": "unavailable"}}, "gamma": {"own_port": True}}}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 42 + "{} ops"
ONE, OTHER = KEY.format("E"), KEY.format("I")


class Restless:
    """Something that never stays as it was made."""

    def plan(self, site: Site) -> Plan:
        return Plan(steps=(Step(what="create", told="create it"),))

    def act(self, site: Site, step: Step) -> None:
        pass


def keys(scene: Scene) -> Iterator[Told]:
    path = f"{scene.folder}/simulated.yaml"
    given: dict[str, t.Any] = {"name": "ops", "clouds_yaml_path": path, "timeout": 30}
    mine, other = {**given, "public_key": ONE}, {**given, "public_key": OTHER}
    with Simulator(CLOUDS) as clouds:
        clouds.clouds_yaml(path)
        for what, options in _wrong(scene).items():
            yield from scene.told_by(multi_stack_keypair, what, **{**given, **options})
        with scene.patch.context() as patch:
            patch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
            without = {**given, "private_key_file": f"{scene.folder}/new"}
            [(what, text)] = scene.told_by(multi_stack_keypair, "a new key without cryptography", **without)
            yield what, re.sub(r"imported \(.*?\)", "imported (the words of Python)", text)
        yield "a key that would be made", answered(multi_stack_keypair, **mine, _ansible_check_mode=True)["msg"]
        yield from scene.told_by(multi_stack_keypair, "a key for a cloud that is set unavailable", **mine)
        yield "a key that is there", answered(multi_stack_keypair, **mine)["msg"]
        full = "Quota exceeded, too many key pairs."
        clouds.behave(event="keypair.create", cloud="alpha", do="answer", status=403, message=full)
        yield from scene.told_by(multi_stack_keypair, "a cloud with no room for a key", **{**mine, "name": "more"})
        clouds.unplug("gamma")
        told = scene.told_by(multi_stack_keypair, "another key of that name, and a cloud that is down", **other)
        yield from (each for each in told if "warning" not in each[0])
        rows = answered(multi_stack_keypair, **other, replace=True, _ansible_check_mode=True)["by_location"]
        yield "what would be done for it", "; ".join(rows["alpha:RegionOne"]["done"])


def own(scene: Scene) -> Iterator[Told]:
    """Keys of single servers: folders and files for them."""
    path = f"{scene.folder}/own.yaml"
    given: dict[str, t.Any] = {"fleet": "own", "count": 1, "image": "cirros", "flavor": ["m1.tiny"], "timeout": 20}
    given |= {"network": "private", "clouds_yaml_path": path, "key": "per_server"}
    (scene.folder / "own-keys").mkdir()
    scene.file("own-keys/own-001", "no key")
    with Simulator({"clouds": {"alpha": {}}}) as clouds:
        clouds.clouds_yaml(path)
        a_file = scene.file("a-file", "")
        yield from scene.told_by(multi_stack_server, "a folder for keys that is a file", **given, key_dir=a_file)
        folder = f"{scene.folder}/own-keys"
        yield from scene.told_by(multi_stack_server, "a file that is no private key, for one", **given, key_dir=folder)
        request = Request(clouds_yaml_path=path, key_dir=a_file)
        yield "an inventory with keys in what is no folder", refusal(lambda: survey(request))


def undone(scene: Scene) -> Iterator[Told]:
    with scene.cloud() as (service, line):
        account = accounts_of(scene.folder, {"alpha": entry(service.url)}).all[0]
        clock = SystemClock()
        site = Site(account=account, wire=line.wire, clock=clock, deadline=clock.now() + 5.0)
        found = everywhere(Restless(), [site], check=False)
        yield "what never stays as it was made", readiness_failure("key ops", found)


def _wrong(scene: Scene) -> dict[str, dict[str, t.Any]]:
    """Keys that are none, and files that hold none."""
    return {
        "a key without a name": {"name": "a/b", "public_key": ONE},
        "a private key": {"public_key": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{PASSWORD}"},
        "a text that is no key": {"public_key": "hello"},
        "a damaged key": {"public_key": ONE[:-30]},
        "a path to nothing": {"public_key_file": f"{scene.folder}/none.pub"},
        "a file that is no text": {"public_key_file": scene.file("odd.pub", b"\xff\xfe")},
        "a file that is no private key": {"private_key_file": scene.file("old", PASSWORD)},
        "a file in a folder that is none": {"private_key_file": f"{scene.folder}/odd/key"},
    }
