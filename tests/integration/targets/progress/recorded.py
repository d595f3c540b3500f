# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays the first play of README.md's site.yml, and compares what it shows with README.md's recording of it.

The shapes of the lines are compared: numbers and times differ from run to run, and so does how often the same is told.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import typing as t

import yaml

PLAYBOOK = re.compile(r"```yaml\n# site\.yml\n(.*?)```", re.DOTALL)
RECORDING = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<shown>.*?)```", re.DOTALL)
COUNTS = re.compile(r"(N (ready|building|placed|failed|deleting), )*N (ready|building|placed|failed|deleting)(?=$| \|)")


def shape(line: str) -> str:
    """A line without what differs from run to run."""
    plain = re.sub(r"\d+", "N", line.rstrip().rstrip("*").rstrip())
    return COUNTS.sub("COUNTS", plain.replace("servers did", "server did"))


def shapes(text: str) -> list[str]:
    """The shapes of all lines; how far the run is, is told any number of times."""
    found: list[str] = []
    for line in text.splitlines():
        this = shape(line)
        if this and this not in found[-1:]:
            found.append(this)
    return found


def steps(found: t.Sequence[str]) -> list[str]:
    """The shapes of which a story is made: those that tell how far the run is may stand anywhere between the others."""
    return [each for each in found if " N of COUNTS" not in each]


def main(readme: pathlib.Path, folder: pathlib.Path) -> None:
    """Fail where the recording is not what is shown."""
    text = readme.read_text(encoding="utf-8")
    [playbook], [recording] = PLAYBOOK.findall(text), list(RECORDING.finditer(text))
    (folder / "site.yml").write_text(yaml.safe_dump(yaml.safe_load(playbook)[:1], sort_keys=False), encoding="utf-8")
    (folder / "openmultistack.yml").write_text("plugin: openmultistack.cloud.multi_stack\n", encoding="utf-8")
    command = recording["command"].split()
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300
    )
    print(done.stdout)
    seen, written = shapes(done.stdout), shapes(recording["shown"])
    assert done.returncode == 0
    assert steps(written) == steps(seen), f"{steps(written)}\nis not\n{steps(seen)}"
    assert set(written) - set(steps(written)) <= set(seen), set(written) - set(seen)
    for each in (written, seen):
        assert len(each) > len(steps(each)) + 1, "it is not told how far the run is, before and after the setback"


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
