# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Keys in Nova: the user's own, one of a name."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from urllib.parse import quote

from .._core.faults import Kind
from .._core.keypair import KeypairOrder, differs, plan_keypair
from .failure import CallError, refused
from .servers import fields, text
from .wire import Request

if t.TYPE_CHECKING:
    from .._core.readiness import Plan, Step
    from .everywhere import Site
    from .wire import Wire

KEYS = "/os-keypairs"


def create(wire: Wire, key: t.Mapping[str, object], deadline: float) -> None:
    wire.send(Request(method="POST", path=KEYS, body=lambda _version: {"keypair": dict(key)}), deadline)


def delete(wire: Wire, name: str, deadline: float) -> None:
    wire.send(Request(method="DELETE", path=_path(name)), deadline)


@dataclass(frozen=True, slots=True)
class Keypairs:
    """Brings one key to locations, under the name that each has for it."""

    order: KeypairOrder

    def plan(self, site: Site) -> Plan:
        name = self._name(site)
        found = self._fingerprint(site, name)
        if differs(self.order, found):
            raise refused(
                Kind.INVALID,
                f'another key is named "{name}" here (fingerprint {found})',
                "replace: true puts yours in its place, for new servers",
            )
        return plan_keypair(self.order, name, found)

    def act(self, site: Site, step: Step) -> None:
        name = self._name(site)
        if step.what == "delete":
            delete(site.wire, name, site.deadline)
        else:
            create(site.wire, {"name": name, **(step.facts or {})}, site.deadline)

    def _name(self, site: Site) -> str:
        return site.account.names.key_name.get(self.order.name, self.order.name)

    def _fingerprint(self, site: Site, name: str) -> str | None:
        try:
            content = site.wire.get(_path(name), site.deadline).content
        except CallError as failed:
            if failed.missing:
                return None
            raise
        return text(fields(fields(content).get("keypair")).get("fingerprint"))


def _path(name: str) -> str:
    return f"{KEYS}/{quote(name, safe='')}"
