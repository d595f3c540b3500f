# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays the guides of docs/docsite/rst as a reader would, from top to bottom, each with simulated clouds of its own.

A block of YAML with a caption is a file, one without is a list of tasks, which is played; it has to fail where it says
so ("# This fails"). A block of shell is run. A block of text is what the block before it prints, line by line, among
other lines; "..." stands for anything. A comment ".. clouds: {JSON}" tells the simulated clouds how to behave.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import yaml

from ansible_collections.openmultistack.cloud.tests.simulator.simulator import Simulator

BLOCK = re.compile(
    r"^\.\. (?:clouds: (?P<clouds>.*)|"
    r"code-block:: (?P<kind>\S+)\n(?P<options>(?:   :.*\n)*)\n(?P<body>(?:   .*\n|\n)+))",
    re.M,
)
DEFAULTS = {"build_seconds": [0.2, 0.5], "delete_seconds": 0.2, "keypairs": ["ops"]}
HERE = pathlib.Path(__file__).parent
# What changes the machine of the reader; here it is done already.
NOT_PLAYED = re.compile(r"^(python3 -m pip install|ansible-galaxy collection install|curl -LO) .*\n", re.M)
# What readers download, and how it begins.
DOWNLOADED = {"ours.qcow2": b"QFI\xfb" + b"0" * 10_000}
# A simulated server is a name only, so Ansible works on this machine in its place.
HOSTS = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


class Guide:
    """One guide, a folder for it, and its clouds."""

    def __init__(self, path: pathlib.Path, folder: pathlib.Path, simulator: Simulator) -> None:
        self._path, self._folder, self._simulator = path, folder, simulator
        self._environment = {
            **os.environ,
            "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "ANSIBLE_PYTHON_INTERPRETER": "auto_silent",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "COLUMNS": "500",
        }
        self._printed = ""

    def play(self) -> None:
        """From top to bottom."""
        self._simulator.clouds_yaml(self._folder / "clouds.yaml")
        self._write("group_vars/all.yml", yaml.safe_dump(HOSTS))
        for name, content in DOWNLOADED.items():
            (self._folder / name).write_bytes(content)
        text = self._path.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            print(f"{self._path.name}:{line}: {found[0].splitlines()[0]}", flush=True)
            if found["clouds"]:
                self._tell_clouds(json.loads(found["clouds"]))
                continue
            body = re.sub("^   ", "", found["body"], flags=re.M).strip() + "\n"
            caption = re.search(r":caption: (.*)", found["options"])
            self._play_block(found["kind"], caption[1] if caption else "", body)

    def _play_block(self, kind: str, caption: str, body: str) -> None:
        if kind == "text":
            self._compare(body)
        elif kind == "shell":
            self._run(NOT_PLAYED.sub("", body))
        elif kind.startswith("yaml") and caption == "clouds.yaml":
            self._write(caption, self._with_real_accounts(body))
        elif kind.startswith("yaml") and caption:
            self._write(caption, body)
        elif kind.startswith("yaml"):
            play = {"name": "Guide", "hosts": "localhost", "gather_facts": False, "tasks": yaml.safe_load(body)}
            self._write("tasks.yml", yaml.safe_dump([play], width=1000))
            self._run("ansible-playbook tasks.yml\n", fails=body.startswith("# This fails"))
        else:
            raise SystemExit(f"{kind} is no kind of block that can be played")

    def _tell_clouds(self, told: dict[str, t.Any]) -> None:
        if "heal" in told:
            self._simulator.heal()
        if "behave" in told:
            self._simulator.behave(**told["behave"])

    def _write(self, name: str, content: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def _with_real_accounts(self, body: str) -> str:
        """What the guide says of its clouds, with accounts that the simulated ones know."""
        said = yaml.safe_load(body)
        real = yaml.safe_load((self._folder / "clouds.yaml").read_text(encoding="utf-8"))
        for name, cloud in said["clouds"].items():
            assert set(cloud["auth"]) <= {*real["clouds"][name]["auth"]}, f"{name}: no such account"
            cloud["auth"] = real["clouds"][name]["auth"]
        return yaml.safe_dump(said)

    def _run(self, script: str, *, fails: bool = False) -> None:
        """Run it on from where the scripts before it left the environment."""
        save = f"\nenv -0 > '{self._folder}/environment'\n"
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script + save],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        self._printed = ended.stdout
        if (ended.returncode != 0) != fails:
            raise SystemExit(f"{script}\nended with {ended.returncode}:\n{ended.stdout}")
        if not fails and script.strip():
            saved = (self._folder / "environment").read_text(encoding="utf-8").rstrip("\0").split("\0")
            self._environment = dict(each.split("=", 1) for each in saved)

    def _compare(self, expected: str) -> None:
        printed, at = plain(self._printed), 0
        for line in filter(None, map(plain, expected.splitlines())):
            pattern = "[^\n]*?".join(re.escape(part) for part in line.split("..."))
            found = re.compile(pattern).search(printed, at)
            if not found:
                raise SystemExit(f"it did not print, or not in this order:\n{line}\nbut:\n{printed}")
            at = found.end()


def plain(text: str) -> str:
    """With single blanks, and without what Ansible puts before quotes."""
    return "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in text.replace('\\"', '"').splitlines())


def main() -> None:
    output, root, wanted = sys.argv[1:]
    only = wanted.split()
    guides = pathlib.Path(root) / "ansible_collections/openmultistack/cloud/docs/docsite/rst"
    worlds = yaml.safe_load((HERE / "worlds.yml").read_text(encoding="utf-8"))
    paths = [path for path in sorted(guides.glob("*.rst")) if not only or path.stem in only]
    assert paths, f"no guide in {guides}"
    for path in paths:
        folder = pathlib.Path(output) / path.stem
        folder.mkdir(parents=True)
        world = worlds.get(path.stem, {"clouds": {"alpha": {}, "beta": {}, "gamma": {}}})
        with Simulator({"defaults": DEFAULTS, **world}) as simulator:
            Guide(path, folder, simulator).play()
    print(f"{len(paths)} guides were played")


if __name__ == "__main__":
    main()
