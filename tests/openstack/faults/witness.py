# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The witness: what openstackclient, which is none of our code, sees in the clouds."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
import subprocess
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..rig.settings import RigError
from .rig import bounded

if t.TYPE_CHECKING:
    from pathlib import Path

    from ..rig.sites import Site
    from .rig import Rig

_SECONDS = 90.0
_BUSY = {"BUILD", "REBUILD", "DELETED", "SOFT_DELETED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One server."""

    id: str
    name: str
    status: str
    task: str
    site: str
    mark: str

    @property
    def slot(self) -> int:
        digits = self.name.rpartition("-")[2]
        return int(digits) if digits.isdigit() else 0

    @property
    def settled(self) -> bool:
        return not self.task and self.status not in _BUSY

    def __str__(self) -> str:
        return f"{self.name} {self.id} {self.site} {self.status} {self.task}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that the users' project holds at all sites, and the servers that changed since a given time, gone or not."""

    servers: tuple[Seen, ...] = ()
    changed: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    ports: frozenset[str] = frozenset()

    def fleet(self, name: str) -> tuple[Seen, ...]:
        """The servers that any sign calls the fleet's."""
        named = re.compile(rf"{re.escape(name)}-\d+(-\d+)?")
        return tuple(seen for seen in self.servers if named.fullmatch(seen.name) or f";{name};" in seen.mark)

    @property
    def errors(self) -> tuple[Seen, ...]:
        return tuple(seen for seen in self.servers if seen.status == "ERROR")

    @property
    def calm(self) -> bool:
        return all(seen.settled for seen in self.servers)

    def in_use(self, fleet: str) -> frozenset[str]:
        """The servers that run alone in their slots: there is no reason to take them away."""
        there = self.fleet(fleet)
        slots = [seen.slot for seen in there]
        return frozenset(s.id for s in there if s.status == "ACTIVE" and not s.task and slots.count(s.slot) == 1)


class Witness:
    """Asks all sites at once, one client process for each."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def look(self, since: float) -> Sight:
        """What there is now; `since` is a time of the wall clock."""
        moment = datetime.datetime.fromtimestamp(since, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        commands = (
            "server list --long -n -f json",
            f"server list --long -n -f json --changes-since {moment}",
            "server group list -f json",
            "port list -f json",
        )
        with ThreadPoolExecutor(len(self._rig.sites)) as pool:
            parts = list(pool.map(lambda site: (site, self._ask(site, commands)), self._rig.sites))
        return Sight(
            servers=tuple(_seen(site.name, row) for site, (rows, *_others) in parts for row in rows),
            changed=frozenset(row["ID"] for _site, answer in parts for row in answer[1]),
            groups=frozenset(row["ID"] for _site, answer in parts for row in answer[2]),
            ports=frozenset(row["ID"] for _site, answer in parts for row in answer[3]),
        )

    def delete(self, servers: t.Iterable[Seen]) -> None:
        """Clear away, so that one round's failure is not the next one's."""
        for site in self._rig.sites:
            doomed = [seen.id for seen in servers if seen.site == site.name]
            if doomed:
                self._do(self._user(site), ["server", "delete", "--wait", *doomed])

    def limit_instances(self, number: int) -> None:
        """Change the users' quota in every site."""
        words = ["quota", "set", "--instances", str(number), "demo"]
        with ThreadPoolExecutor(len(self._rig.sites)) as pool:
            list(pool.map(lambda site: self._do(self._administrator(site), words), self._rig.sites))

    def _user(self, site: Site) -> dict[str, str]:
        return _login(self._rig.clouds_yaml, site.cloud, site)

    def _administrator(self, site: Site) -> dict[str, str]:
        return _login(self._rig.administrators_yaml, f"{site.cloud}-admin", site)

    def _do(self, login: dict[str, str], words: list[str]) -> None:
        done = self._client(login, words, "")
        if done.returncode:
            raise RigError(f"openstackclient, {login}, {words}: {done.stdout}\n{done.stderr}")

    def _ask(self, site: Site, commands: tuple[str, ...]) -> list[list[t.Any]]:
        """The answers to several commands, which the client reads one after the other: starting it is what costs.

        It ends with 1 whatever it was asked so.
        """
        done = self._client(self._user(site), [], "\n".join((*commands, "")))
        answers = _documents(done.stdout)
        if len(answers) != len(commands):
            raise RigError(f"openstackclient at {site.name}, {commands}: {done.stdout}\n{done.stderr}")
        return answers

    def _client(self, login: dict[str, str], words: list[str], text: str) -> subprocess.CompletedProcess[str]:
        return bounded(
            [str(self._rig.client), *words],
            _SECONDS,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], **login},
        )


def _login(config: Path, cloud: str, site: Site) -> dict[str, str]:
    """What openstackclient finds in its environment."""
    return {"OS_CLIENT_CONFIG_FILE": str(config), "OS_CLOUD": cloud, "OS_REGION_NAME": site.region}


def _documents(text: str) -> list[list[t.Any]]:
    """The JSON lists, one after the other, that the client printed."""
    decoder, at = json.JSONDecoder(), 0
    found: list[list[t.Any]] = []
    with contextlib.suppress(ValueError):
        while (at := text.find("[", at)) >= 0:
            document, at = decoder.raw_decode(text, at)
            found.append(document)
    return found


def _seen(site: str, row: dict[str, t.Any]) -> Seen:
    return Seen(
        id=row["ID"],
        name=row["Name"] or "",
        status=row["Status"],
        task="" if row["Task State"] in (None, "None") else row["Task State"],
        site=site,
        mark=(row.get("Properties") or {}).get("multi_stack", ""),
    )
