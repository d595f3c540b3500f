# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What is asked of Nova, verb by verb; each ends in a value or a `CallError`, before its deadline."""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass
from urllib.parse import quote

from .._core.faults import Fault, Kind
from .failure import CallError, Fate, refused
from .servers import fields, limits_from, rows, server_from, text, usage_of
from .wire import Request

if t.TYPE_CHECKING:
    from .._core.messages import Create
    from .._core.model import Limits, Server, Usage
    from .._core.order import Spec
    from .clock import Clock
    from .wire import Version, Wire

_DESCRIPTION: Version = (2, 19)
_NETWORK_WORD: Version = (2, 37)
_TAGS: Version = (2, 52)
_ONE_POLICY: Version = (2, 64)
NETWORK_WORDS = ("auto", "none")
_RESTARTS = 3
_CONSOLE_LINES = 30
_MARK_WRITES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Every server that one complete list showed, and what else it said."""

    started_at: float
    servers: tuple[Server, ...]
    unknown_ids: frozenset[str]
    partial: bool
    usage: Usage
    date: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What the names of an order mean at one location."""

    image: str
    networks: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    key_name: str | None = None


def sight(wire: Wire, clock: Clock, deadline: float, name: str = "") -> Sight:
    """All servers whose name fits a regular expression; without one all of the project, even those of a down cell.

    Only a full page is followed. The marker may vanish while servers come and go: then all is read again.
    """
    query = f"name={quote(name)}" if name else ""
    restarts = 0
    while True:
        started_at = clock.now()
        try:
            return _read(wire, query, started_at, deadline)
        except CallError as failed:
            if restarts == _RESTARTS or not _marker_lost(failed):
                raise
        restarts += 1


def limits(wire: Wire, deadline: float) -> Limits:
    return limits_from(wire.get("/limits", deadline).content)


def show(wire: Wire, server_id: str, deadline: float) -> Server:
    server = server_from(fields(wire.get(f"/servers/{quote(server_id, safe='')}", deadline).content).get("server"))
    if server is None:
        raise CallError(
            Fate.LOST,
            Fault(
                kind=Kind.SERVER_ERROR, message=f"the part of the cloud (cell) that holds server {server_id} is down"
            ),
        )
    return server


def create(wire: Wire, command: Create, order: tuple[Spec, Resolved], deadline: float) -> str:
    """POST one server; its id. Not while the location asks for patience: another may have room meanwhile."""
    rest = wire.rest()
    if rest:
        fault = Fault(
            kind=Kind.RATE_LIMIT,
            message="it was asked too much, and wants to be left alone for a while",
            retry_after=rest,
        )
        raise CallError(Fate.NOT_SENT, fault)

    def body(version: Version) -> object:
        return _creation(command, order, version)

    content = wire.send(Request(method="POST", path="/servers", body=body), deadline).content
    return _made(content, "server")


def delete(wire: Wire, server_id: str, deadline: float) -> None:
    wire.send(Request(method="DELETE", path=f"/servers/{quote(server_id, safe='')}"), deadline)


def act(wire: Wire, server_id: str, action: t.Mapping[str, object], deadline: float) -> t.Any:
    """One of Nova's actions on a server: ``{"unlock": None}`` and the like."""
    request = Request(method="POST", path=f"/servers/{quote(server_id, safe='')}/action", body=lambda _version: action)
    return wire.send(request, deadline).content


def console(wire: Wire, server_id: str, deadline: float) -> str:
    """The last lines of a server's console."""
    return text(
        fields(act(wire, server_id, {"os-getConsoleOutput": {"length": _CONSOLE_LINES}}, deadline)).get("output")
    )


def mark(wire: Wire, server_id: str, items: t.Mapping[str, str], deadline: float) -> None:
    """Write metadata, and see that it stays: Nova rewrites the whole of it, so that two writers can undo each other."""
    path = f"/servers/{quote(server_id, safe='')}/metadata"
    for _write in range(_MARK_WRITES):
        wire.send(Request(method="POST", path=path, body=lambda _version: {"metadata": dict(items)}), deadline)
        found = fields(fields(wire.get(path, deadline).content).get("metadata"))
        if items.items() <= found.items():
            return
    raise refused(Kind.CONFLICT, "somebody else writes the metadata of this server at the same time", "run this again")


