# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play as a story that can be read: what the world was like, who asked what where and when, and what came back."""

from __future__ import annotations

import typing as t
from dataclasses import fields

from ansible_collections.openmultistack.cloud.plugins.module_utils._core import messages as m

from .found import FOUND
from .scenario import Site, Turn

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.model import Server
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.result import Result

    from .stage import Play


def story(play: Play) -> t.Iterator[str]:
    """Line by line, in the order of time."""
    scenario = play.scenario
    yield f"seed {scenario.seed}"
    yield from (f"  location {site.label}: {_unusual(site, Site(label=site.label))}" for site in scenario.sites)
    yield from (f"  there before at {label}: {_server(FOUND[number])}" for label, number in scenario.found)
    yield from (f"  run {n}: {_unusual(turn, Turn(at=0.0, count=-1))}" for n, turn in enumerate(scenario.turns))
    lines = [
        (each.at, f"{'world':9}{each.what} at {each.site}, {each.length} s, {each.size}")
        for each in scenario.happenings
    ]
    for name, run in play.named.items():
        lines += [(at, f"{name:9}> {_message(command)}") for at, command in run.sent]
        lines += [(at, f"{name:9}< {_message(event)}") for at, event in run.heard if not isinstance(event, m.Woke)]
        if run.killed:
            lines.append((run.sent[-1][0] if run.sent else run.started, f"{name:9}is killed"))
        elif run.result is not None:
            lines.append((run.ended, f"{name:9}ends: {_result(run.result)}"))
    yield from (f"{at:9.2f} {line}" for at, line in sorted(lines, key=_moment))


def _moment(line: tuple[float, str]) -> tuple[float, bool]:
    """What is sent follows what was heard at the same moment."""
    return line[0], " > " in line[1]


def _unusual(each: t.Any, usual: t.Any) -> str:
    """The fields that are not as they usually are."""
    told = ((field.name, getattr(each, field.name)) for field in fields(each) if field.name != "label")
    return ", ".join(f"{name}={value}" for name, value in told if value != getattr(usual, name)) or "as usual"


def _message(message: m.Command | m.Event) -> str:
    told = [type(message).__name__]
    for name in ("location", "id", "slot", "token", "group", "until", "limits", "fault", "why"):
        value = getattr(message, name, None)
        if value is not None and not (name == "limits" and isinstance(message, m.Surveyed)):
            told.append(f"{value.kind.value} ({value.message})" if name == "fault" else f"{name}={value}")
    servers = message.servers if isinstance(message, m.Surveyed | m.Listed) else ()
    servers = (message.server,) if isinstance(message, m.Shown) else servers
    told += [f"[{_server(each)}]" for each in servers]
    if isinstance(message, m.Surveyed) and message.unknown_ids:
        told.append(f"unknown: {sorted(message.unknown_ids)}")
    return " ".join(told)


def _server(server: Server) -> str:
    task = f" {server.task}" if server.task else ""
    lost = "" if server.metadata else " bare"
    return f"{server.id} {server.name} {server.status}{task}{lost} since {server.created - 1_800_000_000:.0f}"


def _result(result: Result) -> str:
    kept = " ".join(f"{each.slot}={each.server.id}" for each in result.servers)
    told = [f"exact={result.exact} changed={result.changed} [{kept}]"]
    told += [f"slot {each.slot} missing: {each.why} {each.location} {each.id}" for each in result.missing]
    told += [f"left: {each.id} ({each.why})" for each in result.leftovers]
    told += [f"unresolved: {each.token} in slot {each.slot} at {each.location}" for each in result.unresolved]
    told += [f"unknown: {label}" for label, _fault in result.unknown]
    told += [f"objection: {result.objection.value}"] if result.objection else []
    return "; ".join(told)
