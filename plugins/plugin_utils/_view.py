# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What of an overview becomes the inventory, and whether that is one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.host_row import host_row
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import told_apart
from ansible_collections.openmultistack.cloud.plugins.module_utils._core.own_key import is_own_key
from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._host_vars import host_vars

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import Row
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Host
    from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Overview
    from ansible_collections.openmultistack.cloud.plugins.plugin_utils._groups import Groups
    from ansible_collections.openmultistack.cloud.plugins.plugin_utils._wishes import Wishes

_HEADS = {
    "fail": "not every location answered, so there is no inventory (on_unreachable: omit shows the others)",
    "last_good": "not every location answered, nor has each silent one within stale_for, so there is no inventory "
    "(on_unreachable: omit shows the others)",
    "omit": "no location answered, so there is no inventory",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A host with its row and its variables."""

    host: Host
    row: Row
    variables: dict[str, t.Any]


def gaps(overview: Overview, on_unreachable: str) -> list[str]:
    """The warnings of an overview that lacks something; an error where that is no inventory."""
    silent = [f"{label}: {why}" for label, why in overview.unreachable]
    partial = [f"{label}: {why}" for label, why in overview.partial]
    lacking = [*silent, *partial] if on_unreachable == "fail" else silent
    if lacking and (on_unreachable != "omit" or len(silent) == overview.asked):
        raise MultiStackError("\n".join([_HEADS[on_unreachable], *lacking]))
    return [
        *overview.warnings,
        *(f"{label}: {why}" for label, why in overview.stale),
        *(f"{label}: its hosts are left out: {why}" for label, why in overview.unreachable),
        *(f"{label}: some of its hosts are left out: {why}" for label, why in overview.partial),
    ]


def remarks(overview: Overview, shown: t.Sequence[Shown], groups: Groups) -> list[str]:
    """What a user may not expect of what is shown."""
    count = len(overview.hosts)
    none = f"of {count} servers, none is what fleets, statuses, show_all and where ask for; loosen one of them"
    return [*([none] if count and not shown else []), *groups.collisions]


def view(overview: Overview, wishes: Wishes, name_of: t.Callable[[dict[str, t.Any]], str]) -> list[Shown]:
    """The hosts that the user wants to see, under the names that are made of their variables, or else their own.

    Names are given before anything is left out: they are the same whatever the filters are.
    """
    shown = [_shown(host, overview, wishes) for host in overview.hosts]
    names = [name_of(each.variables) for each in shown]
    if any(names):
        renamed = (replace(each.host, name=name or each.host.name) for each, name in zip(shown, names, strict=True))
        shown = [_shown(host, overview, wishes) for host in told_apart(renamed)]
    takes = wishes.request.selection.takes
    return [each for each in shown if takes(each.host) and wishes.where(each.row)]


def _shown(host: Host, overview: Overview, wishes: Wishes) -> Shown:
    row = host_row(host, wishes.preference)
    own = is_own_key(host.server.key_name)
    key_file = overview.keys.get(host.server.name, "") if own else ""
    variables = host_vars(row, overview.accounts[host.location], wishes.jump_host, key_file)
    return Shown(host=host, row=row, variables=variables)