def open_fence(wire: Wire, name: str, deadline: float) -> str:
    """Make a server group that refuses nothing by itself; its id."""

    def body(version: Version) -> object:
        policy: dict[str, object] = {"policies": ["soft-anti-affinity"]}
        if version >= _ONE_POLICY:
            policy = {"policy": "soft-anti-affinity"}
        return {"server_group": {"name": name, **policy}}

    content = wire.send(Request(method="POST", path="/os-server-groups", body=body), deadline).content
    return _made(content, "server_group")


def shut_fence(wire: Wire, group: str, deadline: float) -> None:
    """Delete a server group; one that is gone is as good."""
    try:
        wire.send(Request(method="DELETE", path=f"/os-server-groups/{quote(group, safe='')}"), deadline)
    except CallError as failed:
        if not failed.missing:
            raise


def _made(content: object, what: str) -> str:
    """The id of what a POST made; an answer that names none may still have made one."""
    made = text(fields(fields(content).get(what)).get("id"))
    if not made:
        fault = Fault(
            kind=Kind.BROKEN_ANSWER, message=f"its answer does not name the {what.replace('_', ' ')} that it made"
        )
        raise CallError(Fate.LOST, fault)
    return made


def _read(wire: Wire, query: str, started_at: float, deadline: float) -> Sight:
    """All pages of one list. Addresses of further pages are made here: an answer's own may lead anywhere."""
    found: dict[str, t.Any] = {}
    nameless, marker = False, ""
    date: float | None = None
    while True:
        parts = "&".join(filter(None, (query, marker and f"marker={quote(marker, safe='')}")))
        reply = wire.get("/servers/detail" + (f"?{parts}" if parts else ""), deadline)
        page = fields(reply.content).get("servers")
        if not isinstance(page, list):
            raise CallError(Fate.LOST, Fault(kind=Kind.BROKEN_ANSWER, message="its answer holds no list of servers"))
        date = reply.date if date is None else date
        known = len(found)
        shown = {text(fields(row).get("id")): row for row in page}
        nameless |= "" in shown
        shown.pop("", None)
        found |= shown
        if len(found) == known or not _goes_on(reply.content):
            break
        marker = list(shown)[-1]
    servers = tuple(server for server in map(server_from, found.values()) if server is not None)
    return Sight(
        started_at=started_at,
        servers=servers,
        unknown_ids=frozenset(found) - {server.id for server in servers},
        partial=nameless,
        usage=usage_of(servers, len(found)),
        date=date,
    )


def _goes_on(content: object) -> bool:
    links = map(fields, rows(fields(content).get("servers_links")))
    return any(link.get("rel") == "next" for link in links)


def _marker_lost(failed: CallError) -> bool:
    return failed.fault.status == 400 and "marker" in failed.fault.message.lower()  # noqa: PLR2004


def _creation(command: Create, order: tuple[Spec, Resolved], version: Version) -> object:
    """The body of the POST, as far as this microversion knows the fields."""
    spec, resolved = order
    if spec.tags and version < _TAGS:
        raise refused(Kind.INVALID, "this cloud's Nova is too old to give servers tags; leave tags out, or exclude it")
    server: dict[str, object] = {
        "name": command.name,
        "imageRef": resolved.image,
        "flavorRef": command.offer.flavor.id,
        "metadata": dict(command.metadata),
    }
    optional: dict[str, object] = {
        "description": command.description if version >= _DESCRIPTION else "",
        "networks": _networks(resolved.networks, version),
        "security_groups": [{"name": group} for group in resolved.security_groups],
        "key_name": resolved.key_name,
        "user_data": base64.b64encode((spec.userdata or "").encode()).decode(),
        "config_drive": spec.config_drive,
        "tags": list(spec.tags),
        "availability_zone": command.offer.zone,
    }
    server |= {key: value for key, value in optional.items() if value}
    return {"server": server, **({"os:scheduler_hints": {"group": command.group}} if command.group else {})}


def _networks(networks: t.Sequence[str], version: Version) -> object:
    """Networks by id; or the word that Nova wants from 2.37 on, where the older ones want nothing at all."""
    if not networks or networks[0] in NETWORK_WORDS:
        word = networks[0] if networks else "auto"
        if word == "none" and version < _NETWORK_WORD:
            raise refused(Kind.INVALID, "this cloud's Nova is too old to make servers without a network; exclude it")
        return word if version >= _NETWORK_WORD else None
    return [{"uuid": network} for network in networks]
