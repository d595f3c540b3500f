# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The name, the variables and the groups of each host."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible.template import trust_as_template

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.answer import server_row

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.plugins.module_utils._core.merge import Host
    from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.survey import Overview

_HARMLESS = re.compile(r"(?!\s*#)[^{]*")
_ANSIBLES_OWN = frozenset({"all", "ungrouped", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Names that are groups, and beginnings of such names."""

    names: t.Collection[str]
    prefixes: tuple[str, ...] = ()

    def group(self, name: str) -> bool:
        return name in self.names or name.startswith(self.prefixes)


def names_for(hosts: t.Sequence[Host], meant: Meant) -> t.Iterator[tuple[str, Host]]:
    """Each host with its name in the inventory.

    A server may be called localhost, or as a group is, and whoever means these would get it; and AWX refuses a whole
    inventory for one name that may be a template. Such a name loses its braces, and its location is added.
    """
    used = {host.name for host in hosts}
    for host in hosts:
        name = host.name
        if name in _ANSIBLES_OWN or meant.group(name) or "{" in name:
            name = f"{re.sub('[{}]', '_', name)}.{host.location.replace(':', '.')}"
            name = f"{name}.{host.server.id}" if name in used else name
            used.add(name)
        yield name, host


def host_vars(host: Host, overview: Overview) -> dict[str, t.Any]:
    """The address and user to log in with, a dictionary of what the cloud shows, and the flat ones people expect."""
    row = {"fleet": host.fleet, "slot": host.slot, **server_row(host.location, host.server)}
    found: dict[str, t.Any] = {"multi_stack": row, "multi_stack_status": row["status"]}
    if row["address"]:
        found["ansible_host"] = row["address"]
    user = overview.accounts[host.location].ssh_user(row["image"])
    return {**found, "ansible_user": user} if user else found


def groups_of(host: Host) -> list[str]:
    """The groups that a host is in by itself."""
    cloud = host.location.partition(":")[0]
    named = [f"cloud_{cloud}", f"location_{host.location}", *([f"fleet_{host.fleet}"] if host.fleet else [])]
    return [re.sub(r"\W", "_", name, flags=re.ASCII) for name in named]


def plain(value: t.Any) -> t.Any:
    """A value whose strings show as plain text in ``ansible-inventory --export``.

    A string that holds no template may be called one. Which it is, Ansible tells by a brace, and by the header
    ``#jinja2:`` at its beginning, which can name other signs than braces. All others are left as they are, and Ansible
    never renders them.
    """
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) and _HARMLESS.fullmatch(value) else value
